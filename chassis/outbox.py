"""Events are written in the transaction of what they tell, under their stream's lock.

The identity of an outbox row is drawn while its stream row is locked, so that for one loan the
order of ids is the order of commits: the relay needs no cursor and no horizon.
"""

from __future__ import annotations

import zlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from google.protobuf.message import Message
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.telemetry import child_of, new_event_id

PARTS = 64
APPENDED = "outbox_appended"
TRACES = "traceparents"

CHASSIS_SQL = [
    """CREATE TABLE stream (
        topic text NOT NULL, loan_id text NOT NULL, version bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (topic, loan_id))""",
    """CREATE TABLE outbox (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, part smallint NOT NULL,
        topic text NOT NULL, loan_id text NOT NULL, version bigint NOT NULL,
        event_id text NOT NULL, type text NOT NULL, tenant text NOT NULL, cause text NOT NULL,
        traceparent text NOT NULL, occurred_at timestamptz NOT NULL, payload bytea NOT NULL,
        attempts int NOT NULL DEFAULT 0, next_at timestamptz,
        UNIQUE (topic, loan_id, version))
        WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0)""",
    "CREATE INDEX outbox_part_id ON outbox (part, id)",
    "CREATE INDEX outbox_waiting ON outbox (next_at) WHERE next_at IS NOT NULL",
    """CREATE TABLE outbox_dead (
        LIKE outbox, error text NOT NULL, parked_at timestamptz NOT NULL DEFAULT now(),
        skipped_at timestamptz, PRIMARY KEY (topic, loan_id, version))""",
]


@dataclass(frozen=True)
class Event:
    """A fact to tell; its type is the full name of its body."""

    tenant: str
    loan_id: str
    body: Message
    occurred_at: datetime
    cause: str = ""


async def lock(session: AsyncSession, topic: str, loan_ids: Iterable[str]) -> None:
    """Lock the streams of these loans, in sorted order, creating those that are new.

    A command that touches several loans calls this once, first: locks taken piecemeal deadlock.
    """
    bound = {"topic": topic, "loan_ids": sorted(set(loan_ids))}
    await session.execute(_CREATE, bound)
    await session.execute(_LOCK, bound)


async def append(session: AsyncSession, topic: str, event: Event) -> int:
    """Write one event and return the version it took in its stream."""
    return (await append_many(session, topic, [event]))[0]


async def append_many(session: AsyncSession, topic: str, events: Sequence[Event]) -> list[int]:
    """Write events in the order given and return their versions; two statements in all."""
    if not events:
        return []
    versions = await _take_versions(session, topic, [event.loan_id for event in events])
    traces: Mapping[str, str] = session.info.get(TRACES, {})
    await session.execute(
        _INSERT,
        {
            "topic": topic,
            "parts": [part_of(event.loan_id) for event in events],
            "loan_ids": [event.loan_id for event in events],
            "versions": versions,
            "event_ids": [new_event_id() for _ in events],
            "types": [event.body.DESCRIPTOR.full_name for event in events],
            "tenants": [event.tenant for event in events],
            "causes": [event.cause for event in events],
            "traces": [child_of(traces.get(event.cause)) for event in events],
            "instants": [event.occurred_at for event in events],
            "payloads": [event.body.SerializeToString(deterministic=True) for event in events],
        },
    )
    session.info[APPENDED] = True
    return versions


async def backlog(session: AsyncSession) -> dict[str, int]:
    """How many events are still to be sent, and how many lie dead and hold their loans."""
    row = (await session.execute(_BACKLOG)).one()
    return {"outbox_backlog": row.waiting, "outbox_dead": row.dead}


async def retry_dead(session: AsyncSession, topic: str, loan_id: str) -> int:
    """Put a loan's dead events back at their old place, before those they hold."""
    done = await session.execute(_REVIVE, {"topic": topic, "loan_id": loan_id})
    session.info[APPENDED] = True
    return len(done.all())


async def skip_dead(session: AsyncSession, topic: str, loan_id: str) -> int:
    """Let a loan's later events go before its dead ones, which are kept; leaves a version gap."""
    done = await session.execute(_SKIP, {"topic": topic, "loan_id": loan_id})
    session.info[APPENDED] = True
    return len(done.all())


def part_of(loan_id: str) -> int:
    """The part of the outbox a loan belongs to; one relay owns a part at a time."""
    return zlib.crc32(loan_id.encode()) % PARTS


async def _take_versions(session: AsyncSession, topic: str, loan_ids: Sequence[str]) -> list[int]:
    counts = sorted(Counter(loan_ids).items())
    rows = await session.execute(
        _TAKE,
        {
            "topic": topic,
            "loan_ids": [loan_id for loan_id, _ in counts],
            "counts": [count for _, count in counts],
        },
    )
    last = {row.loan_id: int(row.version) for row in rows}
    following = {loan_id: last[loan_id] - count for loan_id, count in counts}
    versions = []
    for loan_id in loan_ids:
        following[loan_id] += 1
        versions.append(following[loan_id])
    return versions


_CREATE = text(
    """INSERT INTO stream (topic, loan_id)
    SELECT :topic, loan_id FROM unnest(CAST(:loan_ids AS text[])) AS given (loan_id)
    ON CONFLICT DO NOTHING"""
)
_LOCK = text(
    """SELECT FROM stream WHERE topic = :topic AND loan_id = ANY (CAST(:loan_ids AS text[]))
    ORDER BY loan_id COLLATE "C" FOR UPDATE"""
)
_TAKE = text(
    """INSERT INTO stream (topic, loan_id, version)
    SELECT :topic, loan_id, taken
    FROM unnest(CAST(:loan_ids AS text[]), CAST(:counts AS bigint[])) AS given (loan_id, taken)
    ON CONFLICT (topic, loan_id) DO UPDATE SET version = stream.version + EXCLUDED.version
    RETURNING loan_id, version"""
)
_INSERT = text(
    """INSERT INTO outbox (topic, part, loan_id, version, event_id, type, tenant, cause,
        traceparent, occurred_at, payload)
    SELECT :topic, given.* FROM unnest(
        CAST(:parts AS smallint[]), CAST(:loan_ids AS text[]), CAST(:versions AS bigint[]),
        CAST(:event_ids AS text[]), CAST(:types AS text[]), CAST(:tenants AS text[]),
        CAST(:causes AS text[]), CAST(:traces AS text[]), CAST(:instants AS timestamptz[]),
        CAST(:payloads AS bytea[])) AS given"""
)
_BACKLOG = text(
    """SELECT (SELECT count(*) FROM outbox) AS waiting,
        (SELECT count(*) FROM outbox_dead WHERE skipped_at IS NULL) AS dead"""
)
_COLUMNS = """id, part, topic, loan_id, version, event_id, type, tenant, cause, traceparent,
    occurred_at, payload"""
_REVIVE = text(
    f"""WITH dead AS (
        DELETE FROM outbox_dead WHERE topic = :topic AND loan_id = :loan_id RETURNING *)
    INSERT INTO outbox ({_COLUMNS}) OVERRIDING SYSTEM VALUE
    SELECT {_COLUMNS} FROM dead RETURNING id"""
)
_SKIP = text(
    """UPDATE outbox_dead SET skipped_at = now()
    WHERE topic = :topic AND loan_id = :loan_id AND skipped_at IS NULL RETURNING id"""
)
