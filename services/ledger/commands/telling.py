"""What the ledger tells the world, and when a position is worth telling."""

from __future__ import annotations

from datetime import date, timedelta

from events.v1.ledger_pb2 import Allocation as AllocationMessage
from events.v1.ledger_pb2 import PaymentPosted, PaymentReversalPosted, PositionChanged
from interfaces.values import Disposition
from services.ledger.domain.allocation import Allocation
from services.ledger.domain.facts import Payment, Reversal, latest
from services.ledger.domain.position import Position
from services.ledger.store.loans import Shelf

# Of a loan that is and stays current, only these are news, and what a snapshot changes: its
# payments and instalments are not.
WHO_AND_WHAT = (
    "currency",
    "last_instalment_due_on",
    "product",
    "segment",
    "branch",
    "parties",
    "taken_over",
)


# What a snapshot merely confirms is told again after so long, so that nobody reads an old date.
CONFIRMED_AGAIN_AFTER = timedelta(days=28)


def position_content(shelf: Shelf, position: Position) -> PositionChanged:
    """A position without its reasons and instants, so that two can be compared."""
    registered = shelf.bodies[position.registration.fact_id].registered
    content = PositionChanged(
        disposition=position.disposition.value,
        currency=position.registration.currency,
        as_of=position.as_of.isoformat(),
        oldest_due_on=_text(position.oldest_due_on),
        overdue_costs_minor=position.overdue.costs_minor,
        overdue_interest_minor=position.overdue.interest_minor,
        overdue_principal_minor=position.overdue.principal_minor,
        balance_minor=position.balance_minor,
        minimum_due_minor=position.minimum_due_minor,
        grace_days=position.terms.grace_days,
        tolerance_minor=position.terms.tolerance_minor,
        disputed_minor=position.terms.disputed_minor,
        is_accelerated=position.terms.is_accelerated,
        bucket=position.terms.bucket,
        last_instalment_due_on=registered.last_instalment_due_on,
        product=registered.product,
        segment=registered.segment,
        branch=registered.branch,
        parties=registered.parties,
    )
    takeover = latest(shelf.book.facts.takeovers)
    if takeover is not None:
        content.taken_over.CopyFrom(shelf.bodies[takeover.fact_id].taken_over)
    return content


def is_news(
    published: PositionChanged | None, content: PositionChanged, *, is_snapshot: bool
) -> bool:
    """Whether this differs from what was published last by something that matters to others."""
    if published is None:
        return True
    current = Disposition.CURRENT.value
    if published.disposition == content.disposition == current and not is_snapshot:
        return any(getattr(published, name) != getattr(content, name) for name in WHO_AND_WHAT)
    if date.fromisoformat(content.as_of) - CONFIRMED_AGAIN_AFTER >= date.fromisoformat(
        published.as_of
    ):
        return True
    same_day = PositionChanged()
    same_day.CopyFrom(published)
    same_day.as_of = content.as_of
    return same_day != content


def reasons(published: PositionChanged | None, content: PositionChanged, fact: str) -> list[str]:
    """Why the position is told: the fact, and the turn it brought if it brought one."""
    before = published.disposition if published else Disposition.CURRENT.value
    turn = [f"became_{content.disposition}"] if content.disposition != before else []
    return [fact, *turn]


def payment_posted(payment: Payment, allocation: Allocation) -> PaymentPosted:
    return PaymentPosted(
        transaction_id=payment.transaction_id,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        effective_on=payment.effective_on.isoformat(),
        allocation=AllocationMessage(
            costs_minor=allocation.paid.costs_minor,
            interest_minor=allocation.paid.interest_minor,
            principal_minor=allocation.paid.principal_minor,
            unallocated_minor=allocation.unallocated_minor,
        ),
    )


def reversal_posted(reversal: Reversal) -> PaymentReversalPosted:
    return PaymentReversalPosted(
        transaction_id=reversal.transaction_id,
        amount_minor=reversal.amount_minor,
        currency=reversal.currency,
        effective_on=reversal.effective_on.isoformat(),
    )


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
