"""Breathing spaces beside the regulations' own numbers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.facts import HoldInterval
from interfaces.values import Block, HoldKind
from services.contact.domain.breathing import (
    Variant,
    default_end,
    ends_at,
    is_too_soon,
    problem,
)
from services.contact.domain.holds import paused, union

START = datetime(2026, 3, 2, tzinfo=UTC)
SPACE = HoldKind.BREATHING_SPACE


def hours(number: int) -> datetime:
    return START + timedelta(hours=number)


def interval(from_hour: int, until_hour: int | None, number: int = 0) -> HoldInterval:
    until = None if until_hour is None else hours(until_hour)
    return HoldInterval(
        f"h{number}", HoldKind.DISPUTE, None, (Block.CONTACT,), hours(from_hour), until, None
    )


def test_a_standard_one_ends_by_itself_after_sixty_days_and_may_not_be_longer() -> None:
    assert default_end(SPACE, Variant.STANDARD, START) == START + timedelta(days=60)
    assert problem(SPACE, Variant.STANDARD, START, START + timedelta(days=60)) == ""
    assert "60 days" in problem(SPACE, Variant.STANDARD, START, START + timedelta(days=61))


def test_a_crisis_is_open_until_its_treatment_ends_and_lasts_thirty_days_more() -> None:
    assert default_end(SPACE, Variant.CRISIS, START) is None
    assert problem(SPACE, Variant.CRISIS, START, START + timedelta(days=1))
    assert ends_at(Variant.CRISIS, START) == START + timedelta(days=30)
    assert ends_at(Variant.STANDARD, START) == START


def test_an_adviser_is_given_thirty_days() -> None:
    assert default_end(SPACE, Variant.DEBT_ADVISER, START) == START + timedelta(days=30)


def test_other_holds_have_no_variant_and_no_end_of_their_own() -> None:
    assert problem(HoldKind.DISPUTE, Variant.CRISIS, START, None)
    assert default_end(HoldKind.DISPUTE, Variant.STANDARD, START) is None


@pytest.mark.parametrize(
    ("earlier", "later", "is_refused"),
    [
        (datetime(2026, 3, 2, tzinfo=UTC), datetime(2027, 3, 1, tzinfo=UTC), True),
        (datetime(2026, 3, 2, tzinfo=UTC), datetime(2027, 3, 2, tzinfo=UTC), False),
        (datetime(2028, 2, 29, tzinfo=UTC), datetime(2029, 2, 28, tzinfo=UTC), True),
        (datetime(2028, 2, 29, tzinfo=UTC), datetime(2029, 3, 1, tzinfo=UTC), False),
    ],
)
def test_a_standard_one_is_had_once_in_twelve_months(
    earlier: datetime, later: datetime, is_refused: bool
) -> None:
    assert is_too_soon([earlier], later) is is_refused
    assert is_too_soon([later], earlier) is is_refused


def test_a_pause_that_encloses_an_earlier_one_counts_each_day_once() -> None:
    """Fineract counts both: its overlap check misses a new pause that encloses a known one."""
    known, enclosing = interval(24, 48, 1), interval(0, 96, 2)
    assert paused([known, enclosing], START, hours(1_000)) == timedelta(hours=96)


bounds = st.tuples(st.integers(0, 60), st.none() | st.integers(0, 60))


@given(st.lists(bounds, max_size=8), st.integers(0, 60), st.integers(0, 60))
def test_paused_time_is_the_count_of_hours_that_any_hold_covers(
    holds: list[tuple[int, int | None]], start: int, length: int
) -> None:
    intervals = [interval(a, b, number) for number, (a, b) in enumerate(holds)]
    covered = sum(
        any(a <= hour and (b is None or hour < b) for a, b in holds)
        for hour in range(start, start + length)
    )
    assert paused(intervals, hours(start), hours(start + length)) == timedelta(hours=covered)


@given(st.lists(bounds, max_size=8))
def test_ending_one_hold_never_uncovers_what_another_one_covers(
    holds: list[tuple[int, int | None]],
) -> None:
    intervals = [interval(a, b, number) for number, (a, b) in enumerate(holds)]
    for gone in range(len(intervals)):
        others = union(intervals[:gone] + intervals[gone + 1 :])
        for hour in range(60):
            is_held = any(
                a <= hour and (b is None or hour < b)
                for number, (a, b) in enumerate(holds)
                if number != gone
            )
            assert any(span.covers(hours(hour)) for span in others) is is_held
