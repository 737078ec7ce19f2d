"""One fact on the bank's topic, followed to every place where it must end."""

from __future__ import annotations

from typing import Any

import pytest

from interfaces.case import workflow_id
from tests.end_to_end.bank import BankLoan, opened
from tests.end_to_end.conditions import eventually
from tests.end_to_end.running import TENANT, RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]


async def test_a_fact_on_kafka_ends_as_position_touch_entry_history_and_search_attribute(
    stack: RunningStack,
) -> None:
    loan = BankLoan("E2E-ONE")
    loan_id = (await opened(stack, loan))[loan.ref]
    today = stack.today()
    await stack.tell(loan.overdue(today, days=2), loan.paid(today, 30_000))

    async def position() -> Any:
        found = await stack.get("ledger", f"/loans/{loan_id}/position")
        return found if found["disposition"] == "overdue" else None

    owed = await eventually(position, what="the position is overdue")
    assert (owed["overdue_minor"], owed["balance_minor"]) == (100_000, 1_200_000)

    async def journals() -> Any:
        return (await stack.get("ledger", f"/loans/{loan_id}/entries"))["journals"]

    entries = [e["amount_minor"] for j in await eventually(journals) for e in j["entries"]]
    assert entries and sum(entries) == 0

    async def attempts() -> Any:
        found = (await stack.get("contact", f"/loans/{loan_id}/attempts"))["attempts"]
        return [attempt for attempt in found if attempt["status"] == "sent"]

    first = (await eventually(attempts, 90, "the borrower is reminded"))[0]
    assert (first["role"], first["notice"]) == ("borrower", "reminder")
    sent = await stack.get("contact", "/sandbox/messages", limit=1000)
    assert first["attempt_id"] in {message["attempt_id"] for message in sent["messages"]}

    client = await stack.temporal()
    query = (
        f'WorkflowId="{workflow_id(TENANT, loan_id)}" AND ExecutionStatus="Running" '
        f'AND Tenant="{TENANT}" AND CaseStage="remind" AND Balance=12000.0'
    )

    async def is_visible() -> bool:
        return (await client.count_workflows(query)).count == 1

    await eventually(is_visible, 60, query)
    await _is_in_the_verified_history(stack, loan_id)


async def _is_in_the_verified_history(stack: RunningStack, loan_id: str) -> None:
    wanted = {
        "events.v1.LoanFactAccepted",
        "events.v1.PositionChanged",
        "events.v1.PaymentPosted",
        "events.v1.EpisodeOpened",
        "events.v1.CaseMoved",
        "events.v1.StandingChanged",
        "events.v1.TouchConfirmed",
        "events.v1.AttemptRecorded",
    }

    async def is_recorded() -> bool:
        found = await stack.get("ledger", f"/loans/{loan_id}/history", limit=1000)
        return wanted <= {record["type"] for record in found["records"]}

    await eventually(is_recorded, 30, "every event is in the history")
    audit = await stack.post("ledger", "/audit/verify")
    assert audit["first_broken"] is None
    assert not [gap for gap in audit["gaps"] if gap["loan_id"] == loan_id]
