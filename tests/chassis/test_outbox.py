"""Versions are gap-free per stream, whoever writes at the same time."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from google.protobuf.wrappers_pb2 import StringValue
from sqlalchemy import text

from chassis import outbox
from chassis.database import Database
from chassis.outbox import Event

pytestmark = pytest.mark.database
TOPIC = "collect.test.v1"
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def event(loan_id: str, value: str = "") -> Event:
    return Event("bank", loan_id, StringValue(value=value), NOW, cause="because")


async def test_versions_count_up_from_one_per_loan(database: Database) -> None:
    async with database.transaction() as session:
        events = [event("b"), event("a"), event("b")]
        assert await outbox.append_many(session, TOPIC, events) == [1, 1, 2]
        assert await outbox.append(session, TOPIC, event("b")) == 3
        assert await outbox.append(session, "collect.other.v1", event("b")) == 1


async def test_a_transaction_rolled_back_leaves_no_gap(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as session:
            await outbox.append(session, TOPIC, event("a"))
            raise RuntimeError
    async with database.transaction() as session:
        assert await outbox.append(session, TOPIC, event("a")) == 1


async def test_a_commit_with_events_wakes_the_relay_and_one_without_does_not(
    database: Database,
) -> None:
    woken: list[int] = []
    database.on_append.append(lambda: woken.append(1))
    async with database.transaction() as session:
        await session.execute(text("SELECT 1"))
    assert woken == []
    async with database.transaction() as session:
        await outbox.append(session, TOPIC, event("a"))
        assert woken == []
    assert woken == [1]


async def test_concurrent_writers_over_shared_loans_neither_deadlock_nor_skip(
    database: Database,
) -> None:
    loans = [f"loan-{number}" for number in range(6)]

    async def write(seed: int) -> None:
        chosen = [loans[(seed + step * (1 + seed % 3)) % 6] for step in range(3)]
        async with database.transaction() as session:
            await outbox.lock(session, TOPIC, chosen)
            await outbox.append_many(session, TOPIC, [event(loan) for loan in chosen])

    await asyncio.gather(*(write(seed) for seed in range(60)))
    async with database.transaction() as session:
        rows = await session.execute(
            text("SELECT loan_id, version FROM outbox ORDER BY loan_id, id")
        )
        by_loan: dict[str, list[int]] = {}
        for row in rows:
            by_loan.setdefault(row.loan_id, []).append(row.version)
    assert sum(map(len, by_loan.values())) == 180
    for versions in by_loan.values():
        assert versions == list(range(1, len(versions) + 1))
