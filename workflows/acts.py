"""What the ladder can decide: an act of one kind, a wait, or the end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from interfaces.facts import PartyInRole
from interfaces.strategy import Step
from interfaces.values import Channel, ClosingReason, Stage


@dataclass(frozen=True)
class Move:
    """A transition to be recorded; `what` as in interfaces.cases.RecordTransition."""

    what: str
    to_stage: Stage
    because: str


@dataclass(frozen=True)
class Adopt:
    because: str = "taken over with proof from another system"


@dataclass(frozen=True)
class TouchParty:
    step: Step
    party: PartyInRole
    channel: Channel
    due_at: datetime


@dataclass(frozen=True)
class MakeOfferTo:
    step: Step
    party: PartyInRole
    due_at: datetime


@dataclass(frozen=True)
class JudgeOpenAgreement:
    agreement_id: str


@dataclass(frozen=True)
class BookVisitTo:
    step: Step
    party: PartyInRole
    due_at: datetime


@dataclass(frozen=True)
class BeginBookedVisit:
    visit_id: str


@dataclass(frozen=True)
class JudgePastVisit:
    visit_id: str


@dataclass(frozen=True)
class CancelBookedVisit:
    visit_id: str
    because: str


@dataclass(frozen=True)
class WithdrawWishes:
    keys: tuple[str, ...]
    because: str


@dataclass(frozen=True)
class OpenMatterAgainst:
    step: Step
    party: PartyInRole
    due_at: datetime


@dataclass(frozen=True)
class MoveOpenMatter:
    matter_id: str


Act = (
    Move
    | Adopt
    | TouchParty
    | MakeOfferTo
    | JudgeOpenAgreement
    | BookVisitTo
    | BeginBookedVisit
    | JudgePastVisit
    | CancelBookedVisit
    | WithdrawWishes
    | OpenMatterAgainst
    | MoveOpenMatter
)


@dataclass(frozen=True)
class Wait:
    """Nothing to do before `until`, unless a fact comes."""

    until: datetime
    because: str


@dataclass(frozen=True)
class Close:
    reason: ClosingReason
    because: str


@dataclass(frozen=True)
class Later:
    """A rule has nothing to say now but must be asked again at `at`."""

    at: datetime
    because: str


Decision = Act | Wait | Close
