"""The simulated core bank: what it says agrees with what was paid."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.v1.bank_pb2 import (
    BalanceChanged,
    BankFact,
    InstalmentDue,
    LoanFact,
    LoanRegistered,
    LoanSold,
    PartyRole,
    PaymentReversed,
)
from forbear.portfolio.bank import CoreBank, is_own, open_bank
from forbear.portfolio.sample import DIRECTORY
from forbear.portfolio.script import Reporter, read_script

DUE = date(2026, 3, 10)
INSTALMENT = 10_000


def day(number: int) -> date:
    """So many days after the first due date."""
    return DUE + timedelta(days=number)


def told(name: str, fact: LoanFact) -> BankFact:
    at = datetime(2026, 3, 1, tzinfo=UTC)
    return BankFact(event_id=name, tenant="demo", loan_ref="L", occurred_at=at, fact=fact)


def books(instalments: int = 3, balance: int = 100_000) -> list[BankFact]:
    party = PartyRole(party_ref="P", role="borrower", kind="person", language="zh-CN")
    loan = LoanRegistered(product="consumer_loan", currency="CNY", parties=[party], grace_days=3)
    opening = BalanceChanged(as_of="2026-03-01", balance_minor=balance, currency="CNY")
    due = [
        InstalmentDue(
            number=number + 1,
            due_on=day(30 * number).isoformat(),
            principal_minor=INSTALMENT - 1_000,
            interest_minor=1_000,
            currency="CNY",
        )
        for number in range(instalments)
    ]
    facts = [LoanFact(registered=loan), LoanFact(balance_changed=opening)]
    facts += [LoanFact(instalment_due=instalment) for instalment in due]
    return [told(str(number), fact) for number, fact in enumerate(facts)]


def bank(instalments: int = 3, balance: int = 100_000) -> CoreBank:
    return CoreBank(books(instalments, balance), ["L"])


def live(core: CoreBank, first: int, last: int) -> dict[date, list[BankFact]]:
    said = {day(n): core.day(day(n)) for n in range(first, last + 1)}
    return {on: facts for on, facts in said.items() if facts}


def test_nothing_is_said_until_an_instalment_is_a_day_past_due() -> None:
    core = bank()
    assert live(core, -5, 0) == {}
    (fact,) = core.day(day(1))
    snapshot = fact.fact.snapshot
    assert (snapshot.days_past_due, snapshot.oldest_unpaid_due_on) == (1, DUE.isoformat())
    assert (snapshot.overdue_principal_minor, snapshot.overdue_interest_minor) == (9_000, 1_000)
    assert snapshot.balance_minor == 100_000


def test_an_overdue_loan_is_reported_weekly_and_on_change() -> None:
    core = bank()
    assert list(live(core, 1, 29)) == [day(n) for n in (1, 2, 9, 16, 23)]
    (payment,) = core.payment("L", 4_000, day(30))
    assert payment.fact.payment_received.effective_on == day(30).isoformat()
    assert list(live(core, 30, 33)) == [day(30), day(32)]


def test_a_cure_is_reported_once_two_days_after_the_payment() -> None:
    core = bank()
    core.day(day(1))
    core.payment("L", INSTALMENT, day(5))
    said = live(core, 5, 28)
    assert list(said) == [day(7)]
    snapshot = said[day(7)][0].fact.snapshot
    assert (snapshot.oldest_unpaid_due_on, snapshot.days_past_due) == ("", 0)
    assert snapshot.balance_minor == 90_000


def test_who_is_up_to_date_again_pays_the_next_instalment_by_standing_order() -> None:
    core = bank()
    core.day(day(1))
    core.payment("L", INSTALMENT, day(5))
    live(core, 5, 29)
    (paid,) = core.day(day(30))
    assert paid.fact.payment_received.amount_minor == INSTALMENT
    assert live(core, 31, 59) == {}


def test_a_payment_of_the_whole_balance_closes_the_loan() -> None:
    core = bank(instalments=1, balance=INSTALMENT)
    core.day(day(1))
    core.payment("L", INSTALMENT, day(4))
    said = live(core, 4, 30)
    assert [fact.fact.WhichOneof("fact") for fact in said[day(6)]] == ["closed"]
    assert list(said) == [day(6)]


def test_a_settlement_silences_the_bank_until_it_closes_the_loan() -> None:
    core = bank(instalments=1, balance=INSTALMENT)
    core.day(day(1))
    core.payment("L", 8_000, day(4), settles=True)
    said = live(core, 4, 40)
    assert list(said) == [day(14)]
    assert said[day(14)][0].fact.HasField("closed")


def test_a_reversal_makes_the_loan_overdue_from_the_first_due_date_again() -> None:
    core = bank()
    core.day(day(1))
    (payment,) = core.payment("L", INSTALMENT, day(5))
    live(core, 5, 9)
    reversal = PaymentReversed(
        transaction_id=payment.fact.payment_received.transaction_id,
        amount_minor=INSTALMENT,
        currency="CNY",
        effective_on=day(10).isoformat(),
    )
    core.observe(told("reversal", LoanFact(payment_reversed=reversal)))
    said = live(core, 10, 15)
    assert said[day(12)][0].fact.snapshot.oldest_unpaid_due_on == DUE.isoformat()
    assert core.overdue_minor("L", day(12)) == INSTALMENT


def test_after_its_end_a_loan_is_reported_no_more() -> None:
    core = bank()
    core.observe(told("sold", LoanFact(sold=LoanSold(on=day(12).isoformat()))))
    assert list(live(core, 1, 40)) == [day(n) for n in (1, 2, 9)]


def test_asking_twice_for_a_day_says_nothing_twice() -> None:
    core = bank()
    assert core.day(day(1))
    assert core.day(day(1)) == []


def test_two_payments_of_one_day_are_two_transactions() -> None:
    core = bank()
    ids = {core.payment("L", 100, day(3))[0].fact.payment_received.transaction_id for _ in range(3)}
    assert len(ids) == 3


@given(
    st.lists(st.tuples(st.integers(1, 80), st.integers(1, 12_000)), max_size=6),
    st.integers(2, 80),
)
def test_a_restarted_bank_goes_on_as_if_it_had_not_stopped(
    payments: list[tuple[int, int]], stopped: int
) -> None:
    def play(core: CoreBank, first: int, last: int) -> list[BankFact]:
        said = []
        for number in range(first, last + 1):
            for paid_on, amount in payments:
                if paid_on == number:
                    said += core.payment("L", amount, day(number))
            said += core.day(day(number))
        return said

    whole = play(bank(), 0, 90)
    before = play(bank(), 0, stopped)
    restarted = CoreBank([*books(), *before], ["L"])
    assert all(map(is_own, before))
    assert [*before, *play(restarted, stopped + 1, 90)] == whole


@given(st.lists(st.tuples(st.integers(1, 80), st.integers(1, 30_000)), max_size=8))
def test_every_snapshot_agrees_with_the_money(payments: list[tuple[int, int]]) -> None:
    core = bank()
    paid = 0
    for number in range(0, 90):
        for paid_on, amount in payments:
            if paid_on == number:
                core.payment("L", amount, day(number))
                paid += amount
        for fact in core.day(day(number)):
            paid += fact.fact.payment_received.amount_minor
            snapshot = fact.fact.snapshot
            if fact.fact.HasField("snapshot"):
                due = INSTALMENT * sum(30 * n < number for n in range(3))
                assert snapshot.balance_minor == 100_000 - paid
                assert snapshot.minimum_due_minor == max(0, due - paid)


@pytest.fixture(scope="module")
def sample() -> Path:
    return DIRECTORY


def test_the_bank_of_the_sample_continues_where_the_file_ends(sample: Path) -> None:
    core = open_bank(sample)
    scripts = read_script(sample / "script.yaml")
    said = [fact for n in range(150) for fact in core.day(date(2026, 3, 2) + timedelta(days=n))]
    reporters = {scripts[fact.loan_ref].reported_by for fact in said}
    assert reporters == {Reporter.CORE_BANK}
    assert len({fact.event_id for fact in said}) == len(said)
