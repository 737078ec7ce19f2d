"""Builders of facts, strategies and states with sensible defaults, for tests of every layer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import yaml

from interfaces.calendar import Calendar
from interfaces.facts import (
    Agreement,
    Circumstances,
    ContactProgress,
    Facts,
    HoldInterval,
    Holds,
    Matter,
    Notice,
    Overdue,
    PartyInRole,
    Position,
    Visit,
)
from interfaces.strategy import Strategy
from interfaces.values import (
    AgreementKind,
    AgreementStatus,
    Block,
    Channel,
    Disposition,
    HoldKind,
    MatterStatus,
    NoticeStatus,
    PartyKind,
    Role,
    VisitStatus,
)
from services.cases.domain.strategies import parse_strategy
from workflows.state import CaseState

ROOT = Path(__file__).resolve().parent.parent
DUE = date(2026, 3, 2)
OPENED = datetime(2026, 3, 3, 2, 0, tzinfo=UTC)
CALENDAR = Calendar("cn", "test", "Asia/Shanghai")
BORROWER = PartyInRole("party-borrower", Role.BORROWER, PartyKind.PERSON, "zh-CN")
GUARANTOR = PartyInRole("party-guarantor", Role.JOINT_GUARANTOR, PartyKind.PERSON, "zh-CN", 500_000)
RELATIVE = PartyInRole("party-relative", Role.CONTACT, PartyKind.PERSON, "zh-CN")


@cache
def strategy(name: str = "consumer-individual") -> Strategy:
    """One of the bundled strategies, as cases would hand it out."""
    raw = yaml.safe_load((ROOT / "config" / "strategies" / f"{name}.yaml").read_text())
    return parse_strategy(raw).strategy


def position(version: int = 1, **changes: object) -> Position:
    """An overdue consumer loan of one borrower with a guarantor and a relative as contact."""
    base = Position(
        version=version,
        at=OPENED,
        disposition=Disposition.OVERDUE,
        currency="CNY",
        as_of=DUE + timedelta(days=1),
        oldest_due_on=DUE,
        overdue=Overdue(costs_minor=0, interest_minor=10_000, principal_minor=90_000),
        balance_minor=1_200_000,
        minimum_due_minor=100_000,
        grace_days=0,
        tolerance_minor=100,
        disputed_minor=0,
        is_accelerated=False,
        last_instalment_due_on=date(2027, 12, 2),
        product="consumer_loan",
        segment="individual",
        branch="0001",
        parties=(BORROWER, GUARANTOR, RELATIVE),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def state(**changes: object) -> CaseState:
    """A case just opened, before its first decision."""
    base = CaseState(
        tenant="demo",
        loan_id="loan0001",
        episode=1,
        opened_at=OPENED,
        earlier_episodes=0,
        strategy=strategy(),
        calendar=CALENDAR,
        now=OPENED,
        stage_since=OPENED,
        facts=Facts(position=position()),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def hold(
    from_at: datetime,
    until_at: datetime | None,
    party_id: str | None = None,
    kind: HoldKind = HoldKind.DISPUTE,
) -> HoldInterval:
    blocks = (Block.CONTACT, Block.VISIT, Block.LEGAL)
    return HoldInterval(
        hold_id=f"{kind}-{from_at.isoformat()}",
        kind=kind,
        party_id=party_id,
        blocks=blocks,
        from_at=from_at,
        until_at=until_at,
        review_at=from_at + timedelta(days=30),
    )


def holds(version: int, at: datetime, *intervals: HoldInterval) -> Holds:
    return Holds(version, at, intervals)


def notice(kind: str, sent_at: datetime, status: NoticeStatus = NoticeStatus.SENT) -> Notice:
    delivered_at = sent_at if status is NoticeStatus.DELIVERED else None
    return Notice(kind, BORROWER.party_id, Channel.SMS, status, sent_at, delivered_at)


def progress(
    version: int, at: datetime, notices: tuple[Notice, ...] = (), asked: bool = False
) -> ContactProgress:
    tried = (Channel.CALL, Channel.LETTER) if asked else ()
    return ContactProgress(version, at, notices, (Circumstances(BORROWER.party_id, None, tried),))


def agreement(version: int, at: datetime, status: AgreementStatus, **changes: object) -> Agreement:
    base = Agreement(
        version=version,
        at=at,
        agreement_id="agreement-1",
        kind=AgreementKind.PLAN,
        status=status,
        party_id=BORROWER.party_id,
        total_minor=100_000,
        paid_minor=0,
        next_due_on=at.date() + timedelta(days=10),
        judge_at=at + timedelta(days=13),
    )
    return replace(base, **changes)  # type: ignore[arg-type]


def visit(version: int, at: datetime, status: VisitStatus, window_from: datetime) -> Visit:
    until = window_from + timedelta(hours=2)
    return Visit(version, at, "visit-1", status, BORROWER.party_id, window_from, until)


def matter(
    version: int, at: datetime, status: MatterStatus, deadline_at: datetime | None = None
) -> Matter:
    return Matter(version, at, "matter-1", status, deadline_at, date(2030, 12, 2))
