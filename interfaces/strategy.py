"""The shape of a treatment strategy: versioned data that says what to do on each rung."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from interfaces.calendar import Delay
from interfaces.values import Channel, NoticeStatus, Purpose, Role, Stage


class CureRule(StrEnum):
    """What must be met for a loan to be cured."""

    ARREARS_MET = "arrears_met"
    MINIMUM_MET = "minimum_met"


class StepKind(StrEnum):
    TOUCH = "touch"
    OFFER = "offer"
    VISIT = "visit"
    MATTER = "matter"


@dataclass(frozen=True)
class NoticeRule:
    """Which status of a notice suffices to rise, when it is deemed delivered, and after how long
    of documented attempts the rung may be climbed without it."""

    kind: str
    suffices: NoticeStatus
    deemed_after: Delay
    fallback_after: Delay


@dataclass(frozen=True)
class Step:
    """One thing a stage does, for each party in `roles`; `channels` are tried in order."""

    key: str
    kind: StepKind
    roles: tuple[Role, ...]
    after: Delay
    every: Delay | None = None
    times_max: int = 1
    channels: tuple[Channel, ...] = ()
    purpose: Purpose = Purpose.COLLECTION
    template: str = ""
    notice: str = ""
    asks_circumstances: bool = False


@dataclass(frozen=True)
class StageRule:
    """When a rung is due (treatment age in days), how long the rung lasts at least, and the notice
    the borrower must have had before it may be entered."""

    stage: Stage
    from_day: int
    dwell: Delay
    requires_notice: str = ""
    requires_circumstances: bool = False
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True)
class Urgency:
    """Above these marks a case is urgent: its dwell and cadence are shortened to `percent`."""

    overdue_minor_from: int
    earlier_episodes_from: int
    percent: int


@dataclass(frozen=True)
class Strategy:
    """Touches start between `act_from` (plus the loan's share of `spread_minutes`) and `act_until`,
    wall-clock times "HH:MM" of the tenant. `confirmation` is how long a covered loan waits for the
    bank's word; `review` is the longest sleep of a case for which nothing else is planned."""

    strategy_id: str
    version: int
    cure: CureRule
    confirmation: Delay
    act_from: str
    act_until: str
    spread_minutes: int
    review: Delay
    limitation_years: int
    urgency: Urgency
    notices: tuple[NoticeRule, ...]
    stages: tuple[StageRule, ...]

    def stage(self, stage: Stage) -> StageRule | None:
        return next((rule for rule in self.stages if rule.stage is stage), None)

    def notice(self, kind: str) -> NoticeRule | None:
        return next((rule for rule in self.notices if rule.kind == kind), None)
