"""A bank's fact as the rules see it: real dates, integer money, and nothing of its encoding."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Kind(StrEnum):
    """The two sorts of things a bank sends; each has its own event ids and its own topic."""

    FACT = "fact"
    PERSON = "person"


class Disposition(StrEnum):
    """What became of something received; every one received has exactly one."""

    APPLIED = "applied"
    DUPLICATE = "duplicate"
    STALE = "stale"
    QUARANTINED = "quarantined"
    DEAD_LETTERED = "dead_lettered"


@dataclass(frozen=True)
class Refusal:
    """Why something waits in quarantine: a stable code, and a reason a person understands."""

    code: str
    reason: str


@dataclass(frozen=True)
class Verdict:
    disposition: Disposition
    refusal: Refusal | None = None


APPLIED = Verdict(Disposition.APPLIED)
DUPLICATE = Verdict(Disposition.DUPLICATE)
STALE = Verdict(Disposition.STALE)


def refused(code: str, reason: str) -> Verdict:
    return Verdict(Disposition.QUARANTINED, Refusal(f"intake/{code}", reason))


@dataclass(frozen=True)
class PartyLink:
    party_ref: str
    role: str


@dataclass(frozen=True)
class Registration:
    product: str
    currency: str
    parties: tuple[PartyLink, ...]


@dataclass(frozen=True)
class Snapshot:
    as_of: date
    oldest_due_on: date | None
    days_past_due: int
    grace_days: int
    overdue_principal_minor: int
    overdue_minor: int
    balance_minor: int
    currency: str


@dataclass(frozen=True)
class Instalment:
    amount_minor: int
    currency: str


@dataclass(frozen=True)
class Payment:
    transaction_id: str
    amount_minor: int
    currency: str
    effective_on: date


@dataclass(frozen=True)
class Reversal:
    """Undoes the payment of the same transaction id, whole."""

    transaction_id: str
    amount_minor: int
    currency: str
    effective_on: date


@dataclass(frozen=True)
class Balance:
    currency: str


@dataclass(frozen=True)
class Ending:
    """Closed, sold, recalled or written off."""

    on: date


@dataclass(frozen=True)
class ProvenAgreement:
    total_minor: int
    paid_minor: int
    instalments: tuple[tuple[date, int], ...]


@dataclass(frozen=True)
class TakeOver:
    """What another system proved; each notice is when it was sent and delivered."""

    on: date
    party_refs: frozenset[str]
    notices: tuple[tuple[datetime, datetime | None], ...]
    agreement: ProvenAgreement | None
    matter_opened_on: date | None


Content = Registration | Snapshot | Instalment | Payment | Reversal | Balance | Ending | TakeOver


@dataclass(frozen=True)
class Fact:
    """`says` is a digest of the content alone, to compare what two events say."""

    sequence: int
    occurred_at: datetime
    content: Content
    says: bytes


@dataclass(frozen=True)
class Point:
    point_ref: str
    kind: str
    value: str


@dataclass(frozen=True)
class Person:
    sequence: int
    occurred_at: datetime
    time_zone: str
    points: tuple[Point, ...]


@dataclass(frozen=True)
class DeadLetter:
    """Something nobody could read: where it came from, and itself if no topic keeps it."""

    origin: str
    tenant: str
    kind: Kind
    error: str
    sealed: bytes | None
