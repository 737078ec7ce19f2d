"""The Kafka door on a real broker: everything received is counted once, the unreadable included."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

import pytest
from aiokafka import AIOKafkaProducer

from chassis.consumer import Consumer
from chassis.inbox import Raw
from chassis.service import Context
from chassis.settings import Settings, settings_from
from services.intake.commands.counts import NAMES, counts
from services.intake.commands.desk import open_reception
from services.intake.consumers import (
    FACTS_GROUP,
    LETTERS_GROUP,
    KafkaDoor,
    consumers,
    decode_dead_letter,
    decode_fact,
)
from services.intake.domain.facts import Kind
from services.intake.settings import FACTS_TOPIC
from tests.conftest import NewTopics
from tests.services.intake.bank import fact, payment, registered, snapshot


def raw(value: bytes | None, offset: int = 7, headers: Mapping[str, str] | None = None) -> Raw:
    pairs = [(name, text.encode()) for name, text in (headers or {}).items()]
    return Raw(FACTS_TOPIC, 3, offset, 1_700_000_000_000, b"card 4111", value, pairs)


def test_a_delivery_is_named_by_its_place_and_its_key_hides_the_reference() -> None:
    record = decode_fact(raw(fact("e1", "4111111111111111").SerializeToString()))
    assert (record.event_id, record.source) == ("bank.facts.v1/3/7/1700000000000", "bank")
    assert "4111" not in record.key
    again = decode_fact(raw(fact("e2", "4111111111111111").SerializeToString(), offset=8))
    assert again.key == record.key


def test_a_dead_letter_is_named_by_its_origin_and_never_undecodable() -> None:
    origin = {"origin_topic": FACTS_TOPIC, "origin_partition": "2", "origin_offset": "40"}
    origin["origin_timestamp"] = "5"
    record = decode_dead_letter(raw(b"\xff", headers=origin))
    assert record.event_id == "bank.facts.v1/2/40/5"
    assert decode_dead_letter(raw(None)).event_id == "///"


@pytest.mark.database
async def test_a_dead_letter_counts_once_and_only_if_intake_wrote_it(context: Context) -> None:
    door = KafkaDoor(open_reception(context.settings, context.clock))
    origin = {"origin_topic": FACTS_TOPIC, "origin_partition": "2", "origin_offset": "40"}
    origin |= {"origin_group": FACTS_GROUP, "ce_tenant": "demo"}
    stranger = {"origin_group": "ledger"}
    ours = decode_dead_letter(raw(b"", headers=origin))
    theirs = decode_dead_letter(raw(b"", headers=stranger))
    for records in ([ours, theirs], [ours]):
        async with context.database.transaction() as session:
            await door.on_dead_letters(session, records)
    async with context.database.transaction() as session:
        assert (await counts(session, "demo"))[Kind.FACT]["dead_lettered"] == 1
        assert (await counts(session, "uci"))[Kind.FACT]["dead_lettered"] == 0


def test_every_topic_of_the_bank_and_its_dead_letters_has_a_consumer(context: Context) -> None:
    topics = [topic for consumer in consumers(context) for topic in consumer.topics]
    assert topics == [
        "bank.facts.v1",
        "bank.people.v1",
        "bank.facts.v1.dlq.v1",
        "bank.people.v1.dlq.v1",
    ]


@asynccontextmanager
async def running(*work: Consumer) -> AsyncIterator[None]:
    stop = asyncio.Event()
    tasks = [asyncio.create_task(consumer.run(stop)) for consumer in work]
    try:
        yield
    finally:
        stop.set()
        await asyncio.gather(*tasks)


async def totals(context: Context) -> dict[str, int]:
    async with context.database.transaction() as session:
        by_kind = await counts(session, "demo")
    return {name: sum(kind[name] for kind in by_kind.values()) for name in NAMES}


async def until_received(context: Context, expected: int) -> dict[str, int]:
    deadline = asyncio.get_running_loop().time() + 60
    while (found := await totals(context))["received"] < expected:
        assert asyncio.get_running_loop().time() < deadline, found
        await asyncio.sleep(0.1)
    return found


def on(context: Context, settings: Settings, topic: str) -> Sequence[Consumer]:
    """The consumers of `consumers`, listening to a topic of the test's own."""
    door = KafkaDoor(open_reception(context.settings, context.clock))
    seals = door.reception.seals
    return [
        Consumer(
            name=FACTS_GROUP,
            topics=[topic],
            database=context.database,
            settings=settings,
            handler=door.on_facts,
            decode=decode_fact,
            seal=seals.quarantine,
            unseal=seals.open_quarantine,
        ),
        Consumer(
            name=LETTERS_GROUP,
            topics=[f"{topic}.dlq.v1"],
            database=context.database,
            settings=settings,
            handler=door.on_dead_letters,
            decode=decode_dead_letter,
        ),
    ]


@pytest.mark.stack
@pytest.mark.database
async def test_the_count_closes_over_a_restart_on_a_real_broker(
    context: Context, kafka_bootstrap: str, new_topics: NewTopics
) -> None:
    (topic,) = await new_topics(1)
    settings = settings_from(kafka_bootstrap=kafka_bootstrap)
    before = await totals(context)
    sent: list[tuple[str, bytes]] = []
    for n in range(40):
        ref = f"K{n}"
        late = fact(f"kp{n}", ref, payment_received=payment(f"kt{n}")).SerializeToString()
        loan = fact(f"kr{n}", ref, registered=registered()).SerializeToString()
        wrong = fact(f"kw{n}", ref, snapshot=snapshot(as_of="2026-02-31")).SerializeToString()
        sent += [(ref, value) for value in (late, loan, loan, wrong, b"\xff\xff not a fact")]
    producer = AIOKafkaProducer(bootstrap_servers=kafka_bootstrap)
    await producer.start()
    for ref, value in sent[:100]:
        await producer.send_and_wait(topic, value, key=ref.encode())
    async with running(*on(context, settings, topic)):
        await until_received(context, before["received"] + 100)
    for ref, value in sent[100:]:
        await producer.send_and_wait(topic, value, key=ref.encode())
    await producer.stop()
    async with running(*on(context, settings, topic)):
        after = await until_received(context, before["received"] + 200)
    assert {name: after[name] - before[name] for name in NAMES} == {
        **{"received": 200, "applied": 80, "duplicate": 40, "stale": 0},
        **{"quarantined": 40, "dead_lettered": 40},
    }
