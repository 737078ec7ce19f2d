"""A broker that hangs, and a database that restarts, delay events and change nothing else."""

from __future__ import annotations

import asyncio
import signal
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import asyncpg
import pytest
from google.protobuf.wrappers_pb2 import StringValue
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

import forbear.stack.kafka
import forbear.stack.postgres
from chassis import outbox
from chassis.consumer import Consumer, Record
from chassis.database import Database, create_chassis_tables
from chassis.outbox import Event
from chassis.relay import Relay
from chassis.settings import settings_from
from forbear.stack.kafka import RunningKafka
from forbear.stack.postgres import RunningPostgres
from tests.chassis.topic_log import first_arrivals, read_events, until
from tests.conftest import NewTopics, free_port

pytestmark = [pytest.mark.stack, pytest.mark.database, pytest.mark.slow]
NOW = datetime(2026, 3, 1, tzinfo=UTC)
LOANS = [f"loan-{number}" for number in range(10)]


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[RunningKafka]:
    """A broker of this test's own, since it is made to hang."""
    running = forbear.stack.kafka.start(tmp_path / "kafka", free_port(), free_port())
    yield running
    running.process.send_signal(signal.SIGCONT)
    running.stop()


@pytest.fixture
def kafka_bootstrap(broker: RunningKafka) -> str:
    return broker.bootstrap


async def test_a_broker_that_hangs_loses_and_reorders_nothing(
    database: Database, broker: RunningKafka, new_topics: NewTopics
) -> None:
    (topic,) = await new_topics()
    stop = asyncio.Event()
    relay = Relay(database, broker.bootstrap, "test", batch_max=20, ack_seconds=1.0)
    running = asyncio.create_task(relay.run(stop))
    await _write(database, topic, 5)
    broker.process.send_signal(signal.SIGSTOP)
    await _write(database, topic, 20)
    await asyncio.sleep(4)
    assert not await _is_empty(database)
    broker.process.send_signal(signal.SIGCONT)
    await _write(database, topic, 5)
    await until(lambda: _is_empty(database))
    stop.set()
    await running
    arrived = first_arrivals(await read_events(broker.bootstrap, topic))
    assert arrived == {loan: list(range(1, 31)) for loan in LOANS}


async def test_a_database_that_restarts_loses_and_repeats_nothing(
    broker: RunningKafka, new_topics: NewTopics, tmp_path: Path
) -> None:
    (topic,) = await new_topics()
    port, directory = free_port(), tmp_path / "postgres"
    server = forbear.stack.postgres.start(directory, port, durable=True)
    database = await _database_with_journal(server)
    stop = asyncio.Event()
    relay = Relay(database, broker.bootstrap, "test", batch_max=20)
    consumer = Consumer(
        name=topic,
        topics=[topic],
        database=database,
        settings=settings_from(kafka_bootstrap=broker.bootstrap),
        handler=_journal,
    )
    running = [asyncio.create_task(part.run(stop)) for part in (relay, consumer)]
    try:
        await _write(database, topic, 10)
        server.process.kill()
        server.process.wait()
        server = forbear.stack.postgres.start(directory, port, durable=True)
        await _write(database, topic, 10)
        expected = {loan: list(range(1, 21)) for loan in LOANS}
        await until(lambda: _has_journal(database, expected))
    finally:
        stop.set()
        await asyncio.wait(running, timeout=20)
        await database.dispose()
        server.stop()
    assert all(task.done() and task.exception() is None for task in running)


async def _write(database: Database, topic: str, rounds: int) -> None:
    for _ in range(rounds):
        async with database.transaction() as session:
            events = [Event("bank", loan, StringValue(), NOW) for loan in LOANS]
            await outbox.append_many(session, topic, events)


async def _is_empty(database: Database) -> bool:
    async with database.transaction() as session:
        return (await outbox.backlog(session))["outbox_backlog"] == 0


async def _database_with_journal(server: RunningPostgres) -> Database:
    name = f"test_{uuid.uuid4().hex[:12]}"
    connection = await asyncpg.connect(f"{server.url}/postgres")
    await connection.execute(f'CREATE DATABASE "{name}"')
    await connection.close()
    database = Database(settings_from(postgres_url=server.url).database_url(name))
    async with database.transaction() as session:
        await create_chassis_tables(await session.connection())
        await session.execute(
            text("CREATE TABLE applied (id bigserial, key text NOT NULL, version int NOT NULL)")
        )
    return database


async def _journal(session: AsyncSession, records: Sequence[Record]) -> None:
    for record in records:
        await session.execute(
            text("INSERT INTO applied (key, version) VALUES (:key, :version)"),
            {"key": record.key, "version": record.version},
        )


async def _has_journal(database: Database, expected: dict[str, list[int]]) -> bool:
    found: dict[str, list[int]] = {}
    async with database.transaction() as session:
        for row in await session.execute(text("SELECT key, version FROM applied ORDER BY id")):
            found.setdefault(row.key, []).append(row.version)
    return found == expected
