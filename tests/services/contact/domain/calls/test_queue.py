"""Where a call goes that must not be made now, and that it always comes to an end."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from interfaces.strategy import CureRule
from interfaces.tenant import Product
from services.contact.domain.calls.offers import offers_allowed
from services.contact.domain.calls.queue import (
    FOLLOWING,
    CallState,
    PutBack,
    after_lease,
    after_refusal,
    language_of,
)
from services.contact.domain.calls.tracing import ORIGIN, Source, TraceReason, reason_to_trace
from services.contact.domain.points import Point, PointKind
from services.contact.domain.words import source_problem

NOON = datetime(2026, 3, 2, 4, tzinfo=UTC)
HOURS = st.integers(min_value=0, max_value=48).map(lambda hours: NOON + timedelta(hours=hours))
CARD = Product("card", CureRule("minimum_met"), 3, 60, 20)


@given(st.lists(st.none() | HOURS), st.none() | HOURS)
def test_a_refused_call_waits_for_the_first_lawful_instant_in_its_window_or_ends(
    allowed: list[datetime | None], until: datetime | None
) -> None:
    known = [instant for instant in allowed if instant is not None]
    back = after_refusal(allowed, until)
    if known and (until is None or min(known) < until):
        assert back == PutBack(CallState.QUEUED, min(known))
    else:
        assert back == PutBack(CallState.ENDED)


def test_every_state_leads_to_an_end() -> None:
    def reaches_end(state: CallState, seen: frozenset[CallState]) -> bool:
        if not FOLLOWING[state]:
            return True
        return any(reaches_end(each, seen | {each}) for each in FOLLOWING[state] - seen)

    assert set(FOLLOWING) == set(CallState)
    assert all(reaches_end(state, frozenset({state})) for state in CallState)


def test_a_lease_that_ends_never_lets_a_dialled_call_be_dialled_again_unasked() -> None:
    assert after_lease(CallState.CLAIMED) is CallState.QUEUED
    assert after_lease(CallState.UNDER_WAY) is CallState.UNREPORTED


def test_a_language_is_known_by_its_primary_part() -> None:
    assert [language_of(tag) for tag in ("zh-CN", "ZH", "en", "")] == ["zh", "zh", "en", "und"]


def test_what_may_be_offered_stays_within_the_product() -> None:
    assert offers_allowed(CARD, "follow_up").settlement_waiver_percent_max == 0
    assert offers_allowed(CARD, "negotiate").settlement_waiver_percent_max == 20
    # Credit-card measures art. 70: at most five years.
    assert offers_allowed(CARD, "negotiate").plan_months_max == 60
    assert offers_allowed(None, "negotiate").plan_months_max == 0


def test_a_person_is_looked_for_when_no_phone_is_left_or_nobody_reaches_them() -> None:
    email, phone = Point("e", PointKind.EMAIL), Point("p", PointKind.PHONE)
    invalid = Point("p", PointKind.PHONE, is_invalid=True)
    assert reason_to_trace([email], is_lost=False) is TraceReason.NO_USABLE_PHONE
    assert reason_to_trace([invalid], is_lost=True) is TraceReason.NO_USABLE_PHONE
    assert reason_to_trace([phone], is_lost=True) is TraceReason.REACHABILITY_LOST
    assert reason_to_trace([phone], is_lost=False) is None


def test_every_lawful_source_has_its_place_in_the_words_of_points() -> None:
    assert set(ORIGIN) == set(Source)
    assert not [each for each in ORIGIN.values() if source_problem(*each)]
