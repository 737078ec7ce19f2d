"""Wishes for touches: kept until they are met together with the party's other loans."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from pydantic import TypeAdapter
from sqlalchemy import BigInteger, Column, DateTime, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from interfaces.contact import Touch, TouchOutcome
from services.contact.store.tables import Row

# A case has a few wishes open at a time; the ones before the last twenty it has long heard of.
TOLD_MAX = 20
_TOUCH: TypeAdapter[Touch] = TypeAdapter(Touch)
_OUTCOME: TypeAdapter[TouchOutcome] = TypeAdapter(TouchOutcome)


class WishRow(Row, table=True):
    """`attempt_key` is the key of the touch it became part of, once one was confirmed; `is_queued`:
    it waits in the collectors' queue, which settles it."""

    __tablename__: ClassVar[str] = "wish"
    tenant: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    loan_id: str
    episode: int
    party_id: str
    pool: str
    touch: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    at: datetime = Field(sa_type=DateTime(timezone=True))
    ripe_at: datetime = Field(sa_type=DateTime(timezone=True))
    attempt_key: str = ""
    is_queued: bool = False
    tries: int = 0
    lease_wall_at: datetime | None = Field(
        default=None,
        sa_type=DateTime(timezone=True),
    )
    settled: int | None = Field(default=None, sa_type=BigInteger)
    outcome: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB))


@dataclass(frozen=True)
class Claim:
    """A pool to be met now, leased until an instant of the wall."""

    tenant: str
    pool: str
    attempt_key: str


def touch_of(row: WishRow) -> Touch:
    return _TOUCH.validate_python(row.touch)


def row_of(touch: Touch, pool: str, ripe_at: datetime) -> WishRow:
    return WishRow(
        tenant=touch.tenant,
        key=touch.key,
        loan_id=touch.loan_id,
        episode=touch.episode,
        party_id=touch.party_id,
        pool=pool,
        touch=_TOUCH.dump_python(touch, mode="json"),
        at=touch.at,
        ripe_at=ripe_at,
    )


async def find(session: AsyncSession, tenant: str, key: str) -> WishRow | None:
    return await session.get(WishRow, (tenant, key))


async def add(session: AsyncSession, row: WishRow) -> None:
    session.add(row)
    await session.flush()


async def waiting(session: AsyncSession, pool: str) -> list[WishRow]:
    """The open wishes of a pool that no touch was confirmed for."""
    query = select(WishRow).where(
        col(WishRow.pool) == pool,
        col(WishRow.settled).is_(None),
        col(WishRow.attempt_key) == "",
        col(WishRow.is_queued).is_(False),
    )
    return list((await session.execute(query)).scalars())


async def of_claim(session: AsyncSession, claim: Claim) -> list[WishRow]:
    """The claimed wishes in the order of their loans; the loans' streams are to be locked next."""
    query = (
        select(WishRow)
        .where(
            col(WishRow.tenant) == claim.tenant,
            col(WishRow.pool) == claim.pool,
            col(WishRow.attempt_key) == claim.attempt_key,
            col(WishRow.settled).is_(None),
            col(WishRow.is_queued).is_(False),
        )
        .order_by(col(WishRow.loan_id), col(WishRow.key))
        .execution_options(populate_existing=True)
    )
    return list((await session.execute(query)).scalars())


async def of_pool(session: AsyncSession, tenant: str, pool: str) -> list[WishRow]:
    query = select(WishRow).where(
        col(WishRow.tenant) == tenant, col(WishRow.pool) == pool, col(WishRow.settled).is_(None)
    )
    return list((await session.execute(query)).scalars())


async def ripen(session: AsyncSession, pool: str, at: datetime) -> None:
    """Nobody is waited for any more."""
    await session.execute(_RIPEN, {"pool": pool, "at": at})


async def acting_loans(session: AsyncSession, party_id: str, but: str) -> list[str]:
    """The party's other loans that may be acted on, in whatever role it has there."""
    rows = await session.execute(_ACTING, {"party_id": party_id, "but": but})
    return [row.loan_id for row in rows]


async def claim(
    session: AsyncSession, now: datetime, wall: datetime, until: datetime
) -> Claim | None:
    """Lease the ripest pool that nobody holds, those that failed before last; none if nothing is
    ripe. One claim at a time, or two would lock the rows of one pool in two orders."""
    await session.execute(_ONE_AT_A_TIME, {"lock": _CLAIM_LOCK})
    bound = {"now": now, "wall": wall, "until": until}
    row = (await session.execute(_CLAIM, bound)).one_or_none()
    return None if row is None else Claim(row.tenant, row.pool, row.attempt_key)


async def put_back(session: AsyncSession, rows: Sequence[WishRow], wall: datetime) -> None:
    """Leave wishes for a later pass, from an instant of the wall on."""
    for row in rows:
        row.lease_wall_at, row.tries = wall, row.tries + 1
    await session.flush()


async def soonest(session: AsyncSession) -> list[tuple[datetime, datetime | None]]:
    """When the ripest pools are ripe, each with the instant of the wall before which nobody may
    claim it."""
    return [(row.ripe_at, row.lease_wall_at) for row in await session.execute(_SOONEST)]


async def settle(session: AsyncSession, row: WishRow, outcome: TouchOutcome) -> None:
    number = (await session.execute(text("SELECT nextval('wish_settled')"))).scalar_one()
    row.settled, row.outcome = number, _OUTCOME.dump_python(outcome, mode="json")
    row.lease_wall_at = None
    await session.flush()


async def latest_settled(session: AsyncSession, loan_id: str, episode: int) -> list[TouchOutcome]:
    """How the episode's last wishes ended, oldest first."""
    query = (
        select(WishRow)
        .where(
            col(WishRow.loan_id) == loan_id,
            col(WishRow.episode) == episode,
            col(WishRow.settled).is_not(None),
        )
        .order_by(col(WishRow.settled).desc())
        .limit(TOLD_MAX)
    )
    rows = list((await session.execute(query)).scalars())
    return [_OUTCOME.validate_python(row.outcome) for row in reversed(rows)]


async def pooled(session: AsyncSession, tenant: str) -> tuple[int, int]:
    """Touches that served several loans, and how many loans they served in all."""
    row = (await session.execute(_POOLED, {"tenant": tenant})).one()
    return int(row.touches), int(row.loans or 0)


_RIPEN = text(
    """UPDATE wish SET ripe_at = least(ripe_at, :at), lease_wall_at = NULL
    WHERE pool = :pool AND settled IS NULL AND attempt_key = '' AND NOT is_queued"""
)
_ACTING = text(
    """SELECT DISTINCT s.loan_id FROM loan_party p JOIN standing s USING (loan_id)
    WHERE p.party_id = :party_id AND s.loan_id <> :but AND s.disposition = 'overdue'
        AND s.episode > s.closed_episode ORDER BY s.loan_id"""
)
_CLAIM_LOCK = 0x77697368
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(:lock)")
_CLAIM = text(
    """WITH ripest AS (
        SELECT tenant, key, pool, attempt_key FROM wish
        WHERE settled IS NULL AND NOT is_queued AND ripe_at <= :now
            AND (lease_wall_at IS NULL OR lease_wall_at <= :wall)
        ORDER BY lease_wall_at NULLS FIRST, ripe_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    , leased AS (
        UPDATE wish SET lease_wall_at = :until FROM ripest
        WHERE wish.settled IS NULL AND NOT wish.is_queued AND wish.tenant = ripest.tenant
            AND wish.pool = ripest.pool AND wish.attempt_key = ripest.attempt_key)
    SELECT tenant, pool, attempt_key FROM ripest"""
)
_SOONEST = text(
    """SELECT ripe_at, lease_wall_at FROM wish WHERE settled IS NULL AND NOT is_queued
    ORDER BY ripe_at LIMIT 100"""
)
_POOLED = text(
    """SELECT count(*) AS touches, sum(cardinality(loan_ids)) AS loans FROM attempt
    WHERE tenant = :tenant AND direction = 'outbound' AND status = 'sent'
        AND cardinality(loan_ids) > 1"""
)
