"""How many decisions the ladder takes a second on one core, beside rebuilding its state alone."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import yaml

from bench.report import Figure
from interfaces.calendar import Calendar
from interfaces.facts import Facts, Overdue, PartyInRole, Position
from interfaces.values import Disposition, PartyKind, Role
from services.cases.domain.strategies import parse_strategy
from workflows.ladder import decide
from workflows.state import CaseState

ROUNDS = 3_000
TARGET_PER_SECOND = 2_000.0
DUE = date(2026, 3, 2)
NOW = datetime(2026, 3, 20, 2, 0, tzinfo=UTC)


async def measure() -> list[Figure]:
    state = _state()
    decided = _per_second(lambda n: decide(state, NOW + timedelta(hours=n % 48)))
    rebuilt = _per_second(lambda n: replace(state, seq=n))
    return [Figure("ladder_decisions", decided, "1/s", rebuilt, TARGET_PER_SECOND)]


def _per_second(act: Callable[[int], object]) -> float:
    started = time.perf_counter()
    for number in range(ROUNDS):
        act(number)
    return round(ROUNDS / (time.perf_counter() - started), 1)


def _state() -> CaseState:
    strategy = yaml.safe_load(Path("config/strategies/consumer-individual.yaml").read_text())
    borrower = PartyInRole("party", Role.BORROWER, PartyKind.PERSON, "zh-CN")
    position = Position(
        version=1,
        at=NOW,
        disposition=Disposition.OVERDUE,
        currency="CNY",
        as_of=DUE,
        oldest_due_on=DUE,
        overdue=Overdue(principal_minor=100_000),
        balance_minor=1_000_000,
        minimum_due_minor=0,
        grace_days=0,
        tolerance_minor=0,
        disputed_minor=0,
        is_accelerated=False,
        last_instalment_due_on=date(2028, 3, 2),
        product="consumer_loan",
        segment="individual",
        branch="1",
        parties=(borrower,),
    )
    return CaseState(
        tenant="bench",
        loan_id="loan",
        episode=1,
        opened_at=NOW,
        earlier_episodes=0,
        strategy=parse_strategy(strategy).strategy,
        calendar=Calendar("cn", "bench", "Asia/Shanghai"),
        now=NOW,
        stage_since=NOW,
        facts=Facts(position=position),
    )
