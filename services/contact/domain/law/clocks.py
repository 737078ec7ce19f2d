"""Local days and clock times as instants, remembered: judging asks for the same ones all day."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

DAY = timedelta(days=1)
_SEARCH_STEPS = 20  # halving a clock change of a few hours to below a second


@lru_cache(maxsize=256)
def zone_of(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@lru_cache(maxsize=16_384)
def day_start(day: date, zone: str) -> datetime:
    """The first instant of a local day; where a clock change skips midnight, the first after."""
    return datetime.combine(day, time.min, zone_of(zone)).astimezone(UTC)


def local_date(at: datetime, zone: str) -> date:
    return at.astimezone(zone_of(zone)).date()


def days_around(at: datetime, zone: str, before: int, after: int) -> tuple[datetime, datetime]:
    """From the start of the day `before` days ago until the end of the day in `after` days."""
    day = at.astimezone(zone_of(zone)).date()
    return day_start(day - DAY * before, zone), day_start(day + DAY * (after + 1), zone)


def next_of(clocks: Iterable[time], zone: str, at: datetime) -> list[datetime]:
    """The instants after `at`, up to the end of the next day, at which the zone's clock comes to
    show one of the times, or passes it by being put forward."""
    day = local_date(at, zone)
    found = {
        instant
        for clock in clocks
        for each in (day, day + DAY)
        for instant in _instants(each, clock, zone)
    }
    return sorted(instant for instant in found if instant > at)


@lru_cache(maxsize=16_384)
def _instants(day: date, clock: time, zone: str) -> tuple[datetime, ...]:
    """Both, where the clock is put back over it; the change itself, where it is put forward."""
    local = datetime.combine(day, clock, zone_of(zone))
    first, second = local.astimezone(UTC), local.replace(fold=1).astimezone(UTC)
    if first <= second:
        return (first, second)
    low, high = second, first
    for _ in range(_SEARCH_STEPS):
        middle = low + (high - low) / 2
        shown = middle.astimezone(zone_of(zone))
        is_past = (shown.date(), shown.time()) >= (day, clock)
        low, high = (low, middle) if is_past else (middle, high)
    return (high.replace(microsecond=0),)
