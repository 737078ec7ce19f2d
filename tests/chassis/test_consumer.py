"""A bad record stops nobody but its own key, and no record is lost or applied twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from google.protobuf.wrappers_pb2 import BoolValue, StringValue
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

import chassis.consumer
from chassis import inbox, kafka, outbox, vault
from chassis.consumer import Consumer, Record
from chassis.database import Database
from chassis.outbox import Event
from chassis.settings import Settings, settings_from
from tests.chassis.consuming import (
    NOW,
    Journal,
    applied_at_least,
    applied_to,
    event_headers,
    has_begun,
    running,
    send,
    send_garbage,
    was_refused,
)
from tests.chassis.topic_log import read_topic, until
from tests.conftest import NewTopics

pytestmark = [pytest.mark.stack, pytest.mark.database]


async def test_records_are_applied_once_although_delivered_again(
    journal: Journal, make_consumer: Any, kafka_bootstrap: str, new_topics: NewTopics
) -> None:
    (topic,) = await new_topics()
    messages = [(f"loan-{n % 5}", n // 5 + 1) for n in range(50)]
    await send(kafka_bootstrap, topic, *messages, *messages)
    expected = {f"loan-{n}": list(range(1, 11)) for n in range(5)}
    async with running(make_consumer(topic)):
        await until(lambda: journal.has(expected))
        await send(kafka_bootstrap, topic, ("last", 1))
        await until(lambda: journal.has({**expected, "last": [1]}))


async def test_what_a_handler_does_not_want_is_passed_over_and_leaves_no_trace(
    journal: Journal, make_consumer: Any, kafka_bootstrap: str, new_topics: NewTopics
) -> None:
    (topic,) = await new_topics(partitions=1)
    headers = dict(event_headers("loan", 1)) | {"ce_type": b"google.protobuf.BoolValue"}
    producer = kafka.new_producer(kafka_bootstrap)
    await producer.start()
    try:
        body = BoolValue(value=True).SerializeToString()
        await producer.send_and_wait(topic, body, b"loan", headers=list(headers.items()))
    finally:
        await kafka.close(producer)
    await send(kafka_bootstrap, topic, ("loan", 2))
    async with running(make_consumer(topic, wants=(StringValue,))):
        await until(lambda: journal.has({"loan": [2]}))
    async with journal.database.transaction() as session:
        taken = await session.execute(text("SELECT event_id FROM inbox"))
        assert taken.scalars().all() == ["loan-2"]


async def test_a_failing_key_is_parked_and_the_rest_of_its_partition_moves_on(
    journal: Journal, make_consumer: Any, kafka_bootstrap: str, new_topics: NewTopics
) -> None:
    (topic,) = await new_topics(partitions=1)
    journal.poison.add(("bad", 2))
    messages = [(key, n) for n in range(1, 6) for key in ("bad", "good", "fine")]
    await send(kafka_bootstrap, topic, *messages)
    whole = [1, 2, 3, 4, 5]
    consumer = make_consumer(topic)
    async with running(consumer):
        await until(lambda: journal.has({"bad": [1], "good": whole, "fine": whole}))
        await send(kafka_bootstrap, topic, ("bad", 6), ("good", 6))
        await until(lambda: applied_to(journal, "good", 6))
        assert journal.parked == {"bad"}
        async with journal.database.transaction() as session:
            assert await inbox.parked_keys(session) == 1
            assert await inbox.is_parked(session, consumer.name, "bad")
            (waiting,) = await inbox.inspect(session, consumer.name)
            assert (waiting["key"], waiting["records"]) == ("bad", 5)
        journal.poison.clear()
        await until(lambda: applied_to(journal, "bad", 6))
        assert (await journal.applied())["bad"] == [1, 2, 3, 4, 5, 6]
        assert journal.parked == set()


async def test_a_parked_record_that_is_skipped_lets_the_next_ones_go(
    journal: Journal, make_consumer: Any, kafka_bootstrap: str, new_topics: NewTopics
) -> None:
    (topic,) = await new_topics()
    journal.poison.add(("bad", 1))
    await send(kafka_bootstrap, topic, ("bad", 1), ("bad", 2))
    consumer = make_consumer(topic)

    async def is_parked() -> bool:
        async with journal.database.transaction() as session:
            return await inbox.is_parked(session, consumer.name, "bad")

    async with running(consumer):
        await until(is_parked)
        assert await consumer.delivery.skip("bad")
        assert await consumer.retry_parked("bad")
        await until(lambda: journal.has({"bad": [2]}))
    assert journal.parked == set()


async def test_an_outage_is_nobodys_fault_and_parks_nothing(
    journal: Journal, make_consumer: Any, kafka_bootstrap: str, new_topics: NewTopics
) -> None:
    (topic,) = await new_topics()
    journal.outage = True
    await send(kafka_bootstrap, topic, ("a", 1), ("b", 1))
    async with running(make_consumer(topic)):
        await until(lambda: was_refused(journal, times=3))
        async with journal.database.transaction() as session:
            assert await inbox.parked_keys(session) == 0
        journal.outage = False
        await until(lambda: journal.has({"a": [1], "b": [1]}))


async def test_a_slow_partition_does_not_delay_the_others(
    journal: Journal, make_consumer: Any, kafka_bootstrap: str, new_topics: NewTopics
) -> None:
    (topic,) = await new_topics(partitions=8)
    journal.delays["slow"] = 3.0
    others = [(f"loan-{n}", 1) for n in range(20)]
    await send(kafka_bootstrap, topic, ("slow", 1))
    async with running(make_consumer(topic)):
        await until(lambda: has_begun(journal, "slow"))
        await send(kafka_bootstrap, topic, *others)
        slow_partition_aside = 10
        await until(lambda: applied_at_least(journal, slow_partition_aside), 2.5)
        assert "slow" not in await journal.applied()
        await until(lambda: applied_at_least(journal, 21))


async def test_the_undecodable_goes_to_the_dead_letter_topic_sealed_with_its_origin(
    journal: Journal, make_consumer: Any, kafka_bootstrap: str, new_topics: NewTopics
) -> None:
    (topic,) = await new_topics(partitions=1)
    key = bytes(range(32))
    sealing = {
        "seal": lambda value: vault.seal(vault.public_of(key), value),
        "unseal": lambda value: vault.unseal(key, value),
    }
    await send(kafka_bootstrap, topic, ("a", 1))
    await send_garbage(kafka_bootstrap, topic, b"a", b"secret")
    await send(kafka_bootstrap, topic, ("a", 2))
    async with running(make_consumer(topic, **sealing)):
        await until(lambda: journal.has({"a": [1, 2]}))
    (letter,) = await read_topic(kafka_bootstrap, f"{topic}.dlq.v1")
    headers = {name: value.decode() for name, value in letter.headers}
    assert headers["origin_topic"] == topic
    assert (headers["origin_partition"], headers["origin_offset"]) == ("0", "1")
    assert headers["origin_group"] == f"group-of-{topic}"
    assert headers["error_class"] == "Undecodable"
    assert headers["ce_type"] == "no.such.Type"
    assert b"secret" not in letter.value
    assert vault.unseal(key, letter.value) == b"secret"


async def test_a_parked_value_is_stored_sealed_and_opened_for_its_retry(
    journal: Journal, make_consumer: Any, kafka_bootstrap: str, new_topics: NewTopics
) -> None:
    (topic,) = await new_topics()
    key = bytes(range(32))
    journal.poison.add(("bad", 1))
    await send(kafka_bootstrap, topic, ("bad", 1))
    consumer = make_consumer(
        topic,
        seal=lambda value: vault.seal(vault.public_of(key), value),
        unseal=lambda value: vault.unseal(key, value),
    )

    async def stored() -> bool:
        async with journal.database.transaction() as session:
            values = (await session.execute(text("SELECT value FROM inbox_parked"))).scalars()
            return [b"bad" in value for value in values] == [False]

    async with running(consumer):
        await until(stored)
        journal.poison.clear()
        await until(lambda: journal.has({"bad": [1]}))


async def test_a_flood_of_undecodables_stops_consuming_instead_of_emptying_the_topic(
    journal: Journal,
    make_consumer: Any,
    kafka_bootstrap: str,
    new_topics: NewTopics,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    (topic,) = await new_topics(partitions=1)
    monkeypatch.setattr(chassis.consumer, "BREAKER_SECONDS", 2.0)
    for _ in range(60):
        await send_garbage(kafka_bootstrap, topic, b"a", b"?")
    await send(kafka_bootstrap, topic, ("a", 1))

    async def is_tripped() -> bool:
        return "more than half" in caplog.text

    async with running(make_consumer(topic)):
        await until(is_tripped)
        assert await journal.applied() == {}
        await until(lambda: journal.has({"a": [1]}))
    assert len(await read_topic(kafka_bootstrap, f"{topic}.dlq.v1")) == 60


async def test_members_that_come_and_go_lose_repeat_and_reorder_nothing(
    journal: Journal, make_consumer: Any, kafka_bootstrap: str, new_topics: NewTopics
) -> None:
    (topic,) = await new_topics(partitions=6)
    journal.delays = {f"loan-{n}": 0.002 for n in range(30)}
    messages = [(f"loan-{n % 30}", n // 30 + 1) for n in range(1_500)]
    expected = {f"loan-{n}": list(range(1, 51)) for n in range(30)}
    async with running(make_consumer(topic)):
        await send(kafka_bootstrap, topic, *messages[:500])
        await until(lambda: applied_at_least(journal, 50))
        async with running(make_consumer(topic)):
            await send(kafka_bootstrap, topic, *messages[500:])
            await until(lambda: applied_at_least(journal, 500))
            async with running(make_consumer(topic)):
                await until(lambda: applied_at_least(journal, 800))
        await until(lambda: journal.has(expected))


async def test_what_a_handler_tells_continues_the_trace_of_its_cause(
    database: Database,
    settings: Settings,
    kafka_bootstrap: str,
    new_topics: NewTopics,
) -> None:
    (topic,) = await new_topics()
    trace = "00-" + "a" * 32 + "-" + "b" * 16 + "-01"
    producer = kafka.new_producer(kafka_bootstrap)
    await producer.start()
    headers = [*event_headers("loan", 1), ("traceparent", trace.encode())]
    await producer.send_and_wait(topic, value=b"", key=b"loan", headers=headers)
    await kafka.close(producer)

    async def tell(session: AsyncSession, records: Sequence[Record]) -> None:
        for record in records:
            told = Event("bank", record.key, StringValue(), NOW, cause=record.event_id)
            await outbox.append(session, "collect.other.v1", told)

    given = settings_from(**{**settings.model_dump(), "kafka_bootstrap": kafka_bootstrap})
    consumer = Consumer(name=topic, topics=[topic], database=database, settings=given, handler=tell)

    async def traces() -> list[str]:
        async with database.transaction() as session:
            return list((await session.execute(text("SELECT traceparent FROM outbox"))).scalars())

    async def has_told() -> bool:
        return len(await traces()) == 1

    async with running(consumer):
        await until(has_told)
    (told,) = await traces()
    assert told.startswith("00-" + "a" * 32) and told != trace
