"""What was last said to and by a party, for whoever speaks with it next."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.contact.store.people import Link
from services.contact.store.tables import AttemptRow, ReplyRow
from services.contact.store.touches import AttemptStatus

_TOOK_PLACE = (AttemptStatus.SENT, AttemptStatus.UNDELIVERABLE, AttemptStatus.RECEIVED)


async def last_attempts(
    session: AsyncSession, tenant: str, party_id: str, limit: int
) -> list[AttemptRow]:
    """Newest first."""
    query = (
        select(AttemptRow)
        .where(
            col(AttemptRow.tenant) == tenant,
            col(AttemptRow.party_id) == party_id,
            col(AttemptRow.status).in_(_TOOK_PLACE),
        )
        .order_by(col(AttemptRow.from_at).desc(), col(AttemptRow.attempt_id))
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())


async def last_replies(
    session: AsyncSession, tenant: str, party_id: str, limit: int
) -> list[ReplyRow]:
    """Newest first."""
    query = (
        select(ReplyRow)
        .where(col(ReplyRow.tenant) == tenant, col(ReplyRow.party_id) == party_id)
        .order_by(col(ReplyRow.at).desc(), col(ReplyRow.reply_id))
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())


def of_tenant(links: list[Link], tenant: str, party_id: str) -> list[Link]:
    return [link for link in links if (link.tenant, link.party_id) == (tenant, party_id)]
