"""The random lives would show it: a gate with one rule missing is caught, whichever it is."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

import pytest

from tests.services.contact.law.checker import violations
from tests.services.contact.law.clocks import Document
from tests.services.contact.law.life import Gate, Life
from tests.services.contact.law.long import is_wrong_with, run, smallest

# What one blindness breaks: some articles are never broken alone.
ARTICLES = [
    ("CN-TIME-1",),
    ("CN-FREQ-1", "CN-FREQ-2"),
    ("CN-FREQ-3",),
    ("CN-3P-1",),
    ("CN-ID-1",),
    ("CN-AGENCY-1",),
    ("CN-DEATH-1", "HOLD deceased"),
    ("CN-CARD-70",),
    ("US-TIME",),
    ("US-7IN7-A",),
    ("US-7IN7-B",),
    ("US-ATTY", "HOLD represented"),
    ("US-CEASE",),
    ("US-DISPUTE", "HOLD dispute"),
    ("US-MEDIUM",),
    ("US-3P",),
    ("US-TIMEBAR",),
    ("UK-BS-60", "HOLD breathing_space"),
    ("UK-CAP", "HOLD incapacity"),
    ("UK-DISP", "HOLD dispute"),
    ("UK-DN",),
    ("IN-TIME",),
    ("OPT-OUT",),
    ("HOLD bank_pause",),
    ("HOLD complaint",),
]


def lawful(document: Document) -> Document:
    """A gate that knows every article, since it asks the checker."""
    return {"allowed": not violations(document), "rule": "", "next_allowed_at": None}


def blind_to(*articles: str) -> Gate:
    def gate(document: Document) -> Document:
        return {"allowed": not set(violations(document)) - set(articles)}

    return gate


def acts_until_caught(gate: Gate) -> Iterator[list[str]]:
    for number in range(400):
        for judged in Life(Random(number), gate).acts():
            if judged.is_wrong:
                yield judged.broken


@pytest.mark.slow
@pytest.mark.parametrize("articles", ARTICLES, ids=" ".join)
def test_a_gate_that_does_not_know_an_article_is_caught(articles: tuple[str, ...]) -> None:
    caught = acts_until_caught(blind_to(*articles))
    assert next(broken for broken in caught if articles[0] in broken)


def test_a_gate_that_refuses_everything_is_caught() -> None:
    tally = run(lambda document: {"allowed": False, "rule": "NO"}, seed=1, acts=2_000)
    assert tally.made == 0
    assert tally.wrong


def test_a_gate_that_knows_the_law_is_never_wrong_and_lets_much_through() -> None:
    tally = run(lawful, seed=1, acts=2_000)
    assert tally.wrong == []
    assert tally.acts >= 2_000
    assert tally.made > tally.acts / 4
    assert tally.free > tally.acts / 20


def test_a_disagreement_is_told_without_the_facts_it_does_not_need() -> None:
    gate = blind_to("CN-FREQ-1")
    lives = (Life(Random(number), gate, "cn-bank") for number in range(400))
    judged = next(each for life in lives for each in life.acts() if each.broken == ["CN-FREQ-1"])
    document = smallest(judged.document, is_wrong_with(gate))
    assert violations(document) == ["CN-FREQ-1"]
    assert len(document["attempts"]) == 3
    assert document["holds"] == document["points"] == []
