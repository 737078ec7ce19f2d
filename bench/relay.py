"""How fast the relay moves events to Kafka, beside what a bare producer can do in the same run."""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from google.protobuf.wrappers_pb2 import BytesValue

from bench.report import Figure
from chassis import kafka, outbox
from chassis.database import Database, create_chassis_tables
from chassis.outbox import Event
from chassis.relay import Relay
from chassis.settings import Settings, settings_from
from forbear.stack.parts import plan
from forbear.stack.ports import free_base
from forbear.stack.supervisor import Supervisor

EVENTS, RELAY_PER_SECOND, LATENCY_MS = 50_000, 25_000.0, 150.0
VALUE_BYTES, LOANS, PARTITIONS = 300, 5_000, 12
NOW = datetime(2026, 3, 1, tzinfo=UTC)
HEADERS = [(f"ce_header_{number}", b"0123456789abcdef0123") for number in range(11)]


@dataclass(frozen=True)
class Measured:
    events: int
    append_per_second: float
    relay_per_second: float
    producer_per_second: float
    idle_latency_ms_p50: float
    idle_latency_ms_p99: float


async def figures() -> list[Figure]:
    """On servers of its own; docs give the targets (events/s of the relay, latency when idle)."""
    with tempfile.TemporaryDirectory(prefix="forbear-bench-") as directory:
        settings = settings_from(var=Path(directory), port_base=free_base())
        servers = replace(plan(settings), processes=())
        async with Supervisor(settings, stack=servers):
            found = await measure(settings, EVENTS)
    return [
        Figure("relay", found.relay_per_second, "1/s", found.producer_per_second, RELAY_PER_SECOND),
        Figure("relay_p99", found.idle_latency_ms_p99, "ms", 0.0, LATENCY_MS, is_ceiling=True),
    ]


async def measure(settings: Settings, events: int) -> Measured:
    """Fill an outbox, let one relay empty it, and send as much by a bare producer."""
    name = f"bench_{uuid.uuid4().hex[:12]}"
    topics = [f"bench.{name}.relay", f"bench.{name}.bare"]
    async with _database(settings, name) as database, _topics(settings, topics):
        appended = await _fill(database, topics[0], events)
        bare = await _send_bare(settings, topics[1], events)
        relayed, latencies = await _relay(settings, database, topics[0])
    return Measured(
        events=events,
        append_per_second=round(events / appended),
        relay_per_second=round(events / relayed),
        producer_per_second=round(events / bare),
        idle_latency_ms_p50=round(latencies[len(latencies) // 2] * 1000, 1),
        idle_latency_ms_p99=round(latencies[int(len(latencies) * 0.99)] * 1000, 1),
    )


async def _fill(database: Database, topic: str, events: int) -> float:
    body = BytesValue(value=os.urandom(VALUE_BYTES))
    started = time.perf_counter()
    for first in range(0, events, 500):
        batch = [
            Event("bank", f"loan-{number % LOANS}", body, NOW, cause="bench")
            for number in range(first, min(first + 500, events))
        ]
        async with database.transaction() as session:
            await outbox.append_many(session, topic, batch)
    return time.perf_counter() - started


async def _send_bare(settings: Settings, topic: str, events: int) -> float:
    producer = kafka.new_producer(settings.kafka_bootstrap)
    await producer.start()
    value = os.urandom(VALUE_BYTES)
    started = time.perf_counter()
    try:
        for first in range(0, events, 500):
            sent = [
                await producer.send(topic, value, f"loan-{n % LOANS}".encode(), headers=HEADERS)
                for n in range(first, min(first + 500, events))
            ]
            await asyncio.gather(*sent)
        return time.perf_counter() - started
    finally:
        await kafka.close(producer)


async def _relay(
    settings: Settings, database: Database, topic: str
) -> tuple[float, Sequence[float]]:
    """Seconds to empty the outbox; then seconds from commit to deletion of single events."""
    stop = asyncio.Event()
    relay = Relay(database, settings.kafka_bootstrap, "bench")
    started = time.perf_counter()
    running = asyncio.create_task(relay.run(stop))
    await _until_empty(database)
    took = time.perf_counter() - started
    latencies = []
    for number in range(200):
        event = Event("bank", f"loan-{number}", BytesValue(value=b"x"), NOW)
        async with database.transaction() as session:
            await outbox.append(session, topic, event)
        committed = time.perf_counter()
        await _until_empty(database, pause=0.0005)
        latencies.append(time.perf_counter() - committed)
    stop.set()
    await running
    return took, sorted(latencies)


async def _until_empty(database: Database, pause: float = 0.05) -> None:
    while True:
        async with database.transaction() as session:
            if (await outbox.backlog(session))["outbox_backlog"] == 0:
                return
        await asyncio.sleep(pause)


@asynccontextmanager
async def _database(settings: Settings, name: str) -> AsyncIterator[Database]:
    await _administer(settings, f'CREATE DATABASE "{name}"')
    database = Database(settings.database_url(name))
    try:
        async with database.transaction() as session:
            await create_chassis_tables(await session.connection())
        yield database
    finally:
        await database.dispose()
        await _administer(settings, f'DROP DATABASE "{name}" WITH (FORCE)')


@asynccontextmanager
async def _topics(settings: Settings, names: Sequence[str]) -> AsyncIterator[None]:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, PARTITIONS, 1) for name in names])
        yield
        await admin.delete_topics(list(names))
    finally:
        await admin.close()


async def _administer(settings: Settings, statement: str) -> None:
    url = urlsplit(settings.postgres_url)._replace(path="/postgres").geturl()
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
