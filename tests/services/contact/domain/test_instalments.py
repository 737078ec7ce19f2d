"""What is left of instalments, and when a second one was missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.contact.domain.instalments import Instalment, Paid, left_of, second_missed_on

MARCH = date(2026, 3, 20)
DAY = timedelta(days=1)
MONTHLY = [Instalment(number, date(2026, 2 + number, 20), 1_000, "CNY") for number in range(1, 4)]


def test_an_instalment_paid_on_its_day_leaves_the_next_one_whole() -> None:
    assert left_of(MONTHLY, [Paid(MARCH, 0, 1_000)]) == {1: 0, 2: 1_000, 3: 1_000}


def test_what_is_paid_within_grace_is_the_last_one_not_the_next() -> None:
    assert left_of(MONTHLY, [Paid(MARCH + DAY * 2, 0, 1_000)]) == {1: 0, 2: 1_000, 3: 1_000}


def test_arrears_paid_late_cover_no_instalment_to_come() -> None:
    late = Paid(MARCH + DAY * 10, arrears_minor=1_250, beyond_minor=0)
    assert left_of(MONTHLY, [late]) == {1: 0, 2: 1_000, 3: 1_000}


def test_what_is_paid_beyond_the_arrears_is_paid_ahead() -> None:
    both = Paid(MARCH + DAY * 10, arrears_minor=1_000, beyond_minor=1_300)
    assert left_of(MONTHLY, [both]) == {1: 0, 2: 0, 3: 700}


def test_what_was_paid_before_anything_was_told_is_for_an_earlier_instalment() -> None:
    told = [replace(each, told_on=MARCH - DAY * 5) for each in MONTHLY]
    assert left_of(told, [Paid(MARCH - DAY * 28, 0, 1_000)])[1] == 1_000
    assert left_of(told, [Paid(MARCH - DAY * 5, 0, 1_000)])[1] == 0


INSTALMENTS = st.lists(
    st.tuples(st.integers(0, 400), st.integers(1, 5_000)), min_size=1, max_size=12
).map(
    lambda drawn: [
        Instalment(number, MARCH + DAY * days, minor, "CNY")
        for number, (days, minor) in enumerate(drawn, 1)
    ]
)
PAYMENTS = st.lists(
    st.builds(
        Paid, st.integers(-30, 400).map(lambda n: MARCH + DAY * n), st.integers(0, 9_000),
        st.integers(0, 9_000),
    ),
    max_size=12,
)  # fmt: skip


@given(INSTALMENTS, PAYMENTS)
def test_no_more_is_covered_than_was_paid_and_never_below_nothing(
    instalments: list[Instalment], payments: list[Paid]
) -> None:
    left = left_of(instalments, payments)
    amounts = {each.number: each.amount_minor for each in instalments}
    assert all(0 <= left[number] <= amounts[number] for number in amounts)
    covered = sum(amounts.values()) - sum(left.values())
    assert covered <= sum(each.arrears_minor + each.beyond_minor for each in payments)


@given(INSTALMENTS, PAYMENTS, st.integers(1, 9_000))
def test_a_further_payment_never_leaves_more_and_order_of_telling_is_no_matter(
    instalments: list[Instalment], payments: list[Paid], minor: int
) -> None:
    before = left_of(instalments, payments)
    last = max((each.effective_on for each in payments), default=MARCH)
    after = left_of(instalments, [*payments, Paid(last, 0, minor)])
    assert all(after[number] <= left for number, left in before.items())
    by_day = sorted(payments, key=lambda each: (each.effective_on, each.beyond_minor))
    assert left_of(instalments[::-1], by_day) == left_of(instalments, by_day)


@given(INSTALMENTS, PAYMENTS)
def test_money_beyond_arrears_pays_nothing_before_what_fell_due_earlier(
    instalments: list[Instalment], payments: list[Paid]
) -> None:
    beyond = [Paid(each.effective_on, 0, each.beyond_minor) for each in payments]
    left = left_of(instalments, beyond)
    ordered = sorted(instalments, key=lambda each: (each.due_on, each.number))
    touched = [each for each in ordered if left[each.number] < each.amount_minor]
    assert ordered[: len(touched)] == touched
    assert all(left[each.number] == 0 for each in touched[:-1])


def test_the_second_payment_is_missed_on_the_next_due_day_or_a_month_later() -> None:
    due_days = [each.due_on for each in MONTHLY]
    assert second_missed_on(MARCH, due_days) == date(2026, 4, 20)
    assert second_missed_on(MARCH, []) == date(2026, 4, 20)
    assert second_missed_on(date(2026, 1, 31), []) == date(2026, 2, 28)
    assert second_missed_on(date(2026, 12, 31), []) == date(2027, 1, 31)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_without_due_days_a_month_is_between_28_and_31_days(day: date) -> None:
    assert 28 <= (second_missed_on(day, []) - day).days <= 31
