"""What could not be accepted, sealed, until it is replayed, replaced or discarded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from sqlalchemy import DateTime, MetaData, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, SQLModel, col, select

from services.intake.domain.facts import Kind, Refusal
from services.intake.store.receipts import EventKey

WAITING, REPLAYED, REPLACED, DISCARDED = "waiting", "replayed", "replaced", "discarded"


class Quarantined(SQLModel, table=True):
    """An entry; `sealed` opens with the quarantine key alone."""

    __tablename__ = "quarantine"
    metadata: ClassVar[MetaData] = MetaData()

    seq: int = Field(primary_key=True)
    quarantine_id: str
    tenant: str
    kind: str
    event_id: str
    subject_ref: str
    subject_id: str | None
    content: bytes
    sealed: bytes
    code: str
    reason: str
    status: str
    received_at: datetime = Field(sa_type=DateTime(timezone=True))
    resolved_at: datetime | None = Field(sa_type=DateTime(timezone=True))
    resolved_by: str | None
    resolution: str | None


@dataclass(frozen=True)
class NewEntry:
    quarantine_id: str
    tenant: str
    event_id: str
    subject_ref: str
    subject_id: str | None
    content: bytes
    sealed: bytes
    refusal: Refusal


@dataclass(frozen=True)
class Settlement:
    """How an entry was settled, by whom and why."""

    quarantine_id: str
    status: str
    by: str
    why: str


@dataclass(frozen=True)
class RefusedAgain:
    quarantine_id: str
    subject_id: str | None
    refusal: Refusal


async def save(
    session: AsyncSession, kind: Kind, entries: Sequence[NewEntry], at: datetime
) -> None:
    if not entries:
        return
    await session.execute(
        _SAVE,
        {
            "kind": kind.value,
            "at": at,
            "ids": [entry.quarantine_id for entry in entries],
            "tenants": [entry.tenant for entry in entries],
            "event_ids": [entry.event_id for entry in entries],
            "refs": [entry.subject_ref for entry in entries],
            "subjects": [entry.subject_id for entry in entries],
            "contents": [entry.content for entry in entries],
            "sealed": [entry.sealed for entry in entries],
            "codes": [entry.refusal.code for entry in entries],
            "reasons": [entry.refusal.reason for entry in entries],
        },
    )


async def known_contents(
    session: AsyncSession, kind: Kind, keys: Collection[EventKey]
) -> set[tuple[str, str, bytes]]:
    """The contents that were ever quarantined under these event ids."""
    bound = {
        "kind": kind.value,
        "tenants": [tenant for tenant, _ in keys],
        "event_ids": [event_id for _, event_id in keys],
    }
    rows = await session.execute(_KNOWN_CONTENTS, bound)
    return {(row.tenant, row.event_id, bytes(row.content)) for row in rows}


async def waiting_for(session: AsyncSession, loan_ids: Collection[str]) -> list[Quarantined]:
    """The facts that wait for these loans to be registered, in the order they came; locked."""
    if not loan_ids:
        return []
    waiting = (
        select(Quarantined)
        .where(
            col(Quarantined.subject_id).in_(loan_ids),
            col(Quarantined.status) == WAITING,
            col(Quarantined.code) == "intake/unknown_loan",
        )
        .order_by(col(Quarantined.seq))
        .with_for_update()
    )
    return list((await session.execute(waiting)).scalars())


async def get(session: AsyncSession, tenant: str, quarantine_id: str) -> Quarantined | None:
    one = select(Quarantined).where(
        col(Quarantined.quarantine_id) == quarantine_id, col(Quarantined.tenant) == tenant
    )
    return (await session.execute(one)).scalar_one_or_none()


async def page(
    session: AsyncSession, tenant: str, status: str | None, after: int, limit: int
) -> list[Quarantined]:
    chosen = select(Quarantined).where(
        col(Quarantined.tenant) == tenant, col(Quarantined.seq) > after
    )
    if status is not None:
        chosen = chosen.where(col(Quarantined.status) == status)
    ordered = chosen.order_by(col(Quarantined.seq)).limit(limit)
    return list((await session.execute(ordered)).scalars())


async def is_waiting(session: AsyncSession, quarantine_id: str) -> bool:
    """Whether an entry is still open; it stays so for others until this transaction ends."""
    status = await session.execute(_LOCK_STATUS, {"id": quarantine_id})
    return status.scalar_one_or_none() == WAITING


async def settle(session: AsyncSession, settlements: Sequence[Settlement], at: datetime) -> None:
    """Close entries; what a settled entry of a person held is wiped."""
    if not settlements:
        return
    await session.execute(
        _SETTLE,
        {
            "at": at,
            "ids": [settlement.quarantine_id for settlement in settlements],
            "statuses": [settlement.status for settlement in settlements],
            "by": [settlement.by for settlement in settlements],
            "why": [settlement.why for settlement in settlements],
        },
    )


async def restate(session: AsyncSession, refused: Sequence[RefusedAgain]) -> None:
    """Entries that were tried again and refused again, with the reason of today."""
    if not refused:
        return
    await session.execute(
        _RESTATE,
        {
            "ids": [again.quarantine_id for again in refused],
            "subjects": [again.subject_id for again in refused],
            "codes": [again.refusal.code for again in refused],
            "reasons": [again.refusal.reason for again in refused],
        },
    )


_SAVE = text(
    """INSERT INTO quarantine (kind, received_at, status, quarantine_id, tenant, event_id,
        subject_ref, subject_id, content, sealed, code, reason)
    SELECT CAST(:kind AS text), CAST(:at AS timestamptz), 'waiting', given.* FROM unnest(
        CAST(:ids AS text[]), CAST(:tenants AS text[]), CAST(:event_ids AS text[]),
        CAST(:refs AS text[]), CAST(:subjects AS text[]), CAST(:contents AS bytea[]),
        CAST(:sealed AS bytea[]), CAST(:codes AS text[]), CAST(:reasons AS text[])) AS given"""
)
_KNOWN_CONTENTS = text(
    """SELECT q.tenant, q.event_id, q.content
    FROM unnest(CAST(:tenants AS text[]), CAST(:event_ids AS text[])) AS given (tenant, event_id)
    JOIN quarantine q ON q.tenant = given.tenant AND q.kind = :kind
        AND q.event_id = given.event_id"""
)
_LOCK_STATUS = text("SELECT status FROM quarantine WHERE quarantine_id = :id FOR UPDATE")
_SETTLE = text(
    """UPDATE quarantine SET status = given.status, resolved_at = :at,
        resolved_by = given.resolved_by, resolution = given.why,
        sealed = CASE WHEN quarantine.kind = 'person' THEN '' ELSE quarantine.sealed END
    FROM unnest(CAST(:ids AS text[]), CAST(:statuses AS text[]), CAST(:by AS text[]),
        CAST(:why AS text[])) AS given (quarantine_id, status, resolved_by, why)
    WHERE quarantine.quarantine_id = given.quarantine_id"""
)
_RESTATE = text(
    """UPDATE quarantine SET code = given.code, reason = given.reason,
        subject_id = coalesce(given.subject_id, quarantine.subject_id)
    FROM unnest(CAST(:ids AS text[]), CAST(:subjects AS text[]), CAST(:codes AS text[]),
        CAST(:reasons AS text[])) AS given (quarantine_id, subject_id, code, reason)
    WHERE quarantine.quarantine_id = given.quarantine_id"""
)
