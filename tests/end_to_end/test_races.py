"""Cases that close at the very moment at which their loans fall overdue again: nothing is lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date

import pytest

from chassis.kafka import close, new_producer
from events.v1.bank_pb2 import BankFact
from interfaces.case import workflow_id
from tests.end_to_end.bank import BankLoan, opened
from tests.end_to_end.conditions import eventually
from tests.end_to_end.evidence import Evidence, gather
from tests.end_to_end.quiet import all_quiet
from tests.end_to_end.running import TENANT, RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]

Send = Callable[[BankFact], Awaitable[None]]
LOANS, ROUNDS = 40, 3
# From the same moment to well after the closing of a case: the race is run at every distance.
APART_SECONDS_MAX = 2.5


async def test_a_position_that_arrives_while_a_case_closes_is_never_lost(
    stack: RunningStack,
) -> None:
    dice = random.Random(20260302)
    loans = [BankLoan(f"E2E-RACE-{n:02d}") for n in range(LOANS)]
    ids = await opened(stack, *loans)
    await stack.run_at(60)  # what races here are facts, not timers
    today = stack.today()
    await stack.tell(*(loan.overdue(today, days=10) for loan in loans))
    await eventually(lambda: _running(stack, ids, LOANS), 120, "every case runs")

    async with producing(stack) as send:
        for _ in range(ROUNDS):
            async with asyncio.TaskGroup() as races:
                for loan in loans:
                    apart = dice.random() * APART_SECONDS_MAX
                    races.create_task(_race(send, loan, today, apart))
    ends_well = loans[: LOANS // 2]
    await stack.tell(*(loan.up_to_date(today) for loan in ends_well))
    await all_quiet(stack, 150)

    proof = await gather(stack.settings.kafka_bootstrap)
    final = proof.dispositions(ids.values())
    assert {final[ids[loan.ref]] for loan in ends_well} == {"current"}
    assert {final[ids[loan.ref]] for loan in loans[LOANS // 2 :]} == {"overdue"}
    await _every_overdue_loan_has_its_case(stack, proof, list(ids.values()))


@asynccontextmanager
async def producing(stack: RunningStack) -> AsyncIterator[Send]:
    producer = new_producer(stack.settings.kafka_bootstrap)
    await producer.start()

    async def send(fact: BankFact) -> None:
        planned = stack.planned(fact)
        await producer.send_and_wait(planned.topic, planned.value, planned.key.encode())

    try:
        yield send
    finally:
        await close(producer)


async def _race(send: Send, loan: BankLoan, day: date, apart: float) -> None:
    """Cured, and overdue again a moment later."""
    await send(loan.up_to_date(day))
    await asyncio.sleep(apart)
    await send(loan.overdue(day, days=10))


async def _every_overdue_loan_has_its_case(
    stack: RunningStack, proof: Evidence, loan_ids: list[str]
) -> None:
    overdue = {loan_id for loan_id, d in proof.dispositions(loan_ids).items() if d == "overdue"}
    assert {loan_id for loan_id in loan_ids if proof.has_open_episode(loan_id)} == overdue
    assert await _running_among(stack, loan_ids) == overdue
    assert proof.muddled_episodes(loan_ids) == []
    assert not [opening for opening in proof.opened_twice() if opening[0] in loan_ids]
    assert not [act for act in proof.acts_after_end() if act.split("/")[0] in loan_ids]
    episodes = sum(len(proof.episodes(loan_id)) for loan_id in loan_ids)
    assert episodes > 2 * len(loan_ids), "so few closings were no race"


async def _running(stack: RunningStack, ids: dict[str, str], count: int) -> bool:
    return len(await _running_among(stack, list(ids.values()))) == count


async def _running_among(stack: RunningStack, loan_ids: list[str]) -> set[str]:
    client = await stack.temporal()
    running = {each.id async for each in client.list_workflows('ExecutionStatus="Running"')}
    return {loan_id for loan_id in loan_ids if workflow_id(TENANT, loan_id) in running}
