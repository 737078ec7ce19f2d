"""The call queue's rows: who may take which call, and how each one ended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Column, DateTime, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from services.contact.domain.calls.queue import (
    SILENT_AFTER,
    UNKNOWN_LANGUAGE,
    CallState,
)
from services.contact.store.tables import Row


def _instant() -> Any:
    return Field(default=None, sa_type=DateTime(timezone=True), nullable=True)


class CallRow(Row, table=True):
    """`touches` are the loans' wishes that this call meets, as they were left; `refusal` is what
    the gate last answered to a dial; `point_index` is the blind index of a number that called."""

    __tablename__: ClassVar[str] = "call"
    call_id: str = Field(primary_key=True)
    tenant: str
    key: str
    direction: str
    party_id: str = ""
    role: str = ""
    language: str = ""
    skill: str = ""
    priority: int = 0
    touches: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    loan_ids: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    due_at: datetime = Field(sa_type=DateTime(timezone=True))
    not_before: datetime | None = _instant()
    window_until: datetime | None = _instant()
    state: str
    because: str = ""
    dials: int = 0
    collector: str = ""
    lease_wall_at: datetime | None = _instant()
    attempt_id: str = ""
    point_id: str = ""
    point_index: str = ""
    identity: str = "open"
    identity_failures: int = 0
    identity_at: datetime | None = _instant()
    refusal: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))
    opened_at: datetime = Field(sa_type=DateTime(timezone=True))


class DispositionRow(Row, table=True):
    """`request` is a hash of what was said, so that a repetition can be told from a correction."""

    __tablename__: ClassVar[str] = "call_disposition"
    attempt_id: str = Field(primary_key=True)
    tenant: str
    call_id: str
    dial: int
    code: str
    codes_version: int
    outcome: str
    collector: str
    at: datetime = Field(sa_type=DateTime(timezone=True))
    recording: str = ""
    is_recording_missing: bool = False
    request: str = ""
    promised_on: date | None = None
    next_action: str
    next_at: datetime | None = _instant()
    next_channel: str = ""


class IdentityCheckRow(Row, table=True):
    """Which facts matched, never what was said."""

    __tablename__: ClassVar[str] = "call_identity_check"
    call_id: str = Field(primary_key=True)
    check_id: str = Field(primary_key=True)
    number: int
    at: datetime = Field(sa_type=DateTime(timezone=True))
    collector: str
    method: str
    matched: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    missed: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    passed: bool


@dataclass(frozen=True)
class Wanted:
    """What a collector can take on now; no skills named means any."""

    tenant: str
    languages: Sequence[str]
    skills: Sequence[str]
    now: datetime


async def add(session: AsyncSession, row: CallRow | DispositionRow | IdentityCheckRow) -> None:
    session.add(row)
    await session.flush()


async def locked(session: AsyncSession, tenant: str, call_id: str) -> CallRow | None:
    """The call, locked; always before the streams of its loans."""
    query = select(CallRow).where(col(CallRow.call_id) == call_id, col(CallRow.tenant) == tenant)
    fresh = query.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(fresh)).scalar_one_or_none()


async def find(session: AsyncSession, tenant: str, call_id: str) -> CallRow | None:
    row = await session.get(CallRow, call_id)
    return row if row is not None and row.tenant == tenant else None


async def by_key(session: AsyncSession, tenant: str, key: str) -> CallRow | None:
    query = select(CallRow).where(col(CallRow.tenant) == tenant, col(CallRow.key) == key)
    return (await session.execute(query)).scalar_one_or_none()


async def held_by(
    session: AsyncSession, tenant: str, collector: str, wall: datetime
) -> CallRow | None:
    """The call a collector has already; a collector's claims wait for each other."""
    await session.execute(_LOCK_COLLECTOR, {"name": f"collector\n{tenant}\n{collector}"})
    query = (
        select(CallRow)
        .where(
            col(CallRow.tenant) == tenant,
            col(CallRow.collector) == collector,
            col(CallRow.state).in_((CallState.CLAIMED, CallState.UNDER_WAY)),
            col(CallRow.lease_wall_at) > wall,
        )
        .order_by(col(CallRow.lease_wall_at))
        .limit(1)
    )
    return (await session.execute(query)).scalar_one_or_none()


async def next_waiting(session: AsyncSession, wanted: Wanted) -> CallRow | None:
    """The first call in line that nobody else looks at, locked."""
    bound = {
        "tenant": wanted.tenant,
        "now": wanted.now,
        "languages": [*wanted.languages, UNKNOWN_LANGUAGE],
        "skills": list(wanted.skills),
    }
    found = (await session.execute(_NEXT, bound)).scalar_one_or_none()
    return None if found is None else await locked(session, wanted.tenant, found)


async def next_lapsed(
    session: AsyncSession, tenants: Collection[str], now: datetime, wall: datetime
) -> CallRow | None:
    """A call whose lease or window has ended, or nobody spoke of for long, locked."""
    row = (await session.execute(_LAPSED, {"now": now, "wall": wall})).one_or_none()
    if row is None:
        bound = {"tenants": sorted(tenants), "before": now - SILENT_AFTER, "wall": wall}
        row = (await session.execute(_SILENT, bound)).one_or_none()
    return None if row is None else await locked(session, row.tenant, row.call_id)


async def put_off(session: AsyncSession, call_id: str, until_wall: datetime) -> None:
    """A call that cannot be tended is left alone for a while."""
    await session.execute(_PUT_OFF, {"call_id": call_id, "until_wall": until_wall})


async def callback_beside(session: AsyncSession, row: CallRow) -> datetime | None:
    """The time for which another call was promised to the party of this one, while that waits;
    none where this one was promised itself."""
    bound = {
        "tenant": row.tenant,
        "party_id": row.party_id,
        "call_id": row.call_id,
        "attempt_id": row.attempt_id,
    }
    found = (await session.execute(_CALLBACK_BESIDE, bound)).scalar_one_or_none()
    return found if isinstance(found, datetime) else None


async def listed(
    session: AsyncSession, tenant: str, state: str, after: str, limit: int
) -> list[CallRow]:
    query = (
        select(CallRow)
        .where(
            col(CallRow.tenant) == tenant,
            col(CallRow.state) == state,
            col(CallRow.call_id) > after,
        )
        .order_by(col(CallRow.call_id))
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())


async def counts(session: AsyncSession, tenant: str) -> dict[str, int]:
    rows = await session.execute(_COUNTS, {"tenant": tenant})
    return {row.state: row.calls for row in rows}


async def disposition(session: AsyncSession, attempt_id: str) -> DispositionRow | None:
    return await session.get(DispositionRow, attempt_id)


async def without_recording(
    session: AsyncSession, tenant: str, after: str, limit: int
) -> list[DispositionRow]:
    query = (
        select(DispositionRow)
        .where(
            col(DispositionRow.tenant) == tenant,
            col(DispositionRow.is_recording_missing),
            col(DispositionRow.attempt_id) > after,
        )
        .order_by(col(DispositionRow.attempt_id))
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())


async def identity_check(
    session: AsyncSession, call_id: str, check_id: str
) -> IdentityCheckRow | None:
    return await session.get(IdentityCheckRow, (call_id, check_id))


async def parties_at(session: AsyncSession, tenant: str, point_ids: Collection[str]) -> list[str]:
    """Who is known by a contact point; the ids are those of one number."""
    bound = {"tenant": tenant, "point_ids": sorted(set(point_ids))}
    rows = await session.execute(_PARTIES_AT, bound)
    return [row.party_id for row in rows]


_LOCK_COLLECTOR = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
_NEXT = text(
    """SELECT call_id FROM call
    WHERE tenant = :tenant AND state = 'queued' AND due_at <= :now
        AND (not_before IS NULL OR not_before <= :now)
        AND (window_until IS NULL OR window_until > :now)
        AND language = ANY (CAST(:languages AS text[]))
        AND (cardinality(CAST(:skills AS text[])) = 0 OR skill = ANY (CAST(:skills AS text[])))
    ORDER BY priority DESC, due_at, call_id LIMIT 1 FOR UPDATE SKIP LOCKED"""
)
_LAPSED = text(
    """SELECT tenant, call_id FROM call
    WHERE (state IN ('claimed', 'under_way') AND lease_wall_at <= :wall)
        OR (state = 'queued' AND window_until <= :now
            AND (lease_wall_at IS NULL OR lease_wall_at <= :wall))
    LIMIT 1 FOR UPDATE SKIP LOCKED"""
)
_SILENT = text(
    """SELECT c.tenant, c.call_id FROM call c JOIN attempt a USING (attempt_id)
    WHERE c.tenant = ANY (CAST(:tenants AS text[])) AND c.state = 'unreported'
        AND c.because <> 'silent' AND (c.lease_wall_at IS NULL OR c.lease_wall_at <= :wall)
        AND a.confirmed_at <= :before
    LIMIT 1 FOR UPDATE OF c SKIP LOCKED"""
)
_PUT_OFF = text("UPDATE call SET lease_wall_at = :until_wall WHERE call_id = :call_id")
# A call's latest attempt is the one it was promised in, until it is dialled again.
_CALLBACK_BESIDE = text(
    """SELECT max(d.next_at) FROM attempt a JOIN call_disposition d USING (attempt_id)
    JOIN call c ON c.call_id = d.call_id AND c.attempt_id = a.attempt_id
    WHERE a.tenant = :tenant AND a.party_id = :party_id AND d.next_action = 'callback'
        AND c.state IN ('queued', 'claimed') AND c.call_id <> :call_id
        AND NOT EXISTS (SELECT FROM call_disposition own
            WHERE own.attempt_id = :attempt_id AND own.next_action = 'callback')"""
)
_COUNTS = text("SELECT state, count(*) AS calls FROM call WHERE tenant = :tenant GROUP BY state")
_PARTIES_AT = text(
    """SELECT DISTINCT p.party_id FROM contact_point c JOIN party p USING (party_id)
    WHERE p.tenant = :tenant AND c.point_id = ANY (CAST(:point_ids AS text[]))
        AND c.kind = 'phone' AND c.is_current AND c.invalid_at IS NULL
    ORDER BY p.party_id LIMIT 2"""
)
