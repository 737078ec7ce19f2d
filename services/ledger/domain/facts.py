"""What the bank said about one loan, as a set: no rule may depend on the order it arrived in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TypeVar

from interfaces.facts import Overdue
from interfaces.values import Disposition


@dataclass(frozen=True)
class Fact:
    """`sequence` is the bank's own, rising per loan where it can give one, else 0."""

    fact_id: str
    sequence: int
    occurred_at: datetime

    @property
    def on(self) -> date:
        """The business date by which facts of this kind are ordered first."""
        return date.min

    @property
    def order(self) -> tuple[date, int, datetime, str]:
        return self.on, self.sequence, self.occurred_at, self.fact_id


@dataclass(frozen=True)
class Registration(Fact):
    registered_on: date
    product: str
    currency: str
    grace_days: int
    tolerance_minor: int


@dataclass(frozen=True)
class Snapshot(Fact):
    """What the bank saw after all it had booked by the end of `as_of`."""

    as_of: date
    oldest_due_on: date | None
    overdue: Overdue
    balance_minor: int
    minimum_due_minor: int
    minimum_paid_minor: int
    grace_days: int
    tolerance_minor: int
    disputed_minor: int
    is_accelerated: bool
    bucket: str

    @property
    def on(self) -> date:
        return self.as_of


@dataclass(frozen=True)
class Instalment(Fact):
    due_on: date


@dataclass(frozen=True)
class Payment(Fact):
    transaction_id: str
    amount_minor: int
    currency: str
    effective_on: date

    def says_the_same(self, other: Payment) -> bool:
        return (self.amount_minor, self.currency, self.effective_on) == (
            other.amount_minor,
            other.currency,
            other.effective_on,
        )


@dataclass(frozen=True)
class Reversal(Fact):
    """Undoes, whole, the payment of the same transaction id."""

    transaction_id: str
    amount_minor: int
    currency: str
    effective_on: date
    restored_due_on: date | None


@dataclass(frozen=True)
class Balance(Fact):
    as_of: date
    balance_minor: int

    @property
    def on(self) -> date:
        return self.as_of


@dataclass(frozen=True)
class Ending(Fact):
    """Closed, sold, recalled or written off."""

    disposition: Disposition
    ended_on: date

    @property
    def on(self) -> date:
        return self.ended_on


@dataclass(frozen=True)
class Takeover(Fact):
    taken_on: date

    @property
    def on(self) -> date:
        return self.taken_on


@dataclass
class LoanFacts:
    """All facts of one loan; a fact added twice, or a payment told twice, changes nothing."""

    known: set[str] = field(default_factory=set)
    registrations: list[Registration] = field(default_factory=list)
    snapshots: list[Snapshot] = field(default_factory=list)
    instalments: list[Instalment] = field(default_factory=list)
    balances: list[Balance] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    takeovers: list[Takeover] = field(default_factory=list)
    payments: dict[str, Payment] = field(default_factory=dict)
    reversals: dict[str, Reversal] = field(default_factory=dict)

    def add(self, fact: Fact) -> bool:
        """True if this says something new."""
        if fact.fact_id in self.known:
            return False
        self.known.add(fact.fact_id)
        match fact:
            case Payment():
                return self.payments.setdefault(fact.transaction_id, fact) is fact
            case Reversal():
                return self.reversals.setdefault(fact.transaction_id, fact) is fact
            case Registration():
                self.registrations.append(fact)
            case Snapshot():
                self.snapshots.append(fact)
            case Instalment():
                self.instalments.append(fact)
            case Balance():
                self.balances.append(fact)
            case Ending():
                self.endings.append(fact)
            case Takeover():
                self.takeovers.append(fact)
        return True


AnyFact = TypeVar("AnyFact", bound=Fact)


def latest(facts: Iterable[AnyFact]) -> AnyFact | None:
    """The last by business date, then the bank's sequence, then the instant it happened."""
    return max(facts, key=lambda fact: fact.order, default=None)
