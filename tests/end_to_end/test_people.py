"""What people order over the cases API reaches the running workflow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import WorkflowExecutionStatus

from interfaces.case import workflow_id
from tests.end_to_end.bank import BankLoan, opened
from tests.end_to_end.conditions import eventually
from tests.end_to_end.evidence import gather
from tests.end_to_end.running import TENANT, RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]


async def test_a_person_pauses_resumes_and_closes_a_running_case(stack: RunningStack) -> None:
    loan = BankLoan("E2E-PEOPLE")
    loan_id = (await opened(stack, loan))[loan.ref]
    await stack.tell(loan.overdue(stack.today(), days=1))
    await eventually(lambda: _is_open(stack, loan_id), 60, "the case is open")

    paused_at = stack.now()
    until = paused_at + timedelta(days=60)
    order = {"until": until.isoformat(), "reason": "a visit to the branch", "by": "an operator"}
    paused = await stack.post("cases", f"/cases/{loan_id}/pause", order, key="e2e-pause")
    assert (paused["order"], paused["episode"]) == ("pause_case", 1)
    again = await stack.post("cases", f"/cases/{loan_id}/pause", order, key="e2e-pause")
    assert again == paused
    await eventually(lambda: _is_shown(stack, loan_id, "hold"), 30, "the case is shown as paused")
    touches = len(await _attempts(stack, loan_id))
    await stack.case_time_reaches(stack.now() + timedelta(days=2))
    assert len(await _attempts(stack, loan_id)) == touches

    order = {"reason": "the visit is over", "by": "an operator"}
    await stack.post("cases", f"/cases/{loan_id}/resume", order, key="e2e-resume")
    await eventually(lambda: _is_shown(stack, loan_id, "robot"), 30, "the case goes on")

    async def is_touched() -> bool:
        return len(await _attempts(stack, loan_id)) > touches

    await eventually(is_touched, 90, "the borrower is reminded after the pause")

    order = {"reason": "opened in error", "by": "an operator"}
    await stack.post("cases", f"/cases/{loan_id}/close", order, key="e2e-close")

    async def closed() -> Any:
        episodes = (await stack.get("cases", f"/cases/{loan_id}"))["episodes"]
        return episodes if episodes[-1]["closed_at"] else None

    (episode,) = await eventually(closed, 30, "the case is closed")
    assert episode["reason"] == "error"
    assert "opened in error (an operator)" in episode["because"]

    async def has_ended() -> bool:
        client = await stack.temporal()
        described = await client.get_workflow_handle(workflow_id(TENANT, loan_id)).describe()
        return described.status is WorkflowExecutionStatus.COMPLETED

    await eventually(has_ended, 30, "the workflow is over")
    proof = await gather(stack.settings.kafka_bootstrap)
    instants = [touch.at.ToDatetime(UTC) for touch in proof.touches(loan_id)]
    assert not [at for at in instants if paused_at < at < paused_at + timedelta(days=2)]


async def test_an_order_without_a_case_or_without_sense_is_refused_with_its_reason(
    stack: RunningStack,
) -> None:
    loan = BankLoan("E2E-ORDERS")
    loan_id = (await opened(stack, loan))[loan.ref]
    order = {"reason": "no reason", "by": "an operator"}
    assert await _refusal(stack, loan_id, "close", order) == (404, "cases/no_open_episode")
    await stack.tell(loan.overdue(stack.today(), days=1))
    await eventually(lambda: _is_open(stack, loan_id), 60, "the case is open")
    assert await _refusal(stack, loan_id, "resume", order) == (409, "cases/order_refused")
    past = {"until": datetime(2020, 1, 1, tzinfo=UTC).isoformat(), **order}
    assert await _refusal(stack, loan_id, "pause", past) == (409, "cases/order_refused")


async def _refusal(
    stack: RunningStack, loan_id: str, order: str, body: dict[str, str]
) -> tuple[int, str]:
    where = stack.url("cases", f"/v1/{TENANT}/cases/{loan_id}/{order}")
    key = {"Idempotency-Key": f"{loan_id}-{order}"}
    answer = await stack.http.post(where, json=body, headers=key)
    return answer.status_code, answer.json()["code"]


async def _is_open(stack: RunningStack, loan_id: str) -> bool:
    """Its run has claimed the episode and shows what it does next."""
    return await _is_shown(stack, loan_id, "robot")


async def _is_shown(stack: RunningStack, loan_id: str, queue: str) -> bool:
    client = await stack.temporal()
    named = f'WorkflowId="{workflow_id(TENANT, loan_id)}" AND CaseQueue="{queue}"'
    return (await client.count_workflows(named)).count == 1


async def _attempts(stack: RunningStack, loan_id: str) -> list[dict[str, Any]]:
    attempts: list[dict[str, Any]] = (await stack.get("contact", f"/loans/{loan_id}/attempts"))[
        "attempts"
    ]
    return attempts
