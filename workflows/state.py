"""All that a case remembers between two decisions, small enough to travel into a new run."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from interfaces.calendar import Calendar
from interfaces.facts import Facts, PartyInRole, Position
from interfaces.strategy import Strategy
from interfaces.values import Channel, Role, Stage


@dataclass(frozen=True)
class StepRecord:
    """How often a step was done for a party, and what stands in its way."""

    key: str
    times: int = 0
    last_at: datetime | None = None
    not_before: datetime | None = None
    failed: tuple[Channel, ...] = ()
    expired: int = 0


@dataclass(frozen=True)
class NoticeTry:
    """When a notice of this kind was first tried: documented attempts start its fallback."""

    kind: str
    first_at: datetime


@dataclass(frozen=True)
class OpenWish:
    """A touch left with contact, which may share it with the party's other loans; `step` names the
    record of the step that asked for it. One that `is_met` could not be withdrawn: it was confirmed
    before, and its end is still to be told."""

    key: str
    step: str
    channel: Channel
    notice: str
    has_channels: bool
    is_met: bool = False


@dataclass(frozen=True)
class CaseState:
    """`inherited` is the agreement that stood when the episode opened: one about earlier debts.
    `may_linger`: contact was asked for a touch since it was last told to stop; one that was made
    may be dialled again."""

    tenant: str
    loan_id: str
    episode: int
    opened_at: datetime
    earlier_episodes: int
    strategy: Strategy
    calendar: Calendar
    now: datetime
    stage_since: datetime
    facts: Facts = field(default_factory=Facts)
    reached: Stage = Stage.ASSESS
    furthest: Stage = Stage.ASSESS
    seq: int = 0
    is_adopted: bool = False
    is_suspended: bool = False
    suspended_at: datetime | None = None
    paused_until: datetime | None = None
    pause_reason: str = ""
    close_order: str = ""
    inherited: str = ""
    steps: tuple[StepRecord, ...] = ()
    tries: tuple[NoticeTry, ...] = ()
    wishes: tuple[OpenWish, ...] = ()
    may_linger: bool = False

    @property
    def position(self) -> Position:
        """The latest position; a case never exists without one."""
        if self.facts.position is None:
            raise ValueError(f"case {self.loan_id} has no position")
        return self.facts.position

    @property
    def key(self) -> str:
        """The business key of the next act."""
        return f"{self.loan_id}/{self.episode}/{self.seq + 1}"

    def record(self, key: str) -> StepRecord:
        return next((record for record in self.steps if record.key == key), StepRecord(key))

    def parties(self, *roles: Role) -> tuple[PartyInRole, ...]:
        return tuple(party for party in self.position.parties if party.role in roles)
