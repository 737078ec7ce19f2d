"""Case time follows the file while there is one, and converts back and forth without drift."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import Clock, format_reading, parse_reading
from chassis.settings import Settings
from interfaces.clock import REAL_TIME, ClockReading

WALL = datetime(2026, 3, 1, tzinfo=UTC)
CASE = datetime(2005, 4, 1, tzinfo=UTC)
instants = st.integers(946_684_800, 2_524_608_000).map(
    lambda second: datetime.fromtimestamp(second, UTC)
)
rates = st.floats(0.01, 100_000, allow_nan=False)


@given(instants, instants, rates, instants)
def test_wall_time_undoes_case_time(
    wall_epoch: datetime, case_epoch: datetime, rate: float, wall: datetime
) -> None:
    reading = ClockReading(wall_epoch, wall_epoch, rate)
    near = wall_epoch + (wall - wall_epoch) / 1_000_000
    back = reading.wall_time(reading.case_time(near))
    assert abs(back - near) <= timedelta(milliseconds=1)


@given(rates, instants, st.timedeltas(timedelta(0), timedelta(hours=1)))
def test_case_time_never_runs_backwards(rate: float, wall: datetime, step: timedelta) -> None:
    reading = ClockReading(wall, CASE, rate)
    assert reading.case_time(wall + step) >= reading.case_time(wall) == CASE


@given(instants)
def test_real_time_changes_nothing(instant: datetime) -> None:
    assert REAL_TIME.case_time(instant) == REAL_TIME.wall_time(instant) == instant


@given(instants, instants, rates)
def test_a_reading_survives_its_file(wall: datetime, case: datetime, rate: float) -> None:
    reading = ClockReading(wall, case, rate)
    assert parse_reading(format_reading(reading)) == reading


@pytest.mark.parametrize("rate", [0.0, -1.0, float("inf"), float("nan")])
def test_a_rate_that_is_not_positive_and_finite_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="rate"):
        ClockReading(WALL, CASE, rate)


def test_an_epoch_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        ClockReading(WALL.replace(tzinfo=None), CASE, 1.0)


def test_without_a_file_the_clock_is_real_and_the_carried_instant_ignored(
    settings: Settings,
) -> None:
    clock = Clock(settings)
    assert clock.reading() == REAL_TIME
    assert abs(clock.now() - clock.wall()) < timedelta(seconds=1)
    assert abs(clock.instant(CASE) - clock.wall()) < timedelta(seconds=1)


def test_with_a_file_the_carried_instant_counts(settings: Settings) -> None:
    settings.clock_file.write_text(format_reading(ClockReading(WALL, CASE, 1000.0)))
    clock = Clock(settings)
    assert clock.instant(CASE) == CASE
    expected = CASE + (clock.wall() - WALL) * 1000
    assert abs(clock.instant() - expected) < timedelta(hours=1)


def test_a_file_caught_half_written_is_read_again(settings: Settings) -> None:
    clock = Clock(settings)
    for number, rate in enumerate((2.0, 3.0)):
        before = clock.reading()
        whole = format_reading(ClockReading(WALL, CASE, rate))
        if number:
            settings.clock_file.write_text(whole[:20])
            assert clock.reading() == before
        settings.clock_file.write_text(whole)
        os.utime(settings.clock_file, ns=(number + 10, number + 10))
        assert clock.reading().rate == rate


def test_a_file_changed_or_removed_is_noticed(settings: Settings) -> None:
    clock = Clock(settings)
    for number, rate in enumerate((2.0, 3.0)):
        settings.clock_file.write_text(format_reading(ClockReading(WALL, CASE, rate)))
        os.utime(settings.clock_file, ns=(number, number))
        assert clock.reading().rate == rate
    settings.clock_file.unlink()
    assert clock.reading() == REAL_TIME
