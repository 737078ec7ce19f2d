"""The book: postings sum to nothing, and a loan's accounts always agree with its position."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from interfaces.strategy import CureRule
from services.ledger.domain.book import Book, Taken, contradicts, take
from services.ledger.domain.facts import Fact
from services.ledger.domain.posting import LOAN_ACCOUNTS, Account, Posting, PostingKind, target
from tests.services.ledger.domain.facts_made import Bank, day, histories


def booked(facts: list[Fact], today: int = 40) -> tuple[Book, list[Taken]]:
    book = Book("demo", "loan-1")
    taken = [take(book, fact, CureRule.ARREARS_MET, day(today)) for fact in facts]
    return book, [each for each in taken if each is not None]


def entries(posting: Posting) -> dict[Account, int]:
    return dict(posting.entries)


def test_a_payment_is_allocated_costs_first_and_the_rest_waits_in_suspense() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(10, 20, 70)).paid("p1", 130, 11)
    (posting,) = booked(bank.facts)[1][-1].postings
    assert entries(posting) == {
        Account.COLLECTED: 130,
        Account.COSTS: -10,
        Account.INTEREST: -20,
        Account.PRINCIPAL: -70,
        Account.SUSPENSE: -30,
    }


def test_a_snapshot_is_booked_against_the_bank_and_takes_up_what_was_in_suspense() -> None:
    bank = Bank().registered().paid("p1", 130, 3).snapshot(10, due=5, owed=(0, 0, 70))
    (posting,) = booked(bank.facts)[1][-1].postings
    assert posting.kind is PostingKind.ADJUSTMENT
    assert entries(posting) == {
        Account.PRINCIPAL: 70,
        Account.SUSPENSE: 130,
        Account.BANK: -200,
    }


def test_a_reversal_mirrors_its_payment_and_names_it() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(10, 0, 90)).paid("p1", 40, 11)
    taken = booked(bank.reversed("p1", 40, 12).facts)[1]
    payment, reversal = taken[-2].postings[0], taken[-1].postings[0]
    assert reversal.reverses == payment.key
    assert reversal.entries == tuple((account, -minor) for account, minor in payment.entries)
    assert len(taken[-1].postings) == 1


def test_a_reversal_before_its_payment_is_posted_right_after_it() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(0, 0, 90)).reversed("p1", 40, 11)
    taken = booked(bank.paid("p1", 40, 12).facts)[1]
    assert taken[-2].postings == ()
    kinds = [posting.kind for posting in taken[-1].postings]
    assert kinds[:2] == [PostingKind.PAYMENT, PostingKind.REVERSAL]
    assert taken[-1].payment is not None
    assert taken[-1].reversal is not None


def test_a_payment_told_late_is_allocated_to_what_was_overdue_when_it_was_made() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(0, 0, 90)).snapshot(14)
    book, taken = booked(bank.paid("p1", 90, 12).facts)
    assert taken[-1].allocation is not None
    assert taken[-1].allocation.paid.principal_minor == 90
    assert book.balances[Account.PRINCIPAL] == 0


def test_a_payment_is_allocated_to_what_a_reversal_brought_back() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(0, 0, 90)).paid("p1", 90, 11)
    bank.snapshot(12).reversed("p1", 90, 13).paid("p2", 90, 14)
    allocation = booked(bank.facts)[1][-1].allocation
    assert allocation is not None
    assert (allocation.paid.principal_minor, allocation.unallocated_minor) == (90, 0)


def test_a_payment_told_late_finds_the_debt_unpaid_if_the_one_before_it_had_come_back() -> None:
    bank = Bank().registered().snapshot(10, due=5, owed=(0, 0, 90)).paid("p1", 90, 11)
    bank.reversed("p1", 90, 12).snapshot(14).paid("p2", 90, 13)
    allocation = booked(bank.facts)[1][-1].allocation
    assert allocation is not None
    assert allocation.paid.principal_minor == 90


def test_a_payment_told_again_under_another_event_posts_nothing() -> None:
    bank = Bank().registered().paid("p1", 90, 12).paid("p1", 90, 12)
    assert len(booked(bank.facts)[1]) == 2


def test_what_cannot_be_true_is_named() -> None:
    book, _ = booked(Bank().registered().paid("p1", 90, 12).facts)
    other_amount = Bank([]).paid("p1", 91, 12).facts[0]
    assert "another amount" in contradicts(book, other_amount)
    half = Bank([]).reversed("p1", 45, 13).facts[0]
    assert "differ in amount" in contradicts(book, half)
    assert contradicts(book, Bank([]).reversed("p1", 90, 13).facts[0]) == ""


def test_a_slow_fact_does_not_turn_time_back() -> None:
    book = Book("demo", "loan-1")
    noon = datetime(2026, 3, 1, 12, tzinfo=UTC)
    assert book.judge_at(noon) == noon
    assert book.judge_at(noon - timedelta(days=1)) == noon


@given(facts=histories(), cure=st.sampled_from(CureRule), seed=st.randoms())
def test_accounts_agree_with_the_position_after_every_fact_in_any_order(
    facts: list[Fact], cure: CureRule, seed: random.Random
) -> None:
    seed.shuffle(facts)
    book = Book("demo", "loan-1")
    sums: dict[Account, int] = dict.fromkeys(Account, 0)
    keys: set[str] = set()
    for fact in facts:
        taken = take(book, fact, cure, day(20))
        assert taken is not None
        for posting in taken.postings:
            assert posting.key not in keys
            keys.add(posting.key)
            for account, minor in posting.entries:
                sums[account] += minor
        if taken.position is not None:
            assert {name: sums[name] for name in LOAN_ACCOUNTS} == target(taken.position)
        if taken.allocation is not None and taken.payment is not None:
            assert taken.allocation.amount_minor == taken.payment.amount_minor
    assert sum(sums.values()) == 0
    kept = {key.split("/", 1)[1] for key in keys if key.startswith("reversal/")}
    paid = {key.split("/", 1)[1] for key in keys if key.startswith("payment/")}
    assert kept <= paid
