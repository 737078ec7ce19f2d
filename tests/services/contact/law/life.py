"""The life of a debtor over months: acts are planned one after the other, the gate is asked for
each, and those it allows are made and looked at by the checker."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.services.contact.law import facts, moments, papers
from tests.services.contact.law.checker import violations
from tests.services.contact.law.clocks import Document, instant, local
from tests.services.contact.law.free import may_be_made

Gate = Callable[[Document], Document]
PACKS = ["cn-bank", "cn-bank", "us-reg-f", "us-reg-f", "uk-conc", "in-rbi"]
STEPS = 80


@dataclass(frozen=True)
class Mood:
    """What sort of life it is, as probabilities: that something happens before an act, that the
    act presses the borrower, that a call is answered, and that only minutes pass between acts."""

    trouble: float
    pressure: float
    answers: float
    haste: float


def mood(random: Random) -> Mood:
    return Mood(
        trouble=random.choice([0.0, 0.03, 0.2]),
        pressure=random.choice([0.0, 0.6, 0.95]),
        answers=random.choice([0.02, 0.3, 0.9]),
        haste=random.choice([0.3, 0.6, 0.95]),
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


@dataclass
class Life:
    """All that is known of a debtor with two loans, a guarantor and a third party."""

    random: Random
    gate: Gate
    pack: str = ""
    mood: Mood = field(init=False)
    at: datetime = field(init=False)
    zones: dict[str, list[str]] = field(default_factory=dict)
    points: dict[str, list[Document]] = field(default_factory=dict)
    opt_outs: dict[str, list[Document]] = field(default_factory=dict)
    bans: dict[str, list[Document]] = field(default_factory=dict)
    agreements: dict[str, list[Document]] = field(default_factory=dict)
    holds: list[Document] = field(default_factory=list)
    attempts: list[Document] = field(default_factory=list)
    planned: list[Document] = field(default_factory=list)
    debtor: Document = field(default_factory=dict)
    third_refused: bool = False
    next_allowed: str | None = None
    is_jump_back_left: bool = True

    def __post_init__(self) -> None:
        self.pack = self.pack or self.random.choice(PACKS)
        self.mood = mood(self.random)
        for party in facts.PEOPLE:
            self.zones[party] = moments.zones(self.random, self.pack)
            self.points[party] = facts.points(self.random, party, self.zones[party][0])
            self.opt_outs[party], self.bans[party], self.agreements[party] = [], [], []
        self.debtor = dict(papers.PLAIN["debtor"])
        day = moments.a_day(self.random) - timedelta(days=2)
        self.at = moments.some_time(self.random, day, self.zones["b1"][0])

    def acts(self, steps: int = STEPS) -> Iterator[Judged]:
        for _ in range(steps):
            if self.random.random() < self.mood.trouble:
                self._something_happens()
            self._time_passes()
            yield from self._reserved_acts_fall_due()
            act = facts.act(self.random, self.pack)
            if self.random.random() < self.mood.pressure:
                act |= facts.chase(self.random)
            yield self._plan(act)

    def _plan(self, act: dict[str, Any]) -> Judged:
        """Make an act now, or reserve one for later today."""
        is_later = act["channel"] in ("call", "visit") and self.random.random() < 0.1
        at = self.at + timedelta(minutes=self.random.randrange(1, 600) if is_later else 0)
        judged = self._judge(act, at)
        if judged.verdict["allowed"]:
            self._record(act, at, "planned" if is_later else "")
        return judged

    def _reserved_acts_fall_due(self) -> Iterator[Judged]:
        """A reservation is given back, or judged again at the moment of the act."""
        for each in [each for each in self.planned if instant(each["from"]) <= self.at]:
            self.planned.remove(each)
            self.attempts = [kept for kept in self.attempts if kept["id"] != each["id"]]
            if self.random.random() < 0.7:
                judged = self._judge(each["act"], self.at)
                if judged.verdict["allowed"]:
                    self._record(each["act"], self.at, "")
                yield judged

    def _judge(self, act: dict[str, Any], at: datetime) -> Judged:
        document = self.document(act, at)
        verdict = self.gate(document)
        if not verdict["allowed"]:
            self.next_allowed = verdict.get("next_allowed_at")
        return Judged(document, verdict, violations(document), may_be_made(document))

    def document(self, act: dict[str, Any], at: datetime) -> Document:
        party = act["party"]
        made = papers.paper(moments.text(at), self.pack, **act)
        made["party"]["zones"] = self.zones[party]
        made["party"]["has_refused"] = party == "c1" and self.third_refused
        made["debtor"] = dict(self.debtor) if act["debtor"] == "b1" else made["debtor"]
        made["loans"].append(made["loans"][0] | {"id": "l2"})
        made |= {
            "points": self.points[party],
            "opt_outs": list(self.opt_outs[party]),
            "bans": list(self.bans[party]),
            "agreements": list(self.agreements[party]),
            "holds": [dict(each) for each in self.holds],
            "attempts": list(self.attempts),
        }
        evaluated = {"name": act["agency"], "evaluated_on": moments.text(at)[:4] + "-01-01"}
        made["agency"] = papers.agency(**evaluated) if act["agency"] else None
        return made

    def _record(self, act: dict[str, Any], at: datetime, outcome: str) -> None:
        """Put the act on the record with an outcome; at times the person calls back."""
        random = self.random
        made = {word: act[word] for word in papers.COPIED}
        made |= {"id": f"a{random.randrange(10**12)}", "from": moments.text(at)}
        made["until"] = moments.text(at + timedelta(minutes=0 if outcome else random.randrange(5)))
        made["outcome"] = outcome or self._outcome(act)
        self.attempts.append(made)
        if outcome == "planned":
            self.planned.append(made | {"act": act})
        elif act["party"] == "b1" and random.random() < 0.03:
            back = {"id": f"a{random.randrange(10**12)}", "direction": "inbound"}
            back |= {"channel": "call", "outcome": "effective", "purpose": "reply"}
            self.attempts.append(made | back)

    def _outcome(self, act: dict[str, Any]) -> str:
        return facts.outcome(self.random, act["channel"], act["party"], self.mood.answers)

    def _time_passes(self) -> None:
        random, zone = self.random, self.zones["b1"][0]
        if random.random() < self.mood.haste:
            self.at += timedelta(minutes=random.randrange(1, 90))
            return
        dice = random.random()
        if dice < 0.4:
            day = local(self.at, zone).date() + timedelta(days=random.choice([0, 1, 1]))
            self.at = max(self.at, moments.near_an_edge(random, day, zone))
        elif dice < 0.6 and self.next_allowed:
            self.at = max(self.at, instant(self.next_allowed))
        elif dice < 0.95 or not self.is_jump_back_left:
            self.at += timedelta(days=random.randrange(1, 5))
        else:
            self.is_jump_back_left = False
            self.at -= timedelta(hours=random.randrange(1, 40))
        if random.random() < 0.02:
            day = random.choice(moments.NIGHTS)
            self.at = max(self.at, moments.near_an_edge(random, day, zone))

    def _something_happens(self) -> None:
        random, party = self.random, self.random.choice(list(facts.PEOPLE))
        dice = random.random()
        if dice < 0.3:
            self.holds.append(facts.hold(random, self.at))
        elif dice < 0.45 and self.holds:
            self.holds[0] = self.holds[0] | {"until": moments.text(self.at)}
        elif dice < 0.65:
            self.agreements[party].append(facts.agreement(random, self.at))
        elif dice < 0.75:
            self.opt_outs[party] = [facts.opt_out(random, party)]
        elif dice < 0.8:
            self.bans[party] = [facts.ban(random)]
        elif dice < 0.85:
            self.opt_outs[party], self.bans[party] = [], []
            self.holds = [each for each in self.holds if each["until"]]
        elif dice < 0.95:
            self.debtor["reachability"] = random.choice(["reachable", "suspect", "lost"])
        elif dice < 0.97:
            self.third_refused = True
        else:
            self.zones[party] = moments.zones(random, self.pack)
