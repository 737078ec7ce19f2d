"""A bank's loan as negotiation sees it: what the ledger and the cases would tell, and a clock."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from google.protobuf.message import Message
from sqlalchemy import text

from chassis.clock import Clock, format_reading
from chassis.database import Database
from chassis.inbox import Record
from chassis.service import Context
from chassis.settings import settings_from
from events.v1.bank_pb2 import LoanTakenOver, PartyRole
from events.v1.case_pb2 import EpisodeClosed, EpisodeOpened
from events.v1.ledger_pb2 import PaymentPosted, PaymentReversalPosted, PositionChanged
from events.v1.negotiation_pb2 import AgreementChanged
from interfaces.clock import ClockReading
from services.negotiation.consumers import consumers

CONFIG = Path(__file__).parents[3] / "config"
LOAN, BORROWER, CONTACT = "loan-1", "party-1", "party-2"
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
_versions = itertools.count(1)


class Scene:
    """One service in a database of its own, with a clock the test sets."""

    def __init__(self, database: Database, directory: Path) -> None:
        clock_file = directory / "clock.json"
        settings = settings_from(
            var=directory, clock_file=clock_file, keys=directory / "keys", config=CONFIG
        )
        self.clock_file = clock_file
        self.set_clock(NOW)
        self.context = Context(settings, database, Clock(settings))
        self.handler = consumers(self.context)[0].delivery.handler

    def set_clock(self, now: datetime) -> None:
        wall = datetime(2026, 11, 1, tzinfo=UTC)
        slow = ClockReading(wall, now, 1e-9)
        self.clock_file.write_text(format_reading(slow))

    async def hear(self, *bodies: Message, at: datetime = NOW, loan: str = LOAN) -> None:
        async with self.context.database.transaction() as session:
            await self.handler(session, [record(body, at, loan) for body in bodies])

    async def told(self, loan: str = LOAN) -> Sequence[AgreementChanged]:
        """What was published of a loan, in order; versions are checked to be gap-free."""
        async with self.context.database.transaction() as session:
            rows = await session.execute(
                text("SELECT version, payload FROM outbox WHERE loan_id = :loan ORDER BY id"),
                {"loan": loan},
            )
            found = rows.all()
        assert [row.version for row in found] == list(range(1, len(found) + 1))
        return [AgreementChanged.FromString(row.payload) for row in found]


def record(body: Message, at: datetime, loan: str = LOAN) -> Record:
    number = next(_versions)
    return Record(
        topic="collect.ledger.v1",
        partition=0,
        offset=number,
        key=loan,
        tenant="demo",
        event_id=f"event-{number}",
        type=body.DESCRIPTOR.full_name,
        version=number,
        occurred_at=at,
        cause="",
        source="/ledger",
        body=body,
        headers={},
        raw=b"",
    )


def position(disposition: str = "overdue", taken_over_on: str = "") -> PositionChanged:
    return PositionChanged(
        disposition=disposition,
        currency="CNY",
        as_of="2026-03-01",
        overdue_principal_minor=100_000,
        balance_minor=500_000,
        product="consumer_loan",
        segment="individual",
        parties=[
            PartyRole(party_ref=BORROWER, role="borrower", kind="person", language="zh-CN"),
            PartyRole(party_ref=CONTACT, role="contact", kind="person", language="zh-CN"),
        ],
        taken_over=LoanTakenOver(on=taken_over_on) if taken_over_on else None,
    )


def payment(transaction_id: str, amount_minor: int, on: date) -> PaymentPosted:
    return PaymentPosted(
        transaction_id=transaction_id,
        amount_minor=amount_minor,
        currency="CNY",
        effective_on=on.isoformat(),
    )


def reversal(transaction_id: str, amount_minor: int, on: date) -> PaymentReversalPosted:
    return PaymentReversalPosted(
        transaction_id=transaction_id,
        amount_minor=amount_minor,
        currency="CNY",
        effective_on=on.isoformat(),
    )


def opened(episode: int) -> EpisodeOpened:
    return EpisodeOpened(episode=episode)


def closed(episode: int, reason: str) -> EpisodeClosed:
    return EpisodeClosed(episode=episode, reason=reason)
