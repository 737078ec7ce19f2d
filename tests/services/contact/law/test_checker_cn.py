"""The checker itself, on the examples of the Chinese rules."""

from __future__ import annotations

import pytest

from tests.services.contact.law.checker import violations
from tests.services.contact.law.free import may_be_made
from tests.services.contact.law.papers import agency, agreement, attempt, hold, paper, point

NOON = "2026-03-02T04:00:00+00:00"  # 12:00 in Shanghai


@pytest.mark.parametrize(
    ("clock", "broken"),
    [
        ("2026-03-02T07:59:59+08:00", ["CN-TIME-1"]),
        ("2026-03-02T08:00:00+08:00", []),
        ("2026-03-02T21:59:59+08:00", []),
        ("2026-03-02T22:00:00+08:00", ["CN-TIME-1"]),
        ("2026-03-03T00:00:00+08:00", ["CN-TIME-1"]),
    ],
)
@pytest.mark.parametrize("channel", ["call", "sms", "email", "visit"])
def test_nobody_collects_from_22_to_8(clock: str, broken: list[str], channel: str) -> None:
    assert violations(paper(clock, channel=channel)) == broken


def test_the_hours_are_those_of_every_zone_the_debtor_may_be_in() -> None:
    document = paper("2026-03-02T08:30:00+08:00")
    assert violations(document) == []
    document["party"]["zones"].append("Asia/Kolkata")
    assert violations(document) == ["CN-TIME-1"]


def test_an_agreed_time_prevails_while_the_agreement_runs_and_on_its_channel() -> None:
    late = paper("2026-03-02T22:30:00+08:00")
    hours = agreement("hours", "2026-03-01T00:00:00+08:00", hours=["22:00", "23:30"])
    late["agreements"] = [hours]
    assert violations(late) == []
    late["agreements"] = [hours | {"until": "2026-03-02T22:30:00+08:00"}]
    assert violations(late) == ["CN-TIME-1"]
    late["agreements"] = [hours | {"channel": "sms"}]
    assert violations(late) == ["CN-TIME-1"]


def test_a_letter_a_reply_and_a_statutory_notice_have_no_hour() -> None:
    late = "2026-03-02T23:00:00+08:00"
    assert violations(paper(late, channel="letter")) == []
    assert violations(paper(late, purpose="reply")) == []
    assert violations(paper(late, purpose="statutory_notice")) == []


def test_three_connected_calls_a_day_are_summed_over_lender_agencies_and_loans() -> None:
    document = paper(NOON)
    attempt(document, "2026-03-02T01:00:00+00:00", "connected")
    attempt(document, "2026-03-02T02:00:00+00:00", "third_party", capacity="agency", agency="ag1")
    assert violations(document) == [] and may_be_made(document)
    attempt(document, "2026-03-02T03:00:00+00:00", "right_party", loans=["l2"], agency="ag2")
    assert violations(document) == ["CN-FREQ-1"]
    document["agreements"] = [agreement("frequency", NOON, per_day_max=4)]
    assert violations(document) == []


def test_the_day_is_the_debtors_and_yesterdays_calls_are_not_counted() -> None:
    document = paper("2026-03-02T16:30:00+00:00", zone="Europe/London")
    for hour in ("09", "10", "11"):
        attempt(document, f"2026-03-02T{hour}:00:00+00:00", "connected")
    assert violations(document) == ["CN-FREQ-1"]
    document["at"] = "2026-03-03T09:00:00+00:00"
    assert violations(document) == []


def test_a_call_reserved_for_later_in_the_day_has_its_place_already() -> None:
    document = paper(NOON)
    for minute in ("05", "06", "07"):
        attempt(document, f"2026-03-02T{minute}:00:00+00:00", "planned")
    assert violations(document) == ["CN-FREQ-1", "CN-FREQ-2"]


def test_three_effective_conversations_a_day() -> None:
    document = paper(NOON)
    for hour in ("01", "02", "03"):
        attempt(document, f"2026-03-02T{hour}:00:00+00:00", "effective")
    assert violations(document) == ["CN-FREQ-1", "CN-FREQ-2"]


def test_six_unanswered_dials_to_one_number_leave_the_other_number_free() -> None:
    document = paper(NOON)
    for minute in range(5):
        attempt(document, f"2026-03-02T02:0{minute}:00+00:00", "no_answer")
    assert violations(document) == [] and may_be_made(document)
    attempt(document, "2026-03-02T02:30:00+00:00", "busy")
    assert violations(document) == ["CN-FREQ-3"]
    overridden = document | {"act": document["act"] | {"override": {"reason": "r"}}}
    assert violations(overridden) == []
    document["act"]["point"] = "p2"
    document["points"].append(point("p2", "call"))
    assert violations(document) == [] and may_be_made(document)


def test_a_third_party_only_for_a_debtor_who_is_lost_and_without_a_word_of_the_debt() -> None:
    third = paper(NOON, role="contact", party="c1", purpose="locate", discloses=False)
    assert violations(third) == ["CN-3P-1"]
    third["debtor"]["reachability"] = "suspect"
    assert violations(third) == ["CN-3P-1"]
    third["debtor"]["reachability"] = "lost"
    assert violations(third) == []
    third["act"]["discloses"] = True
    assert violations(third) == ["CN-3P-1"]
    third["act"] |= {"discloses": False, "purpose": "collection"}
    assert violations(third) == ["CN-3P-1"]


@pytest.mark.parametrize("misfortune", ["is_dead", "is_incapacitated"])
def test_a_third_party_may_be_asked_when_the_debtor_cannot_speak(misfortune: str) -> None:
    third = paper(NOON, role="contact", party="c1", purpose="locate", discloses=False)
    third["debtor"][misfortune] = True
    assert violations(third) == []


def test_a_third_party_who_refused_is_left_alone_for_ever() -> None:
    third = paper("2036-03-02T04:00:00+00:00", role="contact", party="c1", purpose="locate")
    third["act"]["discloses"] = False
    third["debtor"]["reachability"] = "lost"
    third["party"]["has_refused"] = True
    assert violations(third) == ["CN-3P-1"]


def test_an_agency_must_be_listed_and_evaluated_within_the_year() -> None:
    document = paper(NOON, capacity="agency", agency="ag1")
    assert violations(document) == [] and may_be_made(document)
    document["agency"] = agency(is_listed=False)
    assert violations(document) == ["CN-AGENCY-1"]
    document["agency"] = agency(evaluated_on="2025-02-20")
    assert violations(document) == ["CN-AGENCY-1"]


def test_nobody_enters_a_dwelling_without_consent() -> None:
    visit = paper(NOON, channel="visit", enters=True)
    assert violations(visit) == ["CN-ID-1"]
    visit["act"]["has_consent_to_enter"] = True
    assert violations(visit) == []


def test_the_dead_are_not_asked() -> None:
    document = paper(NOON)
    document["debtor"]["is_dead"] = True
    assert violations(document) == ["CN-DEATH-1"]


def test_a_stop_of_one_number_leaves_the_other_number_and_the_other_channel() -> None:
    document = paper(NOON, channel="sms")
    document["opt_outs"] = [{"channel": "sms", "point": "p1"}]
    assert violations(document) == ["OPT-OUT"]
    assert violations(paper(NOON, channel="call") | {"opt_outs": document["opt_outs"]}) == []
    document["opt_outs"] = [{"channel": "sms", "point": "p2"}]
    assert violations(document) == []
    document["opt_outs"] = [{"channel": "sms", "point": ""}]
    assert violations(document) == ["OPT-OUT"]


def test_overlapping_holds_are_a_union_and_one_partys_hold_leaves_the_other_party() -> None:
    document = paper(NOON)
    begins = "2026-03-01T00:00:00+00:00"
    ended = hold("complaint", begins, "2026-03-02T03:00:00+00:00")
    running = hold("dispute", begins, loan="l1")
    document["holds"] = [ended]
    assert violations(document) == []
    document["holds"] = [ended, running]
    assert violations(document) == ["HOLD dispute"]
    document["holds"] = [hold("dispute", begins, party="b2")]
    assert violations(document) == []
    document["holds"] = [hold("dispute", begins, amount_minor=100)]
    assert violations(document) == []


def test_a_hold_stops_what_it_blocks() -> None:
    call, visit = paper(NOON), paper(NOON, channel="visit")
    begins = "2026-03-01T00:00:00+00:00"
    call["holds"] = visit["holds"] = [hold("bank_pause", begins, blocks=["visit"])]
    assert violations(call) == []
    assert violations(visit) == ["HOLD bank_pause"]
