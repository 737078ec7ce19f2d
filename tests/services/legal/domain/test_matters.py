"""A matter never skips a milestone and never gets stuck."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.values import ClosingReason, MatterStatus
from services.legal.domain.matters import (
    BY_CLOSING,
    OVER,
    TRANSITIONS,
    Ending,
    Outcome,
    Review,
    at_deadline,
    first_deadline,
    may_become,
    may_end_as,
)

ZONE = "Asia/Shanghai"
MONDAY = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
UNDER_WAY = [status for status in MatterStatus if status not in OVER]


def test_a_matter_passes_its_milestones_in_their_order_and_skips_none() -> None:
    order = [
        MatterStatus.AWAITING_APPROVAL,
        MatterStatus.OPEN,
        MatterStatus.FILED,
        MatterStatus.ACCEPTED,
        MatterStatus.ORDERED,
        MatterStatus.ENFORCING,
        MatterStatus.ENDED,
    ]
    for place, status in enumerate(order[:-1]):
        ahead = [each for each in order if may_become(status, each)]
        assert ahead == list(dict.fromkeys([order[place + 1], MatterStatus.ENDED]))
    assert set(TRANSITIONS) == set(MatterStatus) and not TRANSITIONS[MatterStatus.ENDED]


@pytest.mark.parametrize(
    ("status", "last_day"),
    [
        (MatterStatus.OPEN, date(2026, 3, 9)),
        (MatterStatus.FILED, date(2026, 3, 7)),
        (MatterStatus.ACCEPTED, date(2026, 3, 17)),
        (MatterStatus.ORDERED, date(2026, 3, 17)),
    ],
)
def test_articles_225_to_228_set_the_deadlines(status: MatterStatus, last_day: date) -> None:
    midnight = datetime(last_day.year, last_day.month, last_day.day, 16, tzinfo=UTC)
    assert first_deadline(status, MONDAY, ZONE) == midnight


@given(st.sampled_from(UNDER_WAY), st.integers(0, 4_000), st.dates(), st.dates())
def test_a_passed_deadline_always_leads_to_an_end_or_to_a_later_one(
    status: MatterStatus, days: int, limit: date, ordered_on: date
) -> None:
    now = MONDAY + timedelta(days=days)
    ordered = min(ordered_on, date(2040, 1, 1))
    following = at_deadline(status, now, ZONE, limitation_expires_on=limit, ordered_on=ordered)
    assert following.because
    if isinstance(following, Review):
        assert following.deadline_at > now


def test_an_order_not_enforced_within_two_years_is_worth_nothing() -> None:
    ordered_on = date(2024, 2, 1)
    last_day = datetime(2026, 2, 16, 2, 0, tzinfo=UTC)
    ordered = MatterStatus.ORDERED
    review = at_deadline(ordered, last_day, ZONE, ordered_on=ordered_on)
    assert review == Review(datetime(2026, 2, 16, 16, 0, tzinfo=UTC), review.because)
    ending = at_deadline(ordered, last_day + timedelta(days=1), ZONE, ordered_on=ordered_on)
    assert isinstance(ending, Ending) and ending.outcome is Outcome.UNENFORCEABLE


def test_what_was_not_filed_before_limitation_expired_ends() -> None:
    expired = date(2026, 3, 1)
    for status in (MatterStatus.AWAITING_APPROVAL, MatterStatus.OPEN):
        assert isinstance(at_deadline(status, MONDAY, ZONE, limitation_expires_on=expired), Ending)
    filed = at_deadline(MatterStatus.FILED, MONDAY, ZONE, limitation_expires_on=expired)
    assert isinstance(filed, Review)


def test_outcomes_only_follow_milestones_that_can_lead_to_them() -> None:
    assert not may_end_as(MatterStatus.OPEN, Outcome.DISMISSED)
    assert may_end_as(MatterStatus.FILED, Outcome.DISMISSED)
    assert not may_end_as(MatterStatus.ACCEPTED, Outcome.UNENFORCEABLE)
    assert may_end_as(MatterStatus.ENFORCING, Outcome.RECOVERED)
    assert not any(may_end_as(status, Outcome.REFUSED) for status in MatterStatus)
    assert not any(may_end_as(MatterStatus.ENDED, outcome) for outcome in Outcome)


def test_every_way_a_case_closes_ends_its_matter() -> None:
    assert set(BY_CLOSING) == set(ClosingReason)
