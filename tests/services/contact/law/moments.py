"""Instants where a mistake would show: the minutes around the law's hours, and the nights on
which clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

ZONES = {
    "cn-bank": ["Asia/Shanghai", "Asia/Urumqi", "Asia/Taipei"],
    "us-reg-f": ["America/New_York", "America/Los_Angeles", "America/Phoenix"],
    "uk-conc": ["Europe/London"],
    "in-rbi": ["Asia/Kolkata"],
}
ABROAD = ["Europe/London", "America/New_York", "Australia/Lord_Howe", "Pacific/Auckland"]
NIGHTS = [date(2026, 3, 8), date(2026, 11, 1), date(2026, 3, 29), date(2026, 10, 25)]
EDGES = [
    *(time(hour, minute) for hour in (7, 18, 20, 21) for minute in (0, 59)),
    *(time(hour) for hour in (8, 19, 22)),
    *(time(hour, minute) for hour in (0, 1, 2) for minute in (0, 30)),
    time(23, 59),
    time(23, 59, 59),
    time(12),
    time(15),
]


def zones(random: Random, pack: str) -> list[str]:
    """One zone of the land as a rule; at times one abroad, or two that disagree."""
    chosen = [random.choice(ZONES[pack])]
    if random.random() < 0.2:
        chosen.append(random.choice([*ZONES[pack], *ABROAD]))
    return sorted(set(chosen))


def a_day(random: Random) -> date:
    if random.random() < 0.4:
        return random.choice(NIGHTS) + timedelta(days=random.choice([-1, 0, 0, 1, 7]))
    return date(2026, 1, 1) + timedelta(days=random.randrange(330))


def on(day: date, clock: time, zone: str, fold: int = 0) -> datetime:
    return datetime.combine(day, clock, ZoneInfo(zone)).replace(fold=fold).astimezone(UTC)


def near_an_edge(random: Random, day: date, zone: str) -> datetime:
    at = on(day, random.choice(EDGES), zone, random.randrange(2))
    return at + timedelta(seconds=random.choice([0, 0, 0, -1, 1, 30]))


def some_time(random: Random, day: date, zone: str) -> datetime:
    """Half of the time near an edge, half of the time in the day."""
    if random.random() < 0.5:
        return near_an_edge(random, day, zone)
    return on(day, time(random.randrange(8, 22), random.randrange(60)), zone)


def text(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
