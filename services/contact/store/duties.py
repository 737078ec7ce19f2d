"""Duties as rows: acts owed by a date, done, dropped or missed."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import ClassVar

from sqlalchemy import DateTime, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from services.contact.domain.duties import SHARED, TOGETHER_MAX
from services.contact.store.tables import Row


class DutyRow(Row, table=True):
    """`occasion` tells duties of one kind apart; `raised_at` is when its being missed was told.
    `planned_at` is when contact does it itself, none where a person does; `attempt_key` is that of
    the attempt its message was confirmed as, until its end is known; `round` counts how often
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
    attempt_key: str = ""
    counts_from: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))

    @property
    def is_open(self) -> bool:
        return self.done_at is None and self.dropped_at is None


@dataclass(frozen=True)
class Claim:
    """A party's duties of one kind that are done together, each by its loan and occasion, leased
    until an instant of the wall; `tries` counts those that took them up, this one among them."""

    tenant: str
    party_id: str
    kind: str
    duties: tuple[tuple[str, str], ...]
    until_wall: datetime
    tries: int = 0

    @property
    def loan_ids(self) -> list[str]:
        return sorted({loan_id for loan_id, _ in self.duties})

    def about(self, loan_ids: Collection[str]) -> Claim:
        """Those of these loans alone."""
        return replace(self, duties=tuple(each for each in self.duties if each[0] in loan_ids))


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
    """The duty planned first that is due to be done and that nobody holds, with those that may
    share its message and are due too, leased to this caller; none if there is none. One claim at a
    time: two would share out what falls together."""
    await session.execute(_ONE_AT_A_TIME, {"lock": _CLAIM_LOCK})
    bound = {"now": now, "wall": wall, "until_wall": until_wall}
    limits = {"shared": sorted(SHARED), "most": TOGETHER_MAX}
    rows = (await session.execute(_CLAIM, {**bound, **limits})).all()
    if not rows:
        return None
    return Claim(
        tenant=rows[0].tenant,
        party_id=rows[0].party_id,
        kind=rows[0].kind,
        duties=tuple(sorted((row.loan_id, row.occasion) for row in rows)),
        until_wall=until_wall,
        tries=max(row.tries for row in rows),
    )


async def claimed(session: AsyncSession, claim: Claim) -> list[DutyRow]:
    """The rows as they stand, locked in the order of their loans."""
    query = (
        select(DutyRow)
        .where(
            col(DutyRow.party_id) == claim.party_id,
            col(DutyRow.kind) == claim.kind,
            tuple_(col(DutyRow.loan_id), col(DutyRow.occasion)).in_(claim.duties),
        )
        .order_by(col(DutyRow.loan_id), col(DutyRow.occasion))
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list((await session.execute(query)).scalars())


async def held(session: AsyncSession, claim: Claim) -> list[DutyRow]:
    """Those of the claimed that nobody else has taken up since, nor given back."""
    rows = await claimed(session, claim)
    return [row for row in rows if row.lease_wall_at == claim.until_wall]


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
_CLAIM_LOCK = 0x64757479
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(:lock)")
_IS_DUE = """planned_at <= :now AND done_at IS NULL
    AND (dropped_at IS NULL OR lease_wall_at IS NOT NULL)
    AND (lease_wall_at IS NULL OR lease_wall_at <= :wall)"""
_CLAIM = text(
    f"""WITH first AS (
        SELECT tenant, loan_id, party_id, kind, occasion, attempt_key, round FROM duty
        WHERE {_IS_DUE} ORDER BY planned_at LIMIT 1 FOR UPDATE SKIP LOCKED),
    those AS (
        SELECT loan_id, party_id, kind, occasion FROM duty
        WHERE {_IS_DUE} AND (tenant, party_id, kind, attempt_key, round)
                IN (SELECT tenant, party_id, kind, attempt_key, round FROM first)
            AND (kind = ANY (CAST(:shared AS text[]))
                OR (loan_id, occasion) IN (SELECT loan_id, occasion FROM first))
        ORDER BY (loan_id, occasion) IN (SELECT loan_id, occasion FROM first) DESC, planned_at
        LIMIT :most FOR UPDATE SKIP LOCKED)
    UPDATE duty d SET lease_wall_at = :until_wall, tries = d.tries + 1
    FROM those WHERE (d.loan_id, d.party_id, d.kind, d.occasion)
        = (those.loan_id, those.party_id, those.kind, those.occasion)
    RETURNING d.tenant, d.loan_id, d.party_id, d.kind, d.occasion, d.tries"""
)
