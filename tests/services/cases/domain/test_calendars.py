"""A case gets the years of the calendar it needs, and their days are the official ones."""

from __future__ import annotations

from datetime import date

import pytest

from interfaces.calendar import DayKind, Delay
from services.cases.commands import rulebook
from services.cases.domain.calendars import cut
from tests.builders import ROOT

KNOWN = rulebook.load(ROOT / "config").calendars


@pytest.mark.parametrize(
    ("jurisdiction", "day", "is_working_day"),
    [
        # State Council notices for 2026 and 2005: long holidays, and the weekends worked for them.
        ("cn", date(2026, 2, 17), False),
        ("cn", date(2026, 2, 14), True),
        ("cn", date(2026, 2, 28), True),
        ("cn", date(2026, 10, 1), False),
        ("cn", date(2026, 10, 10), True),
        ("cn", date(2026, 3, 14), False),
        ("cn", date(2005, 10, 8), True),
        ("cn", date(2005, 10, 7), False),
        ("tw", date(2005, 2, 5), True),
        ("tw", date(2005, 2, 7), False),
        ("tw", date(2005, 10, 10), False),
        ("tw", date(2005, 4, 15), True),
    ],
)
def test_holidays_and_moved_workdays_are_those_of_the_jurisdiction(
    jurisdiction: str, day: date, is_working_day: bool
) -> None:
    calendar = cut(KNOWN[jurisdiction], "Asia/Shanghai", day.year)
    assert calendar.is_working_day(day) is is_working_day


def test_a_case_gets_its_opening_year_and_three_more() -> None:
    calendar = cut(KNOWN["cn"], "Asia/Shanghai", 2025)
    days = (*calendar.holidays, *calendar.moved_workdays)
    assert {day.year for day in days} == {2025, 2026, 2027, 2028}
    assert calendar.version and calendar.zone == "Asia/Shanghai"


def test_working_days_skip_the_spring_festival() -> None:
    calendar = cut(KNOWN["cn"], "Asia/Shanghai", 2026)
    # Friday 13 February: the 14th is worked, the 15th to the 23rd are free.
    assert calendar.add(date(2026, 2, 13), Delay(2, DayKind.WORKING)) == date(2026, 2, 24)
