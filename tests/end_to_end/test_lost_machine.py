"""The whole stack lost at one blow and brought up again: cases go on from where they were."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from temporalio.api.enums.v1 import EventType

from forbear.stack import clocks
from interfaces.case import CLOCK_CHANGED, workflow_id
from tests.end_to_end.bank import BankLoan, opened
from tests.end_to_end.conditions import eventually
from tests.end_to_end.evidence import gather
from tests.end_to_end.running import RATE, TENANT, RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]

# The supervisor notes the clock about each second; what passed since then is lost with it.
UNNOTED = timedelta(seconds=5 * RATE)


async def test_after_the_whole_stack_died_timers_and_cases_continue_and_downtime_did_not_count(
    stack: RunningStack,
) -> None:
    loans = [BankLoan(f"E2E-LOST-{n}") for n in range(8)]
    ids = list((await opened(stack, *loans)).values())
    today = stack.today()
    await stack.tell(*(loan.overdue(today, days=1) for loan in loans))

    async def all_touched_once() -> bool:
        return all([await _touches(stack, loan_id) for loan_id in ids])

    await eventually(all_touched_once, 90, "every borrower is reminded")
    runs = [await _run(stack, loan_id) for loan_id in ids]
    touches = [await _touches(stack, loan_id) for loan_id in ids]
    died_at = stack.now()
    await stack.die()

    seen = clocks.read_seen(stack.settings)
    assert seen is not None
    noted = datetime.fromisoformat(seen["case"])
    assert died_at - UNNOTED <= noted <= died_at + UNNOTED
    await stack.up()
    reading = stack.reading()
    assert reading.case_epoch == noted, "the clock goes on from where it was last seen"
    assert reading.wall_epoch > datetime.fromisoformat(seen["wall"])

    assert [await _run(stack, loan_id) for loan_id in ids] == runs, "the same runs go on"
    told = await asyncio.gather(*(_clocks_told(stack, loan_id) for loan_id in ids))
    assert min(told) >= 1, "every open case was told the clock"

    async def all_touched_again() -> bool:
        now = [await _touches(stack, loan_id) for loan_id in ids]
        return all(after > before for after, before in zip(now, touches, strict=True))

    await eventually(all_touched_again, 120, "the timers go on: every borrower hears again")
    early = (await gather(stack.settings.kafka_bootstrap)).touched_before_due()
    assert not early, "no timer that ran out while the machine was down made an act early"


async def _touches(stack: RunningStack, loan_id: str) -> int:
    found: dict[str, list[Any]] = await stack.get("contact", f"/loans/{loan_id}/attempts")
    return sum(attempt["status"] == "sent" for attempt in found["attempts"])


async def _run(stack: RunningStack, loan_id: str) -> str | None:
    client = await stack.temporal()
    described = await client.get_workflow_handle(workflow_id(TENANT, loan_id)).describe()
    return described.run_id


async def _clocks_told(stack: RunningStack, loan_id: str) -> int:
    client = await stack.temporal()
    history = await client.get_workflow_handle(workflow_id(TENANT, loan_id)).fetch_history()
    return sum(
        event.event_type == EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED
        and event.workflow_execution_signaled_event_attributes.signal_name == CLOCK_CHANGED
        for event in history.events
    )
