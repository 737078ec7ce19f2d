"""Verdicts as they were recorded, read again by loan and by tenant."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.contact.store.tables import VerdictRow


async def of_loan(
    session: AsyncSession, tenant: str, loan_id: str, after: int, limit: int
) -> list[VerdictRow]:
    query = (
        select(VerdictRow)
        .where(
            col(VerdictRow.tenant) == tenant,
            col(VerdictRow.loan_id) == loan_id,
            col(VerdictRow.id) > after,
        )
        .order_by(col(VerdictRow.id))
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())


async def of_tenant(session: AsyncSession, tenant: str, after: int, limit: int) -> list[VerdictRow]:
    """Those that kept a whole facts document."""
    query = (
        select(VerdictRow)
        .where(
            col(VerdictRow.tenant) == tenant,
            col(VerdictRow.id) > after,
            col(VerdictRow.facts).op("?")("act"),
        )
        .order_by(col(VerdictRow.id))
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())
