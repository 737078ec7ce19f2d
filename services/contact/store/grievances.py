"""Complaints and disputes as rows, with the extensions asked for."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.contact.domain.grievances import GrievanceKind
from services.contact.store.customer_rows import ExtensionRow, GrievanceRow


async def find(session: AsyncSession, tenant: str, grievance_id: str) -> GrievanceRow | None:
    return await session.get(GrievanceRow, (tenant, grievance_id))


async def add(session: AsyncSession, row: GrievanceRow | ExtensionRow) -> None:
    session.add(row)
    await session.flush()


async def open_ones(
    session: AsyncSession, party_id: str, loan_id: str | None, kind: GrievanceKind
) -> list[GrievanceRow]:
    """The party's own of a kind about a loan that wait for their answer, the oldest first."""
    query = (
        select(GrievanceRow)
        .where(col(GrievanceRow.party_id) == party_id, col(GrievanceRow.kind) == kind)
        .where(col(GrievanceRow.loan_id) == loan_id, col(GrievanceRow.answered_at).is_(None))
        .order_by(col(GrievanceRow.opened_at), col(GrievanceRow.grievance_id))
    )
    return list((await session.execute(query)).scalars())


async def of_reply(
    session: AsyncSession, tenant: str, reply_id: str, kinds: Collection[GrievanceKind]
) -> list[GrievanceRow]:
    """Those a reply opened, of each loan it was about; their ids name the loans after the first."""
    query = (
        select(GrievanceRow)
        .where(col(GrievanceRow.tenant) == tenant, col(GrievanceRow.kind).in_(sorted(kinds)))
        .where(
            or_(
                col(GrievanceRow.reply_id) == reply_id,
                col(GrievanceRow.reply_id).startswith(f"{reply_id}/", autoescape=True),
            )
        )
        .order_by(col(GrievanceRow.grievance_id))
    )
    return list((await session.execute(query)).scalars())


async def overdue(session: AsyncSession, at: datetime, limit: int) -> list[GrievanceRow]:
    """Those without an answer in time that nobody was told of, the longest overdue first."""
    query = (
        select(GrievanceRow)
        .where(col(GrievanceRow.due_at) <= at, col(GrievanceRow.answered_at).is_(None))
        .where(col(GrievanceRow.raised_at).is_(None))
        .order_by(col(GrievanceRow.due_at), col(GrievanceRow.grievance_id))
        .limit(limit)
        .execution_options(populate_existing=True)
    )
    return list((await session.execute(query)).scalars())


async def waiting(
    session: AsyncSession, tenant: str, due_before: datetime | None, limit: int
) -> list[GrievanceRow]:
    """Those without an answer, the ones due first before the others."""
    query = select(GrievanceRow).where(
        col(GrievanceRow.tenant) == tenant, col(GrievanceRow.answered_at).is_(None)
    )
    if due_before is not None:
        query = query.where(col(GrievanceRow.due_at) <= due_before)
    ordered = query.order_by(col(GrievanceRow.due_at), col(GrievanceRow.grievance_id))
    return list((await session.execute(ordered.limit(limit))).scalars())


async def extension(session: AsyncSession, tenant: str, extension_id: str) -> ExtensionRow | None:
    return await session.get(ExtensionRow, (tenant, extension_id), populate_existing=True)


async def extensions_of(
    session: AsyncSession, tenant: str, grievance_id: str
) -> list[ExtensionRow]:
    query = (
        select(ExtensionRow)
        .where(col(ExtensionRow.tenant) == tenant, col(ExtensionRow.grievance_id) == grievance_id)
        .order_by(col(ExtensionRow.asked_at), col(ExtensionRow.extension_id))
    )
    return list((await session.execute(query)).scalars())
