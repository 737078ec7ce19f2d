"""What a message says: labels with confidence and evidence, and the amount and day of a promise.

A label's confidence grows with every sign that speaks for it, as if each were an independent
witness; a sign wholly inside a denial of its label ("don't stop", 还没还) does not count.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, time

from interfaces.values import Channel
from services.contact.domain.replies import ReplyKind
from services.contact.domain.understanding import days, numerals
from services.contact.domain.understanding.lexicon import (
    CERTAIN_PERCENT,
    Lexicon,
    Sign,
    Topic,
    bare,
)
from services.contact.domain.understanding.spelling import plain

# Reading takes time that grows with the length; of a longer message a person reads the rest.
TEXT_LENGTH_MAX = 2_000
_EVIDENCE_MAX = 5
# A day beside a verb of paying makes a promise of what alone might be a wish.
_DAY_SUPPORT_PERCENT, _AMOUNT_SUPPORT_PERCENT = 50, 30
_CLAUSE_END = re.compile(r"[,.;!?](?!\d)|剩下|\bbut\b|\band (?=will\b)")


@dataclass(frozen=True)
class Understood:
    """One label; `evidence` are the words that spoke for it, in plain spelling."""

    label: ReplyKind
    confidence_percent: int
    evidence: tuple[str, ...]


@dataclass(frozen=True)
class Wish:
    """When somebody asked to be called, as far as it was said."""

    on: date | None
    hour: time | None


@dataclass(frozen=True)
class Understanding:
    """Everything a message says. Labels are sorted by name; never empty.

    `stops_channels` are those that a stop names, and none where it means the point it came from.
    `is_alarming`: what was not understood has words of death or danger in it. `is_whole`: nothing
    was left unread.
    """

    labels: tuple[Understood, ...]
    topics: tuple[Topic, ...] = ()
    amount_minor: int | None = None
    on: date | None = None
    wished: Wish | None = None
    is_whole: bool = True
    stops_channels: tuple[Channel, ...] = ()
    is_alarming: bool = False

    @property
    def kinds(self) -> tuple[ReplyKind, ...]:
        return tuple(each.label for each in self.labels)

    @property
    def asks_own(self) -> bool:
        """It asks after the loan itself, which a stranger does not."""
        return any(topic is not Topic.OTHER for topic in self.topics)


@dataclass(frozen=True)
class _Hit:
    sign: Sign
    start: int
    end: int
    words: str


def understand(text: str, lexicon: Lexicon, today: date, currency: str) -> Understanding:
    """Read a message written on the local day `today`; amounts are in the tenant's currency."""
    # One letter may be spelled out as many, so what is spelled is cut too.
    whole = plain(text[:TEXT_LENGTH_MAX])
    is_whole = max(len(text), len(whole)) <= TEXT_LENGTH_MAX
    spelled = whole[:TEXT_LENGTH_MAX]
    hits = _hits(spelled, lexicon)
    day, amount_minor = _promised(spelled, hits, today, currency)
    labels = _labels(spelled, hits, lexicon, (day, amount_minor))
    stops = _stopped(spelled, hits, lexicon)
    labels = _without_callback(labels, stops)
    if not labels:
        alarming = any(alarm.search(spelled) for alarm in lexicon.alarms)
        return Understanding((_unclear(hits),), is_whole=is_whole, is_alarming=alarming)
    kinds = {each.label for each in labels}
    return Understanding(
        labels=tuple(labels),
        topics=_topics(hits) if ReplyKind.QUESTION in kinds else (),
        amount_minor=amount_minor if ReplyKind.PROMISE in kinds else None,
        on=day if ReplyKind.PROMISE in kinds else None,
        wished=_wished(spelled, today) if ReplyKind.CALLBACK in kinds else None,
        is_whole=is_whole,
        stops_channels=stops if ReplyKind.STOP in kinds else (),
    )


def _labels(
    spelled: str,
    hits: Sequence[_Hit],
    lexicon: Lexicon,
    promised: tuple[date | None, int | None],
) -> list[Understood]:
    day, amount_minor = promised
    word = bare(spelled)
    labels = []
    for label in sorted(ReplyKind):
        own = list({hit.sign: hit for hit in reversed(hits) if hit.sign.label is label}.values())
        # One witness per sign: saying the same thing twice makes it no truer.
        weights = [hit.sign.weight_percent for hit in own]
        if label is ReplyKind.PROMISE and own:
            weights += [_DAY_SUPPORT_PERCENT] * (day is not None)
            weights += [_AMOUNT_SUPPORT_PERCENT] * (amount_minor is not None)
        evidence = tuple(dict.fromkeys(hit.words for hit in reversed(own)))[:_EVIDENCE_MAX]
        if word in lexicon.keywords.get(label, ()):
            weights, evidence = [CERTAIN_PERCENT], (word,)
        confidence = _joined(weights)
        if weights and confidence >= lexicon.thresholds[label]:
            labels.append(Understood(label, confidence, evidence))
    return labels


def _hits(spelled: str, lexicon: Lexicon) -> list[_Hit]:
    """Every place where a sign stands and is not denied."""
    denied = {
        label: [match.span() for pattern in patterns for match in pattern.finditer(spelled)]
        for label, patterns in lexicon.denials.items()
    }
    return [
        _Hit(sign, match.start(), match.end(), match[0].strip())
        for sign in lexicon.signs
        for match in sign.pattern.finditer(spelled)
        if not any(
            start <= match.start() and match.end() <= end
            for start, end in denied.get(sign.label, ())
        )
    ]


def _stopped(spelled: str, hits: Sequence[_Hit], lexicon: Lexicon) -> tuple[Channel, ...]:
    """The channels named from where a stop begins to the end of its clause."""
    stopped: set[Channel] = set()
    for hit in hits:
        if hit.sign.label is ReplyKind.STOP:
            clause = spelled[hit.start : max(hit.end, _clause(spelled, hit)[1])]
            named = {
                channel
                for channel, patterns in lexicon.channels.items()
                if any(pattern.search(clause) for pattern in patterns)
            }
            stopped |= set(Channel) - named if hit.sign.keeps_channel and named else named
    return tuple(channel for channel in Channel if channel in stopped)


def _without_callback(labels: list[Understood], stops: tuple[Channel, ...]) -> list[Understood]:
    """Who says stop is not called, unless it is other channels that are to stop."""
    is_stop = any(each.label is ReplyKind.STOP for each in labels)
    if not is_stop or (stops and Channel.CALL not in stops):
        return labels
    return [each for each in labels if each.label is not ReplyKind.CALLBACK]


def _joined(weights: Sequence[int]) -> int:
    """What is left of doubt after every witness, in whole percents."""
    doubt = 1
    for weight in weights:
        doubt *= 100 - weight
    certain = 100 - doubt * 100 // 100 ** len(weights) if weights else 0
    return min(certain, CERTAIN_PERCENT)


def _unclear(hits: Sequence[_Hit]) -> Understood:
    """The fewer and weaker the signs of anything, the surer that nothing was said."""
    strongest = max((hit.sign.weight_percent for hit in hits), default=0)
    return Understood(ReplyKind.UNCLEAR, 100 - max(strongest, 1), ())


def _promised(
    spelled: str, hits: Sequence[_Hit], today: date, currency: str
) -> tuple[date | None, int | None]:
    """The last day and amount in the clause of the promise; else those of the whole message."""
    promising = [hit for hit in hits if hit.sign.label is ReplyKind.PROMISE]
    if not promising:
        return None, None
    start, end = _clause(spelled, promising[0])
    named = [day for day in days.days(spelled, today) if day.on >= today]
    sums = numerals.amounts(_without(spelled, named), currency)
    here = [day.on for day in named if start <= day.start < end]
    paid = any(hit.sign.label is ReplyKind.PAID for hit in hits)
    near = [each.minor for each in sums if start <= each.start < end]
    far = [] if paid else [each.minor for each in sums]
    on = here or [day.on for day in named]
    return (on[0] if on else None), next(iter(near or far), None)


def _without(spelled: str, named: Sequence[days.Day]) -> str:
    """Days blanked out, so that the 15th is not 15 yuan."""
    for day in named:
        spelled = spelled[: day.start] + "·" * (day.end - day.start) + spelled[day.end :]
    return spelled


def _clause(spelled: str, hit: _Hit) -> tuple[int, int]:
    ends = [end.end() for end in _CLAUSE_END.finditer(spelled)]
    start = max((end for end in ends if end <= hit.start), default=0)
    following = _CLAUSE_END.search(spelled, hit.end)
    return start, following.start() if following else len(spelled)


def _topics(hits: Sequence[_Hit]) -> tuple[Topic, ...]:
    """What is asked; a question of no known topic is of another."""
    asked = {hit.sign.topic for hit in hits if hit.sign.topic is not None}
    return tuple(topic for topic in Topic if topic in asked) or (Topic.OTHER,)


def _wished(spelled: str, today: date) -> Wish:
    named = [day.on for day in days.days(spelled, today) if day.on >= today]
    return Wish(next(iter(named), None), days.hour(spelled))
