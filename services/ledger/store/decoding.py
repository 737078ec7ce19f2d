"""Reads a stored or arriving Protobuf fact as the domain's own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from events.v1.bank_pb2 import LoanFact
from interfaces.facts import Overdue
from interfaces.values import Disposition
from services.ledger.domain.facts import (
    Balance,
    Ending,
    Fact,
    Instalment,
    Payment,
    Registration,
    Reversal,
    Snapshot,
    Takeover,
)


@dataclass(frozen=True)
class Told:
    """A fact as it came: `told_on` is the business date of `occurred_at` at the tenant."""

    loan_id: str
    fact_id: str
    sequence: int
    occurred_at: datetime
    told_on: date
    body: LoanFact

    def fact(self) -> Fact:
        kind = self.body.WhichOneof("fact")
        if kind is None:
            raise ValueError(f"fact {self.fact_id} of loan {self.loan_id} says nothing")
        return _READERS[kind](self, getattr(self.body, kind))


def _registration(told: Told, body: Any) -> Fact:
    return Registration(
        *_stamp(told),
        registered_on=told.told_on,
        product=body.product,
        currency=body.currency,
        grace_days=body.grace_days,
        tolerance_minor=body.tolerance_minor,
    )


def _snapshot(told: Told, body: Any) -> Fact:
    return Snapshot(
        *_stamp(told),
        as_of=date.fromisoformat(body.as_of),
        oldest_due_on=_day(body.oldest_unpaid_due_on),
        overdue=Overdue(
            body.overdue_costs_minor, body.overdue_interest_minor, body.overdue_principal_minor
        ),
        balance_minor=body.balance_minor,
        minimum_due_minor=body.minimum_due_minor,
        minimum_paid_minor=body.minimum_paid_minor,
        grace_days=body.grace_days,
        tolerance_minor=body.tolerance_minor,
        disputed_minor=body.disputed_minor,
        is_accelerated=body.is_accelerated,
        bucket=body.bucket,
    )


def _instalment(told: Told, body: Any) -> Fact:
    return Instalment(*_stamp(told), due_on=date.fromisoformat(body.due_on))


def _payment(told: Told, body: Any) -> Fact:
    return Payment(
        *_stamp(told),
        transaction_id=body.transaction_id,
        amount_minor=body.amount_minor,
        currency=body.currency,
        effective_on=date.fromisoformat(body.effective_on),
    )


def _reversal(told: Told, body: Any) -> Fact:
    return Reversal(
        *_stamp(told),
        transaction_id=body.transaction_id,
        amount_minor=body.amount_minor,
        currency=body.currency,
        effective_on=date.fromisoformat(body.effective_on),
        restored_due_on=_day(body.restored_due_on),
    )


def _balance(told: Told, body: Any) -> Fact:
    return Balance(
        *_stamp(told), as_of=date.fromisoformat(body.as_of), balance_minor=body.balance_minor
    )


def _ending(disposition: Disposition) -> Callable[[Told, Any], Fact]:
    def read(told: Told, body: Any) -> Fact:
        return Ending(*_stamp(told), disposition=disposition, ended_on=date.fromisoformat(body.on))

    return read


def _takeover(told: Told, body: Any) -> Fact:
    return Takeover(*_stamp(told), taken_on=date.fromisoformat(body.on))


def _stamp(told: Told) -> tuple[str, int, datetime]:
    return told.fact_id, told.sequence, told.occurred_at


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


_READERS: Mapping[str, Callable[[Told, Any], Fact]] = {
    "registered": _registration,
    "snapshot": _snapshot,
    "instalment_due": _instalment,
    "payment_received": _payment,
    "payment_reversed": _reversal,
    "balance_changed": _balance,
    "closed": _ending(Disposition.CLOSED),
    "sold": _ending(Disposition.SOLD),
    "recalled": _ending(Disposition.RECALLED),
    "written_off": _ending(Disposition.WRITTEN_OFF),
    "taken_over": _takeover,
}
