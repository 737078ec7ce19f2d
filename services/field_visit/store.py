"""Field visit's tables and queries: visits, and what is booked per area, day and slot."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, DateTime, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col, select

from interfaces.values import VisitStatus
from services.field_visit.domain import Window

OPEN = (VisitStatus.BOOKED, VisitStatus.UNDER_WAY)


def _instant() -> Any:
    return Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=False))


class _Table(SQLModel, registry=registry()):
    """Tables of this service are strangers to those of others, by name too."""


class VisitRow(_Table, table=True):
    __tablename__ = "visit"

    visit_id: str = Field(primary_key=True)
    tenant: str
    loan_id: str
    episode: int
    party_id: str
    area: str
    day: date
    slot: str
    window_from: datetime = _instant()
    window_until: datetime = _instant()
    status: str
    outcome: str = ""
    agent_ids: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    report_id: str | None = None
    note_sealed: bytes | None = Field(default=None, sa_column=Column(LargeBinary))
    because: str = ""
    version: int = 0
    changed_at: datetime = _instant()


async def booked(
    session: AsyncSession, tenant: str, area: str, from_day: date
) -> dict[tuple[date, str], int]:
    """How many visits each window of an area holds from a day on."""
    rows = await session.execute(_BOOKED, {"tenant": tenant, "area": area, "from_day": from_day})
    return {(row.day, row.slot): row.visits for row in rows}


async def take_place(session: AsyncSession, tenant: str, area: str, window: Window) -> int | None:
    """Take a place in a window and return its number from 0; None if the last one just went."""
    place = {"tenant": tenant, "area": area, "day": window.day, "slot": window.slot.name}
    taken = await session.execute(_TAKE, {**place, "capacity": window.capacity})
    visits = taken.scalar_one_or_none()
    return None if visits is None else int(visits) - 1


async def give_back(session: AsyncSession, row: VisitRow) -> None:
    bound = {"tenant": row.tenant, "area": row.area, "day": row.day, "slot": row.slot}
    await session.execute(_GIVE_BACK, bound)


async def loan_of(session: AsyncSession, tenant: str, visit_id: str) -> str | None:
    found = await session.execute(
        select(VisitRow.loan_id).where(VisitRow.visit_id == visit_id, VisitRow.tenant == tenant)
    )
    return found.scalar_one_or_none()


async def visit(session: AsyncSession, visit_id: str) -> VisitRow | None:
    return await session.get(VisitRow, visit_id, populate_existing=True)


async def open_visits(session: AsyncSession, loan_id: str) -> Sequence[VisitRow]:
    rows = await session.execute(
        select(VisitRow)
        .where(VisitRow.loan_id == loan_id, col(VisitRow.status).in_(OPEN))
        .order_by(VisitRow.visit_id)
        .execution_options(populate_existing=True)
    )
    return rows.scalars().all()


async def visits(
    session: AsyncSession, tenant: str, status: str | None, after: str, at_most: int
) -> Sequence[VisitRow]:
    """A page of visits in the order in which they were booked."""
    query = select(VisitRow).where(VisitRow.tenant == tenant, VisitRow.visit_id > after)
    if status is not None:
        query = query.where(VisitRow.status == status)
    rows = await session.execute(query.order_by(VisitRow.visit_id).limit(at_most))
    return rows.scalars().all()


_BOOKED = text(
    """SELECT day, slot, visits FROM booked_window
    WHERE tenant = :tenant AND area = :area AND day >= :from_day"""
)
_TAKE = text(
    """INSERT INTO booked_window AS known (tenant, area, day, slot, visits)
    VALUES (:tenant, :area, :day, :slot, 1)
    ON CONFLICT (tenant, area, day, slot) DO UPDATE SET visits = known.visits + 1
    WHERE known.visits < :capacity RETURNING visits"""
)
_GIVE_BACK = text(
    """UPDATE booked_window SET visits = visits - 1
    WHERE tenant = :tenant AND area = :area AND day = :day AND slot = :slot AND visits > 0"""
)
