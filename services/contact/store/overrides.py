"""Overrides of soft rules as rows, and as the docket's JSON has them."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import DateTime
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from interfaces.values import Channel
from services.contact.domain.law.facts import KnownOverride
from services.contact.store.tables import Row


class OverrideRow(Row, table=True):
    """No loan: all loans of the party; no channel: every channel."""

    __tablename__: ClassVar[str] = "rule_override"
    tenant: str = Field(primary_key=True)
    override_id: str = Field(primary_key=True)
    party_id: str
    loan_id: str = ""
    rule_id: str
    channel: str = ""
    reason: str
    authority: str
    evidence: str
    from_at: datetime = Field(sa_type=DateTime(timezone=True))
    until_at: datetime = Field(sa_type=DateTime(timezone=True))
    recorded_by: str
    recorded_at: datetime = Field(sa_type=DateTime(timezone=True))
    ended_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    ended_by: str = ""
    end_reason: str = ""


async def find(session: AsyncSession, tenant: str, override_id: str) -> OverrideRow | None:
    return await session.get(OverrideRow, (tenant, override_id))


async def add(session: AsyncSession, row: OverrideRow) -> None:
    session.add(row)
    await session.flush()


async def of_party(session: AsyncSession, tenant: str, party_id: str) -> list[OverrideRow]:
    """All of them, past ones too."""
    query = (
        select(OverrideRow)
        .where(col(OverrideRow.tenant) == tenant, col(OverrideRow.party_id) == party_id)
        .order_by(col(OverrideRow.from_at), col(OverrideRow.override_id))
    )
    return list((await session.execute(query)).scalars())


def override_of(raw: dict[str, Any]) -> KnownOverride:
    return KnownOverride(
        override_id=raw["override_id"],
        rule_id=raw["rule_id"],
        reason=raw["reason"],
        authority=raw["authority"],
        from_at=datetime.fromisoformat(raw["from_at"]),
        until_at=datetime.fromisoformat(raw["until_at"]),
        loan_id=raw["loan_id"],
        channel=Channel(raw["channel"]) if raw["channel"] else None,
    )
