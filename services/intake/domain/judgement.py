"""What a sound fact means beside what is already known of its loan: news, old news, or a clash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime

from services.intake.domain.facts import (
    APPLIED,
    DUPLICATE,
    STALE,
    Fact,
    Payment,
    Registration,
    Reversal,
    Snapshot,
    TakeOver,
    Verdict,
    refused,
)

UNKNOWN_LOAN = "intake/unknown_loan"


@dataclass(frozen=True)
class Order:
    """Where something stands among its like: the bank's sequence, else the bank's instant."""

    sequence: int
    occurred_at: datetime

    def is_before(self, other: Order) -> bool:
        if self.sequence and other.sequence:
            return self.sequence < other.sequence
        return self.occurred_at < other.occurred_at


@dataclass(frozen=True)
class Seen:
    """The newest snapshot applied."""

    as_of: date
    sequence: int
    says: bytes


@dataclass(frozen=True)
class LoanFile:
    """What intake keeps of a loan to judge the next fact by; `registered` is None until then."""

    loan_id: str
    registered: Order | None = None
    currency: str = ""
    snapshot: Seen | None = None
    party_refs: frozenset[str] = frozenset()

    def after(self, fact: Fact) -> LoanFile:
        """The file once an applied fact is in it."""
        content = fact.content
        if isinstance(content, Registration):
            return replace(
                self,
                registered=Order(fact.sequence, fact.occurred_at),
                currency=content.currency,
                party_refs=self.party_refs | {party.party_ref for party in content.parties},
            )
        if isinstance(content, Snapshot):
            return replace(self, snapshot=Seen(content.as_of, fact.sequence, fact.says))
        return self


@dataclass(frozen=True)
class Movement:
    """A payment, or a reversal, as it was first reported."""

    loan_id: str
    amount_minor: int
    currency: str
    effective_on: date


Movements = Mapping[type[Payment] | type[Reversal], Movement]


def judge(fact: Fact, file: LoanFile, movements: Movements) -> Verdict:
    """A verdict on a fact sound in itself; `movements` are those of its transaction id."""
    content = fact.content
    if isinstance(content, Registration):
        return _judge_registration(fact, content, file)
    if file.registered is None:
        return refused(
            "unknown_loan",
            "No loan is registered under this loan_ref yet; the fact waits here and is replayed "
            "by itself when the loan's registration arrives.",
        )
    currency = getattr(content, "currency", file.currency)
    if currency != file.currency:
        return refused(
            "other_currency", f"The loan is kept in {file.currency}, but this says {currency}."
        )
    if isinstance(content, Snapshot):
        return _judge_snapshot(fact, content, file.snapshot)
    if isinstance(content, Payment | Reversal):
        return _judge_movement(content, file, movements)
    if isinstance(content, TakeOver) and not content.party_refs <= file.party_refs:
        return refused(
            "unknown_party",
            "A party_ref named here is not a party of this loan; register the loan with it first.",
        )
    return APPLIED


def movement(content: Payment | Reversal, loan_id: str) -> Movement:
    return Movement(loan_id, content.amount_minor, content.currency, content.effective_on)


def _judge_registration(fact: Fact, content: Registration, file: LoanFile) -> Verdict:
    if file.registered is None:
        return APPLIED
    if content.currency != file.currency:
        return refused(
            "currency_changed",
            f"The loan is kept in {file.currency}; a loan's currency cannot change to "
            f"{content.currency}. Register a new loan.",
        )
    if Order(fact.sequence, fact.occurred_at).is_before(file.registered):
        return STALE
    return APPLIED


def _judge_snapshot(fact: Fact, content: Snapshot, seen: Seen | None) -> Verdict:
    if seen is None or (content.as_of, fact.sequence) > (seen.as_of, seen.sequence):
        return APPLIED
    if (content.as_of, fact.sequence) < (seen.as_of, seen.sequence):
        return STALE
    if fact.says == seen.says:
        return DUPLICATE
    return refused(
        "snapshot_contradicts",
        f"Another snapshot as of {content.as_of} with sequence {fact.sequence} says something "
        "else; send the valid one with a higher sequence.",
    )


def _judge_movement(content: Payment | Reversal, file: LoanFile, known: Movements) -> Verdict:
    told = movement(content, file.loan_id)
    same = known.get(type(content))
    if same is not None:
        if same == told:
            return DUPLICATE
        return refused(
            "transaction_contradicts",
            f"Transaction {content.transaction_id} is already known with another loan, amount, "
            f"currency or date; here it says {content.amount_minor} {content.currency} effective "
            f"{content.effective_on}.",
        )
    other = known.get(Reversal if isinstance(content, Payment) else Payment)
    if other is not None and (other.loan_id, other.amount_minor) != (
        told.loan_id,
        told.amount_minor,
    ):
        return refused(
            "reversal_mismatch",
            f"A reversal undoes its payment whole: transaction {content.transaction_id} has "
            f"{content.amount_minor} here, but its counterpart has another amount or loan.",
        )
    return APPLIED
