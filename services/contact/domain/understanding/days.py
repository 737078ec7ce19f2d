"""Days and hours as people write them, resolved against the day on which they were written.

A vague stretch (this week, next month) means its last day: a promise is not broken before that.
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time, timedelta

from services.contact.domain.understanding.numerals import numeral

_WEEKDAYS = "一二三四五六日"
_ENGLISH_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAY = r"(?:mon|tues?|wednes|wed|thurs?|fri|satur|sat|sun)(?:day)?"
_MONTH = r"(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)[a-z]{0,6}"
_NUMBER = r"[0-9]{1,2}|[一二三四五六七八九十两]{1,3}"
Reading = Callable[[re.Match[str], date], date | None]


@dataclass(frozen=True)
class Day:
    """A day and where it stands in the plain text."""

    on: date
    start: int
    end: int


def days(text: str, today: date) -> list[Day]:
    """Every day that a plain text names, in its order; of two that overlap, the longer reading."""
    found: list[Day] = []
    taken: list[tuple[int, int]] = []
    for pattern, reading in _READINGS:
        for match in pattern.finditer(text):
            if any(match.start() < end and start < match.end() for start, end in taken):
                continue
            # A 13th month is no day, and its 5th is none either.
            taken.append(match.span())
            on = reading(match, today)
            if on is not None:
                found.append(Day(on, match.start(), match.end()))
    return sorted(found, key=lambda day: day.start)


def hour(text: str) -> time | None:
    """The first time of day that a plain text names."""
    found = _CLOCK.search(text)
    if found is None:
        return None
    number = _int(found["zh"] or found["en"] or found["h"])
    minute = int(found["m"] or 0) if found["h"] else 30 if found["half"] else 0
    later = (found["part"] or "") in ("下午", "晚上", "今晚", "傍晚") or found["pm"] == "pm"
    if later and number < 12:
        number += 12
    return time(number, minute) if number < 24 and minute < 60 else None


def _int(written: str) -> int:
    return int(written) if written.isdecimal() and written.isascii() else numeral(written)


def _in_days(match: re.Match[str], today: date) -> date:
    return today + timedelta(days=_int(match["n"]))


def _iso(match: re.Match[str], today: date) -> date | None:
    return _day_of(int(match["y"]), int(match["m"]), int(match["d"]))


def _month_and_day(match: re.Match[str], today: date) -> date | None:
    """The next such day; a month just gone is next year's."""
    month = (
        _int(match["m"]) if match["m"][0] not in "jfmasond" else _MONTHS.index(match["m"][:3]) + 1
    )
    this_year = _day_of(today.year, month, _int(match["d"]))
    if this_year is None or this_year >= today - timedelta(days=31):
        return this_year
    return _day_of(today.year + 1, month, _int(match["d"]))


def _next_month_and_day(match: re.Match[str], today: date) -> date | None:
    first = _first_of_next_month(today)
    return _day_of(first.year, first.month, _int(match["d"]))


def _day_of_month(match: re.Match[str], today: date) -> date | None:
    this_month = _day_of(today.year, today.month, _int(match["d"]))
    if this_month is None or this_month >= today:
        return this_month
    return _next_month_and_day(match, today)


def _weekday(match: re.Match[str], today: date) -> date:
    weeks = match["ahead"].count("下")
    day = _WEEKDAYS.index(match["day"].replace("天", "日").replace("末", "六"))
    monday = today - timedelta(days=today.weekday())
    on = monday + timedelta(days=day, weeks=weeks)
    return on if weeks or on >= today else on + timedelta(weeks=1)


def _english_weekday(match: re.Match[str], today: date) -> date:
    day = _ENGLISH_DAYS.index(match["day"][:3])
    monday = today - timedelta(days=today.weekday())
    if match["ahead"].strip() == "next":
        return monday + timedelta(days=day, weeks=1)
    on = monday + timedelta(days=day)
    return on if on >= today else on + timedelta(weeks=1)


def _end_of_week(match: re.Match[str], today: date) -> date:
    return today + timedelta(days=6 - today.weekday())


def _end_of_next_week(match: re.Match[str], today: date) -> date:
    return _end_of_week(match, today) + timedelta(weeks=1)


def _end_of_month(match: re.Match[str], today: date) -> date:
    return _first_of_next_month(today) - timedelta(days=1)


def _end_of_next_month(match: re.Match[str], today: date) -> date:
    return _first_of_next_month(_first_of_next_month(today)) - timedelta(days=1)


def _first_of_next_month(today: date) -> date:
    return (today.replace(day=1) + timedelta(days=32)).replace(day=1)


def _day_of(year: int, month: int, day: int) -> date | None:
    """The 31st of a shorter month is its last day."""
    if not (2000 <= year < 2200 and 1 <= month <= 12 and 1 <= day <= 31):
        return None
    return date(year, month, min(day, calendar.monthrange(year, month)[1]))


def _plus(number: int) -> Reading:
    return lambda match, today: today + timedelta(days=number)


_CLOCK = re.compile(
    r"(?P<part>早上|上午|中午|下午|傍晚|晚上|今晚)?\s?"
    r"(?:(?P<zh>[0-9]{1,2}|[一二三四五六七八九十两]{1,3})点(?P<half>半)?"
    r"|\b(?P<h>[0-9]{1,2}):(?P<m>[0-9]{2})|\b(?P<en>[0-9]{1,2})\s?(?P<pm>am|pm)\b)"
)
# The longer reading comes first: 下个月5号 is neither 下个月 nor 5号.
_READINGS: tuple[tuple[re.Pattern[str], Reading], ...] = tuple(
    (re.compile(pattern), reading)
    for pattern, reading in (
        (r"(?P<y>20[0-9]{2})[-/.年](?P<m>[0-9]{1,2})[-/.月](?P<d>[0-9]{1,2})[日号]?", _iso),
        (rf"下个?月(?:的)?(?P<d>{_NUMBER})[号日]", _next_month_and_day),
        (rf"(?P<m>{_NUMBER})月(?P<d>{_NUMBER})[号日]?", _month_and_day),
        (rf"\b(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? (?P<m>{_MONTH})\b", _month_and_day),
        (rf"\b(?P<m>{_MONTH}) (?:the )?(?P<d>[0-9]{{1,2}})(?:st|nd|rd|th)?\b", _month_and_day),
        (r"下个?月底|下个?月末|end of next month", _end_of_next_month),
        (rf"(?:这个?|本)?月?(?P<d>{_NUMBER})[号日](?!码)", _day_of_month),
        (r"\b(?P<d>[0-9]{1,2})(?:st|nd|rd|th)\b", _day_of_month),
        (
            r"(?<!上)(?<!上个)(?P<ahead>(?:下下个?|下个?|这个?|本)?)(?:周|星期|礼拜)"
            r"(?P<day>[一二三四五六日天末])",
            _weekday,
        ),
        (rf"\b(?P<ahead>(?:next |this |on |by )?)(?P<day>{_DAY})\b", _english_weekday),
        (r"大后天", _plus(3)),
        (r"后天|后日|day after tomorrow", _plus(2)),
        (r"明天|明早|明晚|明日|\btomorrow\b", _plus(1)),
        (r"今天|今晚|今日|\btoday\b|\btonight\b|\bthis (?:evening|afternoon)\b", _plus(0)),
        (rf"(?P<n>{_NUMBER})天(?:之?内|之?后|以内)", _in_days),
        (r"\b(?:in|within) (?P<n>[0-9]{1,2}) days\b", _in_days),
        (r"下个?(?:周|星期|礼拜)|\bnext week\b", _end_of_next_week),
        (r"(?:这|本)个?(?:周|星期|礼拜)|\bthis week(?:end)?\b|周末", _end_of_week),
        (r"月底|月末|\bend of (?:the|this )?\s?month\b|\bmonth'?s? end\b", _end_of_month),
        (r"下个?月|\bnext month\b", _end_of_next_month),
        (r"年底|\bend of (?:the )?year\b", lambda match, today: date(today.year, 12, 31)),
    )
)
