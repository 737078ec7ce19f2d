"""When contact does an owed act, and when it tries again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from interfaces.values import Disposition, Purpose
from services.contact.domain.duties import (
    DOING,
    DutyKind,
    is_unwanted,
    planned_at,
    tried_again_at,
)

DAY = timedelta(days=1)
DUE = datetime(2026, 3, 19, 16, tzinfo=UTC)
INSTANTS = st.integers(-2_000_000, 2_000_000).map(lambda minutes: DUE + timedelta(minutes=minutes))


def test_three_days_before_in_the_morning_each_at_its_own_instant() -> None:
    at = {planned_at(DUE, 3, DUE - DAY * 20, f"l{n}/b1/instalment-1") for n in range(200)}
    opens = DUE - DAY * 3 + timedelta(hours=9)
    assert all(opens <= each < opens + timedelta(hours=2) for each in at)
    assert len(at) > 180


@given(INSTANTS, st.integers(0, 30), INSTANTS, st.text(max_size=20))
def test_a_plan_is_never_before_now_and_stays_where_it_is(
    owed_by: datetime, lead_days: int, now: datetime, name: str
) -> None:
    planned = planned_at(owed_by, lead_days, now, name)
    assert planned >= now
    assert planned == planned_at(owed_by, lead_days, now, name)
    assert planned == now or planned < owed_by - DAY * lead_days + timedelta(hours=11)


@given(
    st.sampled_from(sorted(DOING)),
    INSTANTS,
    st.lists(INSTANTS, max_size=3),
    INSTANTS,
    st.integers(1, 40),
)
def test_it_is_tried_again_later_never_before_it_may_and_no_reminder_after_its_day(
    kind: DutyKind, owed_by: datetime, allowed: list[datetime], now: datetime, rounds: int
) -> None:
    again = tried_again_at(kind, owed_by, allowed, now, rounds)
    if again is None:
        assert kind is DutyKind.PRE_DUE
        return
    assert again > now and (not allowed or again >= min(allowed))
    assert kind is not DutyKind.PRE_DUE or again < owed_by


def test_ones_own_word_ends_a_reminder_but_no_statutory_notice_and_no_address_ends_neither() -> (
    None
):
    assert is_unwanted(Purpose.REMINDER, ["OPT-OUT", "NO-POINT"])
    assert is_unwanted(Purpose.REMINDER, ["BAN"])
    assert not is_unwanted(Purpose.STATUTORY_NOTICE, ["OPT-OUT"])
    assert not is_unwanted(Purpose.REMINDER, ["NO-POINT", "NO-POINT"])
    assert not is_unwanted(Purpose.REMINDER, ["OPT-OUT", "HOLD"])


def test_a_reminder_is_about_no_loan_in_arrears_and_a_notice_of_arrears_about_no_other() -> None:
    assert DOING[DutyKind.PRE_DUE].about == {Disposition.CURRENT}
    assert DOING[DutyKind.ARREARS].about == {Disposition.OVERDUE}
    assert DutyKind.VALIDATION not in DOING and DutyKind.DATA_RETURN not in DOING
