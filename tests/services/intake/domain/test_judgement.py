"""Facts beside what is known: order does not matter where it must not, and clashes are seen."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.intake.domain.facts import (
    APPLIED,
    DUPLICATE,
    STALE,
    Content,
    Disposition,
    Fact,
    PartyLink,
    Payment,
    Registration,
    Reversal,
    Snapshot,
)
from services.intake.domain.judgement import LoanFile, Movement, Movements, Order, judge, movement

NOW = datetime(2026, 3, 10, tzinfo=UTC)
KNOWN = LoanFile("loan", registered=Order(0, NOW), currency="CNY")


def told(content: Content, sequence: int = 0, at: datetime = NOW) -> Fact:
    return Fact(sequence, at, content, hashlib.sha256(repr(content).encode()).digest())


def snapshot(day: int, balance_minor: int = 1) -> Snapshot:
    return Snapshot(date(2026, 1, 1) + timedelta(days=day), None, 0, 0, 0, 0, balance_minor, "CNY")


PLACES = st.tuples(st.integers(0, 3), st.integers(0, 3))


@given(st.lists(PLACES, max_size=12))
def test_only_rising_snapshots_are_applied(places: list[tuple[int, int]]) -> None:
    file, highest = KNOWN, (-1, -1)
    for day, sequence in places:
        fact = told(snapshot(day), sequence)
        verdict = judge(fact, file, {})
        if (day, sequence) > highest:
            assert verdict == APPLIED
            file, highest = file.after(fact), (day, sequence)
        else:
            assert verdict == (DUPLICATE if (day, sequence) == highest else STALE)


@given(st.permutations([(0, 0), (0, 1), (1, 0), (2, 3)]))
def test_the_newest_snapshot_stands_whatever_the_order(places: list[tuple[int, int]]) -> None:
    file = KNOWN
    for day, sequence in places:
        fact = told(snapshot(day), sequence)
        if judge(fact, file, {}) == APPLIED:
            file = file.after(fact)
    assert file.snapshot is not None
    assert (file.snapshot.as_of, file.snapshot.sequence) == (date(2026, 1, 3), 3)


AMOUNTS = st.integers(1, 3)


@given(AMOUNTS, AMOUNTS, st.booleans())
def test_a_payment_and_its_reversal_agree_in_either_order(
    paid: int, undone: int, reversal_first: bool
) -> None:
    payment = Payment("t", paid, "CNY", date(2026, 3, 1))
    reversal = Reversal("t", undone, "CNY", date(2026, 3, 5))
    first, second = (reversal, payment) if reversal_first else (payment, reversal)
    known: Movements = {type(first): movement(first, "loan")}
    verdict = judge(told(second), KNOWN, known)
    assert (verdict == APPLIED) == (paid == undone)


@given(AMOUNTS, AMOUNTS, st.sampled_from(["loan", "other"]))
def test_a_transaction_told_again_is_the_same_or_a_clash(
    first: int, second: int, loan_id: str
) -> None:
    known: Movements = {Payment: Movement(loan_id, first, "CNY", date(2026, 3, 1))}
    verdict = judge(told(Payment("t", second, "CNY", date(2026, 3, 1))), KNOWN, known)
    same = first == second and loan_id == "loan"
    assert verdict.disposition is (Disposition.DUPLICATE if same else Disposition.QUARANTINED)


@given(st.integers(0, 5), st.integers(-3, 3), st.integers(0, 5))
def test_a_registration_is_old_by_sequence_else_by_instant(
    known: int, hours: int, sequence: int
) -> None:
    file = LoanFile("loan", Order(known, NOW), "CNY")
    loan = Registration("card", "CNY", (PartyLink("P", "borrower"),))
    verdict = judge(told(loan, sequence, NOW + timedelta(hours=hours)), file, {})
    is_old = sequence < known if sequence and known else hours < 0
    assert verdict == (STALE if is_old else APPLIED)


@given(st.sampled_from([snapshot(1), Payment("t", 1, "CNY", date(2026, 3, 1))]))
def test_before_its_registration_every_fact_waits(content: Content) -> None:
    verdict = judge(told(content), LoanFile("loan"), {})
    assert verdict.refusal is not None
    assert verdict.refusal.code == "intake/unknown_loan"
