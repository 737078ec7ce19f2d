"""An operator sees what waits, tries it again, or sets it aside; nothing disappears."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import FastAPI
from google.protobuf.wrappers_pb2 import StringValue
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox, problem
from chassis.consumer import Consumer, Record
from chassis.database import Database
from chassis.delivery import Item
from chassis.inbox import Raw, decode_event
from chassis.operations import operations_router
from chassis.outbox import Event
from chassis.settings import Settings

pytestmark = pytest.mark.database
NOW = datetime(2026, 3, 1, tzinfo=UTC)


class Handler:
    is_broken = True

    async def __call__(self, session: AsyncSession, records: Sequence[Record]) -> None:
        if self.is_broken:
            raise ValueError


@pytest.fixture
def handler() -> Handler:
    return Handler()


@pytest.fixture
def consumer(database: Database, settings: Settings, handler: Handler) -> Consumer:
    return Consumer(
        name="cases", topics=["t"], database=database, settings=settings, handler=handler
    )


@pytest.fixture
async def client(database: Database, consumer: Consumer) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    problem.install(app)
    app.include_router(operations_router(database, [consumer]))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as made:
        yield made


def item(key: str, version: int) -> Item:
    fields = {
        "ce_id": f"{key}-{version}",
        "ce_source": "/test",
        "ce_type": "google.protobuf.StringValue",
        "ce_time": "2026-03-01T00:00:00Z",
        "ce_sequence": str(version),
        "ce_tenant": "bank",
    }
    headers = tuple((name, value.encode()) for name, value in fields.items())
    raw = Raw("t", 0, version, 0, key.encode(), b"", headers)
    return Item(raw, decode_event(raw))


async def test_parked_records_are_listed_retried_and_skipped(
    client: httpx.AsyncClient, consumer: Consumer, handler: Handler, database: Database
) -> None:
    await consumer.delivery.apply([item("a", 1), item("b", 1), item("a", 2)])
    assert (await client.get("/operations/backlog")).json()["parked_keys"] == 2
    listed = (await client.get("/operations/parked/cases")).json()
    assert [(each["key"], each["records"]) for each in listed] == [("a", 2), ("b", 1)]
    assert listed[0]["error"].startswith("ValueError at test_operations.py")

    assert (await client.post("/operations/parked/cases/a/retry")).json() == {"cleared": False}
    assert (await client.post("/operations/parked/cases/a/skip")).json() == {"skipped": True}
    handler.is_broken = False
    for key in ("a", "b"):
        assert (await client.post(f"/operations/parked/cases/{key}/retry")).json() == {
            "cleared": True
        }
    assert (await client.get("/operations/backlog")).json()["parked_keys"] == 0
    assert (await client.post("/operations/parked/cases/a/skip")).json() == {"skipped": False}
    async with database.transaction() as session:
        kept = await session.execute(text('SELECT key, "offset" FROM inbox_parked'))
        assert [tuple(row) for row in kept] == [("a", 1)]


async def test_an_unknown_consumer_is_named_with_the_known_ones(client: httpx.AsyncClient) -> None:
    answer = await client.get("/operations/parked/nobody")
    assert answer.status_code == 404
    assert answer.json()["detail"] == "No consumer nobody; known: cases."


async def test_the_backlog_counts_what_is_unsent_and_what_is_dead(
    client: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction() as session:
        event = Event("bank", "a", StringValue(), NOW)
        await outbox.append_many(session, "t", [event, event, event])
        await session.execute(
            text(
                """WITH dead AS (DELETE FROM outbox WHERE version = 1 RETURNING *)
                INSERT INTO outbox_dead SELECT *, 'too large' FROM dead"""
            )
        )
    expected = {"outbox_backlog": 2, "outbox_dead": 1, "parked_keys": 0}
    assert (await client.get("/operations/backlog")).json() == expected
    assert (await client.post("/operations/dead/t/a/skip")).json() == {"events": 1}
    assert (await client.post("/operations/dead/t/a/retry")).json() == {"events": 1}
    assert (await client.get("/operations/backlog")).json()["outbox_backlog"] == 3
