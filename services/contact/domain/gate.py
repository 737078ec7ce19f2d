"""May this person be touched now? Rules as data objects, one pure judgement over them.

A rule objects to an act at an instant, and says from when on it would not. The verdict names the
first rule that objects and the earliest instant at which none would, so that a case sleeps until
then instead of asking again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from interfaces.facts import HoldInterval
from interfaces.values import Channel, Direction, Purpose, Role

_STEPS_MAX = 100
_INSTANT = timedelta(microseconds=1)
_HOUR, _HOURS_MAX = timedelta(hours=1), 240


@dataclass(frozen=True)
class Proposal:
    """The act to be judged. `point_id` is empty when there is no usable contact point."""

    tenant: str
    party_id: str
    role: Role
    debtor_id: str
    channel: Channel
    purpose: Purpose
    point_id: str


@dataclass(frozen=True)
class PastAttempt:
    """A touch tried, or a budget kept for a window; instants have a window of no length."""

    attempt_id: str
    channel: Channel
    direction: Direction
    purpose: Purpose
    point_id: str
    from_at: datetime
    until_at: datetime
    is_connected: bool

    def falls_within(self, start: datetime, end: datetime) -> bool:
        return self.from_at < end and self.until_at >= start


@dataclass(frozen=True)
class Known:
    """All that rules look at. `attempts` are the debtor's, over all loans, in and out, on either
    side of now; `holds` are those of the loan; `roles` are the addressed party's in the loan."""

    zones: tuple[str, ...]
    roles: frozenset[Role]
    is_debtor_liable: bool
    is_opted_out: bool
    holds: tuple[HoldInterval, ...] = ()
    attempts: tuple[PastAttempt, ...] = ()


@dataclass(frozen=True)
class Objection:
    """Why not, and until when; no end means that time alone will not change it."""

    because: str
    until: datetime | None


class Rule(Protocol):
    @property
    def rule_id(self) -> str: ...

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None: ...


@dataclass(frozen=True)
class Pack:
    """A versioned set of rules, in the order in which they are asked."""

    name: str
    version: int
    rules: tuple[Rule, ...]

    @property
    def label(self) -> str:
        return f"{self.name}@{self.version}"


@dataclass(frozen=True)
class Verdict:
    is_allowed: bool
    rule_id: str = ""
    because: str = ""
    next_allowed_at: datetime | None = None


ALLOWED = Verdict(is_allowed=True)


def judge(pack: Pack, act: Proposal, known: Known, at: datetime) -> Verdict:
    """The verdict on an act at an instant."""
    for rule in pack.rules:
        objection = rule.objection(act, known, at)
        if objection is not None:
            return Verdict(False, rule.rule_id, objection.because, _earliest(pack, act, known, at))
    return ALLOWED


def judge_window(
    pack: Pack, act: Proposal, known: Known, from_at: datetime, until_at: datetime
) -> Verdict:
    """The verdict on an act at any instant of a window, its end excluded."""
    for instant in _decisive(known, from_at, until_at):
        verdict = judge(pack, act, known, instant)
        if not verdict.is_allowed:
            return verdict
    return ALLOWED


def _earliest(pack: Pack, act: Proposal, known: Known, at: datetime) -> datetime | None:
    """The first instant from `at` on at which no rule objects, as far as is known today."""
    for _ in range(_STEPS_MAX):
        objections = [
            objection
            for rule in pack.rules
            if (objection := rule.objection(act, known, at)) is not None
        ]
        if not objections:
            return at
        for objection in objections:
            if objection.until is None:
                return None
            at = max(at, objection.until)
    return None


def _decisive(known: Known, from_at: datetime, until_at: datetime) -> list[datetime]:
    """The instants at which an objection may begin inside a window: a hold that starts there, and
    every full hour, since the hours and the day's counts change with the debtor's clock."""
    last = max(from_at, until_at - _INSTANT)
    hours = min(int((until_at - from_at) / _HOUR), _HOURS_MAX)
    inside = [hold.from_at for hold in known.holds]
    inside += [from_at + _HOUR * hour for hour in range(1, hours + 1)]
    return [from_at, *sorted(t for t in inside if from_at < t < last), last]
