"""How long a record must be kept, and why it may not be deleted yet.

The longest of five prevails: the packs' rules (CN-REC-1: two years from the record; US-REC: three
from the last collection activity), the debt being cleared, the end of limitation, what still needs
the record, and what the bank wishes beyond the law.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from services.contact.domain.law.judgement import Article


class RecordKind(StrEnum):
    """`verdict` is listed with the rest and never deleted: it proves what was refrained from."""

    RECORDING = "recording"
    REPLY = "reply"
    VERDICT = "verdict"
    ATTEMPT = "attempt"


@dataclass(frozen=True)
class RetentionRule:
    """Kept so many years from the record, or from the last act of collection."""

    article: Article
    years: int
    from_last_activity: bool = False


@dataclass(frozen=True)
class Longer:
    """What somebody wishes to keep beyond the law; it never shortens."""

    years: int
    from_last_activity: bool = False


@dataclass(frozen=True)
class Kept:
    """A record with all that decides how long it stays. Without `cleared_on` the debt is not
    cleared; `needed_for` names what still needs the record: a legal hold, an open complaint."""

    recorded_on: date
    last_activity_on: date | None = None
    cleared_on: date | None = None
    limitation_ends_on: date | None = None
    needed_for: tuple[str, ...] = ()


@dataclass(frozen=True)
class Retention:
    """The first day on which it may be deleted; none while only an event can free it."""

    until: date | None
    because: str

    def is_over(self, on: date) -> bool:
        return self.until is not None and self.until <= on


def retention(rules: Iterable[RetentionRule], kept: Kept, wish: Longer | None = None) -> Retention:
    """The longest reason to keep a record, named."""
    if kept.needed_for:
        return Retention(None, ", ".join(kept.needed_for))
    if kept.cleared_on is None:
        return Retention(None, "the debt is not cleared")
    ends = [_by_years(rule, kept, rule.article.rule_id) for rule in rules]
    if wish is not None:
        ends.append(_by_years(wish, kept, "as asked"))
    if kept.limitation_ends_on is not None:
        because = f"limitation ends on {kept.limitation_ends_on}"
        ends.append(Retention(kept.limitation_ends_on, because))
    ends.append(Retention(kept.cleared_on, f"the debt was cleared on {kept.cleared_on}"))
    return max(ends, key=lambda each: each.until or date.max)


def years_after(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 1 March, so that nothing is cut short."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def _by_years(rule: RetentionRule | Longer, kept: Kept, named: str) -> Retention:
    start = kept.recorded_on
    if rule.from_last_activity:
        start = max(start, kept.last_activity_on or start)
    return Retention(years_after(start, rule.years), f"{rule.years} years from {start} ({named})")
