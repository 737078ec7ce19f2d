"""The word lists as read from configuration: signs with weights, and what takes a sign back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from interfaces.values import Channel
from services.contact.domain.replies import ReplyKind

CERTAIN_PERCENT = 99
# Marks, blanks and a zero for an o do not make another word of a keyword: "S.T.0.P".
_BETWEEN_LETTERS = re.compile(r"[\W_]+")


class Topic(StrEnum):
    """What a question is about; the first three are answered from facts."""

    BALANCE = "balance"
    DUE_DATE = "due_date"
    HOW_TO_PAY = "how_to_pay"
    OTHER = "other"


@dataclass(frozen=True)
class Sign:
    """A pattern in plain spelling that speaks for a label, and how strongly, in percent.
    `keeps_channel`: what it stops is every channel but the one it names."""

    label: ReplyKind
    topic: Topic | None
    pattern: re.Pattern[str]
    weight_percent: int
    keeps_channel: bool = False


@dataclass(frozen=True)
class Lexicon:
    """`denials` take back every sign of their label that lies wholly inside them; a message that
    is one of the `keywords` and nothing else is surely of their label; `alarms` are the words by
    which a message that is not understood may be one of danger."""

    signs: tuple[Sign, ...]
    denials: Mapping[ReplyKind, tuple[re.Pattern[str], ...]]
    thresholds: Mapping[ReplyKind, int]
    keywords: Mapping[ReplyKind, frozenset[str]] = field(default_factory=dict)
    channels: Mapping[Channel, tuple[re.Pattern[str], ...]] = field(default_factory=dict)
    alarms: tuple[re.Pattern[str], ...] = ()


@dataclass
class _Language:
    """What the files of one language share."""

    pieces: dict[str, str] = field(default_factory=dict)
    weights: dict[str, int] = field(default_factory=dict)


def parse_lexicon(documents: Sequence[Mapping[str, Any]]) -> Lexicon:
    """Join the files of `config/replies`, each already checked against its schema.

    Raises `ValueError` that names the pattern that is none.
    """
    languages = _languages(documents)
    signs: list[Sign] = []
    denials: dict[ReplyKind, list[re.Pattern[str]]] = {}
    keywords: dict[ReplyKind, frozenset[str]] = {}
    for document in documents:
        shared = languages[document["language"]]
        for name, entry in document.get("labels", {}).items():
            label, topic = _label(name)
            signs += _signs(label, topic, entry, shared)
            taken_back = (_compiled(text, shared.pieces) for text in entry.get("unless", ()))
            denials.setdefault(label, []).extend(taken_back)
            words = frozenset(map(bare, entry.get("keywords", ())))
            keywords[label] = keywords.get(label, frozenset()) | words
    return Lexicon(
        signs=tuple(signs),
        denials={label: tuple(patterns) for label, patterns in denials.items()},
        thresholds=_thresholds(documents),
        keywords=keywords,
        channels=_channels(documents),
        alarms=tuple(_compiled(each, {}) for one in documents for each in one.get("alarms", ())),
    )


def bare(spelled: str) -> str:
    """A plain text without all that may be put between the letters of a keyword."""
    return _BETWEEN_LETTERS.sub("", spelled).replace("0", "o")


def _languages(documents: Sequence[Mapping[str, Any]]) -> dict[str, _Language]:
    found: dict[str, _Language] = {}
    for document in documents:
        language = found.setdefault(document["language"], _Language())
        language.weights |= document.get("weights", {})
        language.pieces |= {
            name: "|".join(words) for name, words in document.get("pieces", {}).items()
        }
    return found


def _thresholds(documents: Sequence[Mapping[str, Any]]) -> dict[ReplyKind, int]:
    stated = [document["thresholds"] for document in documents if "thresholds" in document]
    return {
        label: min((each.get(label, each["default"]) for each in stated), default=100)
        for label in ReplyKind
    }


def _channels(documents: Sequence[Mapping[str, Any]]) -> dict[Channel, tuple[re.Pattern[str], ...]]:
    return {
        channel: tuple(
            _compiled(text, {})
            for document in documents
            for text in document.get("channels", {}).get(channel, ())
        )
        for channel in Channel
    }


def _label(name: str) -> tuple[ReplyKind, Topic | None]:
    label, _, topic = name.partition("/")
    return ReplyKind(label), Topic(topic) if topic else None


def _signs(
    label: ReplyKind, topic: Topic | None, entry: Mapping[str, Sequence[str]], shared: _Language
) -> Iterator[Sign]:
    for strength, weight in shared.weights.items():
        for text in entry.get(strength, ()):
            yield Sign(label, topic, _compiled(text, shared.pieces), weight)
    for text in entry.get("only", ()):
        pattern = _compiled(text, shared.pieces)
        yield Sign(label, topic, pattern, shared.weights["strong"], keeps_channel=True)


def _compiled(text: str, pieces: Mapping[str, str]) -> re.Pattern[str]:
    """`<name>` stands for the piece of that name."""
    whole = re.sub(r"<([a-z]+)>", lambda found: f"(?:{pieces[found[1]]})", text)
    try:
        return re.compile(whole)
    except re.error as wrong:
        raise ValueError(f"the pattern {text!r} cannot be read: {wrong}") from wrong
