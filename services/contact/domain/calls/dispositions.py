"""The codes by which a call ends: what each carries for the law, and what is to be done next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from interfaces.values import Channel
from services.contact.domain.outcomes import Counted, Outcome, counted
from services.contact.domain.replies import ReplyKind

NOT_IDENTIFIED = "not_identified"


class Action(StrEnum):
    NONE = "none"
    RETRY = "retry"
    CALLBACK = "callback"
    TRACE = "trace"
    PROMISE_FOLLOW_UP = "promise_follow_up"
    HOLD = "hold"
    OTHER_CHANNEL = "other_channel"


@dataclass(frozen=True)
class Code:
    """One way in which a call ends. `dials_max` bounds the dials of one call, this one included."""

    code: str
    outcome: Outcome
    means: str
    action: Action
    reply: ReplyKind | None = None
    after: timedelta | None = None
    dials_max: int = 1
    channel: Channel | None = None

    @property
    def counts(self) -> Counted:
        return counted(self.outcome)

    @property
    def needs_identity(self) -> bool:
        """Nobody is the right person before it was checked."""
        return self.counts.right_party

    @property
    def needs_recording(self) -> bool:
        return self.counts.connected


@dataclass(frozen=True)
class Codes:
    """One version of the list."""

    version: int
    effective_from: date
    by_code: Mapping[str, Code]


@dataclass(frozen=True)
class Next:
    """What follows a call: `dials_again` puts it back in the queue, not before `at`."""

    action: Action
    at: datetime | None = None
    channel: Channel | None = None
    dials_again: bool = False


def parse_codes(raw: Mapping[str, Any]) -> Codes:
    """Reads a file already checked against config/dispositions/schema.json."""
    codes = [_code(entry) for entry in raw["codes"]]
    by_code = {code.code: code for code in codes}
    if len(by_code) != len(codes):
        raise ValueError("a disposition code is listed twice")
    if NOT_IDENTIFIED not in by_code:
        raise ValueError(f"the list needs the code {NOT_IDENTIFIED}: a failed check ends with it")
    return Codes(raw["version"], date.fromisoformat(raw["effective_from"]), by_code)


def in_force(lists: Iterable[Codes], on: date) -> Codes:
    """The newest version that has taken effect; before the first one has, that one."""
    ordered = sorted(lists, key=lambda codes: codes.version)
    return next((c for c in reversed(ordered) if c.effective_from <= on), ordered[0])


@dataclass(frozen=True)
class Ended:
    """A call as it ended: when, after how many dials, and how long its window stays open."""

    at: datetime
    dials: int
    window_until: datetime | None
    is_inbound: bool = False
    callback_at: datetime | None = None
    promised_at: datetime | None = None


def follows(code: Code, ended: Ended) -> Next:
    """A retry that its bounds or the window forbid falls back on the channel named for it."""
    match code.action:
        case Action.CALLBACK:
            # A call that came in met no wish: who rings back then does it as a call of its own.
            return Next(Action.CALLBACK, ended.callback_at, dials_again=not ended.is_inbound)
        case Action.PROMISE_FOLLOW_UP:
            return Next(Action.PROMISE_FOLLOW_UP, ended.promised_at)
        case Action.RETRY:
            again_at = ended.at + (code.after or timedelta(hours=1))
            is_open = ended.window_until is None or again_at < ended.window_until
            if is_open and ended.dials < code.dials_max and not ended.is_inbound:
                return Next(Action.RETRY, again_at, dials_again=True)
            return Next(Action.OTHER_CHANNEL if code.channel else Action.NONE, None, code.channel)
    return Next(code.action, None, code.channel)


def _code(entry: Mapping[str, Any]) -> Code:
    following = entry["next"]
    minutes, channel = following.get("after_minutes"), following.get("channel")
    return Code(
        code=entry["code"],
        outcome=Outcome(entry["outcome"]),
        means=entry["means"],
        action=Action(following["action"]),
        reply=ReplyKind(entry["reply"]) if "reply" in entry else None,
        after=timedelta(minutes=minutes) if minutes else None,
        dials_max=following.get("dials_max", 1),
        channel=Channel(channel) if channel else None,
    )
