"""Many lives, judged act by act: `python -m tests.services.contact.law.long --acts 200000`."""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from random import Random

from tests.services.contact.law.checker import violations
from tests.services.contact.law.clocks import Document
from tests.services.contact.law.free import may_be_made
from tests.services.contact.law.life import Gate, Judged, Life

LISTS = ("attempts", "holds", "agreements", "opt_outs", "bans", "points", "loans", "notices")


@dataclass
class Tally:
    """What happened to the acts of many lives."""

    acts: int = 0
    made: int = 0
    free: int = 0
    refused_by_rule: Counter[str] = field(default_factory=Counter)
    wrong: list[Judged] = field(default_factory=list)

    def add(self, judged: Judged) -> None:
        self.acts += 1
        self.free += judged.is_free
        if judged.verdict["allowed"]:
            self.made += 1
        else:
            self.refused_by_rule[judged.verdict.get("rule", "")] += 1
        if judged.is_wrong:
            self.wrong.append(judged)


def run(gate: Gate, seed: int, acts: int) -> Tally:
    """Live one life after the other until so many acts were judged."""
    tally = Tally()
    number = 0
    while tally.acts < acts:
        for judged in Life(Random(f"{seed}/{number}"), gate).acts():
            tally.add(judged)
        number += 1
    return tally


def smallest(document: Document, is_wrong: Callable[[Document], bool]) -> Document:
    """The document without every fact that the disagreement does not need."""
    shrunk = document
    for smaller in _smaller(document):
        candidate = smaller(shrunk)
        if is_wrong(candidate):
            shrunk = candidate
    return shrunk


def is_wrong_with(gate: Gate) -> Callable[[Document], bool]:
    def is_wrong(document: Document) -> bool:
        allowed = gate(document)["allowed"]
        return bool(violations(document)) if allowed else may_be_made(document)

    return is_wrong


def describe(gate: Gate, judged: Judged) -> Document:
    document = smallest(judged.document, is_wrong_with(gate))
    return {"broken": violations(document), "verdict": gate(document), "document": document}


def report(tally: Tally, gate: Gate, shown: int) -> Document:
    kinds: dict[str, Judged] = {}
    for each in tally.wrong:
        kinds.setdefault(f"{each.broken} {each.verdict.get('rule', '')}", each)
    return {
        "acts": tally.acts,
        "made": tally.made,
        "that_no_rule_touches": tally.free,
        "refused_by_rule": dict(tally.refused_by_rule.most_common()),
        "violations": sum(bool(each.verdict["allowed"]) for each in tally.wrong),
        "violations_by_article": dict(
            Counter(
                article
                for each in tally.wrong
                if each.verdict["allowed"]
                for article in each.broken
            )
        ),
        "refused_too_much": sum(not each.verdict["allowed"] for each in tally.wrong),
        "disagreements": [describe(gate, each) for each in list(kinds.values())[:shown]],
    }


def _smaller(document: Document) -> Iterator[Callable[[Document], Document]]:
    for name in LISTS:
        for thing in document.get(name, []):
            yield lambda kept, name=name, thing=thing: (  # type: ignore[misc]
                kept | {name: [each for each in kept[name] if each != thing]}
            )


def main() -> int:
    from tests.services.contact.law.gate import ask

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--acts", type=int, default=200_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shown", type=int, default=12, help="disagreements to show in full")
    asked = parser.parse_args()
    tally = run(ask, asked.seed, asked.acts)
    print(json.dumps(report(tally, ask, asked.shown), indent=1))  # noqa: T201
    return 1 if tally.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
