"""What is still to be paid of each instalment, and on which day a second one was missed."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Instalment:
    """As the bank last told it, and the day on which it first did."""

    number: int
    due_on: date
    amount_minor: int
    currency: str
    told_on: date = date.min


@dataclass(frozen=True)
class Paid:
    """A payment as the ledger spent it: on the arrears of its day, and what went beyond them."""

    effective_on: date
    arrears_minor: int
    beyond_minor: int


def left_of(instalments: Iterable[Instalment], payments: Iterable[Paid]) -> dict[int, int]:
    """What is left to pay of each instalment, by number. Money spent on arrears covers what had
    fallen due by its day, the rest whatever is not covered yet, the oldest first. What was paid
    before the first was told is taken to be for one that nobody told: at worst somebody is reminded
    who has paid."""
    ordered = sorted(instalments, key=lambda each: (each.due_on, each.number))
    left = {each.number: each.amount_minor for each in ordered}
    since = min((each.told_on for each in ordered), default=date.max)
    counting = (each for each in payments if each.effective_on >= since)
    for paid in sorted(counting, key=lambda each: each.effective_on):
        fallen_due = [each for each in ordered if each.due_on <= paid.effective_on]
        _cover(left, fallen_due, paid.arrears_minor)
        _cover(left, ordered, paid.beyond_minor)
    return left


def second_missed_on(oldest_due_on: date, due_days: Iterable[date]) -> date:
    """The day on which the second payment after the oldest unpaid one falls due: as the bank told
    it, else a month later."""
    later = [day for day in due_days if day > oldest_due_on]
    return min(later, default=_month_later(oldest_due_on))


def _cover(left: dict[int, int], instalments: Iterable[Instalment], minor: int) -> None:
    for each in instalments:
        spent = min(minor, left[each.number])
        left[each.number] -= spent
        minor -= spent


def _month_later(day: date) -> date:
    """The same day of the next month, or the last of a shorter one."""
    years, month = divmod(day.month, 12)
    last = monthrange(day.year + years, month + 1)[1]
    return date(day.year + years, month + 1, min(day.day, last))
