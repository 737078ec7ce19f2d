"""What a topic holds, read back from its beginning, for the tests of relay and consumer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.inbox import Raw, Record, decode_event


async def read_topic(bootstrap: str, topic: str) -> list[Any]:
    """Every message up to the ends the topic has now; in offset order per partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = [TopicPartition(topic, n) for n in await _partitions(consumer, topic)]
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        messages: list[Any] = []
        async with asyncio.timeout(60):
            while any([await consumer.position(tp) < ends[tp] for tp in partitions]):
                for batch in (await consumer.getmany(timeout_ms=200)).values():
                    messages.extend(batch)
        return messages
    finally:
        await consumer.stop()


async def read_events(bootstrap: str, topic: str) -> list[Record]:
    return [decode_event(Raw.of(message)) for message in await read_topic(bootstrap, topic)]


def first_arrivals(records: list[Record]) -> dict[str, list[int]]:
    """Per loan, the versions in the order in which each was first seen."""
    arrived: dict[str, list[int]] = {}
    for record in records:
        versions = arrived.setdefault(record.key, [])
        if record.version not in versions:
            versions.append(record.version)
    return arrived


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 60) -> None:
    """Wait for a condition; fails when it does not come true in time."""
    async with asyncio.timeout(seconds):
        while not await condition():  # noqa: ASYNC110 — it may be true in another process
            await asyncio.sleep(0.02)


async def _partitions(consumer: AIOKafkaConsumer, topic: str) -> list[int]:
    async with asyncio.timeout(20):
        while not (found := consumer.partitions_for_topic(topic)):
            await consumer._client.force_metadata_update()
            consumer._client.add_topic(topic)
            await asyncio.sleep(0.05)
    return sorted(found)
