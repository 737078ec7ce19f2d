"""Standing that lags behind a re-opened case: the act waits for it, and is never made before."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, time, timedelta
from typing import Any

import asyncpg
import pytest

from events.v1.contact_pb2 import StandingChanged, TouchConfirmed
from interfaces.case import workflow_id
from tests.end_to_end.bank import BankLoan, opened
from tests.end_to_end.conditions import eventually
from tests.end_to_end.evidence import gather
from tests.end_to_end.quiet import all_quiet
from tests.end_to_end.running import TENANT, ZONE, RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]


async def test_an_act_of_a_reopened_case_waits_until_standing_has_caught_up(
    stack: RunningStack,
) -> None:
    await _early_afternoon(stack)
    loan = BankLoan("E2E-LAGS")
    loan_id = (await opened(stack, loan))[loan.ref]
    await stack.tell(loan.overdue(stack.today(), days=1))
    await eventually(lambda: _episodes(stack, loan_id, 1, "open"), 60, "the first case opens")
    await stack.tell(loan.up_to_date(stack.today()))
    await eventually(lambda: _episodes(stack, loan_id, 1, "closed"), 60, "and is cured")
    await eventually(lambda: _stands(stack, loan_id, closed_episode=1), 60, "contact knows")

    async with contact_hears_nothing(stack):
        await stack.tell(loan.overdue(stack.today(), days=1))
        await eventually(lambda: _episodes(stack, loan_id, 2, "open"), 60, "the case is re-opened")
        await eventually(lambda: _is_behind(stack, loan_id), 90, "the act is told contact/behind")
        assert not [t for t in await _touches(stack, loan_id) if t.episode == 2]

    async def is_touched() -> bool:
        return bool([t for t in await _touches(stack, loan_id) if t.episode == 2])

    await eventually(is_touched, 90, "the act comes once standing has caught up")
    events = (await gather(stack.settings.kafka_bootstrap)).of("collect.contact.v1", loan_id)
    told = [(record.version, record.body) for record in events]
    freed = min(
        version
        for version, body in told
        if isinstance(body, StandingChanged) and body.episode == 2 and not body.is_stopped
    )
    acted = min(
        version for version, body in told if isinstance(body, TouchConfirmed) and body.episode == 2
    )
    assert acted > freed


async def _early_afternoon(stack: RunningStack) -> None:
    """A quiet hour in which a case that opens acts at once, and the others have acted."""
    tomorrow = stack.today() + timedelta(days=1)
    await stack.run_at(60, start=datetime.combine(tomorrow, time(13), tzinfo=ZONE))
    await all_quiet(stack)


@asynccontextmanager
async def contact_hears_nothing(stack: RunningStack) -> AsyncIterator[None]:
    """Its consumers wait at the door of their inbox; its activities do not need that table."""
    connection = await asyncpg.connect(f"{stack.settings.postgres_url}/contact")
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE inbox IN SHARE MODE")
            yield
    finally:
        await connection.close()


async def _episodes(stack: RunningStack, loan_id: str, number: int, status: str) -> bool:
    answer = await stack.http.get(stack.url("cases", f"/v1/{TENANT}/cases/{loan_id}"))
    if answer.status_code == 404:
        return False
    episodes = answer.json()["episodes"]
    is_closed = bool(episodes) and episodes[-1]["closed_at"] is not None
    return len(episodes) == number and is_closed == (status == "closed")


async def _stands(stack: RunningStack, loan_id: str, closed_episode: int) -> bool:
    standing: dict[str, Any] = await stack.get("contact", f"/loans/{loan_id}/standing")
    return bool(standing["closed_episode"] == closed_episode and standing["is_stopped"])


async def _is_behind(stack: RunningStack, loan_id: str) -> bool:
    client = await stack.temporal()
    described = await client.get_workflow_handle(workflow_id(TENANT, loan_id)).describe()
    failures = [each.last_failure for each in described.raw_description.pending_activities]
    return any(each.application_failure_info.type == "contact/behind" for each in failures)


async def _touches(stack: RunningStack, loan_id: str) -> list[TouchConfirmed]:
    return (await gather(stack.settings.kafka_bootstrap)).touches(loan_id)
