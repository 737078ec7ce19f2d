"""A bank's loan as legal sees it: what other services would tell, and a clock the test sets."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from google.protobuf.message import Message
from sqlalchemy import text

from chassis.clock import Clock, format_reading
from chassis.database import Database
from chassis.inbox import Record
from chassis.service import Context
from chassis.settings import settings_from
from events.v1.bank_pb2 import LoanTakenOver
from events.v1.contact_pb2 import ContactProgressed, NoticeProgress
from events.v1.ledger_pb2 import PaymentPosted, PaymentReversalPosted, PositionChanged
from events.v1.legal_pb2 import MatterChanged
from interfaces.clock import ClockReading
from interfaces.facts import Matter
from interfaces.legal import MoveMatter, OpenMatter
from services.legal.activities import Activities
from services.legal.consumers import consumers

CONFIG = Path(__file__).parents[3] / "config"
LOAN = "loan-1"
NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
OPENING = OpenMatter(
    key="loan-1/1/9",
    tenant="demo",
    loan_id=LOAN,
    episode=1,
    party_id="party-1",
    at=NOW,
    currency="CNY",
    claim_minor=100_000,
    limitation_expires_on=date(2028, 6, 1),
)
_versions = itertools.count(1)


class Scene:
    def __init__(self, database: Database, directory: Path) -> None:
        self.clock_file = directory / "clock.json"
        self.set_clock(NOW)
        settings = settings_from(
            var=directory, clock_file=self.clock_file, keys=directory / "keys", config=CONFIG
        )
        self.context = Context(settings, database, Clock(settings))
        self.activities = Activities(self.context)
        self.handler = consumers(self.context)[0].delivery.handler

    def set_clock(self, now: datetime) -> None:
        wall = datetime(2026, 11, 1, tzinfo=UTC)
        self.clock_file.write_text(format_reading(ClockReading(wall, now, 1e-9)))

    async def open_matter(self) -> Matter:
        return await self.activities.open_matter(OPENING)

    async def move(self, matter: Matter, days: float) -> Matter:
        at = NOW + timedelta(days=days)
        key = f"move-{next(_versions)}"
        return await self.activities.move(MoveMatter(key, "demo", LOAN, matter.matter_id, at))

    async def hear(self, *bodies: Message, at: datetime = NOW) -> None:
        async with self.context.database.transaction() as session:
            await self.handler(session, [_record(body, at) for body in bodies])

    async def told(self) -> Sequence[MatterChanged]:
        """What was published of the loan, in order; versions are checked to be gap-free."""
        async with self.context.database.transaction() as session:
            rows = await session.execute(
                text("SELECT version, payload FROM outbox WHERE loan_id = :loan ORDER BY id"),
                {"loan": LOAN},
            )
            found = rows.all()
        assert [row.version for row in found] == list(range(1, len(found) + 1))
        return [MatterChanged.FromString(row.payload) for row in found]


def position(
    disposition: str = "overdue", *, due_on: str = "2025-06-01", restarted_on: str = ""
) -> PositionChanged:
    return PositionChanged(
        disposition=disposition,
        currency="CNY",
        product="consumer_loan",
        oldest_due_on=due_on,
        taken_over=LoanTakenOver(limitation_restarted_on=restarted_on) if restarted_on else None,
    )


def payment(transaction_id: str, on: str) -> PaymentPosted:
    return PaymentPosted(transaction_id=transaction_id, amount_minor=1, effective_on=on)


def reversal(transaction_id: str, on: str) -> PaymentReversalPosted:
    return PaymentReversalPosted(transaction_id=transaction_id, amount_minor=1, effective_on=on)


def delivered(at: datetime) -> ContactProgressed:
    notice = NoticeProgress(
        kind="demand", party_id="party-1", channel="letter", status="delivered", delivered_at=at
    )
    return ContactProgressed(notices=[notice], episode=1)


def opening(key: str, **changes: object) -> OpenMatter:
    return replace(OPENING, key=key, **changes)  # type: ignore[arg-type]


def _record(body: Message, at: datetime) -> Record:
    number = next(_versions)
    return Record(
        topic="collect.ledger.v1",
        partition=0,
        offset=number,
        key=LOAN,
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
