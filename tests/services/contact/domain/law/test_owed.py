"""Notices owed by a date, and how long evidence stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.contact.domain.law.facts import Facts, KnownLoan, KnownNotice, NoticeKind
from services.contact.domain.law.owed import Duty, duties
from services.contact.domain.law.retention import Kept, retention
from tests.services.contact.domain.law.givens import BOOK, NOON, act, local, plain

DAY = timedelta(days=1)
ZONES = ("Asia/Shanghai", "America/New_York", "Europe/London", "Asia/Kolkata", "Pacific/Auckland")


def owed(
    name: str, loan: KnownLoan, now: datetime, *sent: tuple[NoticeKind, datetime]
) -> list[Duty]:
    notices = tuple(KnownNotice(kind, "l1", "p", at) for kind, at in sent)
    facts = Facts((name,), now, act(), plain(loans=(loan,), notices=notices))
    return list(duties(BOOK.find(name, now).duties, facts, now))


def test_a_reminder_is_owed_before_the_due_day() -> None:
    loan = KnownLoan("l1", next_due_on=date(2026, 3, 20))
    due = local("Asia/Shanghai", 2026, 3, 20)
    [duty] = owed("cn-bank", loan, NOON)
    assert (duty.rule_id, duty.owed_by, duty.is_missed) == ("CN-CARD-67", due, False)
    [missed] = owed("cn-bank", loan, due + DAY)
    assert missed.is_missed
    assert owed("cn-bank", loan, NOON, (NoticeKind.PRE_DUE, due - DAY * 3)) == []
    assert owed("cn-bank", loan, NOON, (NoticeKind.PRE_DUE, due - DAY * 40)) != []


def test_a_day_begins_in_the_first_of_the_places_where_the_party_may_be() -> None:
    loan = KnownLoan("l1", next_due_on=date(2026, 3, 20))
    known = plain(loans=(loan,), zones=("America/New_York", "Asia/Shanghai", "Europe/London"))
    facts = Facts(("cn-bank",), NOON, act(), known)
    [duty] = duties(BOOK.find("cn-bank", NOON).duties, facts, NOON)
    assert duty.owed_by == local("Asia/Shanghai", 2026, 3, 20) and duty.lead_days == 3


@given(
    st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    st.lists(st.sampled_from(ZONES), min_size=1, max_size=4),
    st.integers(-40, 40),
)
def test_a_reminder_is_owed_until_its_day_begins_anywhere_and_missed_from_then_on(
    day: date, zones: list[str], hours: int
) -> None:
    known = plain(loans=(KnownLoan("l1", next_due_on=day),), zones=tuple(zones))
    begins = [local(zone, day.year, day.month, day.day) for zone in zones]
    at = min(begins) + timedelta(hours=hours)
    facts = Facts(("cn-bank",), at, act(), known)
    [duty] = duties(BOOK.find("cn-bank", at).duties, facts, at)
    assert duty.is_missed == any(begin < at for begin in begins)


def test_an_assignment_is_told_at_once() -> None:
    [duty] = owed("cn-bank", KnownLoan("l1", assigned_at=NOON), NOON + DAY)
    assert (duty.rule_id, duty.owed_by, duty.is_missed) == ("CN-PIPL-2", NOON, True)


def test_the_validation_notice_is_owed_within_five_days() -> None:
    loan = KnownLoan("l1", first_communication_at=NOON)
    [duty] = owed("us-reg-f", loan, NOON + DAY * 5)
    assert (duty.rule_id, duty.owed_by, duty.is_missed) == ("US-VALID", NOON + DAY * 5, False)
    assert owed("us-reg-f", loan, NOON + DAY * 6)[0].is_missed
    assert owed("us-reg-f", loan, NOON + DAY * 6, (NoticeKind.VALIDATION, NOON)) == []
    assert owed("us-reg-f", KnownLoan("l1"), NOON) == []


def test_the_arrears_notice_is_owed_in_fourteen_days_and_every_six_months() -> None:
    loan = KnownLoan("l1", payments_missed_two_on=date(2026, 3, 2))
    [first] = owed("uk-conc", loan, NOON)
    assert first.owed_by == local("Asia/Shanghai", 2026, 3, 17)
    sent = datetime(2026, 8, 31, 9, tzinfo=UTC)
    [next_one] = owed("uk-conc", loan, sent + DAY, (NoticeKind.ARREARS, sent))
    assert next_one.owed_by == datetime(2027, 2, 28, 9, tzinfo=UTC)
    of_earlier_arrears = (NoticeKind.ARREARS, datetime(2025, 6, 1, tzinfo=UTC))
    assert owed("uk-conc", loan, NOON, of_earlier_arrears)[0].owed_by == first.owed_by


KEPT = Kept(recorded_on=date(2024, 2, 29), cleared_on=date(2024, 6, 1))


def until(name: str, kept: Kept) -> date | None:
    return retention(BOOK.find(name, NOON).retention, kept).until


def by_rule(rule_id: str, kept: Kept) -> date | None:
    rules = BOOK.find("cn-bank", NOON).retention
    return retention([each for each in rules if each.article.rule_id == rule_id], kept).until


def test_a_chinese_recording_is_kept_two_years_or_until_the_debt_is_cleared() -> None:
    assert by_rule("CN-REC-1", KEPT) == date(2026, 3, 1)
    assert until("cn-bank", replace(KEPT, cleared_on=date(2027, 5, 5))) == date(2027, 5, 5)
    assert by_rule("CN-CARD-70", replace(KEPT, cleared_on=date(2027, 5, 5))) == date(2027, 5, 5)
    assert until("cn-bank", replace(KEPT, cleared_on=None)) is None


def test_an_american_record_is_kept_three_years_after_the_last_activity() -> None:
    kept = replace(KEPT, last_activity_on=date(2025, 4, 30))
    assert until("us-reg-f", kept) == date(2028, 4, 30)


def test_limitation_and_a_legal_hold_keep_longer() -> None:
    """CN-LIM-1: a claim may be sued on for three years after it was last asserted."""
    kept = replace(KEPT, last_activity_on=date(2025, 4, 30))
    assert until("cn-bank", kept) == until("cn-enterprise", kept) == date(2028, 4, 30)
    assert until("cn-bank", replace(KEPT, limitation_ends_on=date(2030, 1, 1))) == date(2030, 1, 1)
    assert until("cn-bank", replace(KEPT, needed_for=("legal hold h",))) is None


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.dates(date(2000, 1, 1), date(2090, 1, 1)))
def test_nothing_is_let_go_before_any_of_its_reasons_ends(recorded: date, cleared: date) -> None:
    for name in ("cn-bank", "us-reg-f"):
        last = until(name, Kept(recorded, cleared_on=cleared))
        assert last is not None and last >= max(recorded + DAY * 730, cleared)
