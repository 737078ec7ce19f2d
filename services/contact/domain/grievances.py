"""Complaints and disputes: when an answer is due, and what extends it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any

from interfaces.calendar import Calendar, DayKind, Delay
from interfaces.values import HoldKind


class GrievanceKind(StrEnum):
    COMPLAINT = "complaint"
    DISPUTE = "dispute"


class Answer(StrEnum):
    """`withdrawn` is no answer to anybody: nothing was objected to, a reply was misunderstood."""

    UPHELD = "upheld"
    PARTLY_UPHELD = "partly_upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


HOLD_KIND: dict[GrievanceKind, HoldKind] = {
    GrievanceKind.COMPLAINT: HoldKind.COMPLAINT,
    GrievanceKind.DISPUTE: HoldKind.DISPUTE,
}


def covers(known_minor: int | None, minor: int | None) -> bool:
    """Whether a dispute of one amount speaks of another too; no amount is the whole."""
    return known_minor is None or (minor is not None and minor <= known_minor)


@dataclass(frozen=True)
class DueRule:
    """How long an answer may take; `extensions` are the days that may be added, one by one."""

    jurisdiction: str
    version: str
    effective_from: date
    kind: GrievanceKind
    days: Delay
    extensions: tuple[int, ...]
    owner: str
    source: str
    confidence: str

    @property
    def label(self) -> str:
        return f"{self.jurisdiction}@{self.version}/{self.kind.value}"


@dataclass(frozen=True)
class Due:
    """The last day on which the answer is in time, and the instant at which that day ends."""

    on: date
    at: datetime


def parse_rules(raw: Mapping[str, Any]) -> list[DueRule]:
    """Reads one file of `config/grievances`, already checked against its schema."""
    return [
        DueRule(
            jurisdiction=raw["jurisdiction"],
            version=raw["version"],
            effective_from=date.fromisoformat(raw["effective_from"]),
            kind=GrievanceKind(rule["kind"]),
            days=Delay(rule["days"], DayKind(rule["day_kind"])),
            extensions=tuple(rule["extensions"]),
            owner=rule["owner"],
            source=rule["source"],
            confidence=rule["confidence"],
        )
        for rule in raw["rules"]
    ]


def rule_for(
    rules: Iterable[DueRule], jurisdiction: str, kind: GrievanceKind, day: date
) -> DueRule | None:
    """The newest that was in force on that day."""
    fitting = [
        rule
        for rule in rules
        if rule.jurisdiction == jurisdiction and rule.kind is kind and rule.effective_from <= day
    ]
    return max(fitting, key=lambda rule: rule.effective_from, default=None)


def due(rule: DueRule, calendar: Calendar, opened_at: datetime) -> Due:
    """The day of opening is not counted."""
    return _ending(calendar, calendar.add(calendar.local_date(opened_at), rule.days))


def extended(known: Due, calendar: Calendar, days: int) -> Due:
    """Extensions are counted in calendar days, from the day on which the answer was due."""
    return _ending(calendar, known.on + timedelta(days=days))


def allowed_extension(extensions: Sequence[int], given: int) -> int:
    """How many days the next extension may add, after so many were given; 0 for none."""
    return extensions[given] if given < len(extensions) else 0


def _ending(calendar: Calendar, day: date) -> Due:
    return Due(day, calendar.at(day + timedelta(days=1), time()))
