"""The years of a jurisdiction's calendar that a case needs, cut from the versioned data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from interfaces.calendar import Calendar

YEARS_AHEAD = 3


@dataclass(frozen=True)
class Holidays:
    """One file of `config/calendars`: what is known of a jurisdiction, in the years it covers."""

    jurisdiction: str
    version: str
    source: str
    years: tuple[int, ...]
    holidays: tuple[date, ...]
    moved_workdays: tuple[date, ...]


def parse_holidays(raw: Mapping[str, Any]) -> Holidays:
    """Reads one calendar file's content, already checked against its schema."""
    return Holidays(
        jurisdiction=raw["jurisdiction"],
        version=raw["version"],
        source=raw["source"],
        years=tuple(raw["years"]),
        holidays=tuple(sorted(date.fromisoformat(day) for day in raw["holidays"])),
        moved_workdays=tuple(sorted(date.fromisoformat(day) for day in raw["moved_workdays"])),
    )


def cut(known: Holidays, zone: str, first_year: int) -> Calendar:
    """The calendar of a business zone from `first_year` to three years later; a year that the
    data does not cover has no holidays but its weekends."""
    years = range(first_year, first_year + YEARS_AHEAD + 1)
    return Calendar(
        jurisdiction=known.jurisdiction,
        version=known.version,
        zone=zone,
        holidays=tuple(day for day in known.holidays if day.year in years),
        moved_workdays=tuple(day for day in known.moved_workdays if day.year in years),
    )
