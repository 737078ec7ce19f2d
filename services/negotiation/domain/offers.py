"""What may be offered: plans in instalments up to the product's months, and a settlement."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta

from interfaces.strategy import CureRule
from interfaces.tenant import Product
from services.negotiation.domain.agreements import Instalment

OFFER_DAYS = 14
SETTLEMENT_DAYS = 14
PROMISE_DAYS_MAX = 60
BROKEN_PROMISES_MAX = 3
MONTHS_SHOWN = (3, 6, 12, 24, 36, 48, 60)


@dataclass(frozen=True)
class Debt:
    """What is owed when an offer is made."""

    overdue_minor: int
    balance_minor: int
    is_accelerated: bool = False


@dataclass(frozen=True)
class Offer:
    """The bounds within which the borrower chooses."""

    plan_minor: int
    plan_months_max: int
    settlement_minor: int
    waived_minor: int

    def months_shown(self) -> tuple[int, ...]:
        shown = {months for months in MONTHS_SHOWN if months < self.plan_months_max}
        return tuple(sorted({*shown, self.plan_months_max}))


def offer_for(debt: Debt, product: Product) -> Offer:
    """A card's plan spreads the whole debt (CN-CARD-70: at most 60 months, which the product's
    limit holds), a loan's plan its arrears; a settlement ends the whole debt."""
    whole = max(debt.overdue_minor, debt.balance_minor)
    is_revolving = product.cure is CureRule.MINIMUM_MET
    plan_minor = whole if is_revolving or debt.is_accelerated else debt.overdue_minor
    waived = whole * product.settlement_waiver_percent_max // 100
    months = max(1, min(product.plan_months_max, plan_minor))
    return Offer(plan_minor, months, whole - waived, waived)


def plan(total_minor: int, months: int, agreed_on: date) -> tuple[Instalment, ...]:
    """Equal instalments, a calendar month apart; the odd units fall on the first ones."""
    each, odd = divmod(total_minor, months)
    return tuple(
        Instalment(months_after(agreed_on, number + 1), each + (number < odd))
        for number in range(months)
    )


def settlement(total_minor: int, agreed_on: date) -> tuple[Instalment, ...]:
    return (Instalment(agreed_on + timedelta(days=SETTLEMENT_DAYS), total_minor),)


def months_after(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day if it is shorter."""
    years, month = divmod(day.month - 1 + months, 12)
    year, month = day.year + years, month + 1
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))
