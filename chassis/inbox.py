"""A consumer's memory, in its own database: what it has taken in, and whose records must wait."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from google.protobuf import descriptor_pool
from google.protobuf.message import DecodeError, Message
from google.protobuf.message_factory import GetMessageClass
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Undecodable

CHASSIS_SQL = [
    """CREATE TABLE inbox (
        consumer text NOT NULL, source text NOT NULL, event_id text NOT NULL,
        taken_at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (consumer, source, event_id))""",
    """CREATE TABLE inbox_parked (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, consumer text NOT NULL,
        key text NOT NULL, topic text NOT NULL, partition int NOT NULL, "offset" bigint NOT NULL,
        timestamp_ms bigint NOT NULL, headers jsonb NOT NULL, value bytea NOT NULL,
        error text NOT NULL, attempts int NOT NULL DEFAULT 0,
        next_at timestamptz NOT NULL DEFAULT now(), parked_at timestamptz NOT NULL DEFAULT now(),
        skipped_at timestamptz)""",
    "CREATE INDEX inbox_parked_key ON inbox_parked (consumer, key, id) WHERE skipped_at IS NULL",
]


@dataclass(frozen=True)
class Raw:
    """What the broker handed over, before anyone has read it."""

    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]

    @classmethod
    def of(cls, message: Any) -> Raw:
        """From an aiokafka `ConsumerRecord`."""
        return cls(
            message.topic,
            message.partition,
            message.offset,
            message.timestamp,
            message.key,
            message.value,
            tuple(message.headers),
        )


@dataclass(frozen=True)
class Record:
    """A decoded event with its envelope; `version` is its stream's, 0 where it has none."""

    topic: str
    partition: int
    offset: int
    key: str
    tenant: str
    event_id: str
    type: str
    version: int
    occurred_at: datetime
    cause: str
    source: str
    body: Message
    headers: Mapping[str, str]
    raw: bytes


# Raises Undecodable. `(source, event_id)` is what the inbox drops duplicates by: a consumer that
# counts its sender's duplicates itself must give each delivery an id of its own (its offset).
Decoder = Callable[[Raw], Record]


@dataclass(frozen=True)
class Parked:
    """A stored record that waits, and why."""

    id: int
    raw: Raw
    error: str
    attempts: int


def decode_event(raw: Raw) -> Record:
    """Read a CloudEvents envelope in binary mode around a registered Protobuf message."""
    headers = {name: value.decode("utf-8", "replace") for name, value in raw.headers}
    try:
        return Record(
            topic=raw.topic,
            partition=raw.partition,
            offset=raw.offset,
            key=(raw.key or b"").decode(),
            tenant=headers["ce_tenant"],
            event_id=headers["ce_id"],
            type=headers["ce_type"],
            version=int(headers["ce_sequence"]),
            occurred_at=_aware(headers["ce_time"]),
            cause=headers.get("ce_cause", ""),
            source=headers["ce_source"],
            body=parse(headers["ce_type"], raw.value or b""),
            headers=headers,
            raw=raw.value or b"",
        )
    except KeyError as missing:
        raise Undecodable(f"the header {missing} is missing") from missing
    except ValueError as wrong:
        raise Undecodable("a header or the key is not of its documented form") from wrong


def parse(type_name: str, value: bytes) -> Message:
    """A message of a registered type, by its full Protobuf name."""
    try:
        descriptor = descriptor_pool.Default().FindMessageTypeByName(type_name)
    except KeyError as unknown:
        raise Undecodable(f"the event type {type_name[:100]!r} is not known here") from unknown
    try:
        message = GetMessageClass(descriptor)()
        message.ParseFromString(value)
    except DecodeError as broken:
        raise Undecodable(f"the value is not a {type_name}") from broken
    return message


async def take_in(session: AsyncSession, consumer: str, records: Sequence[Record]) -> list[Record]:
    """Note records as taken in and return those that were not before, in their order."""
    rows = await session.execute(
        _TAKE_IN,
        {
            "consumer": consumer,
            "sources": [record.source for record in records],
            "event_ids": [record.event_id for record in records],
        },
    )
    fresh = {(row.source, row.event_id) for row in rows}
    first = {_id(record): record for record in reversed(records)}
    return [record for record in records if _id(record) in fresh and first[_id(record)] is record]


async def is_parked(session: AsyncSession, consumer: str, key: str) -> bool:
    return key in await parked_among(session, consumer, [key])


async def parked_among(session: AsyncSession, consumer: str, keys: Collection[str]) -> set[str]:
    rows = await session.execute(_AMONG, {"consumer": consumer, "keys": sorted(set(keys))})
    return {row.key for row in rows}


async def parked_keys(session: AsyncSession) -> int:
    """How many keys wait, over all consumers of this database."""
    return int((await session.execute(_COUNT)).scalar_one())


async def hold_key(session: AsyncSession, consumer: str, key: str) -> None:
    """Parking, retrying and clearing a key exclude each other until the transaction ends."""
    await session.execute(_HOLD, {"lock": f"parked\n{consumer}\n{key}"})


async def park(session: AsyncSession, consumer: str, key: str, raw: Raw, error: str) -> None:
    """Store a record to be tried again; `raw.value` as it is to be stored."""
    headers = [[name, value.decode("latin-1")] for name, value in raw.headers]
    await session.execute(
        _PARK,
        {
            "consumer": consumer,
            "key": key,
            "topic": raw.topic,
            "partition": raw.partition,
            "offset": raw.offset,
            "timestamp_ms": raw.timestamp_ms,
            "headers": json.dumps(headers),
            "value": raw.value or b"",
            "error": error[:500],
        },
    )


async def head_of(session: AsyncSession, consumer: str, key: str) -> Parked | None:
    """The oldest record that waits under a key."""
    row = (await session.execute(_HEAD, {"consumer": consumer, "key": key})).one_or_none()
    if row is None:
        return None
    headers = [(name, value.encode("latin-1")) for name, value in json.loads(row.headers)]
    raw = Raw(
        row.topic, row.partition, row.offset, row.timestamp_ms, key.encode(), row.value, headers
    )
    return Parked(row.id, raw, row.error, row.attempts)


async def due_keys(session: AsyncSession, consumer: str, at_most: int) -> list[str]:
    """Keys whose oldest record may be tried again now."""
    rows = await session.execute(_DUE, {"consumer": consumer, "at_most": at_most})
    return [row.key for row in rows]


async def clear(session: AsyncSession, parked: Parked) -> None:
    await session.execute(_CLEAR, {"id": parked.id})


async def postpone(session: AsyncSession, parked: Parked, error: str, seconds: float) -> None:
    bound = {"id": parked.id, "error": error[:500], "seconds": seconds}
    await session.execute(_POSTPONE, bound)


async def skip(session: AsyncSession, parked: Parked) -> None:
    """An operator lets the key's later records go first; the skipped one is kept."""
    await session.execute(_SKIP, {"id": parked.id})


async def inspect(
    session: AsyncSession, consumer: str, at_most: int = 100
) -> list[dict[str, object]]:
    """What waits, oldest first, for an operator: never the content."""
    rows = await session.execute(_INSPECT, {"consumer": consumer, "at_most": at_most})
    return [dict(row) for row in rows.mappings()]


def _id(record: Record) -> tuple[str, str]:
    return record.source, record.event_id


def _aware(stamp: str) -> datetime:
    instant = datetime.fromisoformat(stamp)
    if instant.tzinfo is None:
        raise ValueError("ce_time has no zone")
    return instant


_TAKE_IN = text(
    """INSERT INTO inbox (consumer, source, event_id)
    SELECT DISTINCT :consumer, given.*
    FROM unnest(CAST(:sources AS text[]), CAST(:event_ids AS text[])) AS given
    ON CONFLICT DO NOTHING RETURNING source, event_id"""
)
_AMONG = text(
    """SELECT DISTINCT key FROM inbox_parked WHERE consumer = :consumer
    AND key = ANY (CAST(:keys AS text[])) AND skipped_at IS NULL"""
)
_COUNT = text(
    """SELECT count(*) FROM (
        SELECT DISTINCT consumer, key FROM inbox_parked WHERE skipped_at IS NULL) waiting"""
)
_HOLD = text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 0))")
_PARK = text(
    """INSERT INTO inbox_parked (consumer, key, topic, partition, "offset", timestamp_ms, headers,
        value, error)
    VALUES (:consumer, :key, :topic, :partition, :offset, :timestamp_ms, CAST(:headers AS jsonb),
        :value, :error)"""
)
_HEAD = text(
    """SELECT id, topic, partition, "offset", timestamp_ms, CAST(headers AS text) AS headers,
        value, error, attempts
    FROM inbox_parked WHERE consumer = :consumer AND key = :key AND skipped_at IS NULL
    ORDER BY id LIMIT 1"""
)
_DUE = text(
    """SELECT key FROM (
        SELECT DISTINCT ON (key) key, next_at FROM inbox_parked
        WHERE consumer = :consumer AND skipped_at IS NULL ORDER BY key, id) heads
    WHERE next_at <= now() ORDER BY next_at LIMIT :at_most"""
)
_CLEAR = text("DELETE FROM inbox_parked WHERE id = :id")
_POSTPONE = text(
    """UPDATE inbox_parked SET attempts = attempts + 1, error = :error,
        next_at = now() + make_interval(secs => :seconds) WHERE id = :id"""
)
_SKIP = text("UPDATE inbox_parked SET skipped_at = now() WHERE id = :id")
_INSPECT = text(
    """SELECT key, count(*) AS records, min(parked_at) AS since, max(attempts) AS attempts,
        (array_agg(error ORDER BY id))[1] AS error, (array_agg(topic ORDER BY id))[1] AS topic,
        min("offset") AS first_offset
    FROM inbox_parked WHERE consumer = :consumer AND skipped_at IS NULL
    GROUP BY key ORDER BY min(id) LIMIT :at_most"""
)
