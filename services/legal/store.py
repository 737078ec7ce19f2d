"""Legal's tables and queries: claims that fell due, what interrupted them, and matters."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, DateTime, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col, select

from services.legal.domain.limitation import Interruption, InterruptionKind
from services.legal.domain.matters import OVER


def _instant(nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=nullable))


class _Table(SQLModel, registry=registry()):
    """Tables of this service are strangers to those of others, by name too."""


class ClaimRow(_Table, table=True):
    """A loan that was overdue at least once; others cost legal nothing."""

    __tablename__ = "claim"

    loan_id: str = Field(primary_key=True)
    tenant: str
    product: str
    position_version: int
    disposition: str
    accepted_at: datetime = _instant()
    oldest_due_on: date | None = None
    last_instalment_due_on: date | None = None
    is_accelerated: bool = False


class MatterRow(_Table, table=True):
    __tablename__ = "matter"

    matter_id: str = Field(primary_key=True)
    tenant: str
    loan_id: str
    episode: int
    party_id: str
    status: str
    currency: str
    claim_minor: int
    opened_at: datetime = _instant()
    deadline_at: datetime | None = _instant(nullable=True)
    given_expires_on: date | None = None
    limitation_expires_on: date | None = None
    ordered_on: date | None = None
    outcome: str = ""
    court_reference: str = ""
    decided_by: str = ""
    refusal_reason: str = ""
    because: str = ""
    version: int = 0
    changed_at: datetime = _instant()


class MilestoneRow(_Table, table=True):
    __tablename__ = "milestone"

    tenant: str = Field(primary_key=True)
    milestone_id: str = Field(primary_key=True)
    matter_id: str
    status: str
    outcome: str = ""


async def claim(session: AsyncSession, loan_id: str) -> ClaimRow | None:
    return await session.get(ClaimRow, loan_id, populate_existing=True)


async def claims(session: AsyncSession, loan_ids: Collection[str]) -> dict[str, ClaimRow]:
    rows = await session.execute(
        select(ClaimRow)
        .where(col(ClaimRow.loan_id).in_(loan_ids))
        .execution_options(populate_existing=True)
    )
    return {row.loan_id: row for row in rows.scalars()}


async def upsert_claims(session: AsyncSession, rows: Sequence[dict[str, object]]) -> None:
    """A loan enters when it is overdue for the first time; from then on every position counts,
    and what fell due is kept when a later position owes nothing."""
    await session.execute(_UPSERT_CLAIMS, {"rows": json.dumps(rows)})


async def note_interruptions(session: AsyncSession, rows: Sequence[dict[str, object]]) -> None:
    """Keep what interrupts, one per evidence; an undone payment interrupts nothing."""
    await session.execute(_NOTE_INTERRUPTIONS, {"rows": json.dumps(rows)})


async def interruptions(
    session: AsyncSession, loan_ids: Collection[str]
) -> dict[str, list[Interruption]]:
    found: dict[str, list[Interruption]] = {loan_id: [] for loan_id in loan_ids}
    for row in await session.execute(_INTERRUPTIONS, {"loan_ids": sorted(loan_ids)}):
        found[row.loan_id].append(Interruption(row.on_day, InterruptionKind(row.kind)))
    return found


async def loan_of(session: AsyncSession, tenant: str, matter_id: str) -> str | None:
    found = await session.execute(
        select(MatterRow.loan_id).where(
            MatterRow.matter_id == matter_id, MatterRow.tenant == tenant
        )
    )
    return found.scalar_one_or_none()


async def matter(session: AsyncSession, matter_id: str) -> MatterRow | None:
    return await session.get(MatterRow, matter_id, populate_existing=True)


async def open_matters(session: AsyncSession, loan_ids: Collection[str]) -> dict[str, MatterRow]:
    """The matter under way of each of these loans; there is at most one."""
    rows = await session.execute(
        select(MatterRow)
        .where(col(MatterRow.loan_id).in_(loan_ids), col(MatterRow.status).not_in(OVER))
        .execution_options(populate_existing=True)
    )
    return {row.loan_id: row for row in rows.scalars()}


async def matters(
    session: AsyncSession, tenant: str, status: str | None, after: str, at_most: int
) -> Sequence[MatterRow]:
    """A page of matters in the order in which they were opened."""
    query = select(MatterRow).where(MatterRow.tenant == tenant, MatterRow.matter_id > after)
    if status is not None:
        query = query.where(MatterRow.status == status)
    rows = await session.execute(query.order_by(MatterRow.matter_id).limit(at_most))
    return rows.scalars().all()


async def milestone(session: AsyncSession, tenant: str, milestone_id: str) -> MilestoneRow | None:
    return await session.get(MilestoneRow, (tenant, milestone_id))


_UPSERT_CLAIMS = text(
    """WITH given AS (SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given (
        loan_id text, tenant text, product text, position_version bigint, disposition text,
        accepted_at timestamptz, oldest_due_on date, last_instalment_due_on date,
        is_accelerated bool)),
    fresh AS (
        INSERT INTO claim AS known (loan_id, tenant, product, position_version, disposition,
            accepted_at, oldest_due_on, last_instalment_due_on, is_accelerated)
        SELECT * FROM given WHERE oldest_due_on IS NOT NULL ON CONFLICT DO NOTHING)
    UPDATE claim AS known SET position_version = given.position_version,
        disposition = given.disposition, accepted_at = given.accepted_at,
        oldest_due_on = coalesce(given.oldest_due_on, known.oldest_due_on),
        last_instalment_due_on = given.last_instalment_due_on,
        is_accelerated = given.is_accelerated
    FROM given WHERE given.loan_id = known.loan_id
        AND given.position_version > known.position_version"""
)
_NOTE_INTERRUPTIONS = text(
    """INSERT INTO interruption AS known (loan_id, evidence, kind, on_day, is_void)
    SELECT given.loan_id, given.evidence, min(given.kind), min(given.on_day),
        bool_or(given.is_void)
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given (loan_id text, evidence text,
        kind text, on_day date, is_void bool)
    JOIN claim USING (loan_id)
    GROUP BY given.loan_id, given.evidence
    ON CONFLICT (loan_id, evidence) DO UPDATE SET is_void = known.is_void OR EXCLUDED.is_void"""
)
_INTERRUPTIONS = text(
    """SELECT loan_id, kind, on_day FROM interruption
    WHERE loan_id = ANY (CAST(:loan_ids AS text[])) AND NOT is_void"""
)
