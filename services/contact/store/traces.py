"""Tasks to find somebody, and how each was closed."""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from sqlalchemy import DateTime, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from services.contact.store.tables import Row


class TraceRow(Row, table=True):
    __tablename__: ClassVar[str] = "trace_task"
    trace_id: str = Field(primary_key=True)
    tenant: str
    party_id: str
    reason: str
    state: str
    opened_at: datetime = Field(sa_type=DateTime(timezone=True))
    source: str = ""
    evidence: str = ""
    point_id: str = ""
    closed_by: str = ""
    closed_at: datetime | None = Field(
        default=None,
        sa_type=DateTime(timezone=True),
    )


async def open_once(session: AsyncSession, row: TraceRow) -> bool:
    """False where the party is being looked for already."""
    bound = {
        "trace_id": row.trace_id,
        "tenant": row.tenant,
        "party_id": row.party_id,
        "reason": row.reason,
        "opened_at": row.opened_at,
    }
    return (await session.execute(_OPEN, bound)).scalar_one_or_none() is not None


async def locked(session: AsyncSession, tenant: str, trace_id: str) -> TraceRow | None:
    query = select(TraceRow).where(
        col(TraceRow.trace_id) == trace_id, col(TraceRow.tenant) == tenant
    )
    fresh = query.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(fresh)).scalar_one_or_none()


async def listed(
    session: AsyncSession, tenant: str, state: str, after: str, limit: int
) -> list[TraceRow]:
    query = (
        select(TraceRow)
        .where(
            col(TraceRow.tenant) == tenant,
            col(TraceRow.state) == state,
            col(TraceRow.trace_id) > after,
        )
        .order_by(col(TraceRow.trace_id))
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())


_OPEN = text(
    """INSERT INTO trace_task (trace_id, tenant, party_id, reason, state, opened_at, source,
        evidence, point_id, closed_by)
    VALUES (:trace_id, :tenant, :party_id, :reason, 'open', :opened_at, '', '', '', '')
    ON CONFLICT (tenant, party_id) WHERE state = 'open' DO NOTHING RETURNING trace_id"""
)
