"""Holds as rows, and all of them that touch a loan."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from interfaces.facts import HoldInterval
from interfaces.values import Block, HoldKind
from services.contact.store.tables import HoldRow


@dataclass(frozen=True)
class OfOthers:
    """Which of a loan and a party another tenant has."""

    has_loan: bool
    has_party: bool


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


async def of_others(
    session: AsyncSession, tenant: str, loan_id: str | None, party_id: str | None
) -> OfOthers:
    """What nobody told of yet is nobody's."""
    bound = {"tenant": tenant, "loan_id": loan_id, "party_id": party_id}
    found = (await session.execute(_OF_OTHERS, bound)).one()
    return OfOthers(found.has_loan, found.has_party)


async def any_of_parties(session: AsyncSession, party_ids: Collection[str]) -> set[str]:
    """Those of the parties that have a hold of their own, on any loan."""
    rows = await session.execute(_HELD, {"party_ids": sorted(set(party_ids))})
    return {row.party_id for row in rows}


async def to_review(
    session: AsyncSession, tenant: str, before: datetime, now: datetime, limit: int
) -> list[HoldRow]:
    """Those in force whose review falls before an instant, the longest waiting first."""
    query = (
        select(HoldRow)
        .where(col(HoldRow.tenant) == tenant, col(HoldRow.review_at) < before)
        .where(or_(col(HoldRow.until_at).is_(None), col(HoldRow.until_at) > now))
        .order_by(col(HoldRow.review_at), col(HoldRow.hold_id))
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())


async def breathing_since(
    session: AsyncSession, tenant: str, party_id: str | None, loan_id: str | None
) -> list[datetime]:
    """When the standard breathing spaces of a party, or else of a loan, began."""
    query = select(HoldRow).where(
        col(HoldRow.tenant) == tenant,
        col(HoldRow.kind) == HoldKind.BREATHING_SPACE,
        col(HoldRow.variant) == "",
        or_(col(HoldRow.until_at).is_(None), col(HoldRow.until_at) > col(HoldRow.from_at)),
        col(HoldRow.party_id) == party_id if party_id else col(HoldRow.loan_id) == loan_id,
    )
    return [row.from_at for row in (await session.execute(query)).scalars()]


_TOUCHING = text(
    """SELECT loan.loan_id AS touched, hold.*
    FROM unnest(CAST(:loan_ids AS text[])) AS loan (loan_id)
    LEFT JOIN standing USING (loan_id)
    JOIN LATERAL (
        SELECT * FROM hold WHERE hold.loan_id = loan.loan_id
        UNION ALL
        SELECT * FROM hold WHERE hold.loan_id IS NULL AND hold.party_id IN (
            SELECT party_id FROM loan_party WHERE loan_party.loan_id = loan.loan_id)
    ) hold ON (hold.until_at IS NULL OR hold.until_at > hold.from_at)
        AND hold.tenant = coalesce(standing.tenant, hold.tenant)
    ORDER BY touched, hold.hold_id"""
)
_OF_OTHERS = text(
    """SELECT EXISTS (
        SELECT FROM standing WHERE loan_id = CAST(:loan_id AS text) AND tenant <> :tenant
        UNION ALL
        SELECT FROM loan_party WHERE loan_id = CAST(:loan_id AS text) AND tenant <> :tenant
    ) AS has_loan, EXISTS (
        SELECT FROM party WHERE party_id = CAST(:party_id AS text) AND tenant <> :tenant
    ) AS has_party"""
)
_HELD = text(
    """SELECT DISTINCT party_id FROM hold
    WHERE party_id = ANY (CAST(:party_ids AS text[])) AND loan_id IS NULL"""
)
