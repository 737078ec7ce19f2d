"""All that rules of contact look at: an act, and what is known of its people, loans and past."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum

from interfaces.facts import HoldInterval
from interfaces.values import Capacity, Channel, Direction, Purpose, Role
from services.contact.domain.points import OptOut


class Result(StrEnum):
    """How an attempt ended, as far as the law tells endings apart; see docs/law-facts.md."""

    PLANNED = "planned"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"
    BUSY = "busy"
    OUT_OF_SERVICE = "out_of_service"
    NO_ANSWER = "no_answer"
    VOICEMAIL = "voicemail"
    CONNECTED = "connected"
    THIRD_PARTY = "third_party"
    RIGHT_PARTY = "right_party"
    EFFECTIVE = "effective"


class Reachability(StrEnum):
    REACHABLE = "reachable"
    SUSPECT = "suspect"
    LOST = "lost"


class AgreedKind(StrEnum):
    """What may be agreed: further hours, another number a day, or to be called at all."""

    HOURS = "hours"
    FREQUENCY = "frequency"
    CALL = "call"


class NoticeKind(StrEnum):
    VALIDATION = "validation"
    ARREARS = "arrears"
    ASSIGNMENT = "assignment"
    PRE_DUE = "pre_due"
    DEFAULT = "default"
    AGENT_INTIMATION = "agent_intimation"


# Where a person lives decides whether a state's law applies, and nobody has said.
UNKNOWN_REGION = "unknown"


@dataclass(frozen=True, slots=True)
class Override:
    """Somebody with the authority to do so answers for an act that a soft rule refuses."""

    reason: str
    authority: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """The act to be judged. `point_id` is empty when there is no usable contact point; `debtor_id`
    is the party it is about; `people` is how many come to visit, 0 while that is not known;
    `is_automated`: no person speaks."""

    tenant: str
    party_id: str
    role: Role
    debtor_id: str
    channel: Channel
    purpose: Purpose
    point_id: str
    loan_ids: tuple[str, ...] = ()
    product: str = ""
    direction: Direction = Direction.OUTBOUND
    capacity: Capacity = Capacity.CREDITOR
    agency: str = ""
    people: int = 0
    enters: bool = False
    has_consent_to_enter: bool = False
    discloses: bool = True
    threatens_suit: bool = False
    is_cease_notice: bool = False
    is_automated: bool = False
    override: Override | None = None


@dataclass(frozen=True, slots=True)
class PastAttempt:
    """A touch tried, or a budget kept for a window; instants have a window of no length."""

    attempt_id: str
    party_id: str
    loan_ids: tuple[str, ...]
    channel: Channel
    direction: Direction
    purpose: Purpose
    point_id: str
    from_at: datetime
    until_at: datetime
    result: Result
    debtor_id: str = ""
    role: str = ""
    capacity: Capacity = Capacity.CREDITOR
    agency: str = ""

    def falls_within(self, start: datetime, end: datetime) -> bool:
        return self.from_at < end and self.until_at >= start


@dataclass(frozen=True, slots=True)
class KnownPoint:
    point_id: str
    kind: str
    zones: tuple[str, ...] = ()
    provenance: str = ""
    has_consent: bool = False
    is_verified: bool = False
    is_reserved: bool = False
    is_invalid: bool = False


@dataclass(frozen=True, slots=True)
class DayHours:
    """From and until on a clock, end excluded; an end before the start passes midnight."""

    from_time: time
    until_time: time

    def cover(self, clock: time) -> bool:
        if self.from_time <= self.until_time:
            return self.from_time <= clock < self.until_time
        return clock >= self.from_time or clock < self.until_time


@dataclass(frozen=True, slots=True)
class Ban:
    """A medium, or a time of day, that the person forbade; no channel means every channel, no
    hours means always. Without a beginning it has begun."""

    channel: Channel | None = None
    hours: DayHours | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None

    def lasts(self, at: datetime) -> bool:
        has_begun = self.from_at is None or self.from_at <= at
        return has_begun and (self.until_at is None or at < self.until_at)


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the person agreed to, with its evidence, while it lasts."""

    kind: AgreedKind
    from_at: datetime
    until_at: datetime | None = None
    channel: Channel | None = None
    hours: DayHours | None = None
    per_day_max: int | None = None
    evidence: str = ""

    def lasts(self, at: datetime) -> bool:
        return self.from_at <= at and (self.until_at is None or at < self.until_at)

    def concerns(self, channel: Channel) -> bool:
        return self.channel is None or self.channel is channel


@dataclass(frozen=True, slots=True)
class KnownTreatment:
    """What the treatment of somebody vulnerable asks of the gate, while it lasts."""

    from_at: datetime
    until_at: datetime | None = None
    touches_per_week_max: int | None = None
    allows_automated_voice: bool = True

    def lasts(self, at: datetime) -> bool:
        return self.from_at <= at and (self.until_at is None or at < self.until_at)


@dataclass(frozen=True, slots=True)
class KnownLoan:
    """What rules ask of a loan; `oldest_due_on` is the day of the oldest unpaid, `arrangement` the
    kind of the agreement that is being kept, empty if none is. The other due dates and the arrears
    are looked at by duties alone. No limitation date: it does not expire, unless
    `is_limitation_known` says that nobody knows."""

    loan_id: str
    product: str = ""
    limitation_expires_on: date | None = None
    is_limitation_known: bool = True
    is_settled: bool = False
    arrangement: str = ""
    first_communication_at: datetime | None = None
    next_due_on: date | None = None
    payments_missed_two_on: date | None = None
    assigned_at: datetime | None = None
    oldest_due_on: date | None = None


@dataclass(frozen=True, slots=True)
class KnownNotice:
    kind: NoticeKind
    loan_id: str
    party_id: str
    sent_at: datetime
    delivered_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class KnownAgency:
    name: str
    is_listed: bool = False
    evaluated_on: date | None = None
    contract_until: date | None = None
    agents_certified: bool = False


@dataclass(frozen=True, slots=True)
class KnownOverride:
    """One soft rule that somebody with the authority answers for, for a time; no loan means all of
    the party's, no channel every channel."""

    override_id: str
    rule_id: str
    reason: str
    authority: str
    from_at: datetime
    until_at: datetime
    loan_id: str = ""
    channel: Channel | None = None

    def concerns(self, rule_id: str, act: Proposal) -> bool:
        """Of an act about several loans it is the whole answer only if it is for all of them."""
        is_of_loans = not self.loan_id or act.loan_ids == (self.loan_id,)
        is_of_channel = self.channel is None or self.channel is act.channel
        return self.rule_id == rule_id and is_of_loans and is_of_channel

    def lasts(self, at: datetime) -> bool:
        return self.from_at <= at < self.until_at


@dataclass(frozen=True, slots=True)
class Known:
    """All that rules look at. `attempts` are the debtor's, over all loans and agencies, in and
    out, on either side of now; `holds` are those of the act's loans; `roles`, treatments, overrides
    and the marks of refusal are the addressed party's; life and reachability are those of the
    debtor. Until `placed_until` one of the loans is an agency's alone."""

    zones: tuple[str, ...]
    roles: frozenset[Role]
    is_debtor_liable: bool
    region: str = ""
    party_kind: str = "person"
    has_refused: bool = False
    is_willing_to_pay: bool = False
    reachability: Reachability = Reachability.REACHABLE
    is_dead: bool = False
    is_incapacitated: bool = False
    points: tuple[KnownPoint, ...] = ()
    opt_outs: tuple[OptOut, ...] = ()
    bans: tuple[Ban, ...] = ()
    agreements: tuple[Agreement, ...] = ()
    treatments: tuple[KnownTreatment, ...] = ()
    holds: tuple[HoldInterval, ...] = ()
    attempts: tuple[PastAttempt, ...] = ()
    loans: tuple[KnownLoan, ...] = ()
    notices: tuple[KnownNotice, ...] = ()
    overrides: tuple[KnownOverride, ...] = ()
    agency: KnownAgency | None = None
    placed_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """A whole facts document: which packs, what act, when, and what is known."""

    packs: tuple[str, ...]
    at: datetime
    act: Proposal
    known: Known
