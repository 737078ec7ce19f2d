"""An agreement is judged on posted money alone, in whatever order it was posted."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from interfaces.values import AgreementStatus
from services.negotiation.domain.agreements import (
    GRACE_DAYS,
    Instalment,
    Payment,
    Terms,
    end_of,
    judge,
    paid_by_instalment,
)

ZONE = "Asia/Shanghai"
START = date(2026, 3, 2)
AGREED_AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def day(number: int) -> date:
    return START + timedelta(days=number)


def noon(number: int) -> datetime:
    return datetime.combine(day(number), datetime.min.time(), UTC) + timedelta(hours=4)


def terms(*instalments: tuple[int, int], tolerance_minor: int = 0) -> Terms:
    agreed = tuple(Instalment(day(due), amount) for due, amount in instalments)
    return Terms(START, AGREED_AT, agreed, ZONE, tolerance_minor)


def paid(amount: int, on: int, reversed_on: int | None = None) -> Payment:
    taken_back = None if reversed_on is None else day(reversed_on)
    return Payment(amount, day(on), noon(on), taken_back)


def test_a_promise_is_kept_as_soon_as_the_money_is_posted() -> None:
    progress = judge(terms((10, 5_000)), [paid(5_000, 4)], noon(4))
    assert progress.status is AgreementStatus.KEPT
    assert progress.paid_minor == 5_000 and progress.judge_at is None


def test_one_percent_less_still_keeps_a_promise_and_a_unit_less_than_that_breaks_it() -> None:
    agreed = terms((10, 10_000))
    assert judge(agreed, [paid(9_900, 4)], noon(30)).status is AgreementStatus.KEPT
    assert judge(agreed, [paid(9_899, 4)], noon(30)).status is AgreementStatus.BROKEN


def test_the_products_tolerance_counts_when_it_is_larger() -> None:
    agreed = terms((10, 10_000), tolerance_minor=500)
    assert judge(agreed, [paid(9_500, 4)], noon(30)).status is AgreementStatus.KEPT


def test_a_promise_breaks_at_the_end_of_the_last_day_of_grace_in_the_tenants_zone() -> None:
    agreed, last = terms((10, 5_000)), day(10 + GRACE_DAYS)
    end = datetime(last.year, last.month, last.day, tzinfo=ZoneInfo(ZONE)) + timedelta(days=1)
    assert judge(agreed, [], end - timedelta(seconds=1)).status is AgreementStatus.ACTIVE
    assert judge(agreed, [], end).status is AgreementStatus.BROKEN
    assert judge(agreed, [], noon(0)).judge_at == end


def test_money_effective_in_time_but_posted_late_mends_a_broken_promise() -> None:
    agreed = terms((10, 5_000))
    assert judge(agreed, [], noon(20)).status is AgreementStatus.BROKEN
    late = Payment(5_000, day(11), noon(21))
    assert judge(agreed, [late], noon(21)).status is AgreementStatus.KEPT


def test_money_effective_after_grace_does_not_keep_a_promise() -> None:
    assert judge(terms((10, 5_000)), [paid(5_000, 14)], noon(14)).status is AgreementStatus.BROKEN


def test_money_of_before_the_agreement_does_not_count() -> None:
    before = Payment(5_000, START, AGREED_AT - timedelta(hours=1))
    assert judge(terms((10, 5_000)), [before, paid(1, 1)], noon(5)).paid_minor == 1


def test_a_due_date_at_the_end_of_the_calendar_does_no_harm() -> None:
    agreed = Terms(START, None, (Instalment(date.max, 100),), ZONE)
    assert judge(agreed, [], noon(0)).status is AgreementStatus.ACTIVE


def test_a_reversal_after_kept_reopens_with_days_of_grace() -> None:
    agreed = terms((10, 5_000))
    bounced = paid(5_000, 9, reversed_on=20)
    progress = judge(agreed, [bounced], noon(20))
    assert progress.status is AgreementStatus.ACTIVE
    assert progress.judge_at == end_of(day(20 + GRACE_DAYS), ZONE)
    assert judge(agreed, [bounced, paid(5_000, 22)], noon(23)).status is AgreementStatus.KEPT
    assert judge(agreed, [bounced], noon(24)).status is AgreementStatus.BROKEN


def test_a_second_reversal_does_not_reopen_again() -> None:
    bounced = [paid(5_000, 9, reversed_on=20), paid(5_000, 22, reversed_on=40)]
    assert judge(terms((10, 5_000)), bounced, noon(40)).status is AgreementStatus.BROKEN


def test_a_reversal_of_a_payment_that_was_too_small_does_not_reopen() -> None:
    bounced = [paid(1_000, 9, reversed_on=20)]
    assert judge(terms((10, 5_000)), bounced, noon(20)).status is AgreementStatus.BROKEN


def test_payments_fill_instalments_in_their_order() -> None:
    agreed = terms((10, 1_000), (40, 1_000), (70, 1_000))
    progress = judge(agreed, [paid(1_500, 5)], noon(20))
    assert progress.status is AgreementStatus.ACTIVE
    assert progress.next_due_on == day(40)
    assert paid_by_instalment(agreed.instalments, progress.paid_minor) == [1_000, 500, 0]


instalment_lists = st.lists(
    st.tuples(st.integers(1, 30), st.integers(1, 5_000)), min_size=1, max_size=6
).map(lambda gaps: [(sum(gap for gap, _ in gaps[: n + 1]), a) for n, (_, a) in enumerate(gaps)])
payments = st.builds(
    lambda amount, on, after: paid(amount, on, None if after is None else on + after),
    st.integers(1, 8_000),
    st.integers(0, 150),
    st.none() | st.integers(0, 60),
)


@given(instalment_lists, st.lists(payments, max_size=12), st.integers(0, 220), st.randoms())
def test_the_order_of_postings_changes_nothing(
    due: list[tuple[int, int]], money: list[Payment], now: int, chance: random.Random
) -> None:
    shuffled = list(money)
    chance.shuffle(shuffled)
    assert judge(terms(*due), money, noon(now)) == judge(terms(*due), shuffled, noon(now))


@given(instalment_lists, st.lists(payments, max_size=12), st.integers(0, 220))
def test_an_active_agreement_always_says_when_to_look_again_and_that_is_to_come(
    due: list[tuple[int, int]], money: list[Payment], now: int
) -> None:
    progress = judge(terms(*due), money, noon(now))
    if progress.status is AgreementStatus.ACTIVE:
        assert progress.judge_at is not None and progress.judge_at > noon(now)
        assert progress.next_due_on is not None
    assert 0 <= progress.paid_minor <= sum(amount for _, amount in due)


@given(instalment_lists, st.lists(payments, max_size=12), st.integers(0, 220), payments)
def test_more_money_that_stays_never_makes_it_worse(
    due: list[tuple[int, int]], money: list[Payment], now: int, more: Payment
) -> None:
    order = [AgreementStatus.BROKEN, AgreementStatus.ACTIVE, AgreementStatus.KEPT]
    without = judge(terms(*due), money, noon(now))
    extra = Payment(more.amount_minor, more.effective_on, more.accepted_at)
    after = judge(terms(*due), [*money, extra], noon(now))
    assert order.index(after.status) >= order.index(without.status)


@given(instalment_lists, st.lists(payments, max_size=12), st.integers(0, 220))
def test_without_reversals_a_day_by_day_account_agrees(
    due: list[tuple[int, int]], money: list[Payment], now: int
) -> None:
    kept_money = [Payment(p.amount_minor, p.effective_on, p.accepted_at) for p in money]
    assert judge(terms(*due), kept_money, noon(now)).status is _by_days(due, kept_money, now)


def _by_days(due: list[tuple[int, int]], money: list[Payment], now: int) -> AgreementStatus:
    """Walks through the days with a running balance, as a clerk would."""
    needed = 0
    for number, amount in due:
        needed += amount
        least = max(1, needed - needed // 100)
        until = number + GRACE_DAYS
        balance = sum(p.amount_minor for p in money if (p.effective_on - START).days <= until)
        if balance < least:
            is_over = noon(now) >= end_of(day(until), ZONE)
            return AgreementStatus.BROKEN if is_over else AgreementStatus.ACTIVE
    return AgreementStatus.KEPT
