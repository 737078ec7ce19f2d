"""Holds as rows, and all of them that touch a loan."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.facts import HoldInterval
from interfaces.values import Block, HoldKind
from services.contact.store.tables import HoldRow


async def find(session: AsyncSession, tenant: str, hold_id: str) -> HoldRow | None:
    return await session.get(HoldRow, (tenant, hold_id))


async def add(session: AsyncSession, row: HoldRow) -> None:
    session.add(row)
    await session.flush()


async def touching(
    session: AsyncSession, loan_ids: Collection[str]
) -> dict[str, tuple[HoldInterval, ...]]:
    """Every hold of each loan and of the parties linked to it, in the order of their ids; a hold
    that never lasted is left out."""
    rows = await session.execute(_TOUCHING, {"loan_ids": sorted(set(loan_ids))})
    found: dict[str, tuple[HoldInterval, ...]] = {loan_id: () for loan_id in loan_ids}
    for row in rows:
        interval = HoldInterval(
            hold_id=row.hold_id,
            kind=HoldKind(row.kind),
            party_id=row.party_id,
            blocks=tuple(Block(block) for block in row.blocks),
            from_at=row.from_at,
            until_at=row.until_at,
            review_at=row.review_at,
            amount_minor=row.amount_minor,
            has_no_estate=row.has_no_estate,
        )
        found[row.touched] = (*found[row.touched], interval)
    return found


async def any_of_parties(session: AsyncSession, party_ids: Collection[str]) -> set[str]:
    """Those of the parties that have a hold of their own, on any loan."""
    rows = await session.execute(_HELD, {"party_ids": sorted(set(party_ids))})
    return {row.party_id for row in rows}


_TOUCHING = text(
    """SELECT loan.loan_id AS touched, hold.*
    FROM unnest(CAST(:loan_ids AS text[])) AS loan (loan_id)
    JOIN LATERAL (
        SELECT * FROM hold WHERE hold.loan_id = loan.loan_id
        UNION ALL
        SELECT * FROM hold WHERE hold.loan_id IS NULL AND hold.party_id IN (
            SELECT party_id FROM loan_party WHERE loan_party.loan_id = loan.loan_id)
    ) hold ON hold.until_at IS NULL OR hold.until_at > hold.from_at
    ORDER BY touched, hold.hold_id"""
)
_HELD = text(
    """SELECT DISTINCT party_id FROM hold
    WHERE party_id = ANY (CAST(:party_ids AS text[])) AND loan_id IS NULL"""
)
