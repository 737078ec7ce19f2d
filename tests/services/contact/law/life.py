"""The life of a debtor over months: acts are planned one after the other, the gate is asked for
each, and those it allows are made and looked at by the checker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.services.contact.law import facts, moments, papers
from tests.services.contact.law.checker import violations
from tests.services.contact.law.circumstances import EVENTS, Circumstances
from tests.services.contact.law.clocks import Document, instant, local
from tests.services.contact.law.free import may_be_made

Gate = Callable[[Document], Document]
PACKS = ["cn-bank", "cn-bank", "us-reg-f", "us-reg-f", "uk-conc", "in-rbi"]
STEPS = 80


@dataclass(frozen=True)
class Mood:
    """What sort of life it is, as probabilities: that something happens before an act, that the
    act presses the borrower, that a call is answered, and that only minutes pass between acts; and
    what mostly happens in it."""

    trouble: float
    pressure: float
    answers: float
    haste: float
    theme: str


def mood(random: Random) -> Mood:
    return Mood(
        trouble=random.choice([0.0, 0.03, 0.2]),
        pressure=random.choice([0.0, 0.6, 0.95]),
        answers=random.choice([0.02, 0.3, 0.9]),
        haste=random.choice([0.3, 0.6, 0.95]),
        theme=random.choice(EVENTS),
    )


@dataclass(frozen=True)
class Judged:
    """One planned act, what the gate said, the articles it would break, and whether no rule
    touches it."""

    document: Document
    verdict: Document
    broken: list[str]
    is_free: bool

    @property
    def is_wrong(self) -> bool:
        allowed = bool(self.verdict["allowed"])
        return bool(self.broken) if allowed else self.is_free


class Life:
    """One debtor, and a collector who plans act after act."""

    def __init__(self, random: Random, gate: Gate, pack: str = "") -> None:
        self.random, self.gate = random, gate
        self.pack = pack or random.choice(PACKS)
        self.mood = mood(random)
        self.known = Circumstances(random, self.pack)
        self.planned: list[Document] = []
        self.next_allowed: str | None = None
        self.is_jump_back_left = True

    def acts(self, steps: int = STEPS) -> Iterator[Judged]:
        for _ in range(steps):
            if self.random.random() < self.mood.trouble:
                is_usual = self.random.random() < 0.6
                self.known.happens(self.mood.theme if is_usual else self.random.choice(EVENTS))
            self._time_passes()
            yield from self._reserved_acts_fall_due()
            act = facts.act(self.random, self.pack)
            if self.random.random() < self.mood.pressure:
                act |= facts.chase(self.random)
            yield self._plan(act)

    def _plan(self, act: dict[str, Any]) -> Judged:
        """Make an act now, or reserve one for later today."""
        is_later = act["channel"] in ("call", "visit") and self.random.random() < 0.1
        at = self.known.at + timedelta(minutes=self.random.randrange(1, 600) if is_later else 0)
        judged = self._judge(act, at)
        if judged.verdict["allowed"]:
            self._record(act, at, "planned" if is_later else "")
        return judged

    def _reserved_acts_fall_due(self) -> Iterator[Judged]:
        """A reservation is given back, or judged again at the moment of the act."""
        for each in [each for each in self.planned if instant(each["from"]) <= self.known.at]:
            self.planned.remove(each)
            self.known.attempts = [kept for kept in self.known.attempts if kept["id"] != each["id"]]
            if self.random.random() < 0.7:
                judged = self._judge(each["act"], self.known.at)
                if judged.verdict["allowed"]:
                    self._record(each["act"], self.known.at, "")
                yield judged

    def _judge(self, act: dict[str, Any], at: datetime) -> Judged:
        document = self.known.document(act, at)
        verdict = self.gate(document)
        if not verdict["allowed"]:
            self.next_allowed = verdict.get("next_allowed_at")
        return Judged(document, verdict, violations(document), may_be_made(document))

    def _record(self, act: dict[str, Any], at: datetime, outcome: str) -> None:
        """Put the act on the record with an outcome; at times the person calls back."""
        random = self.random
        made = {word: act[word] for word in papers.COPIED}
        made |= {"id": f"a{random.randrange(10**12)}", "from": moments.text(at)}
        made["until"] = moments.text(at + timedelta(minutes=0 if outcome else random.randrange(5)))
        made["outcome"] = outcome or self._outcome(act)
        self.known.attempts.append(made)
        if outcome == "planned":
            self.planned.append(made | {"act": act})
        elif act["party"] == "b1" and random.random() < 0.03:
            back = {"id": f"a{random.randrange(10**12)}", "direction": "inbound"}
            back |= {"channel": "call", "outcome": "effective", "purpose": "reply"}
            self.known.attempts.append(made | back)

    def _outcome(self, act: dict[str, Any]) -> str:
        return facts.outcome(self.random, act["channel"], act["party"], self.mood.answers)

    def _time_passes(self) -> None:
        random, zone = self.random, self.known.zones["b1"][0]
        if random.random() < self.mood.haste:
            self.known.at += timedelta(minutes=random.randrange(1, 90))
            return
        dice = random.random()
        if dice < 0.4:
            day = local(self.known.at, zone).date() + timedelta(days=random.choice([0, 1, 1]))
            self.known.at = max(self.known.at, moments.near_an_edge(random, day, zone))
        elif dice < 0.6 and self.next_allowed:
            self.known.at = max(self.known.at, instant(self.next_allowed))
        elif dice < 0.95 or not self.is_jump_back_left:
            self.known.at += timedelta(days=random.randrange(1, 5))
        else:
            self.is_jump_back_left = False
            self.known.at -= timedelta(hours=random.randrange(1, 40))
        if random.random() < 0.02:
            day = random.choice(moments.NIGHTS)
            self.known.at = max(self.known.at, moments.near_an_edge(random, day, zone))
