"""What the law counts of a call, and which later word of it is believed."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.values import Channel
from services.contact.domain.outcomes import (
    FITTING,
    FOLLOWING,
    NOT_REACHED,
    REACHED,
    Outcome,
    counted,
    notice_status,
)

CALLS = sorted(FITTING[Channel.CALL])


@pytest.mark.parametrize(
    "outcome, rang, connected, right, effective",
    [
        # Reg F, 1006.14(b)(4): busy or out of service was not placed; ringing and voicemail were.
        (Outcome.BUSY, False, False, False, False),
        (Outcome.OUT_OF_SERVICE, False, False, False, False),
        (Outcome.NO_ANSWER, True, False, False, False),
        (Outcome.VOICEMAIL, True, False, False, False),
        # GB/T 45251-2025: connected calls, and effective conversations of interactive voice.
        (Outcome.CONNECTED, True, True, False, False),
        (Outcome.THIRD_PARTY, True, True, False, False),
        (Outcome.RIGHT_PARTY, True, True, True, False),
        (Outcome.EFFECTIVE, True, True, True, True),
        # Not known yet: it counts against every budget, and proves nobody.
        (Outcome.SENT, True, True, False, True),
    ],
)
def test_each_outcome_carries_what_the_law_counts(
    outcome: Outcome, rang: bool, connected: bool, right: bool, effective: bool
) -> None:
    found = counted(outcome)
    assert (found.rang, found.connected) == (rang, connected)
    assert (found.right_party, found.effective) == (right, effective)


@given(st.sampled_from(CALLS))
def test_what_is_counted_is_a_ladder_without_missing_rungs(outcome: Outcome) -> None:
    found = counted(outcome)
    rungs = (found.rang, found.connected, found.right_party, found.effective)
    assert all(lower or not higher for lower, higher in pairwise(rungs))


@given(st.sampled_from(CALLS), st.sampled_from(CALLS))
def test_a_later_word_never_makes_a_call_count_for_less_than_was_said(
    first: Outcome, second: Outcome
) -> None:
    if second in FOLLOWING[first]:
        assert counted(second).connected >= counted(first).connected
        assert counted(second).right_party >= counted(first).right_party


def test_no_two_outcomes_follow_each_other_for_ever() -> None:
    for outcome, following in FOLLOWING.items():
        assert outcome not in following
        assert not [later for later in following if outcome in FOLLOWING[later]]


def test_every_outcome_is_known_to_every_table() -> None:
    for outcome in Outcome:
        assert outcome in FOLLOWING
        assert notice_status(outcome)
    assert not REACHED & NOT_REACHED
    assert set(Outcome) - REACHED - NOT_REACHED == {Outcome.SENT}


def test_a_message_never_ends_as_a_call_does() -> None:
    assert FITTING[Channel.SMS] == {Outcome.DELIVERED, Outcome.UNDELIVERABLE}
    assert Outcome.BUSY not in FITTING[Channel.VISIT]
