"""What every reader of portfolios produces: facts with the instant at which the bank sends them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from events.v1.bank_pb2 import BankFact, BankPerson

FACTS_TOPIC = "bank.facts.v1"
PEOPLE_TOPIC = "bank.people.v1"


class PortfolioError(Exception):
    """A file that cannot be read at all; the message says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class PlannedFact:
    """One message to Kafka; `message` is bytes only where a test needs what nobody can decode."""

    at: datetime
    topic: str
    key: str
    message: BankFact | BankPerson | bytes
    tenant: str = ""

    @property
    def value(self) -> bytes:
        return self.message if isinstance(self.message, bytes) else self.message.SerializeToString()


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that became no fact; `line` counts from 1, the header's line included."""

    file: str
    line: int
    because: str

    def __str__(self) -> str:
        return f"{self.file}, line {self.line}: {self.because}"


@dataclass(frozen=True)
class Portfolio:
    """A file read: how many facts it holds, the facts sorted by `at`, and the rows left out."""

    total: int
    facts: Iterator[PlannedFact]
    bad_rows: tuple[BadRow, ...] = ()
    starts_at: datetime | None = None
    ends_at: datetime | None = None
