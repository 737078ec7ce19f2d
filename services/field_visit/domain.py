"""Where, when and by whom a visit can be made, and which moves it may make."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from interfaces.values import VisitStatus

REPORT_DUE = timedelta(days=3)
SEARCH_DAYS = 60
# CN-FIELD-1: never fewer than two people.
AGENTS_PER_VISIT = 2
VISITS_PER_PAIR_AND_WINDOW = 3
SATURDAY = 5
NO_AREA = "unassigned"

# A report that arrives after the visit was given up is still what happened.
TRANSITIONS: Mapping[VisitStatus, frozenset[VisitStatus]] = {
    VisitStatus.BOOKED: frozenset(
        {VisitStatus.UNDER_WAY, VisitStatus.MISSED, VisitStatus.CANCELLED}
    ),
    VisitStatus.UNDER_WAY: frozenset(
        {VisitStatus.REPORTED, VisitStatus.MISSED, VisitStatus.CANCELLED}
    ),
    VisitStatus.MISSED: frozenset({VisitStatus.REPORTED}),
    VisitStatus.REPORTED: frozenset(),
    VisitStatus.CANCELLED: frozenset(),
}


@dataclass(frozen=True)
class Slot:
    name: str
    opens: time
    closes: time


SLOTS = (Slot("morning", time(10), time(12)), Slot("afternoon", time(14), time(17)))


@dataclass(frozen=True)
class Window:
    """One slot of one local day in one area, and how many visits fit into it."""

    day: date
    slot: Slot
    capacity: int
    opens_at: datetime
    closes_at: datetime


def area_of(branch: str) -> str:
    """A branch is an area of its own; loans without a branch share one."""
    return branch.strip().lower() or NO_AREA


def windows(earliest: datetime, zone: str, visits_per_day_max: int) -> Iterator[Window]:
    """The windows that open at or after `earliest`, in order, over the days searched."""
    local_zone = ZoneInfo(zone)
    first = earliest.astimezone(local_zone).date()
    for day in (first + timedelta(days=number) for number in range(SEARCH_DAYS)):
        if day.weekday() >= SATURDAY:
            continue
        for slot, capacity in zip(SLOTS, capacities(visits_per_day_max), strict=True):
            opens_at = _instant(day, slot.opens, local_zone)
            if opens_at >= earliest and capacity > 0:
                closes_at = _instant(day, slot.closes, local_zone)
                yield Window(day, slot, capacity, opens_at, closes_at)


def capacities(visits_per_day_max: int) -> tuple[int, int]:
    """The day's visits, shared between morning and the longer afternoon."""
    morning = visits_per_day_max // 2
    return morning, visits_per_day_max - morning


def agents(area: str, number_in_window: int) -> tuple[str, ...]:
    """The pair that makes the window's n-th visit, counted from 0."""
    pair = number_in_window // VISITS_PER_PAIR_AND_WINDOW
    first = pair * AGENTS_PER_VISIT + 1
    return tuple(f"{area}/agent-{first + each}" for each in range(AGENTS_PER_VISIT))


def may_become(status: VisitStatus, following: VisitStatus) -> bool:
    return following in TRANSITIONS[status]


def is_missed(status: VisitStatus, window_until: datetime, now: datetime) -> bool:
    """Whether a visit without a report has to be given up."""
    return may_become(status, VisitStatus.MISSED) and now >= window_until + REPORT_DUE


def _instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, clock, tzinfo=zone).astimezone(ZoneInfo("UTC"))
