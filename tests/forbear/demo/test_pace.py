"""The pace gives way to lag, and comes back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from forbear.demo.pace import Pace, rate

PACE = Pace(2.0, 12.0, 60)


def test_it_slows_down_while_too_much_waits_and_recovers_when_little_does() -> None:
    assert PACE.next(2.0, 61) > 2.0
    assert PACE.next(2.0, 40) == 2.0
    assert PACE.next(6.0, 5) < 6.0


@given(st.floats(2.0, 12.0), st.integers(0, 10_000))
def test_it_never_leaves_its_bounds(current: float, waiting: int) -> None:
    assert 2.0 <= PACE.next(current, waiting) <= 12.0


def test_a_fixed_pace_stays() -> None:
    fixed = Pace(6.0, 6.0, 60)
    assert not fixed.is_adaptive
    assert fixed.next(6.0, 100_000) == 6.0


def test_a_day_of_one_second_is_a_rate_of_86400() -> None:
    assert rate(1.0) == 86_400
