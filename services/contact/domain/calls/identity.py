"""Is it the person meant? Facts both sides know are compared before anything is disclosed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

FAILURES_MAX = 3
_FACTS_MIN = 2
_ENDING_DIGITS = 4


class Fact(StrEnum):
    """What a person may be asked to say."""

    NAME = "name"
    PHONE_ENDING = "phone_ending"
    EMAIL = "email"
    ADDRESS = "address"


class Method(StrEnum):
    """How they were asked: in this call, or by calling back the official number themselves."""

    QUESTIONS = "questions"
    CALLED_BACK = "called_back"


class IdentityState(StrEnum):
    OPEN = "open"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True)
class Kept:
    """What is kept of a person. `phones` are those besides the one in this call; that one proves
    nothing, since whoever answers it knows it, and serves only where nothing else is kept."""

    name: str
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    dialled: str = ""

    @property
    def endings(self) -> tuple[str, ...]:
        has_others = self.phones or self.emails or self.addresses
        return self.phones if has_others else tuple(filter(None, (self.dialled,)))


@dataclass(frozen=True)
class Check:
    passed: bool
    matched: tuple[Fact, ...]
    missed: tuple[Fact, ...]


def askable(kept: Kept) -> tuple[Fact, ...]:
    """The facts that can be compared, in the order in which to ask."""
    known: dict[Fact, object] = {
        Fact.NAME: kept.name,
        Fact.PHONE_ENDING: kept.endings,
        Fact.EMAIL: kept.emails,
        Fact.ADDRESS: kept.addresses,
    }
    return tuple(fact for fact, value in known.items() if value)


def check(kept: Kept, said: Mapping[Fact, str]) -> Check:
    """Passed when at least two facts were said, one of them besides the name, and all match."""
    matched = tuple(fact for fact in Fact if fact in said and _matches(kept, fact, said[fact]))
    missed = tuple(fact for fact in Fact if fact in said and fact not in matched)
    is_enough = len(matched) >= _FACTS_MIN and not missed
    return Check(is_enough, matched, missed)


def state_after(failures: int, *, passed: bool) -> IdentityState:
    if passed:
        return IdentityState.PASSED
    return IdentityState.FAILED if failures >= FAILURES_MAX else IdentityState.OPEN


def _matches(kept: Kept, fact: Fact, said: str) -> bool:
    match fact:
        case Fact.NAME:
            return bool(kept.name) and _plain(said) == _plain(kept.name)
        case Fact.PHONE_ENDING:
            ending = _digits(said)
            return len(ending) == _ENDING_DIGITS and _ends_with(kept.endings, ending)
        case Fact.EMAIL:
            return _plain(said) in map(_plain, kept.emails)
        case Fact.ADDRESS:
            return bool(_plain(said)) and _plain(said) in map(_plain, kept.addresses)


def _ends_with(numbers: Iterable[str], ending: str) -> bool:
    return any(_digits(number).endswith(ending) for number in numbers)


def _digits(value: str) -> str:
    return re.sub(r"\D", "", unicodedata.normalize("NFKC", value))


def _plain(value: str) -> str:
    """Without case, width, spaces and punctuation, which are not heard."""
    folded = unicodedata.normalize("NFKC", value).casefold()
    return "".join(each for each in folded if each.isalnum() or each in "@.")
