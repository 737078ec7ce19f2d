"""Every process of the stack killed in the middle of a replay, and afterwards nothing is amiss."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, timedelta

import pytest

from events.v1.bank_pb2 import BankFact, BankPerson
from forbear.portfolio.player import play
from forbear.reference_position import compare
from forbear.stack.parts import SERVICES
from interfaces.case import workflow_id
from tests.end_to_end.bank import OVERDUE_MINOR, BankLoan
from tests.end_to_end.evidence import Evidence, closes, gather
from tests.end_to_end.quiet import all_quiet, backlog
from tests.end_to_end.running import PARTS, RATE, TENANT, RunningStack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

LOANS = 60
# The servers between the services that need them most.
IN_TURN = (
    *("intake", "ledger", "kafka", "cases", "contact", "temporal", "workflows"),
    *("postgres", "negotiation", "field_visit", "legal"),
)
Said = BankFact | BankPerson


async def test_after_every_process_was_killed_in_a_replay_all_that_must_hold_holds(
    stack: RunningStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert sorted(IN_TURN) == sorted(PARTS), "no part is spared"
    monkeypatch.setenv("FORBEAR_VAR", str(stack.settings.var))
    monkeypatch.setenv("FORBEAR_PORT_BASE", str(stack.settings.port_base))
    loans = [BankLoan(f"E2E-DEATH-{n:02d}") for n in range(LOANS)]
    counted = await stack.get("intake", "/intake/counts")
    facts = sorted(_portfolio(stack, loans), key=lambda fact: fact.occurred_at.ToNanoseconds())
    # Slow while they die, so that a busy machine is not done with the replay first.
    await stack.run_at(RATE / 2)
    playing = asyncio.create_task(_play(stack, facts))
    for part in IN_TURN:
        assert not playing.done(), f"the replay was over before {part} was killed"
        await stack.kill(part)
    await stack.run_at(RATE * 2)
    assert await playing == len(facts)
    await stack.run_at(1)
    await all_quiet(stack, 240)

    counts = await stack.get("intake", "/intake/counts")
    assert closes(counts)
    assert counts["applied"] - counted["applied"] == len(facts), "each fact counted once"
    await _books_and_histories_hold(stack)
    found = await stack.post("intake", "/loans/lookup", {"refs": [loan.ref for loan in loans]})
    ids = [loan["loan_id"] for loan in found["loans"].values()]
    assert len(ids) == LOANS
    await _cases_hold(stack, await gather(stack.settings.kafka_bootstrap), ids)


async def _play(stack: RunningStack, facts: list[Said]) -> int:
    planned = (replace(stack.planned(fact), at=fact.occurred_at.ToDatetime(UTC)) for fact in facts)
    return await play(planned, stack.settings.kafka_bootstrap, stack.clock)


def _portfolio(stack: RunningStack, loans: list[BankLoan]) -> Iterator[Said]:
    """A third of the loans pays all and is cured, some of them late again; a third pays a part,
    some of it reversed; a third is silent."""
    now, today = stack.now(), stack.today()
    for number, loan in enumerate(loans):
        yield loan.person(now)
        yield loan.registered(now)
        first = today + timedelta(days=1 + number % 4)
        yield loan.overdue(first, days=3)
        yield from (_payer, _part_payer, _silent)[number % 3](loan, first, number)


def _payer(loan: BankLoan, first: date, number: int) -> Iterator[Said]:
    paid = loan.paid(first + timedelta(days=2), OVERDUE_MINOR)
    yield paid
    yield loan.up_to_date(first + timedelta(days=3))
    if number % 2:
        yield loan.reversed(paid, first + timedelta(days=5))
    else:
        yield loan.overdue(first + timedelta(days=6), days=1)


def _part_payer(loan: BankLoan, first: date, number: int) -> Iterator[Said]:
    for day in (1, 3, 5):
        paid = loan.paid(first + timedelta(days=day), 7_000 + number)
        yield paid
    if number % 2:
        yield loan.reversed(paid, first + timedelta(days=7))


def _silent(loan: BankLoan, first: date, number: int) -> Iterator[Said]:
    yield loan.overdue(first + timedelta(days=7), days=10, minor=OVERDUE_MINOR + number)


async def _books_and_histories_hold(stack: RunningStack) -> None:
    same = await compare(
        stack.settings.kafka_bootstrap, stack.url("ledger", ""), TENANT, stack.url("intake", "")
    )
    assert same["different"] == [] and same["loans"] == same["equal"] >= LOANS
    imbalance = await stack.get("ledger", "/ledger/imbalance")
    assert set(imbalance.values()) <= {0}
    for service in SERVICES:
        assert set((await backlog(stack, service)).values()) == {0}, service
    audit = await stack.post("ledger", "/audit/verify")
    assert (audit["first_broken"], audit["gaps"]) == (None, [])
    assert audit["verified"] == audit["loans"] >= LOANS


async def _cases_hold(stack: RunningStack, proof: Evidence, ids: list[str]) -> None:
    overdue = {loan_id for loan_id, d in proof.dispositions(ids).items() if d == "overdue"}
    is_open = {loan_id for loan_id in ids if proof.has_open_episode(loan_id)}
    assert overdue <= is_open, "every overdue loan has its case"
    client = await stack.temporal()
    running = {each.id async for each in client.list_workflows('ExecutionStatus="Running"')}
    assert {i for i in ids if workflow_id(TENANT, i) in running} == is_open
    assert proof.muddled_episodes(ids) == []
    assert proof.opened_twice() == []
    assert proof.acts_after_end() == []
    assert proof.gaps() == []
    assert proof.touched_before_due() == []
    assert len([touch for i in ids for touch in proof.touches(i)]) > LOANS / 2
