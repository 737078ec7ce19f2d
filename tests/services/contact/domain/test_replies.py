"""What follows from a reply at once, and what it leaves for people."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from interfaces.values import HoldKind
from services.contact.domain.answers import answers
from services.contact.domain.holds import DEFAULT_BLOCKS
from services.contact.domain.replies import HOLD_OF, OF_A_DEBTOR, ReplyKind, consequences
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


def test_danger_to_oneself_holds_unless_a_person_found_that_it_is_a_stranger() -> None:
    held = consequences([ReplyKind.SELF_HARM], was_asked=False).holds
    assert held == ((HoldKind.VULNERABILITY, False),)
    both = [ReplyKind.SELF_HARM, ReplyKind.WRONG_PERSON]
    read = consequences(both, was_asked=False, is_by_person=True)
    assert (read.holds, read.disowns_point) == ((), True)


@given(KINDS)
def test_who_says_what_a_debtor_says_keeps_point_and_holds_though_word_lists_see_a_stranger(
    kinds: set[ReplyKind],
) -> None:
    alone = consequences(kinds, was_asked=False)
    both = consequences(kinds | {ReplyKind.WRONG_PERSON}, was_asked=False)
    assert both.holds == alone.holds
    assert both.disowns_point == (not kinds & OF_A_DEBTOR)
    asking = consequences(kinds | {ReplyKind.WRONG_PERSON}, was_asked=False, asks_own=True)
    assert not asking.disowns_point


def test_a_bereavement_is_no_death_until_a_person_says_so_whoever_brings_the_news() -> None:
    for kinds in ([ReplyKind.BEREAVEMENT], [ReplyKind.BEREAVEMENT, ReplyKind.WRONG_PERSON]):
        for is_by_person in (False, True):
            found = consequences(kinds, was_asked=False, is_by_person=is_by_person)
            assert found.holds == ((HoldKind.BEREAVEMENT, False),)
    assert HoldKind.DECEASED not in HOLD_OF.values()
    assert DEFAULT_BLOCKS[HoldKind.BEREAVEMENT] == DEFAULT_BLOCKS[HoldKind.DECEASED]


def test_a_person_looks_at_whom_word_lists_take_for_a_stranger() -> None:
    stranger = said(ReplyKind.WRONG_PERSON)
    assert tasks_for(stranger, is_by_person=False, unanswered=()) == (TaskKind.UNCLEAR,)
    assert tasks_for(stranger, is_by_person=True, unanswered=()) == ()


def test_what_may_be_of_danger_is_looked_at_as_soon_as_what_is() -> None:
    alarming = replace(said(ReplyKind.UNCLEAR), is_alarming=True)
    assert tasks_for(alarming, is_by_person=False, unanswered=()) == (TaskKind.SELF_HARM,)
    assert tasks_for(alarming, is_by_person=True, unanswered=()) == ()


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
