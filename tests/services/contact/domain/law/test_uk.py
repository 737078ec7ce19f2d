"""The British holds, each stopping contact for whom it is meant and no longer than it lasts, and
the default notice before court papers."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest

from interfaces.values import Channel, HoldKind, Purpose, Role
from services.contact.domain.law.clocks import DAY
from services.contact.domain.law.facts import Known, KnownLoan, KnownNotice, NoticeKind
from tests.services.contact.domain.law.givens import (
    CALL,
    NOON,
    act,
    asked,
    hold,
    local,
    plain,
    rules_of,
)

LONDON = "Europe/London"
PAPERS = act(purpose=Purpose.COURT_SERVICE, channel=Channel.LETTER)
ARRIVED = local(LONDON, 2026, 3, 2, 18)
THEN = local(LONDON, 2026, 3, 17)  # fourteen whole days after the day of arrival


def test_nobody_asks_for_payment_in_a_breathing_space() -> None:
    ends = local("Europe/London", 2026, 5, 1, 12)
    held = plain(zones=("Europe/London",), holds=(hold(HoldKind.BREATHING_SPACE, until=ends),))
    refused = asked("uk-conc", CALL, held)
    assert {"HOLD", "UK-BS-60"} <= rules_of(refused) and refused.next_allowed_at == ends
    assert asked("uk-conc", CALL, held, ends).is_allowed


def test_a_breathing_space_without_an_end_has_no_next_instant() -> None:
    refused = asked("uk-conc", CALL, plain(holds=(hold(HoldKind.BREATHING_SPACE),)))
    assert "UK-BS-MH" in rules_of(refused) and refused.next_allowed_at is None


def test_while_an_adviser_builds_a_plan_the_debtor_is_left_alone() -> None:
    held = plain(holds=(hold(HoldKind.REPRESENTED, until=NOON + timedelta(days=30)),))
    assert "UK-DEBTADV-30" in rules_of(asked("uk-conc", CALL, held))
    to_adviser = act(role=Role.ADVISER, party_id="a")
    speaking = plain(roles=frozenset({Role.ADVISER}), holds=held.holds)
    assert asked("uk-conc", to_adviser, speaking).is_allowed


def test_lack_of_capacity_suspends() -> None:
    assert "UK-CAP" in rules_of(asked("uk-conc", CALL, plain(holds=(hold(HoldKind.INCAPACITY),))))


def test_a_disputed_debt_is_not_pursued() -> None:
    assert "UK-DISP" in rules_of(asked("uk-conc", CALL, plain(holds=(hold(HoldKind.DISPUTE),))))


def defaulted(*notices: KnownNotice, since: date | None = None, **changes: object) -> Known:
    loan = KnownLoan("l1", oldest_due_on=since)
    return plain(zones=(LONDON,), loans=(loan,), notices=notices, **changes)


def default(delivered_at: datetime | None = ARRIVED, party_id: str = "p") -> KnownNotice:
    return KnownNotice(NoticeKind.DEFAULT, "l1", party_id, ARRIVED - DAY, delivered_at)


def test_court_papers_wait_for_fourteen_days_after_the_default_notice() -> None:
    """CCA 1974 s. 88(2): not less than fourteen days after the day of service."""
    refused = asked("uk-conc", PAPERS, defaulted(default()), ARRIVED + DAY)
    assert rules_of(refused) == {"UK-DN"} and refused.next_allowed_at == THEN
    just_before = asked("uk-conc", PAPERS, defaulted(default()), THEN - timedelta(seconds=1))
    assert not just_before.is_allowed
    assert asked("uk-conc", PAPERS, defaulted(default()), THEN).is_allowed
    # What asks for payment needs no default notice, and version 1 did not know the rule.
    assert asked("uk-conc", CALL, defaulted(), ARRIVED).is_allowed
    assert asked("uk-conc@1", PAPERS, defaulted(), ARRIVED).is_allowed


@pytest.mark.parametrize(
    "known",
    [
        defaulted(),
        defaulted(default(delivered_at=None)),
        defaulted(default(party_id="somebody else")),
        defaulted(replace(default(), kind=NoticeKind.ARREARS)),
        defaulted(replace(default(), loan_id="l2")),
        # Arrears that fell due after it came are others: those it spoke of were paid.
        defaulted(default(), since=date(2026, 3, 2)),
        plain(zones=(LONDON,)),
    ],
)
def test_without_a_default_notice_that_arrived_court_papers_wait_for_no_day(known: Known) -> None:
    refused = asked("uk-conc", PAPERS, known, THEN + 90 * DAY)
    assert rules_of(refused) == {"UK-DN"} and refused.next_allowed_at is None


def test_each_loan_and_each_zone_has_its_own_fourteen_days() -> None:
    both = act(purpose=Purpose.COURT_SERVICE, channel=Channel.LETTER, loan_ids=("l1", "l2"))
    later = replace(default(delivered_at=ARRIVED + 5 * DAY), loan_id="l2")
    known = plain(
        zones=(LONDON, "America/New_York"),
        loans=(KnownLoan("l1"), KnownLoan("l2")),
        notices=(default(), later),
    )
    refused = asked("uk-conc", both, known, THEN)
    assert refused.next_allowed_at == local("America/New_York", 2026, 3, 22)
    missing = asked("uk-conc", both, replace(known, notices=(default(),)), THEN)
    assert missing.next_allowed_at is None and "l2" in missing.because


def test_the_arrears_that_it_was_about_may_be_older() -> None:
    known = defaulted(default(), since=date(2026, 3, 1))
    assert asked("uk-conc", PAPERS, known, THEN).is_allowed
