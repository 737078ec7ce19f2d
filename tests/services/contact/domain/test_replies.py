"""What follows from a reply at once, and what it leaves for people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from interfaces.values import HoldKind
from services.contact.domain.answers import answers
from services.contact.domain.replies import ReplyKind, consequences
from services.contact.domain.standing import Amounts
from services.contact.domain.tasks import TaskKind, due_at, tasks_for, wished_at
from services.contact.domain.understanding.classify import Understanding, Understood, Wish
from services.contact.domain.understanding.lexicon import Topic

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")
KINDS = st.sets(st.sampled_from(sorted(ReplyKind)), min_size=1)


def said(*kinds: ReplyKind, percent: int = 90, wished: Wish | None = None) -> Understanding:
    return Understanding(tuple(Understood(kind, percent, ()) for kind in kinds), wished=wished)


@given(KINDS)
def test_a_machine_never_answers_who_must_hear_a_person_or_nobody(kinds: set[ReplyKind]) -> None:
    silent = {
        *(ReplyKind.STOP, ReplyKind.WRONG_PERSON, ReplyKind.BEREAVEMENT, ReplyKind.SELF_HARM),
    }
    assert consequences(kinds, was_asked=True).may_answer == (not kinds & silent)


@given(KINDS, st.booleans(), st.integers(1, 99))
def test_a_person_in_danger_or_in_mourning_always_comes_to_a_person_first(
    kinds: set[ReplyKind], is_by_person: bool, percent: int
) -> None:
    reading = said(*sorted(kinds), percent=percent)
    found = tasks_for(reading, is_by_person=is_by_person, unanswered=())
    assert (TaskKind.SELF_HARM in found) == (ReplyKind.SELF_HARM in kinds)
    assert (TaskKind.BEREAVEMENT in found) == (ReplyKind.BEREAVEMENT in kinds)
    assert list(found) == sorted(found, key=list(TaskKind).index)
    assert is_by_person or percent >= 70 or TaskKind.UNCLEAR in found


@given(KINDS)
def test_what_was_too_long_to_be_read_whole_is_seen_by_a_person(kinds: set[ReplyKind]) -> None:
    cut = replace(said(*sorted(kinds), percent=99), is_whole=False)
    assert TaskKind.UNCLEAR in tasks_for(cut, is_by_person=False, unanswered=())


def test_danger_to_oneself_holds_as_vulnerability_but_not_for_a_stranger() -> None:
    held = consequences([ReplyKind.SELF_HARM], was_asked=False).holds
    assert held == ((HoldKind.VULNERABILITY, False),)
    both = consequences([ReplyKind.SELF_HARM, ReplyKind.WRONG_PERSON], was_asked=False)
    assert (both.holds, both.disowns_point) == ((), True)


def test_a_call_back_is_due_at_the_next_instant_that_was_wished_for() -> None:
    later = wished_at(said(ReplyKind.CALLBACK, wished=Wish(None, time(9, 0))), NOON, SHANGHAI)
    assert later == datetime(2026, 3, 3, 9, 0, tzinfo=SHANGHAI)
    day = wished_at(said(ReplyKind.CALLBACK, wished=Wish(date(2026, 3, 5), None)), NOON, SHANGHAI)
    assert day == datetime(2026, 3, 5, 9, 0, tzinfo=SHANGHAI)
    assert wished_at(said(ReplyKind.CALLBACK, wished=Wish(None, None)), NOON, SHANGHAI) is None
    assert due_at(TaskKind.CALLBACK, NOON, later) == later
    assert due_at(TaskKind.SELF_HARM, NOON, later) == NOON + timedelta(minutes=15)


def test_only_what_facts_can_answer_is_answered_and_nothing_of_an_unknown_loan() -> None:
    owed = Amounts(currency="CNY", overdue_minor=5, oldest_due_on=date(2026, 2, 1))
    [balance] = answers([Topic.BALANCE, Topic.OTHER], "Bank", owed)
    assert balance.template == "answer_balance"
    assert (balance.facts["overdue_minor"], balance.facts["oldest_due_on"]) == (5, "2026-02-01")
    assert answers([Topic.BALANCE], "Bank", Amounts()) == ()
