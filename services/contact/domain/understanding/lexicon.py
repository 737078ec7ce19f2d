"""The word lists as read from configuration: signs with weights, and what takes a sign back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from services.contact.domain.replies import ReplyKind

CERTAIN_PERCENT = 99


class Topic(StrEnum):
    """What a question is about; the first three are answered from facts."""

    BALANCE = "balance"
    DUE_DATE = "due_date"
    HOW_TO_PAY = "how_to_pay"
    OTHER = "other"


@dataclass(frozen=True)
class Sign:
    """A pattern in plain spelling that speaks for a label, and how strongly, in percent."""

    label: ReplyKind
    topic: Topic | None
    pattern: re.Pattern[str]
    weight_percent: int


@dataclass(frozen=True)
class Lexicon:
    """`denials` take back every sign of their label that they overlap with."""

    signs: tuple[Sign, ...]
    denials: Mapping[ReplyKind, tuple[re.Pattern[str], ...]]
    thresholds: Mapping[ReplyKind, int]


def parse_lexicon(documents: Sequence[Mapping[str, Any]]) -> Lexicon:
    """Join the files of `config/replies`, each already checked against its schema.

    Raises `ValueError` that names the pattern that is none.
    """
    signs: list[Sign] = []
    denials: dict[ReplyKind, list[re.Pattern[str]]] = {}
    thresholds: dict[ReplyKind, int] = {}
    for document in documents:
        pieces = document.get("pieces", {})
        for label in ReplyKind:
            asked = document["thresholds"].get(label, document["thresholds"]["default"])
            thresholds[label] = min(asked, thresholds.get(label, 100))
        for name, entry in document["labels"].items():
            label, topic = _label(name)
            signs += _signs(label, topic, entry, document["weights"], pieces)
            taken_back = (_compiled(text, pieces) for text in entry.get("unless", ()))
            denials.setdefault(label, []).extend(taken_back)
    known = {label: tuple(patterns) for label, patterns in denials.items()}
    return Lexicon(tuple(signs), known, thresholds)


def _label(name: str) -> tuple[ReplyKind, Topic | None]:
    label, _, topic = name.partition("/")
    return ReplyKind(label), Topic(topic) if topic else None


def _signs(
    label: ReplyKind,
    topic: Topic | None,
    entry: Mapping[str, Sequence[str]],
    weights: Mapping[str, int],
    pieces: Mapping[str, str],
) -> Iterator[Sign]:
    for strength, weight in weights.items():
        for text in entry.get(strength, ()):
            yield Sign(label, topic, _compiled(text, pieces), weight)


def _compiled(text: str, pieces: Mapping[str, str]) -> re.Pattern[str]:
    """`<name>` stands for the piece of that name."""
    whole = re.sub(r"<([a-z]+)>", lambda found: f"(?:{pieces[found[1]]})", text)
    try:
        return re.compile(whole)
    except re.error as wrong:
        raise ValueError(f"the pattern {text!r} cannot be read: {wrong}") from wrong
