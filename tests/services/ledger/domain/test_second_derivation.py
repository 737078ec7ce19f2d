"""Two derivations that share no code, the ledger's and the summary's, agree on any history."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from events.v1.bank_pb2 import (
    BalanceChanged,
    BankFact,
    DelinquencySnapshot,
    InstalmentDue,
    LoanClosed,
    LoanFact,
    LoanRecalled,
    LoanRegistered,
    LoanSold,
    LoanTakenOver,
    LoanWrittenOff,
    PaymentReceived,
    PaymentReversed,
)
from forbear.portfolio.derivation import derive as derive_plainly
from interfaces.strategy import CureRule
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
)
from services.ledger.domain.position import derive
from tests.services.ledger.domain.facts_made import DAYS, histories, known


@given(facts=histories(), today=DAYS, cure=st.sampled_from(CureRule))
def test_both_derivations_say_the_same(facts: list[Fact], today: date, cure: CureRule) -> None:
    all_facts = known(facts)
    position = derive(all_facts, cure, today)
    assert position is not None
    due = position.oldest_due_on
    assert derive_plainly([_told(fact) for fact in facts], {"consumer_loan": cure}, today) == {
        "disposition": position.disposition.value,
        "oldest_due_on": due.isoformat() if due else None,
        "overdue_minor": position.overdue.total_minor,
        "balance_minor": position.balance_minor,
    }


def _told(fact: Fact) -> BankFact:
    told = BankFact(event_id=fact.fact_id, loan_ref="loan", sequence=fact.sequence)
    told.fact.CopyFrom(_body(fact))
    told.occurred_at.FromDatetime(fact.occurred_at)
    return told


def _body(fact: Fact) -> LoanFact:
    match fact:
        case Registration():
            return LoanFact(
                registered=LoanRegistered(
                    product=fact.product,
                    currency=fact.currency,
                    grace_days=fact.grace_days,
                    tolerance_minor=fact.tolerance_minor,
                )
            )
        case Snapshot():
            return LoanFact(snapshot=_snapshot(fact))
        case Instalment():
            return LoanFact(instalment_due=InstalmentDue(due_on=fact.due_on.isoformat()))
        case Payment():
            return LoanFact(
                payment_received=PaymentReceived(
                    transaction_id=fact.transaction_id,
                    amount_minor=fact.amount_minor,
                    effective_on=fact.effective_on.isoformat(),
                )
            )
        case Reversal():
            return LoanFact(
                payment_reversed=PaymentReversed(
                    transaction_id=fact.transaction_id,
                    amount_minor=fact.amount_minor,
                    effective_on=fact.effective_on.isoformat(),
                    restored_due_on=_text(fact.restored_due_on),
                )
            )
        case Balance():
            return LoanFact(
                balance_changed=BalanceChanged(
                    as_of=fact.as_of.isoformat(), balance_minor=fact.balance_minor
                )
            )
        case Ending():
            return _ending(fact)
    return LoanFact(taken_over=LoanTakenOver(on="2026-03-01"))


def _snapshot(fact: Snapshot) -> DelinquencySnapshot:
    return DelinquencySnapshot(
        as_of=fact.as_of.isoformat(),
        oldest_unpaid_due_on=_text(fact.oldest_due_on),
        overdue_costs_minor=fact.overdue.costs_minor,
        overdue_interest_minor=fact.overdue.interest_minor,
        overdue_principal_minor=fact.overdue.principal_minor,
        balance_minor=fact.balance_minor,
        minimum_due_minor=fact.minimum_due_minor,
        minimum_paid_minor=fact.minimum_paid_minor,
        grace_days=fact.grace_days,
        tolerance_minor=fact.tolerance_minor,
        is_accelerated=fact.is_accelerated,
    )


def _ending(fact: Ending) -> LoanFact:
    on = fact.ended_on.isoformat()
    return {
        Disposition.CLOSED: LoanFact(closed=LoanClosed(on=on)),
        Disposition.SOLD: LoanFact(sold=LoanSold(on=on)),
        Disposition.RECALLED: LoanFact(recalled=LoanRecalled(on=on)),
        Disposition.WRITTEN_OFF: LoanFact(written_off=LoanWrittenOff(on=on)),
    }[fact.disposition]


def _text(day: date | None) -> str:
    return day.isoformat() if day else ""
