"""The entries of the white list, every version of them kept."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Column, DateTime, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from services.contact.domain.agencies import EntryStatus, Listing
from services.contact.domain.law.facts import KnownAgency
from services.contact.store.tables import Row


class AgencyEntryRow(Row, table=True):
    __tablename__: ClassVar[str] = "agency_entry"
    tenant: str = Field(primary_key=True)
    agency_id: str = Field(primary_key=True)
    version: int = Field(primary_key=True)
    title: str
    listed_from: date
    listed_until: date | None = None
    evaluated_on: date
    contract_until: date
    products: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    has_certified_agents: bool
    is_published: bool
    status: str
    proposed_by: str
    proposed_at: datetime = Field(sa_type=DateTime(timezone=True))
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    reason: str | None = None


async def lock(session: AsyncSession, tenant: str, agency_id: str) -> None:
    """One decision about an agency at a time; always after the loans' streams."""
    await session.execute(_LOCK, {"lock": f"agency\n{tenant}\n{agency_id}"})


async def entries(session: AsyncSession, tenant: str, agency_id: str) -> list[AgencyEntryRow]:
    """Every version, the latest first."""
    query = (
        select(AgencyEntryRow)
        .where(col(AgencyEntryRow.tenant) == tenant, col(AgencyEntryRow.agency_id) == agency_id)
        .order_by(col(AgencyEntryRow.version).desc())
    )
    return list((await session.execute(query)).scalars())


async def approved(
    session: AsyncSession, tenant: str, after: str, limit: int
) -> list[AgencyEntryRow]:
    query = (
        select(AgencyEntryRow)
        .where(
            col(AgencyEntryRow.tenant) == tenant,
            col(AgencyEntryRow.status) == EntryStatus.APPROVED,
            col(AgencyEntryRow.agency_id) > after,
        )
        .order_by(col(AgencyEntryRow.agency_id))
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())


async def listing(session: AsyncSession, tenant: str, agency_id: str) -> Listing | None:
    """The agency's entry that stands; what the law looks at."""
    return (await listings(session, tenant, [agency_id])).get(agency_id)


async def title_of(session: AsyncSession, tenant: str, agency_id: str) -> str | None:
    """The agency's name, by the entry that stands."""
    rows = await entries(session, tenant, agency_id)
    return next((row.title for row in rows if row.status == EntryStatus.APPROVED), None)


async def listings(
    session: AsyncSession, tenant: str, agency_ids: Collection[str]
) -> dict[str, Listing]:
    query = select(AgencyEntryRow).where(
        col(AgencyEntryRow.tenant) == tenant,
        col(AgencyEntryRow.status) == EntryStatus.APPROVED,
        col(AgencyEntryRow.agency_id).in_(sorted(set(agency_ids))),
    )
    rows = (await session.execute(query)).scalars()
    return {row.agency_id: as_listing(row) for row in rows}


async def known(session: AsyncSession, tenant: str, agency_id: str, on: date) -> KnownAgency:
    """What the law looks at of an agency on a business day."""
    row = await listing(session, tenant, agency_id)
    if row is None:
        return KnownAgency(agency_id)
    return KnownAgency(
        name=agency_id,
        is_listed=row.listed_from <= on and (row.listed_until is None or on <= row.listed_until),
        evaluated_on=row.evaluated_on,
        contract_until=row.contract_until,
        agents_certified=row.has_certified_agents,
    )


async def add(session: AsyncSession, row: AgencyEntryRow) -> None:
    session.add(row)
    await session.flush()


def as_listing(row: AgencyEntryRow) -> Listing:
    return Listing(
        agency_id=row.agency_id,
        listed_from=row.listed_from,
        listed_until=row.listed_until,
        evaluated_on=row.evaluated_on,
        contract_until=row.contract_until,
        products=frozenset(row.products),
        has_certified_agents=row.has_certified_agents,
    )


_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 0))")
