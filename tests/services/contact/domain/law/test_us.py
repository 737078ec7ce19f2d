"""Regulation F beside its own examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.values import Capacity, Channel, Direction, HoldKind, Purpose, Role
from services.contact.domain.law.conduct import ListedAgency, placement_refusal
from services.contact.domain.law.facts import (
    AgreedKind,
    Agreement,
    Ban,
    KnownAgency,
    KnownLoan,
    PastAttempt,
    Reachability,
    Result,
)
from services.contact.domain.points import OptOut
from tests.services.contact.domain.law.givens import act, asked, hold, local, past, plain, rules_of

NY = "America/New_York"
DAY = timedelta(days=1)
CALL = act(capacity=Capacity.DEBT_BUYER)
KNOWN = plain(zones=(NY,))
EIGHTH = local(NY, 2026, 9, 8, 12)


def call(at: datetime, result: Result = Result.NO_ANSWER, **changes: object) -> PastAttempt:
    return past(at, result, capacity=Capacity.DEBT_BUYER, **changes)


def test_an_eighth_call_about_a_debt_in_seven_days_is_refused() -> None:
    """A call that rings or goes to voicemail counts; about another debt, another count."""
    seven = tuple(call(EIGHTH - DAY * n, Result.VOICEMAIL) for n in range(7))
    known = replace(KNOWN, attempts=seven)
    refused = asked("us-reg-f", CALL, known, EIGHTH)
    assert (refused.rule_id, refused.next_allowed_at) == ("US-7IN7-A", local(NY, 2026, 9, 9, 8))
    assert asked("us-reg-f", replace(CALL, loan_ids=("l2",)), known, EIGHTH).is_allowed
    assert asked("us-reg-f", replace(CALL, party_id="q"), known, EIGHTH).is_allowed
    assert asked("us-reg-f", CALL, replace(known, attempts=seven[:6]), EIGHTH).is_allowed


def test_seven_calls_on_one_day_close_the_six_days_after_it() -> None:
    seven = tuple(call(EIGHTH) for _ in range(7))
    refused = asked("us-reg-f", CALL, replace(KNOWN, attempts=seven), EIGHTH + timedelta(hours=1))
    assert refused.next_allowed_at == local(NY, 2026, 9, 15, 8)


@given(st.lists(st.integers(0, 20), max_size=30), st.integers(0, 20))
def test_however_calls_fall_no_seven_days_hold_an_eighth(days: list[int], day: int) -> None:
    attempts = tuple(call(EIGHTH + DAY * n) for n in days)
    verdict = asked("us-reg-f", CALL, replace(KNOWN, attempts=attempts), EIGHTH + DAY * day)
    windows = [
        sum(first <= n < first + 7 for n in [*days, day]) for first in range(day - 6, day + 1)
    ]
    assert verdict.is_allowed == (max(windows) <= 7)


def test_after_a_conversation_on_8_september_the_next_call_is_allowed_on_15_september() -> None:
    for direction in Direction:
        talk = call(EIGHTH, Result.EFFECTIVE, direction=direction)
        known = replace(KNOWN, attempts=(talk,))
        for day in range(7):
            at = EIGHTH + DAY * day + timedelta(hours=1)
            refused = asked("us-reg-f", CALL, known, at)
            assert refused.rule_id == "US-7IN7-B", at
            assert refused.next_allowed_at == local(NY, 2026, 9, 15, 8)
        assert asked("us-reg-f", CALL, known, local(NY, 2026, 9, 15, 8)).is_allowed
        assert asked("us-reg-f", replace(CALL, channel=Channel.SMS), known, EIGHTH).is_allowed
    answered = replace(KNOWN, attempts=(call(EIGHTH, Result.THIRD_PARTY),))
    assert asked("us-reg-f", CALL, answered, EIGHTH + DAY).is_allowed


@pytest.mark.parametrize(
    ("result", "direction", "is_talk"),
    [
        (Result.RIGHT_PARTY, Direction.OUTBOUND, True),
        (Result.SENT, Direction.OUTBOUND, True),
        (Result.CONNECTED, Direction.INBOUND, True),
        (Result.CONNECTED, Direction.OUTBOUND, False),
        (Result.THIRD_PARTY, Direction.INBOUND, False),
        (Result.VOICEMAIL, Direction.OUTBOUND, False),
    ],
)
def test_what_is_or_may_be_a_conversation_closes_seven_days(
    result: Result, direction: Direction, is_talk: bool
) -> None:
    """The person meant answered, nobody has reported yet, or somebody called in."""
    known = replace(KNOWN, attempts=(call(EIGHTH, result, direction=direction),))
    verdict = asked("us-reg-f", CALL, known, EIGHTH + DAY)
    assert verdict.rule_id == ("US-7IN7-B" if is_talk else "")
    assert asked("us-reg-f", CALL, known, EIGHTH + DAY * 7).is_allowed


def test_busy_lines_and_calls_with_fresh_consent_are_not_counted() -> None:
    never = [call(EIGHTH, Result.BUSY), call(EIGHTH, Result.OUT_OF_SERVICE)]
    known = replace(KNOWN, attempts=(*never * 5, *(call(EIGHTH) for _ in range(6))))
    assert asked("us-reg-f", CALL, known, EIGHTH).is_allowed
    seven = tuple(call(EIGHTH) for _ in range(7))
    consent = Agreement(AgreedKind.CALL, EIGHTH - DAY)
    consenting = replace(KNOWN, attempts=seven, agreements=(consent,))
    assert asked("us-reg-f", CALL, consenting, EIGHTH + DAY).is_allowed
    # Those seven were placed with consent: they count no more once it is old.
    assert asked("us-reg-f", CALL, consenting, EIGHTH + DAY * 6 + timedelta(hours=1)).is_allowed
    old = replace(consent, from_at=EIGHTH - DAY * 8)
    stale = replace(consenting, agreements=(old,))
    assert asked("us-reg-f", CALL, stale, EIGHTH).rule_id == "US-7IN7-A"
    attorney = replace(CALL, role=Role.ATTORNEY, party_id="a")
    lawyer = replace(
        KNOWN,
        roles=frozenset({Role.ATTORNEY}),
        attempts=tuple(call(EIGHTH, role="attorney", party_id="a") for _ in range(9)),
    )
    assert asked("us-reg-f", attorney, lawyer, EIGHTH).is_allowed


def test_with_two_plausible_zones_it_must_be_day_in_both() -> None:
    known = replace(KNOWN, zones=(NY, "America/Los_Angeles"))
    at = local(NY, 2026, 9, 8, 10)
    for channel in (Channel.CALL, Channel.SMS, Channel.EMAIL):
        refused = asked("us-reg-f", replace(CALL, channel=channel), known, at)
        assert (refused.rule_id, refused.next_allowed_at) == ("US-TIME", local(NY, 2026, 9, 8, 11))
    assert asked("us-reg-f", CALL, known, local(NY, 2026, 9, 8, 20, 59)).is_allowed
    assert not asked("us-reg-f", CALL, known, local(NY, 2026, 9, 8, 21, 1)).is_allowed


def test_a_bank_collecting_its_own_debt_is_bound_only_where_a_states_law_says_so() -> None:
    night = local(NY, 2026, 9, 8, 23)
    own = replace(CALL, capacity=Capacity.CREDITOR)
    assert rules_of(asked("us-reg-f", own, KNOWN, night)) == {"HOURS"}
    assert rules_of(asked("us-reg-f", own, replace(KNOWN, region="US-CA"), night)) == {"US-TIME"}


def test_a_represented_person_is_reached_through_the_attorney() -> None:
    held = replace(KNOWN, holds=(hold(HoldKind.REPRESENTED),))
    assert {"HOLD", "US-ATTY"} <= rules_of(asked("us-reg-f", CALL, held, EIGHTH))
    to_attorney = replace(CALL, role=Role.ATTORNEY, party_id="a")
    known = replace(held, roles=frozenset({Role.ATTORNEY}))
    assert asked("us-reg-f", to_attorney, known, EIGHTH).is_allowed


def test_a_written_cease_leaves_three_messages() -> None:
    ceased = replace(KNOWN, holds=(hold(HoldKind.CEASE_REQUEST),))
    refused = asked("us-reg-f", CALL, ceased, EIGHTH)
    assert {"HOLD", "US-CEASE"} <= rules_of(refused) and refused.next_allowed_at is None
    letter = replace(CALL, channel=Channel.LETTER, is_cease_notice=True)
    assert asked("us-reg-f", letter, ceased, EIGHTH).is_allowed
    statutory = replace(CALL, channel=Channel.LETTER, purpose=Purpose.STATUTORY_NOTICE)
    assert asked("us-reg-f", statutory, ceased, EIGHTH).is_allowed


def test_an_opt_out_is_honoured_at_once() -> None:
    out = replace(KNOWN, opt_outs=(OptOut(Channel.SMS, "a"),))
    refused = asked("us-reg-f", replace(CALL, channel=Channel.SMS), out, EIGHTH)
    assert {"OPT-OUT", "US-OPTOUT"} <= rules_of(refused)
    assert asked("us-reg-f", CALL, out, EIGHTH).is_allowed


def test_a_banned_medium_is_not_used() -> None:
    banned = replace(KNOWN, bans=(Ban(Channel.CALL),))
    assert {"BAN", "US-MEDIUM"} <= rules_of(asked("us-reg-f", CALL, banned, EIGHTH))
    assert asked("us-reg-f", replace(CALL, channel=Channel.EMAIL), banned, EIGHTH).is_allowed


def test_a_third_party_is_asked_once_and_hears_of_no_debt() -> None:
    ask = replace(CALL, role=Role.CONTACT, party_id="c", purpose=Purpose.LOCATE, discloses=False)
    known = replace(KNOWN, roles=frozenset({Role.CONTACT}), reachability=Reachability.LOST)
    assert asked("us-reg-f", ask, known, EIGHTH).is_allowed
    assert asked("us-reg-f", replace(ask, discloses=True), known, EIGHTH).rule_id == "US-3P"
    locate = {"party_id": "c", "purpose": Purpose.LOCATE}
    before = call(EIGHTH - DAY * 400, Result.CONNECTED, **locate)
    refused = asked("us-reg-f", ask, replace(known, attempts=(before,)), EIGHTH)
    assert (refused.rule_id, refused.next_allowed_at) == ("US-3P", None)
    nobody = call(EIGHTH - DAY * 40, Result.NO_ANSWER, **locate)
    assert asked("us-reg-f", ask, replace(known, attempts=(nobody,)), EIGHTH).is_allowed


def test_a_dispute_stops_collection() -> None:
    disputed = replace(KNOWN, holds=(hold(HoldKind.DISPUTE, until=EIGHTH + DAY * 2),))
    refused = asked("us-reg-f", CALL, disputed, EIGHTH)
    assert {"HOLD", "US-DISPUTE"} <= rules_of(refused)
    assert refused.next_allowed_at == EIGHTH + DAY * 2
    assert asked("us-reg-f", replace(CALL, purpose=Purpose.REPLY), disputed, EIGHTH).is_allowed


def test_a_time_barred_debt_is_neither_sued_for_nor_threatened_with() -> None:
    barred = replace(KNOWN, loans=(KnownLoan("l1", limitation_expires_on=date(2026, 9, 7)),))
    suing = replace(CALL, channel=Channel.LETTER, purpose=Purpose.COURT_SERVICE)
    threat = replace(CALL, threatens_suit=True)
    for deed in (suing, threat):
        assert asked("us-reg-f", deed, barred, EIGHTH).rule_id == "US-TIMEBAR"
    assert asked("us-reg-f", CALL, barred, EIGHTH).is_allowed
    last_day = replace(KNOWN, loans=(KnownLoan("l1", limitation_expires_on=date(2026, 9, 8)),))
    assert asked("us-reg-f", threat, last_day, EIGHTH).is_allowed
    assert asked("us-reg-f", replace(threat, loan_ids=("l2",)), barred, EIGHTH).is_allowed


def test_a_settled_debt_is_not_placed() -> None:
    agency = KnownAgency("ag1", is_listed=True, evaluated_on=date(2026, 1, 5))
    rule, day = ListedAgency(365), date(2026, 9, 8)
    assert placement_refusal(rule, agency, KnownLoan("l1"), day) == ""
    assert "settled" in placement_refusal(rule, agency, KnownLoan("l1", is_settled=True), day)
    assert "evaluated" in placement_refusal(rule, agency, KnownLoan("l1"), date(2027, 1, 6))


def test_the_pack_begins_with_its_own_version_and_serves_earlier_days_too() -> None:
    early = datetime(2005, 4, 1, 16, tzinfo=UTC)
    assert asked("us-reg-f", CALL, KNOWN, early).is_allowed


def test_nobody_is_sued_while_nobody_knows_whether_the_debt_is_barred() -> None:
    threat = replace(CALL, threatens_suit=True)
    unknown = replace(KNOWN, loans=(KnownLoan("l1", is_limitation_known=False),))
    assert asked("us-reg-f", threat, unknown, EIGHTH).rule_id == "US-TIMEBAR"
    assert asked("us-reg-f", CALL, unknown, EIGHTH).is_allowed
    never = replace(KNOWN, loans=(KnownLoan("l1"),))
    assert asked("us-reg-f", threat, never, EIGHTH).is_allowed


def test_where_somebody_may_live_in_a_state_its_rules_are_kept() -> None:
    own = replace(CALL, capacity=Capacity.CREDITOR)
    seven = tuple(call(EIGHTH - DAY * n) for n in range(7))
    for region, refuses in (("", False), ("US-NY", False), ("US-CA", True), ("unknown", True)):
        known = replace(KNOWN, attempts=seven, region=region)
        assert asked("us-reg-f", own, known, EIGHTH).is_allowed is not refuses, region
