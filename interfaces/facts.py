"""The absolute facts a case lives on: each says all there is to know of its kind, so the highest
version wins and duplicates or reordering change nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

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


@dataclass(frozen=True)
class PartyInRole:
    party_id: str
    role: Role
    kind: PartyKind
    language: str
    liability_limit_minor: int | None = None


@dataclass(frozen=True)
class Overdue:
    """The overdue amount by component, in minor units of the loan's currency."""

    costs_minor: int = 0
    interest_minor: int = 0
    principal_minor: int = 0

    @property
    def total_minor(self) -> int:
        return self.costs_minor + self.interest_minor + self.principal_minor


@dataclass(frozen=True)
class ProvenNotice:
    """A notice another system sent before the loan was taken over, with its evidence's name."""

    kind: str
    party_id: str
    sent_at: datetime
    delivered_at: datetime | None
    evidence: str


@dataclass(frozen=True)
class ProvenContact:
    party_id: str
    channel: Channel
    at: datetime
    was_reached: bool
    asked_circumstances: bool


@dataclass(frozen=True)
class ProvenAgreement:
    kind: AgreementKind
    party_id: str
    total_minor: int
    paid_minor: int
    due_on: tuple[date, ...]
    due_minor: tuple[int, ...]


@dataclass(frozen=True)
class ProvenMatter:
    status: MatterStatus
    court_reference: str
    opened_on: date
    next_deadline_on: date | None


@dataclass(frozen=True)
class TakenOver:
    """What another system proved about a loan before Forbear took it over."""

    notices: tuple[ProvenNotice, ...] = ()
    contacts: tuple[ProvenContact, ...] = ()
    agreement: ProvenAgreement | None = None
    matter: ProvenMatter | None = None
    limitation_restarted_on: date | None = None


@dataclass(frozen=True)
class Position:
    """What is owed now; derived by the ledger and published absolute. `version` is the stream
    version of the event that carried it; `at` is the instant its cause was accepted."""

    version: int
    at: datetime
    disposition: Disposition
    currency: str
    as_of: date
    oldest_due_on: date | None
    overdue: Overdue
    balance_minor: int
    minimum_due_minor: int
    grace_days: int
    tolerance_minor: int
    disputed_minor: int
    is_accelerated: bool
    last_instalment_due_on: date | None
    product: str
    segment: str
    branch: str
    parties: tuple[PartyInRole, ...]
    taken_over: TakenOver | None = None
    reasons: tuple[str, ...] = ()

    @property
    def collectable_minor(self) -> int:
        """Overdue less the part in dispute, never below zero."""
        return max(0, self.overdue.total_minor - self.disputed_minor)


@dataclass(frozen=True)
class HoldInterval:
    """An interval in which something is blocked; no party means the whole loan."""

    hold_id: str
    kind: HoldKind
    party_id: str | None
    blocks: tuple[Block, ...]
    from_at: datetime
    until_at: datetime | None
    review_at: datetime | None
    amount_minor: int | None = None
    has_no_estate: bool = False


@dataclass(frozen=True)
class Holds:
    version: int
    at: datetime
    intervals: tuple[HoldInterval, ...] = ()


@dataclass(frozen=True)
class Notice:
    """One notice of one kind to one party, at its best status so far."""

    kind: str
    party_id: str
    channel: Channel
    status: NoticeStatus
    sent_at: datetime | None
    delivered_at: datetime | None


@dataclass(frozen=True)
class Circumstances:
    """Whether a party was asked how it fares: by its answer, or on which channels it was tried."""

    party_id: str
    answered_at: datetime | None
    channels_tried: tuple[Channel, ...] = ()


@dataclass(frozen=True)
class WishSettled:
    """How a wish that waited for the party's other loans ended; `status` as a touch's outcome."""

    key: str
    status: str
    rule_id: str = ""
    because: str = ""
    next_allowed_at: datetime | None = None


@dataclass(frozen=True)
class ContactProgress:
    """Notices, questions and the latest settled wishes of one episode; 0 stands for whichever is
    open."""

    version: int
    at: datetime
    notices: tuple[Notice, ...] = ()
    circumstances: tuple[Circumstances, ...] = ()
    episode: int = 0
    settled: tuple[WishSettled, ...] = ()


@dataclass(frozen=True)
class Agreement:
    """The latest promise, plan or settlement of a loan. `judge_at` is when it must be looked at
    again: an offer's expiry, or the end of tolerance after the next instalment."""

    version: int
    at: datetime
    agreement_id: str
    kind: AgreementKind
    status: AgreementStatus
    party_id: str
    total_minor: int
    paid_minor: int
    next_due_on: date | None
    judge_at: datetime | None
    rounds: int = 1


@dataclass(frozen=True)
class Visit:
    version: int
    at: datetime
    visit_id: str
    status: VisitStatus
    party_id: str
    window_from: datetime
    window_until: datetime
    outcome: str = ""
    people: int = 0


@dataclass(frozen=True)
class Matter:
    """A legal matter and its clocks. `deadline_at` is the next instant the court or the law sets;
    `outcome` says how an ended matter ended."""

    version: int
    at: datetime
    matter_id: str
    status: MatterStatus
    deadline_at: datetime | None
    limitation_expires_on: date | None
    outcome: str = ""


@dataclass(frozen=True)
class Facts:
    """All absolute facts of one loan, as far as they are known."""

    position: Position | None = None
    holds: Holds | None = None
    contact: ContactProgress | None = None
    agreement: Agreement | None = None
    visit: Visit | None = None
    matter: Matter | None = None


Fact = Position | Holds | ContactProgress | Agreement | Visit | Matter
