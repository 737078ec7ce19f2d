"""The Reserve Bank's hours, and its draft of 2026 that only reports."""

from __future__ import annotations

from datetime import UTC, datetime

from interfaces.values import Capacity, Channel
from services.contact.domain.law.facts import Facts, KnownAgency, KnownLoan, NoticeKind
from services.contact.domain.law.owed import duties
from tests.services.contact.domain.law.givens import BOOK, CALL, act, asked, local, plain

KOLKATA = "Asia/Kolkata"
KNOWN = plain(zones=(KOLKATA,))


def test_no_recovery_call_before_eight_or_after_seven() -> None:
    def at(hour: int, minute: int) -> bool:
        instant = local(KOLKATA, 2026, 3, 2, hour, minute)
        return asked("in-rbi", CALL, KNOWN, instant).is_allowed

    assert [at(7, 59), at(8, 0), at(18, 59), at(19, 0)] == [False, True, True, False]


def test_the_draft_of_2026_reports_and_refuses_nothing() -> None:
    visit = act(channel=Channel.VISIT, people=2, capacity=Capacity.AGENCY, agency="ag1")
    known = plain(zones=(KOLKATA,), agency=KnownAgency("ag1", is_listed=True))
    before = asked("in-rbi", visit, known, local(KOLKATA, 2026, 6, 30, 20))
    assert before.is_allowed and not before.findings
    after = asked("in-rbi", visit, known, local(KOLKATA, 2026, 7, 1, 20))
    assert after.is_allowed
    assert [(f.article.rule_id, f.article.strength) for f in after.findings] == [
        ("IN-2026", "report"),
        ("IN-2026", "report"),
    ]


def test_the_agents_name_is_owed_before_its_first_contact() -> None:
    at = datetime(2026, 8, 3, 6, tzinfo=UTC)
    by_agency = act(capacity=Capacity.AGENCY, agency="ag1")
    facts = Facts(("in-rbi",), at, by_agency, plain(loans=(KnownLoan("l1"),)))
    [duty] = duties(BOOK.find("in-rbi", at).duties, facts, at)
    assert (duty.kind, duty.owed_by) == (NoticeKind.AGENT_INTIMATION, at)
    own = Facts(("in-rbi",), at, act(), plain(loans=(KnownLoan("l1"),)))
    assert duties(BOOK.find("in-rbi", at).duties, own, at) == ()
