"""One loan's book: takes in what the bank says, and answers what to post and what is owed now."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from interfaces.strategy import CureRule
from services.ledger.domain.allocation import Allocation
from services.ledger.domain.facts import (
    Balance,
    Ending,
    Fact,
    Instalment,
    LoanFacts,
    Payment,
    Registration,
    Reversal,
    Snapshot,
    Takeover,
    latest,
)
from services.ledger.domain.position import Position, allocation_of, derive
from services.ledger.domain.posting import (
    Account,
    Entries,
    Posting,
    PostingKind,
    adjustment_entries,
    after,
    payment_entries,
    reversal_entries,
)

REASONS: dict[type[Fact], str] = {
    Registration: "registered",
    Snapshot: "snapshot",
    Instalment: "instalment_due",
    Payment: "payment_received",
    Reversal: "payment_reversed",
    Balance: "balance_changed",
    Ending: "ended",
    Takeover: "taken_over",
}


@dataclass
class Book:
    """The loan's facts, the balances of its accounts, and the payments already posted (those of
    this run, and those a caller fetched because they may be reversed)."""

    tenant: str
    loan_id: str
    facts: LoanFacts = field(default_factory=LoanFacts)
    balances: dict[Account, int] = field(default_factory=dict)
    posted: dict[str, Entries] = field(default_factory=dict)
    judged_at: datetime | None = None

    def judge_at(self, at: datetime) -> datetime:
        """The instant to judge by: never earlier than one judged by before, or a loan whose grace
        has ended would be current again for a fact that was slow to arrive."""
        self.judged_at = at if self.judged_at is None else max(at, self.judged_at)
        return self.judged_at


@dataclass(frozen=True)
class Taken:
    """What taking in a fact led to; `reversal` is set when a reversal was posted, which
    may be on the arrival of the payment it had preceded."""

    position: Position | None
    postings: tuple[Posting, ...] = ()
    payment: Payment | None = None
    allocation: Allocation | None = None
    reversal: Reversal | None = None


def currency_of(facts: LoanFacts) -> str | None:
    loan = latest(facts.registrations)
    return loan.currency if loan else None


def contradicts(book: Book, fact: Fact) -> str:
    """Why a fact cannot be true beside those known, or nothing."""
    if not isinstance(fact, Payment | Reversal):
        return ""
    currency = currency_of(book.facts)
    if currency is not None and fact.currency != currency:
        return f"transaction {fact.transaction_id} is in {fact.currency}, the loan in {currency}"
    payment = book.facts.payments.get(fact.transaction_id)
    reversal = book.facts.reversals.get(fact.transaction_id)
    if isinstance(fact, Payment) and payment is not None and not fact.says_the_same(payment):
        return f"payment {fact.transaction_id} was told before with another amount or date"
    other = payment if isinstance(fact, Reversal) else reversal
    if other is not None and other.amount_minor != fact.amount_minor:
        return f"payment {fact.transaction_id} and its reversal differ in amount"
    return ""


def take(book: Book, fact: Fact, cure: CureRule, today: date) -> Taken | None:
    """Take in one fact; None if it says nothing new."""
    before = derive(book.facts, cure, today)
    if not book.facts.add(fact):
        return None
    position = derive(book.facts, cure, today)
    if isinstance(fact, Payment):
        taken = _payment(book, fact, before, position)
    elif isinstance(fact, Reversal):
        postings = _reversal(book, fact)
        taken = Taken(position, postings, reversal=fact if postings else None)
    else:
        taken = Taken(position)
    return _adjusted(book, fact, taken)


def _payment(
    book: Book, payment: Payment, before: Position | None, position: Position | None
) -> Taken:
    allocation = allocation_of(book.facts, payment, before)
    posting = Posting(
        key=payment_key(book.tenant, payment.transaction_id),
        kind=PostingKind.PAYMENT,
        fact_id=payment.fact_id,
        currency=payment.currency,
        effective_on=payment.effective_on,
        entries=payment_entries(allocation),
    )
    _post(book, posting)
    book.posted[payment.transaction_id] = posting.entries
    waiting = book.facts.reversals.get(payment.transaction_id)
    reversals = _reversal(book, waiting) if waiting else ()
    return Taken(position, (posting, *reversals), payment, allocation, waiting)


def _reversal(book: Book, reversal: Reversal) -> tuple[Posting, ...]:
    """Nothing while the payment is not known: the reversal is kept and posted after it."""
    entries = book.posted.get(reversal.transaction_id)
    if entries is None:
        return ()
    posting = Posting(
        key=f"reversal/{book.tenant}/{reversal.transaction_id}",
        kind=PostingKind.REVERSAL,
        fact_id=reversal.fact_id,
        currency=reversal.currency,
        effective_on=reversal.effective_on,
        entries=reversal_entries(entries),
        reverses=payment_key(book.tenant, reversal.transaction_id),
    )
    _post(book, posting)
    return (posting,)


def _adjusted(book: Book, fact: Fact, taken: Taken) -> Taken:
    """Bring the accounts to the position where the bank's word moved it by more than money did."""
    if taken.position is None:
        return taken
    entries = adjustment_entries(book.balances, taken.position)
    if not entries:
        return taken
    posting = Posting(
        key=f"adjustment/{book.tenant}/{fact.fact_id}",
        kind=PostingKind.ADJUSTMENT,
        fact_id=fact.fact_id,
        currency=taken.position.registration.currency,
        effective_on=taken.position.as_of,
        entries=entries,
    )
    _post(book, posting)
    return Taken(
        taken.position,
        (*taken.postings, posting),
        taken.payment,
        taken.allocation,
        taken.reversal,
    )


def _post(book: Book, posting: Posting) -> None:
    book.balances = after(book.balances, posting.entries)


def payment_key(tenant: str, transaction_id: str) -> str:
    return f"payment/{tenant}/{transaction_id}"
