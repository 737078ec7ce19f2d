"""Consumers under test: a journal of what they applied, and ways to send to them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from google.protobuf.wrappers_pb2 import StringValue
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import kafka
from chassis.consumer import Consumer, Record
from chassis.database import Database

NOW = datetime(2026, 3, 1, tzinfo=UTC)
Message = tuple[str, int, str]
MakeConsumer = Callable[..., Awaitable[Consumer]]


class Journal:
    """A handler that writes what it applied into the database, and fails as it is told."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.poison: set[tuple[str, int]] = set()
        self.delays: dict[str, float] = {}
        self.parked: set[str] = set()
        self.outage = False
        self.begun: set[str] = set()
        self.refused = 0

    async def handle(self, session: AsyncSession, records: Sequence[Record]) -> None:
        for record in records:
            self.begun.add(record.key)
            await asyncio.sleep(self.delays.get(record.key, 0))
            if self.outage:
                self.refused += 1
                raise ConnectionError("the broker of a downstream is away")
            if (record.key, record.version) in self.poison:
                raise ValueError("cannot be applied")
            await session.execute(
                text("INSERT INTO applied (key, version) VALUES (:key, :version)"),
                {"key": record.key, "version": record.version},
            )

    async def on_parked(
        self, session: AsyncSession, keys: Collection[str], is_parked: bool
    ) -> None:
        self.parked = self.parked | set(keys) if is_parked else self.parked - set(keys)

    async def applied(self) -> dict[str, list[int]]:
        """Versions per key, in the order of application; a repeated one shows twice."""
        found: dict[str, list[int]] = {}
        async with self.database.transaction() as session:
            rows = await session.execute(text("SELECT key, version FROM applied ORDER BY id"))
            for row in rows:
                found.setdefault(row.key, []).append(row.version)
        return found

    async def has(self, expected: dict[str, list[int]]) -> bool:
        return await self.applied() == expected


@asynccontextmanager
async def running(*consumers: Consumer) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(consumer.run(stop)) for consumer in consumers]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 25)


async def send(bootstrap: str, topic: str, *messages: tuple[str, int]) -> None:
    producer = kafka.new_producer(bootstrap)
    await producer.start()
    try:
        for key, version in messages:
            body = StringValue(value=f"{key} {version}")
            headers = event_headers(key, version)
            await producer.send(
                topic, value=body.SerializeToString(), key=key.encode(), headers=headers
            )
    finally:
        await kafka.close(producer)


async def send_garbage(bootstrap: str, topic: str, key: bytes, value: bytes) -> None:
    producer = kafka.new_producer(bootstrap)
    await producer.start()
    try:
        headers = [("ce_id", b"x"), ("ce_type", b"no.such.Type")]
        await producer.send_and_wait(topic, value=value, key=key, headers=headers)
    finally:
        await kafka.close(producer)


def event_headers(key: str, version: int) -> list[tuple[str, bytes]]:
    fields = {
        "ce_id": f"{key}-{version}",
        "ce_source": "/test",
        "ce_type": "google.protobuf.StringValue",
        "ce_time": "2026-03-01T00:00:00Z",
        "ce_sequence": str(version),
        "ce_tenant": "bank",
    }
    return [(name, value.encode()) for name, value in fields.items()]


async def applied_to(journal: Journal, key: str, version: int) -> bool:
    return version in (await journal.applied()).get(key, [])


async def applied_at_least(journal: Journal, count: int) -> bool:
    return sum(map(len, (await journal.applied()).values())) >= count


async def was_refused(journal: Journal, times: int) -> bool:
    return journal.refused >= times


async def has_begun(journal: Journal, key: str) -> bool:
    return key in journal.begun
