"""What people said about contact points, kept beside what the bank says of them."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from interfaces.values import Channel
from services.contact.store.customer_rows import PointWordRow
from services.contact.store.tables import PointRow


async def find(session: AsyncSession, party_id: str, point_id: str) -> PointRow | None:
    return await session.get(PointRow, (party_id, point_id), populate_existing=True)


async def save(session: AsyncSession, row: PointRow) -> None:
    session.add(row)
    await session.flush()


async def next_ordinal(session: AsyncSession, party_id: str) -> int:
    return int((await session.execute(_NEXT, {"party_id": party_id})).scalar_one())


async def give_key(session: AsyncSession, party_id: str, subject_key: bytes) -> None:
    """Somebody whose person has not arrived gets a key, under which to keep what is said."""
    await session.execute(_GIVE_KEY, {"party_id": party_id, "subject_key": subject_key})


async def word(session: AsyncSession, tenant: str, word_id: str) -> PointWordRow | None:
    return await session.get(PointWordRow, (tenant, word_id))


async def add_word(session: AsyncSession, row: PointWordRow) -> None:
    session.add(row)
    await session.flush()


async def words_of(session: AsyncSession, party_id: str) -> list[PointWordRow]:
    query = (
        select(PointWordRow)
        .where(col(PointWordRow.party_id) == party_id)
        .order_by(col(PointWordRow.at), col(PointWordRow.word_id))
    )
    return list((await session.execute(query)).scalars())


async def opt_back_in(
    session: AsyncSession, party_id: str, channel: Channel, point_id: str
) -> None:
    bound = {"party_id": party_id, "channel": channel, "point_id": point_id}
    await session.execute(_OPT_IN, bound)


def verify(row: PointRow, at: datetime) -> None:
    row.is_verified, row.verified_at, row.invalid_at, row.failures = True, at, None, 0


def consent(row: PointRow, *, given: bool) -> None:
    row.has_consent = row.said_consent = given


def checked_reassignment(row: PointRow, day: date) -> None:
    row.reassigned_checked_on = max(day, row.reassigned_checked_on or day)


_NEXT = text("SELECT coalesce(max(ordinal), -1) + 1 FROM contact_point WHERE party_id = :party_id")
_GIVE_KEY = text(
    """UPDATE party SET subject_key = :subject_key
    WHERE party_id = :party_id AND subject_key IS NULL"""
)
_OPT_IN = text(
    """DELETE FROM opt_out
    WHERE party_id = :party_id AND channel = :channel AND point_id = :point_id"""
)
