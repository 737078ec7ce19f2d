"""Facts of one loan for the ledger's rule tests: by hand, and at random by Hypothesis."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from interfaces.facts import Overdue
from interfaces.values import Disposition
from services.ledger.domain.facts import (
    Balance,
    Ending,
    Fact,
    Instalment,
    LoanFacts,
    Payment,
    Registration,
    Reversal,
    Snapshot,
    Takeover,
)

FIRST_DAY = date(2026, 3, 1)


def day(number: int) -> date:
    """Day 1 is 1 March 2026."""
    return FIRST_DAY + timedelta(days=number - 1)


@dataclass
class Bank:
    """Tells facts about one loan in the order of its calls, each with a sequence of its own."""

    facts: list[Fact] = field(default_factory=list)

    def registered(self, *, grace: int = 0, tolerance: int = 0, on: int = 1) -> Bank:
        stamp = self._stamp(on)
        return self._tell(Registration(*stamp, day(on), "consumer_loan", "CNY", grace, tolerance))

    def snapshot(
        self,
        as_of: int,
        due: int | None = None,
        owed: tuple[int, int, int] = (0, 0, 0),
        *,
        balance: int = 100_000,
        minimum: int = 0,
        minimum_paid: int = 0,
        grace: int = 0,
        is_accelerated: bool = False,
    ) -> Bank:
        return self._tell(
            Snapshot(
                *self._stamp(as_of),
                as_of=day(as_of),
                oldest_due_on=day(due) if due is not None else None,
                overdue=Overdue(*owed),
                balance_minor=balance,
                minimum_due_minor=minimum,
                minimum_paid_minor=minimum_paid,
                grace_days=grace,
                tolerance_minor=0,
                disputed_minor=0,
                is_accelerated=is_accelerated,
                bucket="",
            )
        )

    def paid(self, transaction: str, amount: int, on: int) -> Bank:
        return self._tell(Payment(*self._stamp(on), transaction, amount, "CNY", day(on)))

    def reversed(self, transaction: str, amount: int, on: int, restored: int | None = None) -> Bank:
        back = day(restored) if restored is not None else None
        return self._tell(Reversal(*self._stamp(on), transaction, amount, "CNY", day(on), back))

    def instalment(self, due: int) -> Bank:
        return self._tell(Instalment(*self._stamp(1), day(due)))

    def balance(self, as_of: int, minor: int) -> Bank:
        return self._tell(Balance(*self._stamp(as_of), day(as_of), minor))

    def ended(self, disposition: Disposition, on: int) -> Bank:
        return self._tell(Ending(*self._stamp(on), disposition, day(on)))

    def _stamp(self, on: int) -> tuple[str, int, datetime]:
        number = len(self.facts) + 1
        happened = datetime.combine(day(on), datetime.min.time(), UTC) + timedelta(seconds=number)
        return f"fact-{number}", number, happened

    def _tell(self, fact: Fact) -> Bank:
        self.facts.append(fact)
        return self


def known(facts: list[Fact]) -> LoanFacts:
    all_facts = LoanFacts()
    for fact in facts:
        all_facts.add(fact)
    return all_facts


DAYS = st.integers(1, 40).map(day)
MINOR = st.integers(0, 500)


@st.composite
def histories(draw: st.DrawFn) -> list[Fact]:
    """What a bank may truthfully say of a loan: a payment has one amount and one date, and a
    reversal undoes a payment whole."""
    facts: list[Fact] = []

    def stamp() -> tuple[str, int, datetime]:
        number = len(facts) + 1
        return f"fact-{number}", number, datetime(2026, 3, 1, tzinfo=UTC)

    facts.append(
        Registration(
            *stamp(), FIRST_DAY, "consumer_loan", "CNY", draw(st.integers(0, 5)), draw(MINOR) // 10
        )
    )
    for _ in range(draw(st.integers(0, 4))):
        facts.append(draw(_snapshots(stamp())))
    for number in range(draw(st.integers(0, 5))):
        amount = draw(st.integers(1, 900))
        paid = Payment(*stamp(), f"pay-{number}", amount, "CNY", draw(DAYS))
        facts.append(paid)
        if draw(st.booleans()):
            restored = draw(st.none() | DAYS)
            facts.append(Reversal(*stamp(), f"pay-{number}", amount, "CNY", draw(DAYS), restored))
    for _ in range(draw(st.integers(0, 2))):
        facts.append(Instalment(*stamp(), draw(DAYS)))
        facts.append(Balance(*stamp(), draw(DAYS), draw(MINOR)))
        facts.append(Ending(*stamp(), draw(st.sampled_from(ENDINGS)), draw(DAYS)))
        facts.append(Takeover(*stamp(), draw(DAYS)))
    return facts


ENDINGS = (
    Disposition.CLOSED,
    Disposition.SOLD,
    Disposition.RECALLED,
    Disposition.WRITTEN_OFF,
)


@st.composite
def _snapshots(draw: st.DrawFn, stamp: tuple[str, int, datetime]) -> Snapshot:
    as_of = draw(DAYS)
    return Snapshot(
        *stamp,
        as_of=as_of,
        oldest_due_on=draw(st.none() | st.integers(0, 30).map(lambda d: as_of - timedelta(d))),
        overdue=Overdue(draw(MINOR), draw(MINOR), draw(MINOR)),
        balance_minor=draw(st.integers(-100, 5_000)),
        minimum_due_minor=draw(MINOR),
        minimum_paid_minor=draw(MINOR),
        grace_days=draw(st.integers(0, 3)),
        tolerance_minor=draw(st.integers(0, 20)),
        disputed_minor=0,
        is_accelerated=draw(st.booleans()),
        bucket="",
    )
