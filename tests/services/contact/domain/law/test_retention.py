"""Records are kept for the longest reason there is: rule, debt, limitation, need, wish."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.contact.domain.duties import DutyState, state_of
from services.contact.domain.law.judgement import Article, Status, Strength
from services.contact.domain.law.retention import (
    Kept,
    Longer,
    RetentionRule,
    retention,
    years_after,
)
from tests.services.contact.scene import NOON

ARTICLE = Article("CN-REC-1", "Kept two years.", Strength.HARD, Status.LAW, "GB/T", "medium-high")
TWO_YEARS = RetentionRule(ARTICLE, 2)
CALL = Kept(recorded_on=date(2026, 3, 2), cleared_on=date(2026, 4, 1))
days = st.dates(date(2000, 1, 1), date(2150, 1, 1))
rules = st.builds(RetentionRule, st.just(ARTICLE), st.integers(0, 20), st.booleans())
wishes = st.builds(Longer, st.integers(1, 20), st.booleans())
kept = st.builds(
    Kept,
    days,
    st.none() | days,
    st.none() | days,
    st.none() | days,
    st.sampled_from([(), ("legal hold h",)]),
)


def test_a_recording_of_a_cleared_debt_is_kept_two_years_from_the_call() -> None:
    """CN-REC-1 and art. 68 of the credit-card measures."""
    found = retention([TWO_YEARS], CALL)
    assert found.until == date(2028, 3, 2)
    assert not found.is_over(date(2028, 3, 1))
    assert found.is_over(date(2028, 3, 2))


def test_the_longest_reason_prevails_and_is_named() -> None:
    uncleared = retention([TWO_YEARS], replace(CALL, cleared_on=None))
    assert (uncleared.until, uncleared.because) == (None, "the debt is not cleared")
    limited = retention([TWO_YEARS], replace(CALL, limitation_ends_on=date(2029, 3, 2)))
    assert limited.until == date(2029, 3, 2)
    assert "limitation" in limited.because
    held = retention([TWO_YEARS], replace(CALL, needed_for=("legal hold lh1",)))
    assert (held.until, held.because) == (None, "legal hold lh1")
    assert "CN-REC-1" in retention([TWO_YEARS], CALL).because


def test_a_wish_lengthens_and_never_shortens() -> None:
    assert retention([TWO_YEARS], CALL, Longer(1)).until == date(2028, 3, 2)
    assert retention([TWO_YEARS], CALL, Longer(5)).until == date(2031, 3, 2)


@given(st.lists(rules, max_size=3), kept, wishes, rules, days)
def test_a_further_reason_never_shortens_and_nothing_goes_before_the_rules_years(
    packs: list[RetentionRule], record: Kept, wish: Longer, more: RetentionRule, limitation: date
) -> None:
    base = retention(packs, record)
    limited = max(limitation, record.limitation_ends_on or limitation)
    further = [
        retention(packs, record, wish),
        retention([*packs, more], record),
        retention(packs, replace(record, cleared_on=None)),
        retention(packs, replace(record, needed_for=(*record.needed_for, "x"))),
        retention(packs, replace(record, limitation_ends_on=limited)),
    ]
    for each in further:
        assert each.until is None or (base.until is not None and each.until >= base.until)
    if base.until is not None:
        assert all(base.until >= years_after(record.recorded_on, rule.years) for rule in packs)


def test_a_leap_day_is_kept_a_day_longer_rather_than_shorter() -> None:
    assert years_after(date(2024, 2, 29), 2) == date(2026, 3, 1)
    assert years_after(date(2024, 2, 29), 4) == date(2028, 2, 29)


@given(
    st.integers(-5, 5),
    st.none() | st.integers(-5, 5),
    st.none() | st.integers(-5, 5),
    st.integers(-5, 5),
)
def test_a_duty_is_missed_only_after_its_instant_and_late_if_done_then(
    owed: int, done: int | None, dropped: int | None, now: int
) -> None:
    def instant(hours: int | None) -> object | None:
        return None if hours is None else NOON + timedelta(hours=hours)

    state = state_of(instant(owed), instant(done), instant(dropped), instant(now))  # type: ignore[arg-type]
    if state is DutyState.MISSED:
        assert now > owed
        assert done is None or done > now
    if state is DutyState.DONE:
        assert done is not None
        assert done <= min(owed, now)
    if state is DutyState.LATE:
        assert done is not None
        assert owed < done <= now
