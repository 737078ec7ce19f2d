"""What a person prefers, agreed to, forbade or refused, and when each of it is in force.

Most limits of contact yield to an agreement; a ban yields to nothing but its own end; the refusal
of a third party has no end at all (GB/T 45251-2025, CBA 2026).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Protocol, TypeVar

from interfaces.values import Channel

PER_DAY_MAX = 50


class TermKind(StrEnum):
    PREFERENCE = "preference"
    HOURS = "hours"
    FREQUENCY = "frequency"
    CALL = "call"
    ENTRY = "entry"
    BAN = "ban"
    REFUSAL = "refusal"
    WILLING_TO_PAY = "willing_to_pay"


AGREED = frozenset({TermKind.HOURS, TermKind.FREQUENCY, TermKind.CALL, TermKind.ENTRY})
FOR_EVER = frozenset({TermKind.REFUSAL})
OF_THIRD_PARTIES = frozenset({TermKind.REFUSAL, TermKind.WILLING_TO_PAY})


@dataclass(frozen=True)
class Hours:
    """Clock times where the person is; `until` before `from_` runs over midnight."""

    from_: time
    until: time

    def cover(self, clock: time) -> bool:
        if self.from_ <= self.until:
            return self.from_ <= clock < self.until
        return clock >= self.from_ or clock < self.until


@dataclass(frozen=True)
class Agreement:
    """A preference or an agreement; no channel means every one."""

    agreement_id: str
    kind: TermKind
    channel: Channel | None
    hours: Hours | None
    per_day_max: int | None
    language: str
    from_at: datetime
    until_at: datetime | None
    evidence: str


@dataclass(frozen=True)
class Ban:
    """A medium or a time somebody forbade; no channel means every one, no hours always."""

    ban_id: str
    channel: Channel | None
    hours: Hours | None
    from_at: datetime
    until_at: datetime | None


@dataclass(frozen=True)
class Refusal:
    """A third party's word that it is not to be asked again: for ever."""

    party_id: str
    at: datetime
    evidence: str


@dataclass(frozen=True)
class Terms:
    """What somebody puts down: one kind, with what that kind needs."""

    kind: TermKind
    channel: Channel | None = None
    hours: Hours | None = None
    per_day_max: int | None = None
    language: str = ""


class Dated(Protocol):
    @property
    def from_at(self) -> datetime: ...
    @property
    def until_at(self) -> datetime | None: ...


D = TypeVar("D", bound=Dated)


def in_force(dated: Iterable[D], at: datetime) -> list[D]:
    return [
        each
        for each in dated
        if each.from_at <= at and (each.until_at is None or at < each.until_at)
    ]


def problem(terms: Terms) -> str:
    """What is wrong with them and what to do, or nothing."""
    if terms.hours is not None and terms.hours.from_ == terms.hours.until:
        return "the hours begin and end at once; leave them out for always."
    if terms.per_day_max is not None and terms.kind is not TermKind.FREQUENCY:
        return "per_day_max belongs to the kind frequency alone."
    match terms.kind:
        case TermKind.HOURS if terms.hours is None:
            return "agreed hours need hours_from and hours_until."
        case TermKind.FREQUENCY if terms.per_day_max is None:
            return "an agreed frequency needs per_day_max."
        case TermKind.BAN if terms.channel is None and terms.hours is None:
            return "a ban needs a channel or hours; to pause everything, place a hold."
        case TermKind.PREFERENCE if not (terms.channel or terms.hours or terms.language):
            return "a preference needs a channel, hours or a language."
        case TermKind.ENTRY if terms.channel or terms.hours:
            return "consent to enter the dwelling is of visits alone; leave channel and hours out."
        case TermKind.REFUSAL | TermKind.WILLING_TO_PAY if terms.channel or terms.hours:
            return f"{terms.kind.value} is of the person, not of a channel or a time."
    return ""
