"""What is known of a debtor and the people around, and all that can happen to them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import Any

from tests.services.contact.law import facts, moments, papers
from tests.services.contact.law.clocks import Document, local

EVENTS = [
    "hold_is_placed",
    "hold_is_placed",
    "hold_is_ended",
    "agreement_is_made",
    "opt_out_is_said",
    "ban_is_said",
    "all_is_forgiven",
    "debtor_is_sought",
    "third_party_refuses",
    "person_moves",
    "agency_is_looked_at",
    "limitation_is_reckoned",
    "debtor_is_struck",
    "notice_is_given",
    "arrears_begin_anew",
]


@dataclass
class Circumstances:
    """A debtor with two loans, a guarantor and a third party, and the time it is."""

    random: Random
    pack: str
    at: datetime = field(init=False)
    packs: str | list[str] = field(init=False)
    zones: dict[str, list[str]] = field(default_factory=dict)
    points: dict[str, list[Document]] = field(default_factory=dict)
    opt_outs: dict[str, list[Document]] = field(default_factory=dict)
    bans: dict[str, list[Document]] = field(default_factory=dict)
    agreements: dict[str, list[Document]] = field(default_factory=dict)
    holds: list[Document] = field(default_factory=list)
    attempts: list[Document] = field(default_factory=list)
    debtor: Document = field(default_factory=dict)
    agencies: dict[str, Document] = field(default_factory=dict)
    third_refused: bool = False
    barred_on: str | None = None
    notices: list[Document] = field(default_factory=list)
    fell_due_on: str | None = None
    arrangement: str = ""

    def __post_init__(self) -> None:
        self.packs = facts.packs(self.random, self.pack)
        for party in facts.PEOPLE:
            self.zones[party] = moments.zones(self.random, self.pack)
            self.points[party] = facts.points(party)
            self.opt_outs[party], self.bans[party], self.agreements[party] = [], [], []
        self.debtor = dict(papers.PLAIN["debtor"])
        day = moments.a_day(self.random) - timedelta(days=2)
        self.at = moments.some_time(self.random, day, self.zones["b1"][0])
        self.agencies = {name: self._agency(name) for name in ("ag1", "ag2")}

    def document(self, act: dict[str, Any], at: datetime) -> Document:
        party = act["party"]
        made = papers.paper(moments.text(at), self.pack, **act)
        made["party"]["zones"] = self.zones[party]
        made["party"]["has_refused"] = party == "c1" and self.third_refused
        made["debtor"] = dict(self.debtor) if act["debtor"] == "b1" else made["debtor"]
        made["pack"] = self.packs
        made["loans"][0]["limitation_expires_on"] = self.barred_on
        made["loans"][0]["oldest_due_on"] = self.fell_due_on
        made["loans"].append(made["loans"][0] | {"id": "l2"})
        made["loans"][0] |= {"arrangement": self.arrangement}
        made |= {
            "points": self.points[party],
            "opt_outs": list(self.opt_outs[party]),
            "bans": list(self.bans[party]),
            "agreements": list(self.agreements[party]),
            "holds": [dict(each) for each in self.holds],
            "attempts": list(self.attempts),
            "notices": list(self.notices),
        }
        facts.mark(made)
        made["agency"] = self.agencies.get(act["agency"])
        return made

    def happens(self, event: str) -> None:
        getattr(self, f"_{event}")(self.random.choice(["b1", "b1", "b2", "c1"]))

    def _hold_is_placed(self, _: str) -> None:
        self.holds.append(facts.hold(self.random, self.at))

    def _hold_is_ended(self, _: str) -> None:
        if self.holds:
            self.holds[0] = self.holds[0] | {"until": moments.text(self.at)}
            self.holds = self.holds[1:] + self.holds[:1]

    def _agreement_is_made(self, party: str) -> None:
        self.agreements[party].append(facts.agreement(self.random, self.at))

    def _opt_out_is_said(self, party: str) -> None:
        self.opt_outs[party] = [facts.opt_out(self.random, party)]

    def _ban_is_said(self, party: str) -> None:
        self.bans[party] = [facts.ban(self.random)]

    def _all_is_forgiven(self, party: str) -> None:
        self.opt_outs[party], self.bans[party], self.agreements[party] = [], [], []
        self.holds = [each for each in self.holds if each["until"]]

    def _debtor_is_sought(self, _: str) -> None:
        self.debtor["reachability"] = self.random.choice(["reachable", "suspect", "lost", "lost"])

    def _third_party_refuses(self, _: str) -> None:
        self.third_refused = self.random.random() < 0.5

    def _person_moves(self, party: str) -> None:
        self.zones[party] = moments.zones(self.random, self.pack)

    def _agency_is_looked_at(self, _: str) -> None:
        name = self.random.choice(list(self.agencies))
        self.agencies[name] = facts.agency(self.random, name, self.at)

    def _limitation_is_reckoned(self, _: str) -> None:
        """Nothing hangs on it in China, where a plan is signed or broken that day instead."""
        today = local(self.at, self.zones["b1"][0]).date()
        self.barred_on = (today + timedelta(self.random.randint(-9, 4))).isoformat()
        self.arrangement = "plan" if self.pack == "cn-bank" and not self.arrangement else ""

    def _debtor_is_struck(self, _: str) -> None:
        self.holds.append(facts.blow(self.random, self.at))

    def _notice_is_given(self, _: str) -> None:
        self.notices += [facts.notice(self.random, self.at) for _ in range(3)]

    def _arrears_begin_anew(self, _: str) -> None:
        self.fell_due_on = local(self.at, self.zones["b1"][0]).date().isoformat()

    def _agency(self, name: str) -> Document:
        evaluated = self.at - timedelta(days=self.random.choice([10, 200, 330]))
        return papers.agency(name=name, evaluated_on=evaluated.date().isoformat())
