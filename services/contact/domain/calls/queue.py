"""How a call moves through the queue, and in which order collectors get it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

LEASE, LASTS_MAX = timedelta(minutes=10), timedelta(hours=4)
CALLBACK_PRIORITY = 100
CALLBACK_SLACK = timedelta(hours=2)
# While a loan's records wait for a parked one, nobody knows whether it may be called about.
BEHIND_AGAIN = timedelta(minutes=1)
# What fails for one call must not be tried for ever before the others.
FAILED_AGAIN = timedelta(minutes=1)
SILENT_AFTER = timedelta(days=1)
# Nobody knows which language to speak: any collector may find out.
UNKNOWN_LANGUAGE = "und"


class CallState(StrEnum):
    """`queued` waits for a collector; `claimed` is with one who has not dialled; `under_way` was
    dialled, or came in; `unreported` was under way when its lease ended and still owes a word;
    `done` has one; `ended` was stopped, refused for good or ran out of its window before anyone
    was reached; `unmatched` came in from a number nobody is known by."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    UNDER_WAY = "under_way"
    UNREPORTED = "unreported"
    DONE = "done"
    ENDED = "ended"
    UNMATCHED = "unmatched"


FOLLOWING: dict[CallState, frozenset[CallState]] = {
    CallState.QUEUED: frozenset({CallState.CLAIMED, CallState.ENDED}),
    CallState.CLAIMED: frozenset({CallState.QUEUED, CallState.UNDER_WAY, CallState.ENDED}),
    CallState.UNDER_WAY: frozenset({CallState.UNREPORTED, CallState.QUEUED, CallState.DONE}),
    CallState.UNREPORTED: frozenset({CallState.QUEUED, CallState.DONE}),
    CallState.UNMATCHED: frozenset({CallState.UNDER_WAY, CallState.UNREPORTED}),
    CallState.DONE: frozenset(),
    CallState.ENDED: frozenset(),
}
OPEN = frozenset({CallState.QUEUED, CallState.CLAIMED, CallState.UNDER_WAY, CallState.UNREPORTED})
HELD = frozenset({CallState.CLAIMED, CallState.UNDER_WAY})


class Reason(StrEnum):
    """Why a collector has a call no longer; `silent`: a person was asked how it ended."""

    RELEASED = "released"
    LEASE_ENDED = "lease_ended"
    NOT_ALLOWED = "not_allowed"
    STOPPED = "stopped"
    WINDOW_ENDED = "window_ended"
    SILENT = "silent"


@dataclass(frozen=True)
class PutBack:
    """Where a call that must not be dialled now goes: back until an instant, or to its end."""

    state: CallState
    not_before: datetime | None = None


def after_refusal(next_allowed: Iterable[datetime | None], until: datetime | None) -> PutBack:
    """A call waits for the earliest instant at which one of its loans may be called about, if that
    lies inside its window; time alone will not change a refusal without such an instant."""
    known = [instant for instant in next_allowed if instant is not None]
    if not known or (until is not None and min(known) >= until):
        return PutBack(CallState.ENDED)
    return PutBack(CallState.QUEUED, min(known))


def after_lease(state: CallState) -> CallState:
    """A call never dialled is another's to make; one that was is not made again unasked."""
    return CallState.UNREPORTED if state is CallState.UNDER_WAY else CallState.QUEUED


def language_of(tag: str) -> str:
    """The language a collector must speak: the primary part of the party's tag."""
    return tag.lower().split("-")[0] or UNKNOWN_LANGUAGE
