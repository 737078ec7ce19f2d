"""Reads back what the bank sent: the whole of its topic, up to where it ends now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from google.protobuf.message import DecodeError

from events.v1.bank_pb2 import BankFact
from forbear.portfolio.planned import FACTS_TOPIC

_WAIT_MS = 1_000


async def read_bank_facts(bootstrap: str) -> AsyncIterator[BankFact]:
    """Every decodable fact on the topic, in order per loan; what cannot be decoded is left out."""
    partitions = await _partitions(bootstrap)
    # Without a group it commits nothing and disturbs nobody.
    consumer: Any = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    consumer.assign(partitions)
    await consumer.start()
    try:
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(p) < ends[p] for p in partitions]):
            batches = await consumer.getmany(timeout_ms=_WAIT_MS, max_records=2_000)
            for records in batches.values():
                for record in records:
                    try:
                        yield BankFact.FromString(record.value or b"")
                    except DecodeError:
                        continue
    finally:
        await consumer.stop()


async def _partitions(bootstrap: str) -> list[TopicPartition]:
    # A consumer learns of partitions some time after its start; the broker is asked instead.
    admin: Any = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        (topic,) = await admin.describe_topics([FACTS_TOPIC])
    finally:
        await admin.close()
    if not topic["partitions"]:
        raise LookupError(f"{bootstrap} has no topic {FACTS_TOPIC}; create it with `forbear up`")
    return [TopicPartition(FACTS_TOPIC, part["partition"]) for part in topic["partitions"]]
