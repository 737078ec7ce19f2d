"""Recordings by reference, legal holds, and what decides how long records about a loan stay."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Column, DateTime, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from interfaces.values import HoldKind
from services.contact.domain.law.retention import RecordKind
from services.contact.store.tables import Row


class RecordingRow(Row, table=True):
    """A recording of a call, wherever its sound is kept; `evidence` proves its deletion."""

    __tablename__: ClassVar[str] = "recording"
    tenant: str = Field(primary_key=True)
    reference: str = Field(primary_key=True)
    attempt_id: str
    loan_ids: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    party_id: str
    recorded_at: datetime = Field(sa_type=DateTime(timezone=True))
    deleted_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    deleted_by: str | None = None
    evidence: str | None = None
    kept_until: date | None = None
    because: str | None = None


class LegalHoldRow(Row, table=True):
    """While it lasts nothing about the loan may be deleted."""

    __tablename__: ClassVar[str] = "legal_hold"
    tenant: str = Field(primary_key=True)
    legal_hold_id: str = Field(primary_key=True)
    loan_id: str
    reason: str
    placed_by: str
    placed_at: datetime = Field(sa_type=DateTime(timezone=True))
    ended_by: str | None = None
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))


@dataclass(frozen=True)
class StoredRecord:
    kind: RecordKind
    record_id: str
    loan_ids: tuple[str, ...]
    at: datetime


@dataclass(frozen=True)
class LoanRecord:
    """What the retention of a loan's records looks at; `needed_for` names the legal holds, the
    open complaints and disputes, the holds that stand for them, and the case that is open though
    the debt is cleared."""

    disposition: str
    product: str
    as_of: date | None
    changed_at: datetime | None
    last_activity_at: datetime | None
    needed_for: tuple[str, ...]


async def recording(session: AsyncSession, tenant: str, reference: str) -> RecordingRow | None:
    return await session.get(RecordingRow, (tenant, reference), populate_existing=True)


async def add_recording(session: AsyncSession, row: RecordingRow) -> None:
    session.add(row)
    await session.flush()


async def legal_hold(session: AsyncSession, tenant: str, legal_hold_id: str) -> LegalHoldRow | None:
    return await session.get(LegalHoldRow, (tenant, legal_hold_id))


async def add_legal_hold(session: AsyncSession, row: LegalHoldRow) -> None:
    session.add(row)
    await session.flush()


async def records(
    session: AsyncSession, tenant: str, kind: RecordKind, after: str, limit: int
) -> list[StoredRecord]:
    """A tenant's records of one kind, in the order of their ids."""
    rows = await session.execute(_RECORDS[kind], {"tenant": tenant, "after": after, "limit": limit})
    return [StoredRecord(kind, str(row.record_id), tuple(row.loan_ids), row.at) for row in rows]


async def loans_of_recordings(
    session: AsyncSession, tenant: str, references: Collection[str]
) -> set[str]:
    """What they are about never changes: it may be read before anything is locked."""
    query = select(RecordingRow.loan_ids).where(
        col(RecordingRow.tenant) == tenant,
        col(RecordingRow.reference).in_(sorted(set(references))),
    )
    return {loan for loan_ids in (await session.execute(query)).scalars() for loan in loan_ids}


async def recordings_named(
    session: AsyncSession, tenant: str, references: Collection[str]
) -> list[RecordingRow]:
    """Locked, in the order of their references."""
    query = (
        select(RecordingRow)
        .where(
            col(RecordingRow.tenant) == tenant,
            col(RecordingRow.reference).in_(sorted(set(references))),
        )
        .order_by(col(RecordingRow.reference))
        .with_for_update()
    )
    return list((await session.execute(query)).scalars())


async def loans(
    session: AsyncSession, loan_ids: Collection[str], now: datetime
) -> dict[str, LoanRecord]:
    bound = {"loan_ids": sorted(set(loan_ids)), "now": now, "kinds": sorted(_NEED_RECORDS)}
    return {
        row.loan_id: LoanRecord(
            disposition=row.disposition,
            product=row.product,
            as_of=row.as_of,
            changed_at=row.changed_at,
            last_activity_at=row.last_activity_at,
            needed_for=tuple(row.needed_for),
        )
        for row in await session.execute(_LOANS, bound)
    }


# What is argued about needs what was recorded.
_NEED_RECORDS = frozenset({HoldKind.DISPUTE, HoldKind.COMPLAINT, HoldKind.BANKRUPTCY})
_RECORDS = {
    RecordKind.RECORDING: text(
        """SELECT reference AS record_id, loan_ids, recorded_at AS at FROM recording
        WHERE tenant = :tenant AND deleted_at IS NULL AND reference COLLATE "C" > :after
        ORDER BY reference COLLATE "C" LIMIT :limit"""
    ),
    RecordKind.REPLY: text(
        """SELECT reply_id AS record_id, ARRAY[loan_id] AS loan_ids, at FROM reply
        WHERE tenant = :tenant AND words IS NOT NULL AND reply_id COLLATE "C" > :after
        ORDER BY reply_id COLLATE "C" LIMIT :limit"""
    ),
    RecordKind.VERDICT: text(
        """SELECT lpad(CAST(id AS text), 18, '0') AS record_id, ARRAY[loan_id] AS loan_ids, at
        FROM verdict
        WHERE tenant = :tenant AND id > CAST(coalesce(nullif(:after, ''), '0') AS bigint)
        ORDER BY id LIMIT :limit"""
    ),
    RecordKind.ATTEMPT: text(
        """SELECT attempt_id AS record_id, loan_ids, until_at AS at FROM attempt
        WHERE tenant = :tenant AND attempt_id COLLATE "C" > :after
        ORDER BY attempt_id COLLATE "C" LIMIT :limit"""
    ),
}
_LOANS = text(
    """SELECT given.loan_id, coalesce(standing.disposition, '') AS disposition,
        coalesce(standing.product, '') AS product, standing.as_of, standing.changed_at,
        (SELECT max(attempt.until_at) FROM attempt
            WHERE attempt.loan_ids @> ARRAY[given.loan_id]) AS last_activity_at,
        ARRAY(
            SELECT 'legal hold ' || legal_hold_id FROM legal_hold
            WHERE legal_hold.loan_id = given.loan_id AND ended_at IS NULL
            UNION ALL
            SELECT 'open ' || kind || ' ' || grievance_id FROM grievance
            WHERE answered_at IS NULL AND (grievance.loan_id = given.loan_id
                OR grievance.loan_id IS NULL AND grievance.party_id IN (
                    SELECT party_id FROM loan_party WHERE loan_party.loan_id = given.loan_id))
            UNION ALL
            SELECT kind || ' hold ' || hold_id FROM hold
            WHERE kind = ANY (CAST(:kinds AS text[])) AND (until_at IS NULL OR until_at > :now)
                AND (hold.loan_id = given.loan_id
                OR hold.loan_id IS NULL AND hold.party_id IN (
                    SELECT party_id FROM loan_party WHERE loan_party.loan_id = given.loan_id))
            UNION ALL
            SELECT 'the open case' WHERE standing.disposition = 'closed'
                AND standing.episode > standing.closed_episode
            ORDER BY 1) AS needed_for
    FROM unnest(CAST(:loan_ids AS text[])) AS given (loan_id)
    LEFT JOIN standing ON standing.loan_id = given.loan_id"""
)
