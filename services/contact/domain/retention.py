"""How long a record must be kept, and why it may not be deleted yet.

The longest of four prevails: the rule's years (CN-REC-1: two from the record; US-REC: three from
the last collection activity), the debt being cleared, the end of limitation, a legal hold.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class RecordKind(StrEnum):
    """`verdict` is listed with the rest and never deleted: it proves what was refrained from."""

    RECORDING = "recording"
    REPLY = "reply"
    VERDICT = "verdict"
    ATTEMPT = "attempt"


@dataclass(frozen=True)
class Kept:
    """A record with all that decides how long it stays. `counts_from` is the day the rule's years
    begin: the record's own, or that of the last collection activity."""

    counts_from: date
    years: int
    is_debt_cleared: bool
    limitation_ends_on: date | None = None
    legal_holds: tuple[str, ...] = ()


@dataclass(frozen=True)
class Retention:
    """The first day on which it may be deleted; none while only an event can free it."""

    until: date | None
    because: str

    def is_over(self, on: date) -> bool:
        return self.until is not None and self.until <= on


def retention(kept: Kept) -> Retention:
    """The longest reason to keep a record, named."""
    if kept.legal_holds:
        return Retention(None, f"legal hold {', '.join(kept.legal_holds)}")
    if not kept.is_debt_cleared:
        return Retention(None, "the debt is not cleared")
    by_rule = years_after(kept.counts_from, kept.years)
    if kept.limitation_ends_on is not None and kept.limitation_ends_on > by_rule:
        return Retention(kept.limitation_ends_on, f"limitation ends on {kept.limitation_ends_on}")
    return Retention(by_rule, f"{kept.years} years from {kept.counts_from}")


def years_after(day: date, years: int) -> date:
    """The same day of a later year; 29 February becomes 1 March, so that nothing is cut short."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)
