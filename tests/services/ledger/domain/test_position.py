"""The position: examples of every rule, and that the order of facts never matters."""

from __future__ import annotations

import random
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from interfaces.facts import Overdue
from interfaces.strategy import CureRule
from interfaces.values import Disposition
from services.ledger.domain.facts import Fact, Payment, Snapshot, latest
from services.ledger.domain.position import Position, derive
from tests.services.ledger.domain.facts_made import DAYS, Bank, day, histories, known

LOAN, CARD = CureRule.ARREARS_MET, CureRule.MINIMUM_MET


def on(bank: Bank, today: int, cure: CureRule = LOAN) -> Position:
    position = derive(known(bank.facts), cure, day(today))
    assert position is not None
    return position


def test_a_loan_nobody_registered_has_no_position() -> None:
    assert derive(known(Bank().paid("p1", 100, 2).facts), LOAN, day(3)) is None


def test_a_loan_without_a_snapshot_is_current_whatever_was_paid() -> None:
    bank = Bank().registered().instalment(2).paid("p1", 100, 3).reversed("p1", 100, 4)
    assert on(bank, 30).disposition is Disposition.CURRENT


def test_an_overdue_snapshot_makes_the_loan_overdue() -> None:
    position = on(Bank().registered().snapshot(10, due=5, owed=(1, 2, 3)), 10)
    assert position.disposition is Disposition.OVERDUE
    assert position.oldest_due_on == day(5)
    assert position.overdue == Overdue(1, 2, 3)


def test_a_snapshot_within_grace_is_current_until_grace_has_passed() -> None:
    bank = Bank().registered(grace=3).snapshot(6, due=5, owed=(0, 0, 100))
    assert on(bank, 8).disposition is Disposition.CURRENT
    assert on(bank, 8).grace_ends_on == day(9)
    assert on(bank, 9).disposition is Disposition.OVERDUE
    assert on(bank, 9).grace_ends_on is None


def test_a_loan_paid_within_grace_is_covered_when_grace_has_passed() -> None:
    bank = Bank().registered(grace=3).snapshot(6, due=5, owed=(0, 0, 100)).paid("p1", 100, 7)
    assert on(bank, 8).disposition is Disposition.CURRENT
    assert on(bank, 9).disposition is Disposition.COVERED


def test_the_snapshots_own_grace_goes_before_the_loans() -> None:
    bank = Bank().registered(grace=3).snapshot(6, due=5, owed=(0, 0, 100), grace=5)
    assert on(bank, 10).grace_ends_on == day(11)


def test_the_later_as_of_date_wins_and_then_the_higher_sequence() -> None:
    bank = Bank().registered().snapshot(12).snapshot(10, due=5, owed=(0, 0, 100))
    assert on(bank, 12).disposition is Disposition.CURRENT
    bank.snapshot(12, due=11, owed=(0, 0, 7))
    assert on(bank, 12).overdue.total_minor == 7


def test_a_payment_after_the_snapshot_covers_and_only_a_snapshot_makes_current() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(10, 20, 70)).paid("p1", 100, 11)
    assert on(bank, 12).disposition is Disposition.COVERED
    assert on(bank, 12).overdue.total_minor == 0
    assert on(bank, 12).oldest_due_on == day(5)
    assert on(bank.snapshot(13), 13).disposition is Disposition.CURRENT


def test_a_payment_of_the_snapshots_own_day_is_already_in_it() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(0, 0, 100)).paid("p1", 100, 10)
    assert on(bank, 12).disposition is Disposition.OVERDUE


def test_a_part_payment_pays_costs_then_interest_then_principal() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(10, 20, 70)).paid("p1", 25, 11)
    assert on(bank, 12).overdue == Overdue(0, 5, 70)
    assert on(bank, 12).disposition is Disposition.OVERDUE


def test_what_is_left_within_tolerance_counts_as_covered() -> None:
    bank = Bank().registered(tolerance=5).snapshot(10, due=5, owed=(0, 0, 100))
    assert on(bank.paid("p1", 94, 11), 12).disposition is Disposition.OVERDUE
    assert on(bank.paid("p2", 1, 11), 12).disposition is Disposition.COVERED


def test_a_card_is_covered_by_its_minimum_and_a_loan_by_its_arrears() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(0, 0, 100), minimum=60, minimum_paid=10)
    bank.paid("p1", 50, 11)
    assert on(bank, 12, CARD).disposition is Disposition.COVERED
    assert on(bank, 12, LOAN).disposition is Disposition.OVERDUE


def test_a_card_whose_minimum_is_met_is_not_overdue() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(0, 0, 9), minimum=60, minimum_paid=60)
    assert on(bank, 12, CARD).disposition is Disposition.CURRENT


def test_an_accelerated_loan_is_covered_by_nothing_less_than_all() -> None:
    owed = (
        Bank()
        .registered()
        .snapshot(10, due=5, owed=(0, 0, 100), balance=900, minimum=1, is_accelerated=True)
    )
    assert on(owed.paid("p1", 800, 11), 12, CARD).disposition is Disposition.OVERDUE
    assert on(owed.paid("p2", 100, 11), 12, CARD).disposition is Disposition.COVERED


def test_a_reversal_after_the_snapshot_adds_back_and_restores_the_due_date() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(10, 0, 90)).paid("p1", 100, 12)
    bank.snapshot(14).reversed("p1", 100, 16)
    position = on(bank, 16)
    assert position.disposition is Disposition.OVERDUE
    assert position.oldest_due_on == day(5)
    assert position.overdue == Overdue(10, 0, 90)


def test_the_banks_own_restored_due_date_goes_first() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(0, 0, 100)).paid("p1", 100, 12)
    assert on(bank.snapshot(14).reversed("p1", 100, 16, restored=3), 16).oldest_due_on == day(3)


def test_without_an_earlier_snapshot_the_last_instalment_due_is_restored() -> None:
    bank = Bank().registered().instalment(4).instalment(9).instalment(30).paid("p1", 100, 10)
    assert on(bank.snapshot(14).reversed("p1", 100, 16), 16).oldest_due_on == day(9)


def test_a_reversal_and_its_payment_both_after_the_snapshot_cancel_out() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(0, 0, 100)).paid("p1", 100, 12)
    position = on(bank.reversed("p1", 100, 13), 14)
    assert (position.disposition, position.overdue.total_minor) == (Disposition.OVERDUE, 100)
    assert position.oldest_due_on == day(5)


def test_a_reversal_that_precedes_its_payment_is_kept_and_nets_it() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(0, 0, 100)).reversed("p1", 100, 12)
    assert on(bank, 14).overdue.total_minor == 100
    assert on(bank.paid("p1", 100, 13), 14).overdue.total_minor == 100


def test_a_snapshot_after_the_reversal_has_it_already() -> None:
    bank = Bank().registered().paid("p1", 100, 2).reversed("p1", 100, 4)
    assert on(bank.snapshot(5), 6).disposition is Disposition.CURRENT


def test_the_latest_ending_wins() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(0, 0, 100))
    bank.ended(Disposition.SOLD, 12).ended(Disposition.WRITTEN_OFF, 11)
    assert on(bank, 20).disposition is Disposition.SOLD


def test_a_recalled_loan_returns_with_a_later_overdue_snapshot_only() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(0, 0, 100))
    bank.ended(Disposition.RECALLED, 12)
    assert on(bank.snapshot(13), 14).disposition is Disposition.RECALLED
    returned = bank.snapshot(15, due=5, owed=(0, 0, 100))
    assert on(returned, 15).disposition is Disposition.OVERDUE
    assert on(returned.paid("p1", 100, 16), 16).disposition is Disposition.COVERED


def test_a_closed_loan_owes_nothing_until_its_payment_is_reversed() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(0, 0, 100)).paid("p1", 100, 12)
    closed = on(bank.ended(Disposition.CLOSED, 13), 14)
    assert (closed.disposition, closed.overdue.total_minor) == (Disposition.CLOSED, 0)
    assert (closed.oldest_due_on, closed.balance_minor) == (None, 0)
    reopened = on(bank.reversed("p1", 100, 15), 15)
    assert (reopened.disposition, reopened.overdue.total_minor) == (Disposition.OVERDUE, 100)


def test_a_sold_loan_stays_sold_when_a_payment_is_reversed() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(0, 0, 100)).paid("p1", 100, 12)
    bank.ended(Disposition.SOLD, 13).reversed("p1", 100, 15)
    assert on(bank, 16).disposition is Disposition.SOLD


def test_the_balance_is_the_banks_last_word_less_what_was_paid_since() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(0, 0, 100), balance=1_000)
    bank.paid("p1", 100, 11)
    assert on(bank, 12).balance_minor == 900
    bank.balance(12, 850).paid("p2", 50, 13).reversed("p1", 100, 14)
    assert on(bank, 14).balance_minor == 900


@given(facts=histories(), today=DAYS, cure=st.sampled_from(CureRule), seed=st.randoms())
def test_the_same_facts_in_any_order_with_duplicates_give_the_same_position(
    facts: list[Fact], today: date, cure: CureRule, seed: random.Random
) -> None:
    shuffled = [*facts, *seed.choices(facts, k=3)]
    seed.shuffle(shuffled)
    assert derive(known(shuffled), cure, today) == derive(known(facts), cure, today)


@given(facts=histories(), cure=st.sampled_from(CureRule))
def test_time_alone_changes_a_position_on_the_day_announced_and_never_else(
    facts: list[Fact], cure: CureRule
) -> None:
    position = derive(known(facts), cure, day(1))
    assert position is not None
    announced = position.grace_ends_on
    if announced is None:
        assert derive(known(facts), cure, day(400)) == position
        return
    eve = derive(known(facts), cure, announced - timedelta(days=1))
    after = derive(known(facts), cure, announced)
    assert eve == position
    assert after is not None
    assert after.disposition in {Disposition.OVERDUE, Disposition.COVERED}
    assert derive(known(facts), cure, day(400)) == after


@given(facts=histories(), today=DAYS, cure=st.sampled_from(CureRule))
def test_money_never_turns_negative_and_only_a_snapshot_brings_a_due_date(
    facts: list[Fact], today: date, cure: CureRule
) -> None:
    position = derive(known(facts), cure, today)
    assert position is not None
    owed = position.overdue
    assert min(owed.costs_minor, owed.interest_minor, owed.principal_minor) >= 0
    assert min(position.minimum_due_minor, position.unallocated_minor) >= 0
    if not any(isinstance(fact, Snapshot) for fact in facts):
        assert position.oldest_due_on is None
    if position.disposition is Disposition.COVERED:
        snapshot = latest(fact for fact in facts if isinstance(fact, Snapshot))
        assert snapshot is not None
        assert any(
            isinstance(fact, Payment) and fact.effective_on > snapshot.as_of for fact in facts
        )
