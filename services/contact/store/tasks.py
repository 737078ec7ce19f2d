"""Desk tasks as rows: two who claim at once never get the same one."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, DateTime, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from services.contact.domain.tasks import TaskKind
from services.contact.store.tables import Row


class TaskRow(Row, table=True):
    __tablename__: ClassVar[str] = "desk_task"
    task_id: str = Field(primary_key=True)
    tenant: str
    kind: str
    priority: int
    due_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    reply_id: str
    party_id: str
    loan_id: str
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    claimed_by: str | None = None
    lease_until: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    completed_at: datetime | None = Field(default=None, sa_column=Column(DateTime(timezone=True)))
    completed_by: str | None = None
    note: bytes | None = None
    because: str = ""


@dataclass(frozen=True)
class Claim:
    """Who takes what, and until when on the wall clock; no kinds means any."""

    tenant: str
    by: str
    kinds: Collection[TaskKind]
    wall: datetime
    until_wall: datetime


async def add(session: AsyncSession, rows: Collection[TaskRow]) -> None:
    for row in rows:
        if await session.get(TaskRow, row.task_id) is None:
            session.add(row)
    await session.flush()


async def find(
    session: AsyncSession, tenant: str, task_id: str, *, lock: bool = False
) -> TaskRow | None:
    query = select(TaskRow).where(col(TaskRow.task_id) == task_id, col(TaskRow.tenant) == tenant)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    return (await session.execute(query)).scalar_one_or_none()


async def claim(session: AsyncSession, wanted: Claim) -> TaskRow | None:
    """The most urgent task that nobody holds, taken by this caller."""
    bound = {
        "tenant": wanted.tenant,
        "by": wanted.by,
        "kinds": sorted(wanted.kinds or TaskKind),
        "wall": wanted.wall,
        "until_wall": wanted.until_wall,
    }
    task_id = (await session.execute(_CLAIM, bound)).scalar_one_or_none()
    return None if task_id is None else await find(session, wanted.tenant, task_id, lock=True)


async def open_tasks(
    session: AsyncSession, tenant: str, kind: TaskKind | None, limit: int
) -> list[TaskRow]:
    """Those not completed, the most urgent first."""
    query = select(TaskRow).where(
        col(TaskRow.tenant) == tenant, col(TaskRow.completed_at).is_(None)
    )
    if kind is not None:
        query = query.where(col(TaskRow.kind) == kind)
    ordered = query.order_by(col(TaskRow.priority), col(TaskRow.due_at), col(TaskRow.task_id))
    return list((await session.execute(ordered.limit(limit))).scalars())


async def of_reply(session: AsyncSession, tenant: str, reply_id: str) -> list[TaskRow]:
    query = select(TaskRow).where(col(TaskRow.tenant) == tenant, col(TaskRow.reply_id) == reply_id)
    return list((await session.execute(query.order_by(col(TaskRow.priority)))).scalars())


async def close_of(
    session: AsyncSession, tenant: str, reply_id: str, by: str, at: datetime
) -> None:
    """Nobody need look at these tasks any more: what they were about was done."""
    bound = {"tenant": tenant, "reply_id": reply_id, "by": by, "at": at}
    await session.execute(_CLOSE, bound)


async def has_open(session: AsyncSession, party_id: str, kinds: Collection[TaskKind]) -> bool:
    """Whether a person still has to look after this party for one of these reasons."""
    query = select(col(TaskRow.task_id)).where(
        col(TaskRow.party_id) == party_id,
        col(TaskRow.completed_at).is_(None),
        col(TaskRow.kind).in_(sorted(kinds)),
    )
    return (await session.execute(query.limit(1))).first() is not None


async def note_reading(session: AsyncSession, row: TaskRow, by: str, at: datetime) -> None:
    """Who read whose words, and when."""
    bound = {"tenant": row.tenant, "reply_id": row.reply_id, "task_id": row.task_id}
    await session.execute(_NOTE_READING, {**bound, "by": by, "at": at})


_CLAIM = text(
    """UPDATE desk_task SET claimed_by = :by, lease_until = :until_wall
    WHERE task_id = (
        SELECT task_id FROM desk_task
        WHERE tenant = :tenant AND completed_at IS NULL
            AND kind = ANY (CAST(:kinds AS text[]))
            AND (lease_until IS NULL OR lease_until <= :wall)
        ORDER BY priority, due_at, task_id LIMIT 1 FOR UPDATE SKIP LOCKED)
    RETURNING task_id"""
)
_CLOSE = text(
    """UPDATE desk_task SET completed_at = :at, completed_by = :by, lease_until = NULL
    WHERE tenant = :tenant AND reply_id = :reply_id AND completed_at IS NULL"""
)
_NOTE_READING = text(
    """INSERT INTO words_read (tenant, reply_id, task_id, read_by, read_at)
    VALUES (:tenant, :reply_id, :task_id, :by, :at)"""
)
