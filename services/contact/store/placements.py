"""Placements as rows: a loan's, an agency's, and those that time may end."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column, DateTime, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from services.contact.domain.placements import OPEN, OWING_DATA, PlacementStatus
from services.contact.store.tables import Row


class PlacementRow(Row, table=True):
    """`next_look_at` is the next instant at which time alone may end it; `stopped_at` is when the
    agency might act no more."""

    __tablename__: ClassVar[str] = "placement"
    tenant: str = Field(primary_key=True)
    placement_id: str = Field(primary_key=True)
    loan_id: str
    agency_id: str
    status: str
    purposes: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    from_at: datetime = Field(sa_type=DateTime(timezone=True))
    until_at: datetime = Field(sa_type=DateTime(timezone=True))
    commission_basis_points: int
    commission_kind: str
    data_kinds: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    return_days: int
    bank_keeps_contact: bool
    proposed_by: str
    proposed_at: datetime = Field(sa_type=DateTime(timezone=True))
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    next_look_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    recall_cause: str = ""
    recall_reason: str = ""
    recalled_by: str = ""
    stopped_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    data_due_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    data_manner: str | None = None
    data_evidence: str | None = None
    data_receipt_by: str | None = None
    data_receipt_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


async def active_placement(session: AsyncSession, loan_id: str) -> PlacementRow | None:
    """The placement under which an agency may act on the loan now; its period is the caller's to
    compare. At most one is open at a time."""
    query = select(PlacementRow).where(
        col(PlacementRow.loan_id) == loan_id, col(PlacementRow.status) == PlacementStatus.ACTIVE
    )
    return (await session.execute(query)).scalar_one_or_none()


async def find(session: AsyncSession, tenant: str, placement_id: str) -> PlacementRow | None:
    return await session.get(PlacementRow, (tenant, placement_id))


async def add(session: AsyncSession, row: PlacementRow) -> None:
    session.add(row)
    await session.flush()


async def of_loan(session: AsyncSession, loan_id: str) -> list[PlacementRow]:
    query = select(PlacementRow).where(col(PlacementRow.loan_id) == loan_id)
    query = query.order_by(col(PlacementRow.placement_id))
    return list((await session.execute(query)).scalars())


async def open_among(session: AsyncSession, loan_ids: Collection[str]) -> list[PlacementRow]:
    """The proposed and active placements of the loans, read anew."""
    query = (
        select(PlacementRow)
        .where(
            col(PlacementRow.loan_id).in_(sorted(set(loan_ids))),
            col(PlacementRow.status).in_(sorted(OPEN)),
        )
        .order_by(col(PlacementRow.loan_id))
        .execution_options(populate_existing=True)
    )
    return list((await session.execute(query)).scalars())


async def open_loans_of_agency(session: AsyncSession, tenant: str, agency_id: str) -> list[str]:
    """The loans an agency has, sorted, to be locked."""
    query = (
        select(col(PlacementRow.loan_id))
        .where(
            col(PlacementRow.tenant) == tenant,
            col(PlacementRow.agency_id) == agency_id,
            col(PlacementRow.status).in_(sorted(OPEN)),
        )
        .order_by(col(PlacementRow.loan_id))
    )
    return list((await session.execute(query)).scalars())


async def of_agency(
    session: AsyncSession, tenant: str, agency_id: str, after: str, limit: int
) -> list[PlacementRow]:
    query = (
        select(PlacementRow)
        .where(
            col(PlacementRow.tenant) == tenant,
            col(PlacementRow.agency_id) == agency_id,
            col(PlacementRow.placement_id) > after,
        )
        .order_by(col(PlacementRow.placement_id))
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())


async def without_receipt(
    session: AsyncSession, tenant: str, at: datetime, after: str, limit: int
) -> list[PlacementRow]:
    """Those whose data were due back by `at` and nobody vouched for."""
    query = (
        select(PlacementRow)
        .where(
            col(PlacementRow.tenant) == tenant,
            col(PlacementRow.status).in_(sorted(OWING_DATA)),
            col(PlacementRow.data_due_at) <= at,
            col(PlacementRow.placement_id) > after,
        )
        .order_by(col(PlacementRow.placement_id))
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())


async def next_look_at(session: AsyncSession) -> datetime | None:
    found = (await session.execute(_NEXT_LOOK)).scalar_one_or_none()
    return found if isinstance(found, datetime) else None


async def loans_to_look_at(session: AsyncSession, at: datetime, limit: int) -> list[str]:
    rows = await session.execute(_TO_LOOK_AT, {"at": at, "limit": limit})
    return sorted({row.loan_id for row in rows})


async def put_off(session: AsyncSession, tenant: str, placement_id: str, until: datetime) -> None:
    bound = {"tenant": tenant, "placement_id": placement_id, "until": until}
    await session.execute(_PUT_OFF, bound)


_PUT_OFF = text(
    """UPDATE placement SET next_look_at = :until
    WHERE tenant = :tenant AND placement_id = :placement_id"""
)
_NEXT_LOOK = text("SELECT min(next_look_at) FROM placement WHERE next_look_at IS NOT NULL")
_TO_LOOK_AT = text(
    """SELECT loan_id FROM placement WHERE next_look_at <= :at
    ORDER BY next_look_at, loan_id LIMIT :limit"""
)
