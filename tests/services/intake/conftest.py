"""Intake over a database of its own: its real commands, with the clock standing still."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from sqlalchemy import text

from chassis import vault
from chassis.clock import Clock, format_reading
from chassis.database import Database
from chassis.inbox import parse
from chassis.service import Context
from chassis.settings import Settings, settings_from
from events.v1.bank_pb2 import BankFact, BankPerson
from interfaces.clock import ClockReading
from services.intake.commands import counts
from services.intake.commands.desk import Desk, Outcome, Submission, open_reception
from services.intake.commands.facts import accept_facts
from services.intake.commands.people import accept_people
from services.intake.gateways import Seals, load_seals
from services.intake.settings import load_tenants
from tests.conftest import NewDatabase, _administer
from tests.services.intake.bank import NOW, fact, payment, registered

MIGRATIONS = Path("services/intake/migrations").resolve()


@dataclass(frozen=True)
class Told:
    """An event in the outbox."""

    topic: str
    key: str
    version: int
    cause: str
    payload: bytes
    body: Any


@dataclass
class Intake:
    """The front door as a test drives it."""

    database: Database
    seals: Seals
    transport_private: bytes
    now: datetime = NOW
    tenant: str = "demo"

    @property
    def desk(self) -> Desk:
        return Desk(load_tenants(Path("config")), self.seals, self.now, self.now)

    async def receive(self, *messages: BankFact | BankPerson, door: str = "") -> list[Outcome]:
        """One batch of facts, or of people, in one transaction."""
        submissions = [Submission(f"test/{n}", m, door) for n, m in enumerate(messages)]
        accept = accept_facts if isinstance(messages[0], BankFact) else accept_people
        async with self.database.transaction() as session:
            return await accept(session, self.desk, submissions)

    async def counts(self) -> dict[str, int]:
        """Facts and people together, by every tenant that can be counted."""
        async with self.database.transaction() as session:
            by_kind = await counts.counts(session, self.tenant)
        return {name: sum(kind[name] for kind in by_kind.values()) for name in counts.NAMES}

    async def told(self) -> list[Told]:
        """What stands in the outbox, in order."""
        rows = await self.rows("SELECT * FROM outbox ORDER BY id")
        return [
            Told(
                row["topic"],
                row["loan_id"],
                row["version"],
                row["cause"],
                bytes(row["payload"]),
                _parsed(row["type"], row["payload"]),
            )
            for row in rows
        ]

    async def rows(self, statement: str, **bound: object) -> list[dict[str, Any]]:
        async with self.database.transaction() as session:
            rows = (await session.execute(text(statement), bound)).mappings()
            return [dict(row) for row in rows]


@pytest.fixture
async def intake(new_database: NewDatabase, settings: Settings) -> AsyncIterator[Intake]:
    database = await new_database(MIGRATIONS)
    keys = vault.load_or_create_keys(settings.keys)
    door = Intake(database, load_seals(settings), keys.transport_private)
    yield door
    total = await door.counts()
    received = total.pop("received")
    assert received == sum(total.values()), "the count does not close"


def _parsed(type_name: str, payload: bytes) -> Message:
    return parse(type_name, bytes(payload))


@pytest.fixture(scope="module")
async def context(
    postgres_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Context]:
    """Intake with loan L1 of demo, its payment `known`, and loan U1 of uci; it is NOW."""
    name = f"test_bad_input_{uuid.uuid4().hex[:8]}"
    await _administer(postgres_url, f"CREATE DATABASE {name}")
    settings = settings_from(postgres_url=postgres_url, var=tmp_path_factory.mktemp("intake"))
    database = Database(settings.database_url(name))
    await database.migrate(MIGRATIONS)
    clock = Clock(settings)
    settings.clock_file.write_text(format_reading(ClockReading(clock.wall(), NOW, 1e-9)))
    known = [
        fact("k1", registered=registered()),
        fact("k2", payment_received=payment("known")),
        fact("k3", "U1", tenant="uci", registered=registered(product="card", currency="TWD")),
    ]
    desk = open_reception(settings, clock).desk()
    async with database.transaction() as session:
        await accept_facts(session, desk, [Submission("known", message) for message in known])
    yield Context(settings, database, clock)
    await database.dispose()
    await _administer(postgres_url, f"DROP DATABASE {name} WITH (FORCE)")
