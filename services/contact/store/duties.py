"""Duties as rows: acts owed by a date, done, dropped or missed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import DateTime, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from services.contact.store.tables import Row


class DutyRow(Row, table=True):
    """`occasion` tells duties of one kind apart; `raised_at` is when its being missed was told.
    `planned_at` is when contact does it itself, none where a person does; `round` counts how often
    every channel refused; what `may_return` was dropped by the platform, not by a person; a
    notice given before `counts_from` is another one."""

    __tablename__: ClassVar[str] = "duty"
    tenant: str
    loan_id: str = Field(primary_key=True)
    party_id: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    occasion: str = Field(primary_key=True)
    rule_id: str
    owed_by: datetime = Field(sa_type=DateTime(timezone=True))
    created_at: datetime = Field(sa_type=DateTime(timezone=True))
    done_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    proof: str = ""
    raised_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    dropped_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    dropped_because: str = ""
    planned_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    lease_wall_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    tries: int = 0
    round: int = 0
    put_off_because: str = ""
    may_return: bool = False
    counts_from: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.dropped_at is None


@dataclass(frozen=True)
class Claim:
    """Which duty it is; `tries` counts those that took it up, this one among them."""

    loan_id: str
    party_id: str
    kind: str
    occasion: str
    tries: int = 0


async def find(
    session: AsyncSession, loan_id: str, party_id: str, kind: str, occasion: str
) -> DutyRow | None:
    return await session.get(DutyRow, (loan_id, party_id, kind, occasion))


async def add(session: AsyncSession, row: DutyRow) -> None:
    session.add(row)
    await session.flush()


async def open_of_kind(
    session: AsyncSession, loan_id: str, party_id: str, kind: str
) -> list[DutyRow]:
    """Those not yet done or dropped, the earliest owed first; missed ones too."""
    query = (
        select(DutyRow)
        .where(
            col(DutyRow.loan_id) == loan_id,
            col(DutyRow.party_id) == party_id,
            col(DutyRow.kind) == kind,
            col(DutyRow.done_at).is_(None),
            col(DutyRow.dropped_at).is_(None),
        )
        .order_by(col(DutyRow.owed_by), col(DutyRow.occasion))
    )
    return list((await session.execute(query)).scalars())


async def of_loans(
    session: AsyncSession, loan_ids: Collection[str], kinds: Collection[str]
) -> list[DutyRow]:
    """All of these kinds, whatever became of them."""
    query = select(DutyRow).where(
        col(DutyRow.loan_id).in_(sorted(set(loan_ids))), col(DutyRow.kind).in_(sorted(kinds))
    )
    return list((await session.execute(query)).scalars())


async def claim(
    session: AsyncSession, now: datetime, wall: datetime, until_wall: datetime
) -> Claim | None:
    """The duty planned first that is due to be done and that nobody holds, leased to this caller
    until an instant of the wall; none if there is none."""
    bound = {"now": now, "wall": wall, "until_wall": until_wall}
    row = (await session.execute(_CLAIM, bound)).one_or_none()
    return None if row is None else Claim(*row)


async def claimed(session: AsyncSession, claim: Claim) -> DutyRow:
    """The row as it stands, locked."""
    key = (claim.loan_id, claim.party_id, claim.kind, claim.occasion)
    row = await session.get(DutyRow, key, with_for_update=True, populate_existing=True)
    assert row is not None, "a duty is never deleted"
    return row


async def next_planned(session: AsyncSession) -> datetime | None:
    """The earliest instant planned for a duty that nobody holds."""
    row = (await session.execute(_NEXT_PLANNED)).scalar_one_or_none()
    return row if isinstance(row, datetime) else None


async def done_by(session: AsyncSession, loan_id: str, proof: str) -> bool:
    """Whether an act has done a duty of the loan already."""
    query = select(DutyRow).where(col(DutyRow.loan_id) == loan_id, col(DutyRow.proof) == proof)
    return (await session.execute(query.limit(1))).scalar_one_or_none() is not None


async def next_at(session: AsyncSession) -> datetime | None:
    row = (await session.execute(_NEXT)).scalar_one_or_none()
    return row if isinstance(row, datetime) else None


async def loans_with_missed(session: AsyncSession, at: datetime, limit: int) -> list[str]:
    rows = await session.execute(_MISSED_LOANS, {"at": at, "limit": limit})
    return sorted({row.loan_id for row in rows})


async def missed(session: AsyncSession, loan_ids: list[str], at: datetime) -> list[DutyRow]:
    """Those past their date that nobody was told of; their loans are locked."""
    query = (
        select(DutyRow)
        .where(
            col(DutyRow.loan_id).in_(loan_ids),
            col(DutyRow.owed_by) < at,
            col(DutyRow.done_at).is_(None),
            col(DutyRow.dropped_at).is_(None),
            col(DutyRow.raised_at).is_(None),
        )
        .order_by(col(DutyRow.loan_id), col(DutyRow.owed_by), col(DutyRow.kind))
        .execution_options(populate_existing=True)
    )
    return list((await session.execute(query)).scalars())


async def listed(
    session: AsyncSession, tenant: str, loan_id: str, *, only_missed: bool, limit: int
) -> list[DutyRow]:
    """A tenant's duties, a loan's if one is named, the earliest owed first."""
    query = select(DutyRow).where(col(DutyRow.tenant) == tenant)
    if loan_id:
        query = query.where(col(DutyRow.loan_id) == loan_id)
    if only_missed:
        query = query.where(
            col(DutyRow.raised_at).is_not(None),
            col(DutyRow.done_at).is_(None),
            col(DutyRow.dropped_at).is_(None),
        )
    ordered = query.order_by(col(DutyRow.owed_by), col(DutyRow.loan_id), col(DutyRow.kind))
    return list((await session.execute(ordered.limit(limit))).scalars())


_NEXT = text(
    """SELECT min(owed_by) FROM duty WHERE done_at IS NULL AND dropped_at IS NULL
    AND raised_at IS NULL"""
)
_MISSED_LOANS = text(
    """SELECT loan_id FROM duty WHERE owed_by < :at AND done_at IS NULL AND dropped_at IS NULL
    AND raised_at IS NULL ORDER BY owed_by, loan_id LIMIT :limit"""
)
_NEXT_PLANNED = text(
    """SELECT min(planned_at) FROM duty
    WHERE planned_at IS NOT NULL AND done_at IS NULL AND lease_wall_at IS NULL"""
)
_CLAIM = text(
    """WITH first AS (
        SELECT loan_id, party_id, kind, occasion FROM duty
        WHERE planned_at <= :now AND done_at IS NULL
            AND (dropped_at IS NULL OR lease_wall_at IS NOT NULL)
            AND (lease_wall_at IS NULL OR lease_wall_at <= :wall)
        ORDER BY planned_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    UPDATE duty d SET lease_wall_at = :until_wall, tries = d.tries + 1
    FROM first WHERE (d.loan_id, d.party_id, d.kind, d.occasion)
        = (first.loan_id, first.party_id, first.kind, first.occasion)
    RETURNING d.loan_id, d.party_id, d.kind, d.occasion, d.tries"""
)
