"""Records are kept for the longest reason there is: rule, debt, limitation, legal hold."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.contact.domain.duties import DutyState, state_of
from services.contact.domain.retention import Kept, retention, years_after
from tests.services.contact.scene import NOON

CALL = Kept(counts_from=date(2026, 3, 2), years=2, is_debt_cleared=True)
days = st.dates(date(2000, 1, 1), date(2150, 1, 1))
kept = st.builds(
    Kept, days, st.integers(1, 20), st.booleans(), st.none() | days, st.sampled_from([(), ("h",)])
)


def test_a_recording_of_a_cleared_debt_is_kept_two_years_from_the_call() -> None:
    """CN-REC-1 and art. 68 of the credit-card measures."""
    found = retention(CALL)
    assert found.until == date(2028, 3, 2)
    assert not found.is_over(date(2028, 3, 1))
    assert found.is_over(date(2028, 3, 2))


def test_the_longest_reason_prevails_and_is_named() -> None:
    uncleared = retention(replace(CALL, is_debt_cleared=False))
    assert (uncleared.until, uncleared.because) == (None, "the debt is not cleared")
    limited = retention(replace(CALL, limitation_ends_on=date(2029, 3, 2)))
    assert limited.until == date(2029, 3, 2)
    assert "limitation" in limited.because
    held = retention(replace(CALL, legal_holds=("lh1",)))
    assert (held.until, held.because) == (None, "legal hold lh1")


@given(kept, st.integers(1, 20), days)
def test_a_further_reason_never_shortens_and_nothing_goes_before_the_rules_years(
    record: Kept, more_years: int, limitation: date
) -> None:
    base = retention(record)
    longer = [
        replace(record, years=record.years + more_years),
        replace(record, is_debt_cleared=False),
        replace(record, legal_holds=("x",)),
        replace(
            record, limitation_ends_on=max(limitation, record.limitation_ends_on or limitation)
        ),
    ]
    for each in map(retention, longer):
        assert each.until is None or (base.until is not None and each.until >= base.until)
    if base.until is not None:
        assert base.until >= years_after(record.counts_from, record.years)


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
