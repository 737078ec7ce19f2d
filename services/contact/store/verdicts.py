"""Verdicts as they were recorded, read again by loan and by tenant."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import and_, or_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from interfaces.values import Capacity, Channel, Direction, Purpose
from services.contact.domain.law.facts import PastAttempt, Result
from services.contact.store.tables import AttemptRow, VerdictRow
from services.contact.store.touches import AttemptStatus

_COUNTING = (
    AttemptStatus.CONFIRMED,
    AttemptStatus.SENT,
    AttemptStatus.UNDELIVERABLE,
    AttemptStatus.RECEIVED,
)


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


async def past_attempts(
    session: AsyncSession, debtor_id: str, since: datetime, wall: datetime
) -> list[PastAttempt]:
    """As a docket counts them: those that end after `since`, planned ones too while their
    reservation has not run out on the wall."""
    is_kept = and_(
        col(AttemptRow.status) == AttemptStatus.RESERVED, col(AttemptRow.expires_wall_at) > wall
    )
    query = select(AttemptRow).where(
        col(AttemptRow.debtor_id) == debtor_id,
        col(AttemptRow.until_at) >= since,
        or_(col(AttemptRow.status).in_(_COUNTING), is_kept),
    )
    return [_past(row) for row in (await session.execute(query)).scalars()]


def _past(row: AttemptRow) -> PastAttempt:
    is_planned = row.status == AttemptStatus.RESERVED
    return PastAttempt(
        attempt_id=row.attempt_id,
        party_id=row.party_id,
        loan_ids=tuple(row.loan_ids),
        channel=Channel(row.channel),
        direction=Direction(row.direction),
        purpose=Purpose(row.purpose),
        point_id=row.point_id,
        from_at=row.from_at,
        until_at=row.until_at,
        result=Result.PLANNED if is_planned else Result(row.outcome or Result.SENT),
        debtor_id=row.debtor_id,
        role=row.role,
        capacity=Capacity(row.capacity),
        agency=row.agency,
    )
