"""What is owed now: the bank's latest snapshot and the payments effective after its date.

The rules, in the order they apply; `today` is a business date of the tenant:

1. The snapshot that counts is the last by as-of date, then sequence. Without one, nothing is
   overdue.
2. A payment effective after its date pays it down, unless it was reversed. A reversal effective
   after its date, of a payment that the snapshot had already booked, adds the amount back and
   restores the due date before that payment. A reversal whose payment is not known waits for it.
3. What must be paid: for an accelerated loan all of it, for a card the minimum, else the arrears.
   No more than the tolerance left to pay: covered. Only a snapshot makes a loan current again.
4. Nothing is overdue before the day after due date and grace; on it the loan is overdue, or covered
   if it was paid meanwhile.
5. The last ending wins, until a later snapshot with an overdue amount; a closing also falls when a
   payment made before it is reversed after it. A loan that stays closed owes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from interfaces.facts import Overdue
from interfaces.strategy import CureRule
from interfaces.values import Disposition
from services.ledger.domain.allocation import NOTHING, Allocation, allocate, less, plus
from services.ledger.domain.facts import (
    Balance,
    Ending,
    LoanFacts,
    Payment,
    Registration,
    Reversal,
    Snapshot,
    latest,
)

Reversed = tuple[Payment, Reversal]


@dataclass(frozen=True)
class Terms:
    """What the bank's last snapshot says beside amounts; grace and tolerance are the loan's own
    where the snapshot gives none."""

    grace_days: int
    tolerance_minor: int
    disputed_minor: int = 0
    is_accelerated: bool = False
    bucket: str = ""


@dataclass(frozen=True)
class Position:
    """A loan's position; `grace_ends_on` is the day it changes without a further fact, and
    `unallocated_minor` what was paid since the snapshot beyond the overdue amount."""

    registration: Registration
    disposition: Disposition
    as_of: date
    oldest_due_on: date | None
    overdue: Overdue
    balance_minor: int
    minimum_due_minor: int
    terms: Terms
    unallocated_minor: int
    grace_ends_on: date | None


@dataclass(frozen=True)
class Debt:
    """What is owed before payments since the snapshot; `required_minor` of it cures the loan."""

    overdue: Overdue
    oldest_due_on: date | None
    required_minor: int
    minimum_minor: int


def derive(facts: LoanFacts, cure: CureRule, today: date) -> Position | None:
    """The position on `today`; None while the loan itself is not known."""
    loan = latest(facts.registrations)
    if loan is None:
        return None
    snapshot = latest(facts.snapshots)
    as_of = snapshot.as_of if snapshot else None
    debt = _debt(facts, snapshot, _restored(facts, as_of), cure)
    paid = _paid_since(facts, as_of)
    terms = _terms(loan, snapshot)
    allocation = allocate(debt.overdue, paid)
    begins = (
        debt.oldest_due_on + timedelta(days=terms.grace_days + 1) if debt.oldest_due_on else None
    )
    has_begun = begins is not None and begins <= max(today, as_of or today)
    disposition = _disposition(debt.required_minor, paid, terms.tolerance_minor)
    is_owed = debt.required_minor > terms.tolerance_minor
    ending = _ending_in_force(facts, snapshot, is_owed)
    position = Position(
        registration=loan,
        disposition=disposition if has_begun else Disposition.CURRENT,
        as_of=as_of or loan.registered_on,
        oldest_due_on=debt.oldest_due_on,
        overdue=less(debt.overdue, allocation.paid),
        balance_minor=_balance(facts, snapshot),
        minimum_due_minor=max(0, debt.minimum_minor - paid),
        terms=terms,
        unallocated_minor=allocation.unallocated_minor,
        grace_ends_on=begins if is_owed and not has_begun else None,
    )
    return position if ending is None else _ended(position, ending)


def allocation_of(facts: LoanFacts, payment: Payment, before: Position | None) -> Allocation:
    """How a payment just told is spent: on what is overdue now or, if the bank had booked it by
    its last snapshot, on what was overdue when it was made."""
    snapshot = latest(facts.snapshots)
    if before is not None and (snapshot is None or payment.effective_on > snapshot.as_of):
        return allocate(before.overdue, payment.amount_minor)
    return _allocation_when_made(facts, payment)


def _ended(position: Position, ending: Ending) -> Position:
    ended = replace(position, disposition=ending.disposition, grace_ends_on=None)
    if ending.disposition is not Disposition.CLOSED:
        return ended
    return replace(ended, oldest_due_on=None, overdue=NOTHING, balance_minor=0, minimum_due_minor=0)


def _terms(loan: Registration, snapshot: Snapshot | None) -> Terms:
    if snapshot is None:
        return Terms(loan.grace_days, loan.tolerance_minor)
    return Terms(
        grace_days=snapshot.grace_days or loan.grace_days,
        tolerance_minor=snapshot.tolerance_minor or loan.tolerance_minor,
        disputed_minor=snapshot.disputed_minor,
        is_accelerated=snapshot.is_accelerated,
        bucket=snapshot.bucket,
    )


def _disposition(required_minor: int, paid_minor: int, tolerance_minor: int) -> Disposition:
    if required_minor <= tolerance_minor:
        return Disposition.CURRENT
    if required_minor - paid_minor <= tolerance_minor:
        return Disposition.COVERED
    return Disposition.OVERDUE


def _paid_since(facts: LoanFacts, as_of: date | None) -> int:
    return sum(
        payment.amount_minor
        for payment in facts.payments.values()
        if (as_of is None or payment.effective_on > as_of)
        and payment.transaction_id not in facts.reversals
    )


def _restored(facts: LoanFacts, as_of: date | None) -> list[Reversed]:
    """Payments booked by `as_of` that were reversed after it."""
    if as_of is None:
        return []
    return [
        (payment, reversal)
        for reversal in facts.reversals.values()
        if (payment := facts.payments.get(reversal.transaction_id)) is not None
        and payment.effective_on <= as_of < reversal.effective_on
    ]


def _debt(
    facts: LoanFacts, snapshot: Snapshot | None, restored: Sequence[Reversed], cure: CureRule
) -> Debt:
    if snapshot is None:
        return Debt(NOTHING, None, 0, 0)
    overdue, due_dates, added = snapshot.overdue, [snapshot.oldest_due_on], 0
    for payment, reversal in restored:
        spent = _allocation_when_made(facts, payment)
        beyond = Overdue(principal_minor=spent.unallocated_minor)
        overdue = plus(overdue, plus(spent.paid, beyond))
        due_dates.append(reversal.restored_due_on or _due_before(facts, payment))
        added += payment.amount_minor
    minimum = max(0, snapshot.minimum_due_minor - snapshot.minimum_paid_minor)
    return Debt(
        overdue=overdue,
        oldest_due_on=min((day for day in due_dates if day), default=None),
        required_minor=_required(snapshot, minimum, cure) + added,
        minimum_minor=minimum + (added if cure is CureRule.MINIMUM_MET else 0),
    )


def _required(snapshot: Snapshot, minimum_minor: int, cure: CureRule) -> int:
    if snapshot.oldest_due_on is None:
        return 0
    if snapshot.is_accelerated:
        return max(snapshot.balance_minor, snapshot.overdue.total_minor)
    # A bank that reports no minimum for a card leaves the arrears as the only measure.
    if cure is CureRule.MINIMUM_MET and snapshot.minimum_due_minor > 0:
        return minimum_minor
    return snapshot.overdue.total_minor


def _allocation_when_made(facts: LoanFacts, payment: Payment) -> Allocation:
    """By the snapshot before the payment, after what was paid between the two."""
    snapshot = _snapshot_before(facts, payment)
    if snapshot is None:
        return allocate(NOTHING, payment.amount_minor)
    earlier = sum(
        other.amount_minor
        for other in facts.payments.values()
        if other.effective_on > snapshot.as_of
        and (other.effective_on, other.transaction_id)
        < (payment.effective_on, payment.transaction_id)
        and not _was_reversed_by(facts, other, payment.effective_on)
    )
    left = less(snapshot.overdue, allocate(snapshot.overdue, earlier).paid)
    return allocate(left, payment.amount_minor)


def _was_reversed_by(facts: LoanFacts, payment: Payment, day: date) -> bool:
    reversal = facts.reversals.get(payment.transaction_id)
    return reversal is not None and reversal.effective_on <= day


def _due_before(facts: LoanFacts, payment: Payment) -> date:
    """The oldest due date that was unpaid when the payment was made: by the snapshot before it,
    else the last instalment due by then, else the day of the payment itself."""
    snapshot = _snapshot_before(facts, payment)
    if snapshot is not None and snapshot.oldest_due_on is not None:
        return snapshot.oldest_due_on
    due = [item.due_on for item in facts.instalments if item.due_on <= payment.effective_on]
    return max(due, default=payment.effective_on)


def _snapshot_before(facts: LoanFacts, payment: Payment) -> Snapshot | None:
    return latest(item for item in facts.snapshots if item.as_of < payment.effective_on)


def _ending_in_force(facts: LoanFacts, snapshot: Snapshot | None, is_owed: bool) -> Ending | None:
    ending = latest(facts.endings)
    if ending is None or not is_owed or snapshot is None:
        return ending
    if snapshot.as_of > ending.ended_on and snapshot.oldest_due_on is not None:
        return None
    return None if _falls_by_reversal(facts, ending) else ending


def _falls_by_reversal(facts: LoanFacts, ending: Ending) -> bool:
    return ending.disposition is Disposition.CLOSED and any(
        payment.effective_on <= ending.ended_on < reversal.effective_on
        for reversal in facts.reversals.values()
        if (payment := facts.payments.get(reversal.transaction_id)) is not None
    )


def _balance(facts: LoanFacts, snapshot: Snapshot | None) -> int:
    """The bank's last word on the balance, less what was paid and plus what came back since."""
    told: Balance | None = latest(facts.balances)
    if told is not None and (snapshot is None or told.as_of > snapshot.as_of):
        as_of, minor = told.as_of, told.balance_minor
    elif snapshot is not None:
        as_of, minor = snapshot.as_of, snapshot.balance_minor
    else:
        return 0
    back = sum(payment.amount_minor for payment, _ in _restored(facts, as_of))
    return minor - _paid_since(facts, as_of) + back
