"""When a delinquency opens an episode, when a closing contradicts what is known, and what a move
changes: the rules that keep exactly one episode per delinquency of a loan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from interfaces.facts import Position
from interfaces.values import ClosingReason, Disposition, Stage

# Whoever settled, kept an arrangement, left no estate or is time-barred is not chased again for
# the same delinquency, whatever the bank goes on to report about it.
FINAL_REASONS = frozenset(
    {
        ClosingReason.SETTLED,
        ClosingReason.ARRANGED,
        ClosingReason.DECEASED_WITHOUT_ESTATE,
        ClosingReason.TIME_BARRED,
    }
)

# What a newer position may say without contradicting a closing that was decided on an older one.
# A reason that is missing here is contradicted by every newer position: deciding anew is cheap.
_AGREES: Mapping[ClosingReason, frozenset[Disposition]] = {
    ClosingReason.CURED: frozenset({Disposition.CURRENT, Disposition.COVERED}),
    ClosingReason.PAID: frozenset({Disposition.CLOSED}),
    ClosingReason.SETTLED: frozenset(
        {Disposition.CURRENT, Disposition.COVERED, Disposition.CLOSED}
    ),
    ClosingReason.ARRANGED: frozenset(
        {Disposition.CURRENT, Disposition.COVERED, Disposition.CLOSED}
    ),
    ClosingReason.WRITTEN_OFF: frozenset({Disposition.WRITTEN_OFF}),
    ClosingReason.SOLD: frozenset({Disposition.SOLD}),
    ClosingReason.RECALLED: frozenset({Disposition.RECALLED}),
}


REVERSED = "payment_reversed"


@dataclass(frozen=True)
class EpisodeHistory:
    """A loan's episodes so far. `ended_until` is the latest due date of a delinquency that ended
    for good."""

    episodes: int = 0
    open_episode: int | None = None
    closed_at_version: int = 0
    closed_at: datetime | None = None
    ended_until: date | None = None


def reason_not_to_open(position: Position | None, history: EpisodeHistory) -> str:
    """Why no episode opens on this position, as a sentence; empty if one does."""
    if position is None:
        return "no position of the loan is known"
    if history.open_episode is not None:
        return f"episode {history.open_episode} is open"
    if position.disposition is not Disposition.OVERDUE:
        return f"the latest position ({position.version}) says {position.disposition}, not overdue"
    if position.version <= history.closed_at_version:
        return f"the last episode closed knowing position {history.closed_at_version}"
    if _has_ended(position, history):
        return f"the delinquency due by {history.ended_until} has ended for good"
    return ""


def contradicts(position: Position, decided_on_version: int, reason: ClosingReason) -> bool:
    """Whether a known position forbids a closing that was decided without it."""
    if position.version <= decided_on_version:
        return False
    return position.disposition not in _AGREES.get(reason, frozenset())


def furthest(one: str, other: str) -> str:
    """The higher of two stages; an empty one counts as none."""
    return max(one, other, key=lambda stage: Stage(stage).rung if stage else -1)


def takes_back(position: Position) -> bool:
    """Whether money was taken back and left the loan overdue: a delinquency of its own."""
    return REVERSED in position.reasons and position.disposition is Disposition.OVERDUE


def _has_ended(position: Position, history: EpisodeHistory) -> bool:
    if history.ended_until is None or position.oldest_due_on is None:
        return False
    if takes_back(position):
        return False
    return position.oldest_due_on <= history.ended_until
