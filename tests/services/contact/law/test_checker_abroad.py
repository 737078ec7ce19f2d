"""The checker itself, on the examples of the American, British and Indian rules."""

from __future__ import annotations

import pytest

from tests.services.contact.law.checker import violations
from tests.services.contact.law.clocks import Document
from tests.services.contact.law.free import may_be_made
from tests.services.contact.law.papers import agreement, attempt, hold, paper

NEW_YORK = "America/New_York"


def american(at: str, **act: object) -> Document:
    return paper(at, "us-reg-f", NEW_YORK, **act)


@pytest.mark.parametrize(
    ("clock", "broken"),
    [
        ("2026-09-01T07:59:59-04:00", ["US-TIME"]),
        ("2026-09-01T08:00:00-04:00", []),
        ("2026-09-01T21:00:00-04:00", []),
        ("2026-09-01T21:00:01-04:00", ["US-TIME"]),
    ],
)
def test_before_8_and_after_21_are_inconvenient(clock: str, broken: list[str]) -> None:
    assert violations(american(clock)) == broken
    assert violations(american(clock, channel="email")) == broken
    assert violations(american(clock, capacity="creditor")) == []


def test_two_plausible_zones_leave_only_the_hours_of_both() -> None:
    document = american("2026-09-01T09:00:00-04:00")
    document["party"]["zones"].append("America/Los_Angeles")
    assert violations(document) == ["US-TIME"]
    document["at"] = "2026-09-01T11:00:00-04:00"
    assert violations(document) == []


@pytest.mark.parametrize(
    ("clock", "broken"),
    [
        ("2026-03-07T12:30:00+00:00", ["US-TIME"]),  # the day before spring: 7:30
        ("2026-03-08T12:30:00+00:00", []),  # the clocks went forward: 8:30
        ("2026-10-31T12:30:00+00:00", []),  # still summer time: 8:30
        ("2026-11-01T12:30:00+00:00", ["US-TIME"]),  # the clocks went back: 7:30
    ],
)
def test_the_hours_follow_the_clocks_of_the_season(clock: str, broken: list[str]) -> None:
    assert violations(american(clock)) == broken


def test_the_eighth_call_in_seven_days_is_one_too_many() -> None:
    document = american("2026-09-07T12:00:00-04:00")
    for day in range(1, 7):
        attempt(document, f"2026-09-0{day}T12:00:00-04:00", "no_answer")
    assert violations(document) == [] and may_be_made(document)
    attempt(document, "2026-09-06T13:00:00-04:00", "voicemail")
    assert violations(document) == ["US-7IN7-A"]
    overridden = document | {"act": document["act"] | {"override": {"reason": "r"}}}
    assert violations(overridden) == []
    document["at"] = "2026-09-08T08:00:00-04:00"  # the first of September has left the window
    assert violations(document) == []


def test_busy_lines_other_debts_and_asked_for_calls_are_not_counted() -> None:
    document = american("2026-09-07T12:00:00-04:00")
    for day in range(1, 8):
        attempt(document, f"2026-09-0{day}T09:00:00-04:00", "busy")
        attempt(document, f"2026-09-0{day}T09:00:00-04:00", "out_of_service")
        attempt(document, f"2026-09-0{day}T09:00:00-04:00", "no_answer", loans=["l2"])
    assert violations(document) == []
    for day in range(1, 8):
        attempt(document, f"2026-09-0{day}T10:00:00-04:00", "no_answer")
    assert violations(document) == ["US-7IN7-A"]
    document["agreements"] = [agreement("call", "2026-09-05T00:00:00-04:00")]
    assert violations(document) == []


def test_a_window_that_later_calls_fill_is_full_as_well() -> None:
    document = american("2026-09-07T12:00:00-04:00")
    for day in range(7, 10):
        attempt(document, f"2026-09-0{day}T13:00:00-04:00", "no_answer")
    for day in range(10, 14):
        attempt(document, f"2026-09-{day}T13:00:00-04:00", "no_answer")
    assert violations(document) == ["US-7IN7-A"]


def test_a_conversation_on_the_8th_of_september_blocks_until_the_15th() -> None:
    document = american("2026-09-08T15:00:00-04:00")
    attempt(document, "2026-09-08T14:00:00-04:00", "effective", direction="inbound")
    for day in ("08", "09", "14"):
        document["at"] = f"2026-09-{day}T20:59:00-04:00"
        assert violations(document) == ["US-7IN7-B"]
    document["at"] = "2026-09-15T08:00:00-04:00"
    assert violations(document) == [] and may_be_made(document)


def test_who_answered_was_talked_with_whatever_was_said() -> None:
    document = american("2026-09-09T15:00:00-04:00")
    attempt(document, "2026-09-08T14:00:00-04:00", "right_party")
    assert violations(document) == ["US-7IN7-B"]


def test_a_conversation_blocks_neither_letters_nor_another_debt_nor_a_call_before_it() -> None:
    document = american("2026-09-09T15:00:00-04:00")
    talk = attempt(document, "2026-09-08T14:00:00-04:00", "effective", loans=["l2"])
    assert violations(document) == []
    talk["loans"] = ["l2", "l1"]
    assert violations(document) == ["US-7IN7-B"]
    document["at"] = "2026-09-08T13:00:00-04:00"
    assert violations(document) == []
    document["act"]["channel"] = "email"
    document["at"] = "2026-09-09T15:00:00-04:00"
    assert violations(document) == []


@pytest.mark.parametrize(
    ("kind", "article"),
    [("represented", "US-ATTY"), ("cease_request", "US-CEASE"), ("dispute", "US-DISPUTE")],
)
def test_who_is_represented_said_cease_or_disputes_is_not_asked(kind: str, article: str) -> None:
    document = american("2026-09-09T15:00:00-04:00", channel="letter")
    document["holds"] = [hold(kind, "2026-09-01T00:00:00-04:00")]
    assert article in violations(document)


def test_the_three_notices_after_a_cease_may_still_go() -> None:
    document = american("2026-09-09T15:00:00-04:00", channel="letter", is_cease_notice=True)
    document["holds"] = [hold("cease_request", "2026-09-01T00:00:00-04:00")]
    assert violations(document) == []


def test_a_banned_medium_and_a_banned_time_are_kept() -> None:
    document = american("2026-09-09T13:59:00-04:00")
    document["bans"] = [{"channel": "call", "hours": ["12:00", "14:00"]}]
    assert violations(document) == ["US-MEDIUM"]
    document["at"] = "2026-09-09T14:00:00-04:00"
    assert violations(document) == []
    document["bans"] = [{"channel": "call"}]
    assert violations(document) == ["US-MEDIUM"]
    document["act"]["channel"] = "email"
    assert violations(document) == []


def test_a_third_party_is_asked_for_the_consumer_once_and_never_told_of_the_debt() -> None:
    third = american("2026-09-09T15:00:00-04:00", role="contact", party="c1", purpose="locate")
    assert violations(third) == ["US-3P"]
    third["act"]["discloses"] = False
    assert violations(third) == []
    attempt(third, "2026-09-01T15:00:00-04:00", "no_answer")
    assert violations(third) == []
    attempt(third, "2026-09-02T15:00:00-04:00", "third_party")
    assert violations(third) == ["US-3P"]


def test_no_suit_is_threatened_on_a_barred_debt() -> None:
    document = american("2026-09-09T15:00:00-04:00", threatens_suit=True)
    document["loans"][0]["limitation_expires_on"] = "2026-09-09"
    assert violations(document) == []
    document["loans"][0]["limitation_expires_on"] = "2026-09-08"
    assert violations(document) == ["US-TIMEBAR"]


def test_breathing_space_dispute_and_lost_capacity_stop_a_british_lender() -> None:
    document = paper("2026-03-02T12:00:00+00:00", "uk-conc", "Europe/London")
    assert violations(document) == [] and may_be_made(document)
    begins = "2026-02-01T00:00:00+00:00"
    document["holds"] = [hold("breathing_space", begins, "2026-04-02T00:00:00+00:00")]
    assert "UK-BS-60" in violations(document)
    document["holds"] = [hold("dispute", begins)]
    assert "UK-DISP" in violations(document)
    document["holds"] = []
    document["debtor"]["is_incapacitated"] = True
    assert violations(document) == ["UK-CAP"]


@pytest.mark.parametrize(
    ("at", "broken"),
    [
        ("2026-03-15T23:59:59+00:00", ["UK-DN"]),
        ("2026-03-16T23:59:59+00:00", ["UK-DN"]),
        ("2026-03-17T00:00:00+00:00", []),
    ],
)
def test_british_court_papers_wait_for_the_default_notice(at: str, broken: list[str]) -> None:
    """Served on 2 March: the date it sets is 16 March at the earliest, and passes with that day."""
    document = paper(at, "uk-conc", "Europe/London", purpose="court_service", channel="letter")
    assert violations(document) == ["UK-DN"]
    served = {"sent_at": "2026-03-01T09:00:00+00:00", "delivered_at": "2026-03-02T09:00:00+00:00"}
    notice = {"kind": "default", "loan": "l1", "party": "b1", **served}
    document["notices"] = [notice]
    assert violations(document) == broken
    document["loans"][0]["oldest_due_on"] = "2026-03-02"
    assert violations(document) == ["UK-DN"]
    document["loans"][0]["oldest_due_on"] = None
    for other in ({"kind": "arrears"}, {"loan": "l2"}, {"party": "b2"}, {"delivered_at": None}):
        document["notices"] = [notice | other]
        assert violations(document) == ["UK-DN"]
    document["pack"] = "uk-conc@1"
    assert violations(document) == []


@pytest.mark.parametrize(
    ("clock", "broken"),
    [
        ("2026-03-02T07:59:59+05:30", ["IN-TIME"]),
        ("2026-03-02T08:00:00+05:30", []),
        ("2026-03-02T19:00:00+05:30", []),
        ("2026-03-02T19:00:01+05:30", ["IN-TIME"]),
    ],
)
def test_recovery_calls_in_india_keep_the_day(clock: str, broken: list[str]) -> None:
    document = paper(clock, "in-rbi", "Asia/Kolkata")
    assert violations(document) == broken
    assert violations(paper(clock, "in-rbi", "Asia/Kolkata", channel="email")) == []
