"""Days and hours, from the day on which they were written."""

from __future__ import annotations

from datetime import date, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contact.domain.understanding.days import days, hour
from services.contact.domain.understanding.spelling import plain

TUESDAY = date(2026, 3, 3)


@pytest.mark.parametrize(
    "text, on",
    [
        ("今天", date(2026, 3, 3)),
        ("明天", date(2026, 3, 4)),
        ("大后天", date(2026, 3, 6)),
        ("周五", date(2026, 3, 6)),
        ("周一", date(2026, 3, 9)),
        ("下周五", date(2026, 3, 13)),
        ("下下週三", date(2026, 3, 18)),
        ("15号", date(2026, 3, 15)),
        ("1号", date(2026, 4, 1)),
        ("下个月5号", date(2026, 4, 5)),
        ("十二月五号", date(2026, 12, 5)),
        ("1月10日", date(2027, 1, 10)),
        ("月底", date(2026, 3, 31)),
        ("下月底", date(2026, 4, 30)),
        ("三天内", date(2026, 3, 6)),
        ("2026-12-15", date(2026, 12, 15)),
        ("2月31日", date(2026, 2, 28)),
        ("年底", date(2026, 12, 31)),
        ("这周内", date(2026, 3, 8)),
        ("tomorrow", date(2026, 3, 4)),
        ("Friday", date(2026, 3, 6)),
        ("next Friday", date(2026, 3, 13)),
        ("on the 15th", date(2026, 3, 15)),
        ("5 December", date(2026, 12, 5)),
        ("December 5th", date(2026, 12, 5)),
        ("by the end of the month", date(2026, 3, 31)),
        ("in 10 days", date(2026, 3, 13)),
        ("next week", date(2026, 3, 15)),
    ],
)
def test_a_day_is_resolved_against_the_day_it_was_written(text: str, on: date) -> None:
    assert [day.on for day in days(plain(text), TUESDAY)] == [on]


@pytest.mark.parametrize("text", ["上周五", "号码", "0月5日", "13月5日", "45号", "fry day"])
def test_what_names_no_day_to_come_is_none(text: str) -> None:
    assert days(plain(text), TUESDAY) == []


@pytest.mark.parametrize(
    "text, expected",
    [
        ("下午三点", time(15, 0)),
        ("上午十点半", time(10, 30)),
        ("晚上8点", time(20, 0)),
        ("at 3pm", time(15, 0)),
        ("14:30", time(14, 30)),
        ("after 12pm", time(12, 0)),
        ("25点", None),
        ("99:99", None),
        ("sometime", None),
    ],
)
def test_an_hour_is_read_on_the_clock_of_a_day(text: str, expected: time | None) -> None:
    assert hour(plain(text)) == expected


@given(st.dates(date(2001, 1, 1), date(2150, 1, 1)), st.integers(1, 31))
def test_a_day_of_the_month_is_the_next_one(today: date, number: int) -> None:
    [day] = days(f"{number}号", today)
    assert today <= day.on or day.on.month == today.month
    assert (day.on - today).days <= 62


@given(st.text(max_size=200), st.dates(date(2001, 1, 1), date(2150, 1, 1)))
def test_no_text_breaks_the_calendar(text: str, today: date) -> None:
    spelled = plain(text)
    assert all(0 <= day.start < day.end <= len(spelled) for day in days(spelled, today))
    hour(spelled)
