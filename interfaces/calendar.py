"""Calendar and working days of a jurisdiction, shared by strategies, letters, plans and courts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

SATURDAY = 5
SEARCH_DAYS_MAX = 3_660


class DayKind(StrEnum):
    CALENDAR = "calendar"
    WORKING = "working"


@dataclass(frozen=True)
class Delay:
    """A number of days that says which days it counts."""

    days: int
    kind: DayKind = DayKind.CALENDAR


@dataclass(frozen=True)
class Calendar:
    """Public holidays and the weekend days moved into work, as versioned data."""

    jurisdiction: str
    version: str
    zone: str
    holidays: tuple[date, ...] = ()
    moved_workdays: tuple[date, ...] = ()

    def is_working_day(self, day: date) -> bool:
        if day in self.moved_workdays:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays

    def add(self, start: date, delay: Delay) -> date:
        """The day `delay` after `start`; working days count from the next working day on."""
        if delay.kind is DayKind.CALENDAR:
            return start + timedelta(days=delay.days)
        day, left = start, delay.days
        for _ in range(SEARCH_DAYS_MAX):
            if left <= 0:
                return day
            day += timedelta(days=1)
            left -= self.is_working_day(day)
        raise ValueError(f"no working day found in ten years after {start.isoformat()}")

    def local_date(self, instant: datetime) -> date:
        """The business date of an instant."""
        return instant.astimezone(ZoneInfo(self.zone)).date()

    def at(self, day: date, clock: time) -> datetime:
        """The instant of a wall-clock time on a business date."""
        return datetime.combine(day, clock, tzinfo=ZoneInfo(self.zone)).astimezone(ZoneInfo("UTC"))

    def after(self, instant: datetime, delay: Delay) -> datetime:
        """The same wall-clock time, `delay` later."""
        local = instant.astimezone(ZoneInfo(self.zone))
        return self.at(self.add(local.date(), delay), local.time())
