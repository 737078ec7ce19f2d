"""What people and other programs ask of the books; nothing here locks or writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.ledger.store.tables import EntryRow, JournalRow, LoanRow


@dataclass(frozen=True)
class JournalWithEntries:
    journal: JournalRow
    entries: tuple[EntryRow, ...]


async def loan(session: AsyncSession, tenant: str, loan_id: str) -> LoanRow | None:
    found = await session.execute(
        select(LoanRow).where(col(LoanRow.tenant) == tenant, col(LoanRow.loan_id) == loan_id)
    )
    return found.scalar_one_or_none()


async def loans_after(
    session: AsyncSession, tenant: str, after: str, at_most: int
) -> Sequence[LoanRow]:
    """The next loans of a tenant that have a position, by loan id."""
    found = await session.execute(
        select(LoanRow)
        .where(
            col(LoanRow.tenant) == tenant,
            col(LoanRow.loan_id) > after,
            func.length(col(LoanRow.position)) > 0,
        )
        .order_by(col(LoanRow.loan_id))
        .limit(at_most)
    )
    return found.scalars().all()


async def journals(
    session: AsyncSession, loan_id: str, after: int, at_most: int
) -> list[JournalWithEntries]:
    found = await session.execute(
        select(JournalRow)
        .where(col(JournalRow.loan_id) == loan_id, col(JournalRow.number) > after)
        .order_by(col(JournalRow.number))
        .limit(at_most)
    )
    rows = found.scalars().all()
    entries = await _entries_of(session, loan_id, [row.number for row in rows])
    return [JournalWithEntries(row, tuple(entries.get(row.number, ()))) for row in rows]


async def imbalance(session: AsyncSession, tenant: str) -> dict[str, int]:
    """The sum of all entries per currency; anything but 0 is a broken ledger."""
    found = await session.execute(
        select(EntryRow.currency, func.sum(col(EntryRow.amount_minor)))
        .where(col(EntryRow.tenant) == tenant)
        .group_by(col(EntryRow.currency))
    )
    return {currency: int(total) for currency, total in found}


async def _entries_of(
    session: AsyncSession, loan_id: str, numbers: Sequence[int]
) -> Mapping[int, list[EntryRow]]:
    found = await session.execute(
        select(EntryRow)
        .where(col(EntryRow.loan_id) == loan_id, col(EntryRow.number).in_(numbers))
        .order_by(col(EntryRow.number), col(EntryRow.account))
    )
    by_number: dict[int, list[EntryRow]] = {}
    for row in found.scalars():
        by_number.setdefault(row.number, []).append(row)
    return by_number
