"""What a change of the law would have changed: recorded acts, judged by two packs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from services.contact.domain.law.facts import Facts
from services.contact.domain.law.judgement import Pack, Verdict, judge


@dataclass(frozen=True)
class Change:
    """`is_refused_now`: allowed by the one pack, refused by the other; else the reverse."""

    facts: Facts
    is_refused_now: bool
    deciding: Verdict


@dataclass(frozen=True)
class Comparison:
    acts: int
    changes: tuple[Change, ...]


def compare(one: Pack, other: Pack, acts: Iterable[Facts]) -> Comparison:
    seen = 0
    changes: list[Change] = []
    for facts in acts:
        seen += 1
        before = judge(one, facts.act, facts.known, facts.at)
        after = judge(other, facts.act, facts.known, facts.at)
        if before.is_allowed != after.is_allowed:
            deciding = before if after.is_allowed else after
            changes.append(Change(facts, not after.is_allowed, deciding))
    return Comparison(seen, tuple(changes))
