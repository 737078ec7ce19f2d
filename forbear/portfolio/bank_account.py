"""One loan on the core bank's books: what is due, paid and overdue on a day, oldest first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from events.v1.bank_pb2 import (
    DelinquencySnapshot,
    InstalmentDue,
    LoanFact,
    LoanRegistered,
    PaymentReceived,
    PaymentReversed,
)

ENDINGS = ("closed", "sold", "recalled", "written_off")
SETTLEMENT_PREFIX = "settle-"


@dataclass(frozen=True)
class Arrears:
    """What is overdue by component; `since` is the oldest unpaid due date."""

    since: date | None
    costs_minor: int = 0
    interest_minor: int = 0
    principal_minor: int = 0

    @property
    def total_minor(self) -> int:
        return self.costs_minor + self.interest_minor + self.principal_minor


@dataclass
class BankAccount:
    """Facts are kept as they came, by their own ids; every answer is derived for a day."""

    loan_ref: str
    registered: LoanRegistered
    instalments: dict[int, InstalmentDue] = field(default_factory=dict)
    payments: dict[str, PaymentReceived] = field(default_factory=dict)
    reversals: dict[str, PaymentReversed] = field(default_factory=dict)
    snapshots: dict[date, DelinquencySnapshot] = field(default_factory=dict)
    anchor: tuple[date, int] | None = None
    endings: list[date] = field(default_factory=list)

    def add(self, fact: LoanFact) -> None:
        """Take in one fact about this loan."""
        kind = fact.WhichOneof("fact")
        if kind == "registered":
            self.registered = fact.registered
        elif kind == "instalment_due":
            self.instalments[fact.instalment_due.number] = fact.instalment_due
        elif kind == "payment_received":
            self.payments.setdefault(fact.payment_received.transaction_id, fact.payment_received)
        elif kind == "payment_reversed":
            self.reversals.setdefault(fact.payment_reversed.transaction_id, fact.payment_reversed)
        elif kind == "balance_changed":
            self._add_anchor(date.fromisoformat(fact.balance_changed.as_of), fact)
        elif kind == "snapshot":
            self.snapshots[date.fromisoformat(fact.snapshot.as_of)] = fact.snapshot
        elif kind in ENDINGS:
            self.endings.append(date.fromisoformat(getattr(fact, kind).on))

    def is_ended(self, on: date) -> bool:
        return any(ended <= on for ended in self.endings)

    def arrears(self, on: date) -> Arrears:
        """Overdue at the end of a day: an instalment is overdue from the day after its due date."""
        due = sorted(
            (i for i in self.instalments.values() if date.fromisoformat(i.due_on) < on),
            key=lambda instalment: (instalment.due_on, instalment.number),
        )
        since: date | None = None
        left, parts = self.paid_minor(on), [0, 0, 0]
        for instalment in due:
            for place, owed in enumerate(_components(instalment)):
                paid = min(left, owed)
                left -= paid
                parts[place] += owed - paid
            if since is None and any(parts):
                since = date.fromisoformat(instalment.due_on)
        if sum(parts) <= self.registered.tolerance_minor:
            return Arrears(None)
        return Arrears(since, *parts)

    def balance_minor(self, on: date) -> int:
        """What is owed in all: the opening balance less what was paid since."""
        opened_on, opening = self.anchor or (date.min, 0)
        return opening - self.paid_minor(on) + self.paid_minor(opened_on)

    def paid_minor(self, on: date) -> int:
        """All payments effective by the end of a day that are not reversed by then."""
        received = sum(p.amount_minor for p in self.payments.values() if _by(p.effective_on, on))
        reversed_ = sum(
            r.amount_minor
            for r in self.reversals.values()
            if _by(r.effective_on, on) and r.transaction_id in self.payments
        )
        return received - reversed_

    def happened_on(self, day: date) -> bool:
        """Whether money moved or an instalment fell due on a day."""
        return day.isoformat() in set(self._days())

    def settled_on(self, on: date) -> date | None:
        """The day of the last payment by `on` towards a settlement or a plan's end."""
        days = (date.fromisoformat(p.effective_on) for p in self._settlements())
        return max((day for day in days if day <= on), default=None)

    def instalments_due_on(self, day: date) -> list[InstalmentDue]:
        return [i for i in self.instalments.values() if i.due_on == day.isoformat()]

    def payments_on(self, day: date) -> int:
        return sum(p.effective_on == day.isoformat() for p in self.payments.values())

    def last_reported_on(self) -> date | None:
        return max(self.snapshots, default=None)

    def _add_anchor(self, as_of: date, fact: LoanFact) -> None:
        if self.anchor is None or as_of >= self.anchor[0]:
            self.anchor = (as_of, fact.balance_changed.balance_minor)

    def _settlements(self) -> Iterator[PaymentReceived]:
        return (p for key, p in self.payments.items() if key.startswith(SETTLEMENT_PREFIX))

    def _days(self) -> Iterator[str]:
        yield from (instalment.due_on for instalment in self.instalments.values())
        yield from (payment.effective_on for payment in self.payments.values())
        yield from (reversal.effective_on for reversal in self.reversals.values())


def _components(instalment: InstalmentDue) -> tuple[int, int, int]:
    return (instalment.costs_minor, instalment.interest_minor, instalment.principal_minor)


def _by(effective_on: str, on: date) -> bool:
    return date.fromisoformat(effective_on) <= on
