"""What a case asks of the cases service: its episode, a record of every move, and its end."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime

from temporalio import activity

from interfaces.calendar import Calendar
from interfaces.facts import Facts
from interfaces.strategy import Strategy

TASK_QUEUE = "cases"


@dataclass(frozen=True)
class ClaimEpisode:
    tenant: str
    loan_id: str
    run_id: str


@dataclass(frozen=True)
class EpisodeClaim:
    """`is_duplicate`: another run owns the episode, or the loan is not overdue any more."""

    is_duplicate: bool
    episode: int = 0
    opened_at: datetime | None = None
    earlier_episodes: int = 0
    facts: Facts | None = None
    strategy: Strategy | None = None
    calendar: Calendar | None = None


@dataclass(frozen=True)
class RecordTransition:
    """One move of a case. `key` is loan/episode/seq; `what` is one of `opened`, `stage_changed`,
    `suspended`, `resumed`, `paused`, `act_refused`, `notice_waived`; `because` is a sentence."""

    key: str
    tenant: str
    loan_id: str
    episode: int
    seq: int
    at: datetime
    due_at: datetime
    position_version: int
    what: str
    from_stage: str
    to_stage: str
    because: str


@dataclass(frozen=True)
class CloseEpisode:
    key: str
    tenant: str
    loan_id: str
    episode: int
    at: datetime
    position_version: int
    reason: str
    furthest_stage: str
    because: str


@dataclass(frozen=True)
class EpisodeClosing:
    """`is_closed` is false when a newer position is known; `facts` then holds all the latest."""

    is_closed: bool
    facts: Facts | None = None


class CasesActivities(ABC):
    @abstractmethod
    @activity.defn(name="cases.claim_episode")
    async def claim_episode(self, command: ClaimEpisode) -> EpisodeClaim: ...

    @abstractmethod
    @activity.defn(name="cases.record_transition")
    async def record_transition(self, command: RecordTransition) -> None:
        """May reject with `cases/unknown_episode`."""

    @abstractmethod
    @activity.defn(name="cases.close_episode")
    async def close_episode(self, command: CloseEpisode) -> EpisodeClosing:
        """May reject with `cases/unknown_episode`."""
