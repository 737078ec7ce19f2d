"""May this loan be acted on at all? One row per loan, moved by positions and episodes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from interfaces.values import Disposition
from services.contact.domain.announced import Announced


@dataclass(frozen=True)
class Amounts:
    """What messages may speak of, as of the latest position; `names` are those whom a notice is
    about."""

    currency: str = ""
    overdue_minor: int = 0
    disputed_minor: int = 0
    balance_minor: int = 0
    minimum_due_minor: int = 0
    oldest_due_on: date | None = None
    as_of: date | None = None
    product: str = ""
    names: tuple[Announced, ...] = ()


@dataclass(frozen=True)
class PositionSeen:
    """What standing takes from a position."""

    version: int
    disposition: Disposition
    amounts: Amounts


@dataclass(frozen=True)
class EpisodeOpened:
    episode: int


@dataclass(frozen=True)
class EpisodeClosed:
    episode: int
    reason: str


StandingFact = PositionSeen | EpisodeOpened | EpisodeClosed


@dataclass(frozen=True)
class Standing:
    """A loan nobody has told of yet is stopped: its disposition is current, its episode 0."""

    tenant: str
    loan_id: str
    position_version: int = 0
    disposition: Disposition = Disposition.CURRENT
    episode: int = 0
    closed_episode: int = 0
    closing_reason: str = ""
    amounts: Amounts = Amounts()

    @property
    def is_stopped(self) -> bool:
        return self.disposition is not Disposition.OVERDUE or self.is_closed

    @property
    def is_closed(self) -> bool:
        """Whether its latest episode has ended; an ending stops no later episode."""
        return 0 < self.episode <= self.closed_episode

    @property
    def because(self) -> str:
        if self.disposition is not Disposition.OVERDUE:
            return f"the loan is {self.disposition.value}"
        if self.is_closed:
            return f"episode {self.closed_episode} ended: {self.closing_reason}"
        return "the loan is overdue"

    @property
    def published(self) -> tuple[bool, int, int]:
        """What the world is told of; a change of it is an event."""
        return self.is_stopped, self.episode, self.closed_episode


class Answer(StrEnum):
    """What standing says to an act."""

    BEHIND = "behind"
    SUPERSEDED = "superseded"
    FREE = "free"


def evolve(standing: Standing, fact: StandingFact) -> Standing:
    """The latest position and the highest episodes win; anything older changes nothing."""
    match fact:
        case PositionSeen() if fact.version > standing.position_version:
            return replace(
                standing,
                position_version=fact.version,
                disposition=fact.disposition,
                amounts=fact.amounts,
            )
        case EpisodeOpened() if fact.episode > standing.episode:
            return replace(standing, episode=fact.episode)
        case EpisodeClosed() if fact.episode > standing.closed_episode:
            return replace(
                standing,
                episode=max(standing.episode, fact.episode),
                closed_episode=fact.episode,
                closing_reason=fact.reason,
            )
    return standing


def answer(standing: Standing | None, episode: int, position_version: int) -> Answer:
    """What standing says to an act decided in an episode on a position version."""
    if standing is None or standing.position_version < position_version:
        return Answer.BEHIND
    if standing.episode < episode:
        return Answer.BEHIND
    if standing.is_stopped or episode <= standing.closed_episode or episode < standing.episode:
        return Answer.SUPERSEDED
    return Answer.FREE
