"""Limitation by the articles' own examples, and by a second account of the same law."""

from __future__ import annotations

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.legal.domain.limitation import (
    BINDS_AFTER_EXPIRY,
    Claim,
    Interruption,
    InterruptionKind,
    expires_on,
    years_after,
)

DUE = date(2023, 5, 10)
DEMAND, PAYMENT = InterruptionKind.DEMAND, InterruptionKind.PAYMENT
ACKNOWLEDGEMENT, SUIT = InterruptionKind.ACKNOWLEDGEMENT, InterruptionKind.SUIT


def claim(last: date | None = None, *, is_accelerated: bool = False, years: int = 3) -> Claim:
    return Claim(years, DUE, last, is_accelerated)


def test_article_188_three_years_from_the_day_it_fell_due() -> None:
    assert expires_on(claim(), []) == date(2026, 5, 10)


def test_article_189_a_debt_in_instalments_counts_from_the_last_one() -> None:
    assert expires_on(claim(date(2027, 1, 31)), []) == date(2030, 1, 31)


def test_an_accelerated_debt_counts_from_the_oldest_one_to_be_safe() -> None:
    assert expires_on(claim(date(2027, 1, 31), is_accelerated=True), []) == date(2026, 5, 10)


def test_article_195_a_demand_that_arrived_starts_the_three_years_anew() -> None:
    assert expires_on(claim(), [Interruption(date(2025, 1, 1), DEMAND)]) == date(2028, 1, 1)


def test_an_interruption_on_the_last_day_is_in_time_and_a_day_later_is_not() -> None:
    last = date(2026, 5, 10)
    assert expires_on(claim(), [Interruption(last, DEMAND)]) == date(2029, 5, 10)
    assert expires_on(claim(), [Interruption(last + timedelta(days=1), DEMAND)]) == last


def test_article_192_the_debtor_who_pays_or_acknowledges_afterwards_is_bound_again() -> None:
    after = date(2027, 6, 1)
    for kind in (PAYMENT, ACKNOWLEDGEMENT):
        assert expires_on(claim(), [Interruption(after, kind)]) == date(2030, 6, 1)
    for kind in (DEMAND, SUIT):
        assert expires_on(claim(), [Interruption(after, kind)]) == date(2026, 5, 10)


def test_article_188_never_more_than_twenty_years() -> None:
    demands = [Interruption(DUE.replace(year=year), DEMAND) for year in range(2024, 2043)]
    assert expires_on(claim(), demands) == date(2043, 5, 10)


def test_what_happened_before_anything_fell_due_interrupts_nothing() -> None:
    assert expires_on(claim(), [Interruption(date(2022, 1, 1), PAYMENT)]) == date(2026, 5, 10)


def test_nothing_due_has_no_limitation() -> None:
    assert expires_on(Claim(3, None), []) is None


def test_dates_at_the_end_of_the_calendar_do_no_harm() -> None:
    assert expires_on(Claim(3, date.max), []) == date.max


def test_a_leap_days_years_end_on_the_last_day_of_february() -> None:
    assert years_after(date(2024, 2, 29), 3) == date(2027, 2, 28)
    assert years_after(date(2024, 2, 29), 4) == date(2028, 2, 29)


interruptions = st.lists(
    st.builds(
        Interruption,
        st.dates(date(2022, 1, 1), date(2050, 12, 31)),
        st.sampled_from(InterruptionKind),
    ),
    max_size=15,
)


@given(interruptions, st.randoms(use_true_random=False), st.sampled_from([3, 15]))
def test_the_order_in_which_interruptions_are_heard_changes_nothing(
    found: list[Interruption], chance: object, years: int
) -> None:
    shuffled = list(found) * 2
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    assert expires_on(claim(years=years), found) == expires_on(claim(years=years), shuffled)


@given(interruptions, st.sampled_from([3, 15]))
def test_a_day_by_day_account_agrees(found: list[Interruption], years: int) -> None:
    assert expires_on(claim(years=years), found) == _by_days(found, years)


@given(interruptions, interruptions)
def test_another_interruption_never_shortens_it(
    found: list[Interruption], more: list[Interruption]
) -> None:
    first, second = expires_on(claim(), found), expires_on(claim(), [*found, *more])
    assert first is not None and second is not None
    assert years_after(DUE, 3) <= first <= second <= years_after(DUE, 20)


def _by_days(found: list[Interruption], years: int) -> date:
    """Lives through the days and notes on each whether the claim may still be brought."""
    today, until = DUE, years_after(DUE, years)
    last = years_after(DUE, 20)
    while today <= date(2050, 12, 31):
        for each in found:
            is_bound = today <= until or each.kind in BINDS_AFTER_EXPIRY
            if each.on == today and is_bound:
                until = max(until, years_after(today, years))
        today += timedelta(days=1)
    return min(until, last)
