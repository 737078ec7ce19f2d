"""The gate before the checker: what it allows breaks no article, what no article touches it allows,
and the instant it names as the next is the first."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.services.contact.law.checker import violations
from tests.services.contact.law.clocks import Document, instant
from tests.services.contact.law.free import may_be_made
from tests.services.contact.law.gate import ask
from tests.services.contact.law.long import report, run
from tests.services.contact.law.papers import paper
from tests.services.contact.law.worlds import between, documents, moved, world

ACTS = 3_000


@settings(max_examples=300)
@given(documents)
def test_what_the_gate_allows_breaks_no_article(document: Document) -> None:
    if ask(document)["allowed"]:
        assert violations(document) == []


@settings(max_examples=300)
@given(documents)
def test_what_no_article_touches_is_allowed(document: Document) -> None:
    if may_be_made(document):
        assert ask(document)["allowed"], ask(document)


@settings(max_examples=100)
@given(documents, st.integers(min_value=0))
def test_the_next_instant_is_allowed_and_none_before_it(document: Document, seed: int) -> None:
    verdict = ask(document)
    if verdict["allowed"] or verdict["next_allowed_at"] is None:
        return
    random, following = Random(seed), verdict["next_allowed_at"]
    assert instant(following) > instant(document["at"])
    at_last = moved(document, instant(following))
    assert ask(at_last)["allowed"], ask(at_last)
    assert violations(at_last) == []
    just_before = instant(following) - timedelta(seconds=1)
    for at in (just_before, *(between(random, document, following) for _ in range(3))):
        if instant(document["at"]) <= at < instant(following):
            assert not ask(moved(document, at))["allowed"], at


@pytest.mark.parametrize(
    ("pack", "word"), [("cn-bank", "is_dead"), ("uk-conc", "is_incapacitated")]
)
def test_a_death_or_a_lost_mind_stops_the_asking_without_a_hold_too(pack: str, word: str) -> None:
    """The service keeps both as holds, which stop; a what-if question may state them bare."""
    document = paper("2026-03-02T12:00:00+00:00", pack, "Europe/London")
    document["debtor"][word] = True
    assert violations(document)
    assert not ask(document)["allowed"]


def test_thousands_of_acts_in_random_lives_break_no_article() -> None:
    tally = run(ask, seed=2026, acts=ACTS)
    assert tally.wrong == [], report(tally, ask, shown=3)["disagreements"]
    assert tally.acts >= ACTS
    assert tally.made > ACTS / 5


def test_the_worlds_reach_the_nights_on_which_clocks_change_and_acts_no_article_touches() -> None:
    worlds = [world(Random(number)) for number in range(1_500)]
    assert sum(is_on_a_changing_day(each) for each in worlds) > 20
    assert sum(bool(violations(each)) for each in worlds) > 300
    assert sum(may_be_made(each) for each in worlds) > 80


def is_on_a_changing_day(document: Document) -> bool:
    """Whether some zone's offset twelve hours before and after differs."""
    at = instant(document["at"])
    half = timedelta(hours=12)
    return any(
        (at - half).astimezone(ZoneInfo(zone)).utcoffset()
        != (at + half).astimezone(ZoneInfo(zone)).utcoffset()
        for zone in document["party"]["zones"]
    )
