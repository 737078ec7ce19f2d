"""Reads back what the bank sent: the whole of its topic, up to where it ends now."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from google.protobuf.message import DecodeError

from events.v1.bank_pb2 import BankFact
from forbear.portfolio.planned import FACTS_TOPIC

_WAIT_MS = 1_000


async def read_bank_facts(bootstrap: str) -> AsyncIterator[BankFact]:
    """Every decodable fact on the topic, in order per loan; what cannot be decoded is left out."""
    # Without a group nothing is committed and nobody's consumption is disturbed.
    consumer: Any = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        # Asking for all topics is what makes a consumer without a subscription know partitions.
        await consumer.topics()
        numbers = consumer.partitions_for_topic(FACTS_TOPIC) or ()
        partitions = [TopicPartition(FACTS_TOPIC, number) for number in sorted(numbers)]
        consumer.assign(partitions)
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
