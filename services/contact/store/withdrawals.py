"""Open wishes by their keys, and the calls that wait with them."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.contact.store.wishes import WishRow


async def named(session: AsyncSession, tenant: str, keys: Collection[str]) -> list[WishRow]:
    """The wishes as they stand at this moment, whatever was read before."""
    query = (
        select(WishRow)
        .where(col(WishRow.tenant) == tenant, col(WishRow.key).in_(sorted(keys)))
        .order_by(col(WishRow.key))
        .execution_options(populate_existing=True)
    )
    return list((await session.execute(query)).scalars())


async def waiting_calls(
    session: AsyncSession, tenant: str, party_ids: Collection[str], keys: Collection[str]
) -> list[str]:
    """The calls nobody has dialled that are to meet one of these wishes, in their order."""
    bound = {"tenant": tenant, "party_ids": sorted(party_ids), "keys": sorted(keys)}
    return [row.call_id for row in await session.execute(_WAITING, bound)]


_WAITING = text(
    """SELECT call_id FROM call
    WHERE party_id = ANY (CAST(:party_ids AS text[])) AND state IN ('queued', 'claimed')
        AND tenant = :tenant
        AND EXISTS (SELECT FROM jsonb_array_elements(touches) touch
            WHERE touch ->> 'key' = ANY (CAST(:keys AS text[])))
    ORDER BY call_id"""
)
