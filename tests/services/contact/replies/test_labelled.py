"""How well replies are understood, on messages that were labelled by hand.

`labelled.csv` is what the word lists were made with; `held_out.csv` was written before them and
they were never tuned on it. What either says of other people's messages is told in docs/replies.md.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

import pytest

from chassis.settings import Settings
from forbear.replies import Judged, figures, judge, read
from services.contact import settings as contact
from services.contact.domain.replies import ReplyKind

HERE = Path(__file__).parent
LEXICON = contact.lexicon(Settings().model_copy(update={"config": Path("config")}))
FILES = ("labelled", "held_out")


@lru_cache
def judged(name: str) -> list[Judged]:
    return judge(read(HERE / f"{name}.csv"), LEXICON)


def test_the_labelled_set_is_large_and_knows_every_label() -> None:
    messages = read(HERE / "labelled.csv")
    assert len({text for text, _ in messages}) == len(messages) >= 400
    known = ReplyKind.CIRCUMSTANCES  # said by people and forms, never read from a text
    assert {label for _, labels in messages for label in labels} == set(ReplyKind) - {known}
    assert sum(len(labels) > 1 for _, labels in messages) >= 40


def test_the_sets_share_no_message() -> None:
    texts = [text for name in FILES for text, _ in read(HERE / f"{name}.csv")]
    assert len(set(texts)) == len(texts)


@pytest.mark.parametrize("name", FILES)
def test_no_stop_is_missed(name: str) -> None:
    missed = [
        each.text
        for each in judged(name)
        if "stop" in each.labelled and "stop" not in each.understood
    ]
    assert missed == []


@pytest.mark.parametrize("name", FILES)
def test_nobody_in_danger_is_missed(name: str) -> None:
    missed = [
        each.text
        for each in judged(name)
        if "self_harm" in each.labelled and "self_harm" not in each.understood
    ]
    assert missed == []


@pytest.mark.parametrize("label", sorted({*ReplyKind} - {ReplyKind.CIRCUMSTANCES}))
def test_every_label_is_found_and_found_rightly_on_the_labelled_set(label: ReplyKind) -> None:
    found = figures(judged("labelled"))[label]
    assert found["recall"] is not None and found["recall"] >= 0.95
    assert found["precision"] is not None and found["precision"] >= 0.93


def test_what_is_not_understood_goes_to_a_person_rather_than_being_taken_for_something_else() -> (
    None
):
    wrongly = [each for each in judged("held_out") if each.understood - each.labelled - {"unclear"}]
    assert len(wrongly) <= 8
