"""Offers stay within the product's limits and lose no minor unit."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.strategy import CureRule
from interfaces.tenant import Product
from services.negotiation.domain.offers import (
    Debt,
    months_after,
    offer_for,
    plan,
    settlement,
)

CARD = Product("card", CureRule.MINIMUM_MET, 3, 60, 20)
LOAN = Product("consumer_loan", CureRule.ARREARS_MET, 3, 36, 10)
days = st.dates(date(2005, 1, 1), date(2040, 12, 31))


def test_a_cards_plan_spreads_the_whole_debt_and_a_loans_plan_its_arrears() -> None:
    assert offer_for(Debt(1_000, 9_000), CARD).plan_minor == 9_000
    assert offer_for(Debt(1_000, 9_000), LOAN).plan_minor == 1_000
    assert offer_for(Debt(1_000, 9_000, is_accelerated=True), LOAN).plan_minor == 9_000


def test_a_settlement_waives_at_most_the_products_percentage() -> None:
    offer = offer_for(Debt(1_000, 9_999), CARD)
    assert offer.waived_minor == 1_999 and offer.settlement_minor == 8_000


def test_a_credit_balance_never_makes_the_offer_negative() -> None:
    assert offer_for(Debt(1_000, -500), CARD).plan_minor == 1_000


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2028, 1, 31), 1, date(2028, 2, 29)),
        (date(2026, 1, 31), 2, date(2026, 3, 31)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2026, 12, 15), 1, date(2027, 1, 15)),
    ],
)
def test_months_end_where_the_calendar_ends(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected


@given(st.integers(1, 10**12), st.integers(1, 60), days)
def test_a_plan_sums_exactly_and_its_instalments_differ_by_a_unit_at_most(
    total: int, months: int, agreed_on: date
) -> None:
    months = min(months, total)
    instalments = plan(total, months, agreed_on)
    amounts = [each.amount_minor for each in instalments]
    assert sum(amounts) == total and max(amounts) - min(amounts) <= 1 and min(amounts) > 0
    due = [each.due_on for each in instalments]
    assert due == sorted(set(due)) and due[0] > agreed_on
    assert due[-1] == months_after(agreed_on, months)


@given(st.integers(1, 10**12), st.integers(-(10**6), 10**12), st.sampled_from([CARD, LOAN]))
def test_every_offer_stays_within_the_products_limits(
    overdue: int, balance: int, product: Product
) -> None:
    offer = offer_for(Debt(overdue, balance), product)
    whole = offer.settlement_minor + offer.waived_minor
    assert offer.waived_minor * 100 <= whole * product.settlement_waiver_percent_max
    assert all(1 <= months <= product.plan_months_max for months in offer.months_shown())
    assert offer.plan_months_max in offer.months_shown()


def test_a_settlement_is_due_in_fourteen_days() -> None:
    assert settlement(8_000, date(2026, 3, 2))[0].due_on == date(2026, 3, 16)
