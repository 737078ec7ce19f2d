"""Somebody vulnerable is reached as seldom, and by whom, as their treatment says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interfaces.values import Capacity, Channel, Direction, Purpose
from services.contact.domain.law.facts import Known, KnownTreatment, Result
from services.contact.domain.law.judgement import judge, judge_window
from tests.services.contact.domain.law.givens import (
    BOOK,
    NOON,
    act,
    asked,
    local,
    pack,
    past,
    plain,
)

DAY = timedelta(days=1)
BEGUN = datetime(2020, 1, 1, tzinfo=UTC)
SMS = act(channel=Channel.SMS, loan_ids=("l2",))


def treated(cap: int | None, **changes: object) -> KnownTreatment:
    return KnownTreatment(BEGUN, touches_per_week_max=cap, **changes)  # type: ignore[arg-type]


def test_one_touch_a_week_leaves_six_days_between_over_loans_and_channels() -> None:
    known = plain(treatments=(treated(1),), attempts=(past(NOON, loan_ids=("l1",)),))
    verdict = asked("platform", SMS, known, NOON + DAY)
    assert (verdict.is_allowed, verdict.rule_id) == (False, "PACE")
    # Monday's call is one of seven days until Sunday; the next Monday's day begins another week.
    assert verdict.next_allowed_at == local("Asia/Shanghai", 2026, 3, 9, 8)
    assert asked("platform", SMS, known, local("Asia/Shanghai", 2026, 3, 9, 8)).is_allowed


def test_an_agencys_act_counts_and_one_to_somebody_else_does_not() -> None:
    agencys = past(NOON, Result.PLANNED, capacity=Capacity.AGENCY, agency="ag1")
    known = plain(treatments=(treated(1),), attempts=(agencys,))
    assert asked("platform", SMS, known).rule_id == "PACE"
    others = past(NOON, party_id="guarantor")
    assert asked("platform", SMS, plain(treatments=(treated(1),), attempts=(others,))).is_allowed


@pytest.mark.parametrize("result", [Result.UNDELIVERABLE, Result.BUSY, Result.OUT_OF_SERVICE])
def test_what_disturbed_nobody_is_no_touch(result: Result) -> None:
    known = plain(treatments=(treated(1),), attempts=(past(NOON, result),))
    assert asked("platform", SMS, known).is_allowed


def test_a_call_that_came_in_and_a_reply_are_no_touch_and_are_not_held_back() -> None:
    spoken = past(NOON, direction=Direction.INBOUND)
    written = past(NOON, Result.SENT, channel=Channel.SMS, purpose=Purpose.REPLY)
    known = plain(treatments=(treated(1),), attempts=(spoken, written))
    assert asked("platform", SMS, known).is_allowed
    full = plain(treatments=(treated(0),), attempts=(past(NOON),))
    for purpose in (Purpose.REPLY, Purpose.SERVICE, Purpose.STATUTORY_NOTICE):
        assert asked("platform", act(purpose=purpose), full).is_allowed


def test_no_touch_at_all_has_no_next_instant_until_the_treatment_ends() -> None:
    verdict = asked("platform", SMS, plain(treatments=(treated(0),)))
    assert (verdict.rule_id, verdict.next_allowed_at) == ("PACE", None)
    ending = plain(treatments=(treated(0, until_at=NOON + DAY),))
    assert asked("platform", SMS, ending).next_allowed_at == NOON + DAY


def test_the_strictest_treatment_counts_while_it_lasts() -> None:
    ended = treated(0, until_at=NOON)
    known = plain(treatments=(treated(2), ended, treated(None)), attempts=(past(NOON - DAY),))
    assert asked("platform", SMS, known).is_allowed
    both = plain(treatments=(treated(2), treated(1)), attempts=(past(NOON - DAY),))
    assert asked("platform", SMS, both).rule_id == "PACE"


def test_who_asks_for_a_person_is_called_by_no_machine() -> None:
    known = plain(treatments=(treated(None, allows_automated_voice=False),))
    spoken = act(is_automated=True)
    assert asked("platform", spoken, known).rule_id == "AUTOMATED-VOICE"
    assert asked("platform", act(), known).is_allowed
    assert asked("platform", spoken, plain(treatments=(treated(None),))).is_allowed
    assert asked("platform", act(channel=Channel.SMS, is_automated=True), known).is_allowed


instants = st.integers(0, 20 * 24 * 60).map(lambda minutes: NOON + timedelta(minutes=minutes))
worlds = st.builds(
    lambda times, cap, zones: plain(
        zones=tuple(zones),
        treatments=(treated(cap),),
        attempts=tuple(past(each, Result.SENT, channel=Channel.LETTER) for each in times),
    ),
    st.lists(instants, max_size=8),
    st.integers(1, 4),
    st.sampled_from([["Asia/Shanghai"], ["Asia/Shanghai", "America/New_York"]]),
)


@settings(max_examples=150, deadline=None)
@given(worlds, instants)
def test_after_an_allowed_touch_no_seven_days_hold_more_than_the_cap(
    known: Known, at: datetime
) -> None:
    letter = act(channel=Channel.LETTER)
    platform = pack("platform")
    verdict = judge(platform, letter, known, at)
    cap = known.treatments[0].touches_per_week_max or 0
    for zone in known.zones:
        days = [local_day(each.from_at, zone) for each in known.attempts]
        today = local_day(at, zone)
        runs = range(today - 6, today + 1)
        most = max(sum(first <= day < first + 7 for day in days) for first in runs)
        assert not verdict.is_allowed or most < cap
    if verdict.next_allowed_at is not None:
        assert judge(platform, letter, known, verdict.next_allowed_at).is_allowed
    if judge_window(platform, letter, known, at, at + 2 * DAY).is_allowed:
        assert judge(platform, letter, known, at + DAY).is_allowed


def local_day(at: datetime, zone: str) -> int:
    return at.astimezone(ZoneInfo(zone)).toordinal()


def test_attempts_are_looked_at_as_far_back_as_a_week_of_treatment_reaches() -> None:
    back = BOOK.pack(["cn-bank"], NOON).look_back(SMS.role, Channel.LETTER)
    assert back >= 8 * DAY
