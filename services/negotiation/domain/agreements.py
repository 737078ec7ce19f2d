"""How an agreement stands, derived from its terms and the money posted, in whatever order."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from interfaces.values import AgreementStatus

GRACE_DAYS = 3
TOLERANCE_PERCENT = 1
# What a bank dates later than this is due on the last day that can still be counted from.
LATEST = date(9998, 12, 31)


@dataclass(frozen=True)
class Instalment:
    due_on: date
    amount_minor: int


@dataclass(frozen=True)
class Terms:
    """What was agreed. Money counts if effective from `agreed_on` on and accepted from
    `agreed_at` on: what came earlier is in the agreed amounts already. `paid_before_minor` is
    what another system proved."""

    agreed_on: date
    agreed_at: datetime | None
    instalments: tuple[Instalment, ...]
    zone: str
    tolerance_minor: int = 0
    paid_before_minor: int = 0

    @property
    def total_minor(self) -> int:
        return sum(instalment.amount_minor for instalment in self.instalments)


@dataclass(frozen=True)
class Payment:
    """Posted money; `reversed_on` is the business date on which it was taken back, whole."""

    amount_minor: int
    effective_on: date
    accepted_at: datetime
    reversed_on: date | None = None


@dataclass(frozen=True)
class Progress:
    """How an accepted agreement stands: active, kept or broken, and when to look again."""

    status: AgreementStatus
    paid_minor: int
    next_due_on: date | None = None
    judge_at: datetime | None = None


def judge(terms: Terms, payments: Iterable[Payment], now: datetime) -> Progress:
    """The first instalment that is not covered decides. A payment that was posted late but
    effective in time still counts; one reversed after the deadline reopens the instalment, once,
    for the days of grace."""
    counted = [payment for payment in payments if _counts(terms, payment)]
    standing = sum(p.amount_minor for p in counted if p.reversed_on is None)
    paid = min(terms.total_minor, terms.paid_before_minor + standing)
    needed = 0
    for instalment in terms.instalments:
        needed += instalment.amount_minor
        deadline = _open_until(terms, counted, instalment, needed)
        if deadline is None:
            continue
        judge_at = end_of(deadline, terms.zone)
        status = AgreementStatus.BROKEN if now >= judge_at else AgreementStatus.ACTIVE
        return Progress(status, paid, instalment.due_on, judge_at)
    return Progress(AgreementStatus.KEPT, paid)


def end_of(day: date, zone: str) -> datetime:
    """The instant at which a business date is over."""
    following = datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(zone))
    return following.astimezone(ZoneInfo("UTC"))


def local_date(instant: datetime, zone: str) -> date:
    """The business date of an instant."""
    return instant.astimezone(ZoneInfo(zone)).date()


def paid_by_instalment(instalments: Sequence[Instalment], paid_minor: int) -> list[int]:
    """Money fills the instalments in their order."""
    filled, left = [], paid_minor
    for instalment in instalments:
        part = min(left, instalment.amount_minor)
        filled.append(part)
        left -= part
    return filled


def _counts(terms: Terms, payment: Payment) -> bool:
    if payment.effective_on < terms.agreed_on:
        return False
    return terms.agreed_at is None or payment.accepted_at >= terms.agreed_at


def _open_until(
    terms: Terms, counted: Sequence[Payment], instalment: Instalment, needed_minor: int
) -> date | None:
    """The last day to pay an instalment that is not covered; None when it is."""
    tolerance = max(needed_minor * TOLERANCE_PERCENT // 100, terms.tolerance_minor)
    missing = max(1, needed_minor - tolerance) - terms.paid_before_minor
    deadline = min(instalment.due_on, LATEST) + timedelta(days=GRACE_DAYS)
    if _standing(counted, deadline) >= missing:
        return None
    taken_back = [
        p for p in counted if p.effective_on <= deadline and (p.reversed_on or date.min) > deadline
    ]
    if _standing(counted, deadline) + sum(p.amount_minor for p in taken_back) < missing:
        return deadline
    reopened_on = min(p.reversed_on for p in taken_back if p.reversed_on is not None)
    second_deadline = reopened_on + timedelta(days=GRACE_DAYS)
    return None if _standing(counted, second_deadline) >= missing else second_deadline


def _standing(counted: Iterable[Payment], until: date) -> int:
    return sum(p.amount_minor for p in counted if p.reversed_on is None and p.effective_on <= until)
