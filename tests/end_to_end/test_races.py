"""Cases that close at the very moment at which their loans fall overdue again: nothing is lost."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

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
PAUSE_SECONDS_MAX = 0.3


async def test_a_position_that_arrives_while_a_case_closes_is_never_lost(
    stack: RunningStack,
) -> None:
    dice = random.Random(20260302)
    loans = [BankLoan(f"E2E-RACE-{n:02d}") for n in range(LOANS)]
    ids = await opened(stack, *loans)
    await stack.run_at(60)  # what races here are facts, not timers
    today = stack.today()
    await stack.tell(*(loan.overdue(today, days=10) for loan in loans))
    await eventually(lambda: _all_open(stack, ids), 120, "every case is open")

    async with producing(stack) as send:
        for _ in range(ROUNDS):
            async with asyncio.TaskGroup() as races:
                for loan in loans:
                    race = Race(stack, send, loan, ids[loan.ref])
                    waits_for = dice.choice((race.nothing, race.is_current, race.is_closed))
                    races.create_task(race.run(waits_for, dice.random() * PAUSE_SECONDS_MAX))
    ends_well = loans[: LOANS // 2]
    await stack.tell(*(loan.up_to_date(today) for loan in ends_well))
    await all_quiet(stack, 150)

    # The server shows a run among the running ones a moment after it began.
    await eventually(lambda: _running(stack, ids, LOANS // 2), 30, "the late half has its cases")
    await all_quiet(stack, 60)
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


@dataclass(frozen=True)
class Race:
    """Cured, and overdue again: before the cure is known, while its case closes, or right after."""

    stack: RunningStack
    send: Send
    loan: BankLoan
    loan_id: str

    async def run(self, waits_for: Callable[[], Awaitable[bool]], pause: float) -> None:
        today = self.stack.today()
        await self.send(self.loan.up_to_date(today))
        await eventually(waits_for, 60)
        await asyncio.sleep(pause)  # so that the fact comes at every distance
        await self.send(self.loan.overdue(today, days=10))
        await eventually(self.is_overdue, 60)

    async def nothing(self) -> bool:
        return True

    async def is_current(self) -> bool:
        """The ledger has published the cure; the case is about to hear of it."""
        return await self._disposition() == "current"

    async def is_overdue(self) -> bool:
        return await self._disposition() == "overdue"

    async def is_closed(self) -> bool:
        story = await self.stack.get("cases", f"/cases/{self.loan_id}")
        return bool(story["episodes"][-1]["closed_at"])

    async def _disposition(self) -> str:
        found = await self.stack.get("ledger", f"/loans/{self.loan_id}/position")
        return str(found["disposition"])


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
    assert episodes > 3 * len(loan_ids), "so few closings were no race"


async def _all_open(stack: RunningStack, ids: dict[str, str]) -> bool:
    found = await stack.get("cases", "/cases", status="open", limit=1000)
    return set(ids.values()) <= {line["loan_id"] for line in found["cases"]}


async def _running(stack: RunningStack, ids: dict[str, str], count: int) -> bool:
    return len(await _running_among(stack, list(ids.values()))) == count


async def _running_among(stack: RunningStack, loan_ids: list[str]) -> set[str]:
    client = await stack.temporal()
    running = {each.id async for each in client.list_workflows('ExecutionStatus="Running"')}
    return {loan_id for loan_id in loan_ids if workflow_id(TENANT, loan_id) in running}
