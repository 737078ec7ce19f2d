"""Reads back what was published, from the beginning to where the topics end now."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from google.protobuf import symbol_database
from google.protobuf.message import Message

from events.v1 import (
    case_pb2,
    contact_calls_pb2,
    contact_customer_pb2,
    contact_pb2,
    contact_placements_pb2,
    contact_replies_pb2,
    ledger_pb2,
)
from forbear.stack.topics import read_topics

# Importing the modules is what makes their types known to the symbol database.
KNOWN = (
    case_pb2,
    contact_calls_pb2,
    contact_customer_pb2,
    contact_pb2,
    contact_placements_pb2,
    contact_replies_pb2,
    ledger_pb2,
)
_WAIT_MS = 1_000


@dataclass(frozen=True, slots=True)
class Recorded:
    """One event of one loan's stream; `version` is its place in that stream, and `wall_seconds`
    when the broker took it, since 1970."""

    loan_id: str
    version: int
    body: Message
    wall_seconds: float = 0.0


async def read_events(bootstrap: str, topic: str, tenant: str) -> list[Recorded]:
    """Every event of a tenant on a `collect.*` topic, each loan's in the order of its stream."""
    symbols = symbol_database.Default()
    events = []
    async for record in _records(bootstrap, topic):
        headers = dict(record.headers)
        if headers.get("ce_tenant", b"").decode() != tenant:
            continue
        kind = symbols.GetSymbol(headers["ce_type"].decode())
        body = kind.FromString(record.value or b"")
        place = (record.key.decode(), int(headers["ce_sequence"]))
        events.append(Recorded(*place, body, record.timestamp / 1_000))
    # At least once: a record may be there twice, and the first counts.
    by_place = {(event.loan_id, event.version): event for event in reversed(events)}
    return [by_place[place] for place in sorted(by_place)]


async def count_records(bootstrap: str, topics: Sequence[str]) -> dict[str, int]:
    """How many records each topic holds."""
    consumer: Any = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        counts = {}
        for topic in topics:
            partitions = _partitions(topic)
            starts = await consumer.beginning_offsets(partitions)
            ends = await consumer.end_offsets(partitions)
            counts[topic] = sum(ends[p] - starts[p] for p in partitions)
        return counts
    finally:
        await consumer.stop()


async def _records(bootstrap: str, topic: str) -> AsyncIterator[Any]:
    # Without a group it commits nothing and disturbs nobody.
    consumer: Any = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    try:
        partitions = _partitions(topic)
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        ends = await consumer.end_offsets(partitions)
        while any([await consumer.position(p) < ends[p] for p in partitions]):
            batches = await consumer.getmany(timeout_ms=_WAIT_MS, max_records=2_000)
            for records in batches.values():
                for record in records:
                    yield record
    finally:
        await consumer.stop()


def _partitions(topic: str) -> list[TopicPartition]:
    """As declared: the stack refuses a cluster on which it is otherwise."""
    declared = {each.name: each.partitions for each in read_topics()}
    return [TopicPartition(topic, n) for n in range(declared[topic])]
