"""Which stored fact is told to a case, and how; and what people see before the case says more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from interfaces.facts import Fact, Position
from interfaces.values import Disposition
from services.cases.domain.episodes import EpisodeHistory, reason_not_to_open

_DAYS_PER_BUCKET = 30
_BUCKET_MAX = 7
# ISO 4217: currencies whose major unit is not a hundred minor ones.
_UNITS = {"JPY": 1, "KRW": 1, "VND": 1, "ISK": 1, "BHD": 1_000, "KWD": 1_000, "OMR": 1_000}


class FactKind(StrEnum):
    """The absolute facts by their field in `interfaces.facts.Facts`."""

    POSITION = "position"
    HOLDS = "holds"
    CONTACT = "contact"
    AGREEMENT = "agreement"
    VISIT = "visit"
    MATTER = "matter"


@dataclass(frozen=True)
class LoanFact:
    """One absolute fact of one loan; `version` is its version in its own stream."""

    tenant: str
    loan_id: str
    kind: FactKind
    fact: Fact

    @property
    def version(self) -> int:
        return self.fact.version


@dataclass(frozen=True)
class Signal:
    """A fact to tell to a loan's case; `starts` it if it does not run."""

    told: LoanFact
    starts: bool


def newest(facts: Iterable[LoanFact]) -> list[LoanFact]:
    """The highest version per loan and kind: an absolute fact makes the older ones needless."""
    best: dict[tuple[str, FactKind], LoanFact] = {}
    for fact in facts:
        known = best.get((fact.loan_id, fact.kind))
        if known is None or known.version < fact.version:
            best[fact.loan_id, fact.kind] = fact
    return list(best.values())


def first_unopened(
    facts: Iterable[LoanFact], histories: Mapping[str, EpisodeHistory]
) -> dict[str, Position]:
    """By loan, the first of these positions that an episode is to be opened on."""
    found: dict[str, Position] = {}
    for fact in sorted(facts, key=lambda each: each.version):
        position = fact.fact
        if not isinstance(position, Position) or fact.loan_id in found:
            continue
        if not reason_not_to_open(position, histories[fact.loan_id]):
            found[fact.loan_id] = position
    return found


def signal_for(
    fact: LoanFact, history: EpisodeHistory, unopened: Position | None = None
) -> Signal | None:
    """An overdue position starts a case or joins the one that runs; another fact is told only
    while an episode is open, so that a loan without one costs nothing. A position that ends a
    delinquency before its episode was opened starts the case too: each has one."""
    is_open = history.open_episode is not None
    if isinstance(fact.fact, Position) and unopened is not None:
        return Signal(fact, starts=True)
    if isinstance(fact.fact, Position) and fact.fact.disposition is Disposition.OVERDUE:
        may_start = is_open or not reason_not_to_open(fact.fact, history)
        return Signal(fact, starts=True) if may_start else None
    return Signal(fact, starts=False) if is_open else None


def bucket(position: Position) -> str:
    """Months past due as collectors say it: M1 up to 30 days, M7 for more than 180."""
    if position.oldest_due_on is None:
        return "M0"
    days = (position.as_of - position.oldest_due_on).days
    if days <= 0:
        return "M0"
    return f"M{min((days - 1) // _DAYS_PER_BUCKET + 1, _BUCKET_MAX)}"


def major_units(minor: int, currency: str) -> int:
    """An amount in whole major units, rounded half up: to look at, never to count with."""
    unit = _UNITS.get(currency, 100)
    return (minor * 2 + unit) // (unit * 2)
