"""The packs as they ship, and short ways to say what is done and what is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from interfaces.facts import HoldInterval
from interfaces.values import Block, Channel, Direction, HoldKind, Purpose, Role
from services.contact.domain.law.facts import Known, PastAttempt, Proposal, Result
from services.contact.domain.law.judgement import Pack, Verdict, judge
from services.contact.settings import read_law

BOOK = read_law(Path("config/law"))
NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)  # 12:00 in Shanghai


def pack(*names: str, at: datetime = NOON) -> Pack:
    return BOOK.pack(names, at)


CALL = Proposal(
    tenant="demo",
    party_id="p",
    role=Role.BORROWER,
    debtor_id="p",
    channel=Channel.CALL,
    purpose=Purpose.COLLECTION,
    point_id="a",
    loan_ids=("l1",),
    product="card",
)


def act(**changes: object) -> Proposal:
    return replace(CALL, **changes)  # type: ignore[arg-type]


def plain(**changes: object) -> Known:
    known = Known(("Asia/Shanghai",), frozenset({Role.BORROWER}), is_debtor_liable=True)
    return replace(known, **changes)  # type: ignore[arg-type]


def past(at: datetime, result: Result = Result.EFFECTIVE, **changes: object) -> PastAttempt:
    attempt = PastAttempt(
        attempt_id="x",
        party_id="p",
        loan_ids=("l1",),
        channel=Channel.CALL,
        direction=Direction.OUTBOUND,
        purpose=Purpose.COLLECTION,
        point_id="a",
        from_at=at,
        until_at=at,
        result=result,
        debtor_id="p",
        role="borrower",
    )
    return replace(attempt, **changes)  # type: ignore[arg-type]


def hold(kind: HoldKind, party_id: str | None = "p", until: datetime | None = None) -> HoldInterval:
    blocks = (Block.CONTACT, Block.VISIT)
    begun = datetime(2020, 1, 1, tzinfo=UTC)
    return HoldInterval("h", kind, party_id, blocks, begun, until, None)


def local(zone: str, *parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(zone)).astimezone(UTC)  # type: ignore[misc,arg-type]


def rules_of(verdict: Verdict) -> set[str]:
    """The rules that refuse."""
    return {each.article.rule_id for each in verdict.findings if each.refuses}


def asked(name: str, proposal: Proposal, known: Known, at: datetime = NOON) -> Verdict:
    return judge(pack(name, at=at), proposal, known, at)
