"""Each loan's position derived a second time, from all the bank sent, to hold against the ledger.

Plain and slow on purpose: it follows the words of the architecture, and shares no code with
services/ledger, so that both can only agree by being right.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from events.v1 import bank_pb2 as bank

ENDINGS = ("closed", "sold", "recalled", "written_off")
Derived = dict[str, object]
_day = date.fromisoformat


def derive(facts: Sequence[bank.BankFact], cures: Mapping[str, str], today: date) -> Derived:
    """What a registered loan owes on `today`, in the words of the ledger's API.

    `cures` says per product whether `arrears_met` or `minimum_met` cures it.
    """
    return _Loan(facts, cures, today).position()


class _Loan:
    def __init__(
        self, facts: Sequence[bank.BankFact], cures: Mapping[str, str], today: date
    ) -> None:
        self._facts, self._today = facts, today
        self._loan: bank.LoanRegistered = _last(facts, "registered", "")
        self._snapshot: bank.DelinquencySnapshot | None = _last(facts, "snapshot", "as_of")
        self._as_of = _day(self._snapshot.as_of) if self._snapshot else date.min
        self._is_card = cures[self._loan.product] == "minimum_met"
        # Of several under one transaction id the first counts, so the last is put in first.
        paid = [f.fact.payment_received for f in reversed(facts)]
        undone = [f.fact.payment_reversed for f in reversed(facts)]
        self._payments = {p.transaction_id: p for p in paid if p.transaction_id}
        self._reversals = {r.transaction_id: r for r in undone if r.transaction_id}

    def position(self) -> Derived:
        snapshot, paid = self._snapshot, self._paid_after(self._as_of)
        back = self._came_back_after(self._as_of) if snapshot else []
        added = sum(payment.amount_minor for payment, _ in back)
        dues = [undone.restored_due_on or self._due_before(paid_) for paid_, undone in back]
        dues += [snapshot.oldest_unpaid_due_on] if snapshot else []
        since = min(filter(None, dues), default=None)
        required = self._required() + added
        tolerance = (snapshot.tolerance_minor if snapshot else 0) or self._loan.tolerance_minor
        if required <= tolerance or not self._grace_is_over(since):
            state = "current"
        else:
            state = "covered" if required - paid <= tolerance else "overdue"
        ending = self._ending(is_owed=required > tolerance)
        if ending == "closed":
            return _owes("closed", None, 0, 0)
        overdue = max(0, _overdue(snapshot) + added - paid)
        return _owes(ending or state, since, overdue, self._balance())

    def _required(self) -> int:
        snapshot = self._snapshot
        if snapshot is None or not snapshot.oldest_unpaid_due_on:
            return 0
        if snapshot.is_accelerated:
            return max(snapshot.balance_minor, _overdue(snapshot))
        if self._is_card and snapshot.minimum_due_minor:
            return max(0, snapshot.minimum_due_minor - snapshot.minimum_paid_minor)
        return _overdue(snapshot)

    def _grace_is_over(self, since: str | None) -> bool:
        days = (self._snapshot.grace_days if self._snapshot else 0) or self._loan.grace_days
        now = max(self._today, self._as_of)
        return since is not None and _day(since) + timedelta(days=days) < now

    def _ending(self, is_owed: bool) -> str | None:
        told = [
            (
                _day(getattr(fact.fact, kind).on),
                fact.sequence,
                fact.occurred_at.ToNanoseconds(),
                kind,
            )
            for fact in self._facts
            if (kind := str(fact.fact.WhichOneof("fact"))) in ENDINGS
        ]
        if not told:
            return None
        ended_on, _, _, kind = max(told)
        known = [(self._payments.get(key), undone) for key, undone in self._reversals.items()]
        was_undone = kind == "closed" and any(
            paid and _day(paid.effective_on) <= ended_on < _day(undone.effective_on)
            for paid, undone in known
        )
        snapshot = self._snapshot
        is_overdue_again = self._as_of > ended_on and snapshot and snapshot.oldest_unpaid_due_on
        return None if is_owed and (is_overdue_again or was_undone) else kind

    def _balance(self) -> int:
        told = _last(self._facts, "balance_changed", "as_of")
        if told and (self._snapshot is None or _day(told.as_of) > self._as_of):
            as_of, minor = _day(told.as_of), told.balance_minor
        elif self._snapshot:
            as_of, minor = self._as_of, self._snapshot.balance_minor
        else:
            return 0
        back = sum(payment.amount_minor for payment, _ in self._came_back_after(as_of))
        return int(minor) - self._paid_after(as_of) + back

    def _paid_after(self, as_of: date) -> int:
        return sum(
            payment.amount_minor
            for key, payment in self._payments.items()
            if _day(payment.effective_on) > as_of and key not in self._reversals
        )

    def _came_back_after(
        self, as_of: date
    ) -> list[tuple[bank.PaymentReceived, bank.PaymentReversed]]:
        known = ((self._payments.get(key), undone) for key, undone in self._reversals.items())
        return [
            (paid, undone)
            for paid, undone in known
            if paid and _day(paid.effective_on) <= as_of < _day(undone.effective_on)
        ]

    def _due_before(self, payment: bank.PaymentReceived) -> str:
        paid_on = payment.effective_on
        earlier = [fact for fact in self._facts if "" < fact.fact.snapshot.as_of < paid_on]
        last = _last(earlier, "snapshot", "as_of")
        if last is not None and last.oldest_unpaid_due_on:
            return str(last.oldest_unpaid_due_on)
        due = (fact.fact.instalment_due.due_on for fact in self._facts)
        return max((on for on in due if "" < on <= paid_on), default=paid_on)


def _owes(state: str, since: str | None, overdue: int, balance: int) -> Derived:
    names = ("disposition", "oldest_due_on", "overdue_minor", "balance_minor")
    return dict(zip(names, (state, since, overdue, balance), strict=True))


def _overdue(told: bank.DelinquencySnapshot | None) -> int:
    parts = ("costs", "interest", "principal")
    return sum(getattr(told, f"overdue_{part}_minor") for part in parts) if told else 0


def _last(facts: Iterable[bank.BankFact], kind: str, by: str) -> Any:
    told = [fact for fact in facts if fact.fact.WhichOneof("fact") == kind]

    def place(fact: bank.BankFact) -> tuple[str, int, int]:
        on = getattr(getattr(fact.fact, kind), by) if by else ""
        return on, fact.sequence, fact.occurred_at.ToNanoseconds()

    return getattr(max(told, key=place).fact, kind) if told else None
