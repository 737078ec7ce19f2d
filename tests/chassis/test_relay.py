"""Nothing is lost and nothing is out of order per loan, whatever dies and whoever writes."""

from __future__ import annotations

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from google.protobuf.wrappers_pb2 import BytesValue, StringValue
from sqlalchemy import text

from chassis import outbox
from chassis.database import Database
from chassis.outbox import Event
from chassis.relay import Relay
from tests.chassis.topic_log import first_arrivals, read_events, until
from tests.conftest import NewTopics

pytestmark = [pytest.mark.stack, pytest.mark.database]
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
DYING = Path(__file__).with_name("dying_relay.py")
ROOT = Path(__file__).parents[2]


def event(loan_id: str, value: str = "") -> Event:
    return Event("bank", loan_id, StringValue(value=value), NOW, cause="because")


@asynccontextmanager
async def running(*relays: Relay) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(relay.run(stop)) for relay in relays]
    try:
        yield
    finally:
        stop.set()
        await asyncio.wait_for(asyncio.gather(*tasks), 20)


async def is_empty(database: Database) -> bool:
    async with database.transaction() as session:
        return (await outbox.backlog(session))["outbox_backlog"] == 0


async def write(database: Database, topic: str, loans: list[str], seed: int, rounds: int) -> None:
    """Transactions over one to three loans, of random lengths, some of them rolled back."""
    dice = random.Random(seed)
    for _ in range(rounds):
        chosen = dice.sample(loans, dice.randint(1, 3))
        with suppress(RuntimeError):
            async with database.transaction() as session:
                await session.execute(text("SELECT txid_current()"))
                await outbox.lock(session, topic, chosen)
                for loan in chosen:
                    await outbox.append(session, topic, event(loan))
                    await asyncio.sleep(dice.random() * 0.003)
                if dice.random() < 0.1:
                    raise RuntimeError


async def assert_all_arrived(database: Database, bootstrap: str, topic: str) -> int:
    records = await read_events(bootstrap, topic)
    arrived = first_arrivals(records)
    async with database.transaction() as session:
        rows = await session.execute(text("SELECT loan_id, version FROM stream WHERE version > 0"))
        expected = {row.loan_id: list(range(1, row.version + 1)) for row in rows}
    assert arrived == expected
    return len(records)


async def test_an_event_arrives_with_its_whole_envelope(
    database: Database, kafka_bootstrap: str, new_topics: NewTopics
) -> None:
    (topic,) = await new_topics()
    async with database.transaction() as session:
        await outbox.append(session, topic, event("loan-1", "hello"))
    async with running(Relay(database, kafka_bootstrap, "test")):
        await until(lambda: is_empty(database))
    (record,) = await read_events(kafka_bootstrap, topic)
    assert (record.key, record.tenant, record.version) == ("loan-1", "bank", 1)
    assert (record.type, record.source) == ("google.protobuf.StringValue", "/test")
    assert (record.occurred_at, record.cause) == (NOW, "because")
    assert record.body == StringValue(value="hello")
    assert record.headers["ce_subject"] == "loan/loan-1"
    assert record.headers["ce_time"] == "2026-03-01T09:30:00Z"
    assert record.headers["content-type"] == "application/protobuf"
    assert len(record.headers["traceparent"]) == 55


async def test_an_id_committed_late_is_not_overtaken_by_its_successor(
    database: Database, kafka_bootstrap: str, new_topics: NewTopics
) -> None:
    # The interleaving a cursor gets wrong: A's id is drawn first and committed after B's was sent.
    (topic,) = await new_topics(partitions=1)
    async with running(Relay(database, kafka_bootstrap, "test")):
        async with database.transaction() as late:
            await outbox.append(late, topic, event("A"))
            async with database.transaction() as early:
                await outbox.append(early, topic, event("B"))
            await until(lambda: is_empty(database))
        async with database.transaction() as session:
            await outbox.append(session, topic, event("A"))
        await until(lambda: is_empty(database))
    records = await read_events(kafka_bootstrap, topic)
    assert [(record.key, record.version) for record in records] == [("B", 1), ("A", 1), ("A", 2)]


async def test_two_relays_share_the_parts_and_take_over_from_each_other(
    database: Database, kafka_bootstrap: str, new_topics: NewTopics
) -> None:
    (topic,) = await new_topics()
    one, two = (Relay(database, kafka_bootstrap, "test", rebalance_seconds=0.2) for _ in range(2))
    loans = [f"loan-{number}" for number in range(30)]

    async def is_shared() -> bool:
        return len(one.owned) == len(two.owned) == 32

    async def is_alone() -> bool:
        return len(one.owned) == 64

    async with running(one):
        writers = [
            asyncio.create_task(write(database, topic, loans, seed, 25)) for seed in range(8)
        ]
        await until(is_alone)
        async with running(two):
            await until(is_shared)
            assert not set(one.owned) & set(two.owned)
            await asyncio.gather(*writers)
        await until(is_alone)
        await until(lambda: is_empty(database))
    await assert_all_arrived(database, kafka_bootstrap, topic)


@pytest.mark.slow
@pytest.mark.parametrize("step", ["read", "submit", "wait", "acknowledged", "settle"])
async def test_two_relays_killed_at_a_step_lose_and_reorder_nothing(
    step: str, database: Database, kafka_bootstrap: str, new_topics: NewTopics
) -> None:
    (topic,) = await new_topics()
    loans = [f"loan-{number}" for number in range(20)]
    writers = [asyncio.create_task(write(database, topic, loans, seed, 60)) for seed in range(6)]
    deaths = 0

    async def keep_alive(seed: int) -> None:
        nonlocal deaths
        dice = random.Random(seed)
        while not (all(task.done() for task in writers) and await is_empty(database)):
            dies = step if deaths < 8 else "never"
            process = await _spawn(database, kafka_bootstrap, dies, dice.randint(1, 4))
            ending = asyncio.create_task(process.wait())
            while not ending.done():
                if all(task.done() for task in writers) and await is_empty(database):
                    process.terminate()
                    await asyncio.wait({ending}, timeout=15)
                    if not ending.done():
                        process.kill()
                    break
                await asyncio.sleep(0.02)
            deaths += await ending == -9

    await asyncio.wait_for(asyncio.gather(keep_alive(1), keep_alive(2)), 120)
    assert deaths >= 4
    sent = await assert_all_arrived(database, kafka_bootstrap, topic)
    assert sent > 0


async def test_a_refused_event_blocks_its_own_loan_only_until_it_is_skipped(
    database: Database, kafka_bootstrap: str, new_topics: NewTopics
) -> None:
    (topic,) = await new_topics(**{"max.message.bytes": "20000"})
    noise = BytesValue(value=os.urandom(60_000))
    async with database.transaction() as session:
        await outbox.append(session, topic, event("good"))
        await outbox.append(session, topic, event("bad", "first"))
        await outbox.append(session, topic, Event("bank", "bad", noise, NOW))
        await outbox.append(session, topic, event("bad", "third"))
        await outbox.append_many(session, topic, [event(f"other-{n}") for n in range(50)])

    async def only_the_dead_is_held() -> bool:
        async with database.transaction() as session:
            return await outbox.backlog(session) == {"outbox_backlog": 1, "outbox_dead": 1}

    async with running(Relay(database, kafka_bootstrap, "test", attempts_max=2)):
        await until(only_the_dead_is_held)
        arrived = first_arrivals(await read_events(kafka_bootstrap, topic))
        assert arrived["bad"] == [1]
        assert len(arrived) == 52
        async with database.transaction() as session:
            assert await outbox.skip_dead(session, topic, "bad") == 1
        await until(lambda: is_empty(database))
    assert first_arrivals(await read_events(kafka_bootstrap, topic))["bad"] == [1, 3]


async def test_a_dead_event_retried_goes_before_those_it_held(
    database: Database, kafka_bootstrap: str, new_topics: NewTopics
) -> None:
    (topic,) = await new_topics()
    async with database.transaction() as session:
        await outbox.append_many(session, topic, [event("bad"), event("bad")])
        await session.execute(
            text(
                """WITH dead AS (DELETE FROM outbox WHERE version = 1 RETURNING *)
                INSERT INTO outbox_dead SELECT *, 'why' FROM dead"""
            )
        )
        assert await outbox.retry_dead(session, topic, "bad") == 1
    async with running(Relay(database, kafka_bootstrap, "test")):
        await until(lambda: is_empty(database))
    assert first_arrivals(await read_events(kafka_bootstrap, topic)) == {"bad": [1, 2]}


async def test_a_lost_database_session_is_replaced(
    database: Database, kafka_bootstrap: str, new_topics: NewTopics
) -> None:
    (topic,) = await new_topics()
    async with running(Relay(database, kafka_bootstrap, "test", rebalance_seconds=0.2)):
        await _append_and_wait(database, topic)
        async with database.transaction() as session:
            await session.execute(
                text(
                    """SELECT pg_terminate_backend(pid) FROM pg_locks
                    WHERE locktype = 'advisory' AND objid = 64 AND database =
                        (SELECT oid FROM pg_database WHERE datname = current_database())"""
                )
            )
        await _append_and_wait(database, topic)
    await assert_all_arrived(database, kafka_bootstrap, topic)


async def test_an_event_leaves_at_once_although_the_relay_is_idle(
    database: Database, kafka_bootstrap: str, new_topics: NewTopics
) -> None:
    (topic,) = await new_topics()
    loop = asyncio.get_running_loop()
    async with running(Relay(database, kafka_bootstrap, "test")):
        await _append_and_wait(database, topic)
        took = []
        for _ in range(10):
            await asyncio.sleep(0.3)
            started = loop.time()
            await _append_and_wait(database, topic)
            took.append(loop.time() - started)
    # The slowest poll is 250 ms; the median of woken ones is far below.
    assert sorted(took)[5] < 0.15


async def _append_and_wait(database: Database, topic: str) -> None:
    async with database.transaction() as session:
        await outbox.append(session, topic, event("loan-1"))
    await until(lambda: is_empty(database))


async def _spawn(
    database: Database, bootstrap: str, step: str, nth: int
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        str(DYING),
        database.url,
        bootstrap,
        step,
        str(nth),
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=asyncio.subprocess.DEVNULL,
    )
