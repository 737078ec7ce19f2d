"""Tells a ledger facts in Protobuf, and reads back what it published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from google.protobuf.message import Message
from sqlalchemy import text

from chassis.database import Database
from chassis.inbox import parse
from events.v1.bank_pb2 import (
    DelinquencySnapshot,
    LoanFact,
    LoanRegistered,
    PartyRole,
    PaymentReceived,
    PaymentReversed,
)
from events.v1.intake_pb2 import LoanFactAccepted
from events.v1.ledger_pb2 import PositionChanged
from services.ledger.commands import books
from services.ledger.commands.books import Accepted
from services.ledger.settings import Tenants

BEGIN = datetime(2026, 3, 1, 1, tzinfo=UTC)
BORROWER = PartyRole(
    party_ref="party-1", role="borrower", kind="person", language="zh-CN", liability_limit_minor=0
)


def registered(**changes: object) -> LoanFact:
    given = {
        "product": "consumer_loan",
        "segment": "individual",
        "branch": "east",
        "currency": "CNY",
        "parties": [BORROWER],
    }
    return LoanFact(registered=LoanRegistered(**(given | changes)))  # type: ignore[arg-type]


def snapshot(as_of: str, due: str = "", principal: int = 0, **changes: object) -> LoanFact:
    given: dict[str, object] = {
        "as_of": as_of,
        "oldest_unpaid_due_on": due,
        "overdue_principal_minor": principal,
        "balance_minor": 100_000,
        "currency": "CNY",
    }
    return LoanFact(snapshot=DelinquencySnapshot(**(given | changes)))  # type: ignore[arg-type]


def paid(transaction: str, minor: int, on: str) -> LoanFact:
    return LoanFact(
        payment_received=PaymentReceived(
            transaction_id=transaction, amount_minor=minor, currency="CNY", effective_on=on
        )
    )


def undone(transaction: str, minor: int, on: str) -> LoanFact:
    return LoanFact(
        payment_reversed=PaymentReversed(
            transaction_id=transaction, amount_minor=minor, currency="CNY", effective_on=on
        )
    )


@dataclass
class Ledger:
    """The use cases over one database; facts are numbered in the order they are told."""

    database: Database
    tenants: Tenants
    count: int = field(default=0)

    def accepted(
        self, body: LoanFact, *, loan: str = "loan-1", at: datetime | None = None
    ) -> Accepted:
        self.count += 1
        instant = at or BEGIN + timedelta(minutes=self.count)
        message = LoanFactAccepted(fact_id=f"fact-{self.count}", sequence=self.count, fact=body)
        message.occurred_at.FromDatetime(instant)
        message.accepted_at.FromDatetime(instant)
        message.accepted_wall_at.FromDatetime(instant)
        return Accepted("demo", loan, f"event-{self.count}", instant, message)

    async def tell(
        self, *bodies: LoanFact, loan: str = "loan-1", at: datetime | None = None
    ) -> datetime | None:
        return await self.take([self.accepted(body, loan=loan, at=at) for body in bodies])

    async def take(self, accepted: Sequence[Accepted]) -> datetime | None:
        async with self.database.transaction() as session:
            return await books.take_facts(session, self.tenants, accepted)

    async def end_grace(self, at: datetime) -> int:
        async with self.database.transaction() as session:
            return await books.end_grace(session, self.tenants, at, at)

    async def events(self, loan: str = "loan-1") -> list[Message]:
        """What was published of a loan, in the order of its versions."""
        async with self.database.transaction() as session:
            rows = await session.execute(
                text("SELECT type, payload FROM outbox WHERE loan_id = :loan ORDER BY version"),
                {"loan": loan},
            )
            return [parse(row.type, row.payload) for row in rows]

    async def positions(self, loan: str = "loan-1") -> list[PositionChanged]:
        return [body for body in await self.events(loan) if isinstance(body, PositionChanged)]

    async def count_of(self, query: str) -> int:
        async with self.database.transaction() as session:
            return int((await session.execute(text(query))).scalar_one())
