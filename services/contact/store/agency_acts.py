"""What agencies did, each act beside its attempt at the gate, and what they handed over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from pydantic import TypeAdapter
from sqlalchemy import Column, DateTime
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field, col, select

from interfaces.contact import Touch
from interfaces.values import Channel
from services.contact.domain.agencies import ActKept
from services.contact.domain.outcomes import Outcome
from services.contact.store.tables import AttemptRow, Row
from services.contact.store.touches import AttemptStatus

_MADE = (AttemptStatus.CONFIRMED, AttemptStatus.SENT, AttemptStatus.UNDELIVERABLE)
_TOUCH: TypeAdapter[Touch] = TypeAdapter(Touch)


class AgencyActRow(Row, table=True):
    """An act under the agency's own id, with the touch that is judged anew on the day."""

    __tablename__: ClassVar[str] = "agency_act"
    tenant: str = Field(primary_key=True)
    agency_id: str = Field(primary_key=True)
    act_id: str = Field(primary_key=True)
    key: str
    placement_id: str
    loan_id: str
    attempt_id: str
    touch: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    window_from: datetime = Field(sa_type=DateTime(timezone=True))
    window_until: datetime = Field(sa_type=DateTime(timezone=True))
    recording: str = ""
    is_recording_missing: bool = False
    reported_at: datetime | None = Field(default=None, sa_type=DateTime(timezone=True))
    hand_over_id: str | None = None


class HandOverRow(Row, table=True):
    __tablename__: ClassVar[str] = "agency_hand_over"
    tenant: str = Field(primary_key=True)
    agency_id: str = Field(primary_key=True)
    hand_over_id: str = Field(primary_key=True)
    from_at: datetime = Field(sa_type=DateTime(timezone=True))
    until_at: datetime = Field(sa_type=DateTime(timezone=True))
    is_complete: bool
    records: list[dict[str, Any]] = Field(sa_column=Column(JSONB, nullable=False))
    gaps: dict[str, str] = Field(sa_column=Column(JSONB, nullable=False))
    handed_over_by: str
    at: datetime = Field(sa_type=DateTime(timezone=True))


@dataclass(frozen=True)
class Act:
    """An act and how its attempt stands."""

    row: AgencyActRow
    attempt: AttemptRow

    def kept(self) -> ActKept:
        return ActKept(
            self.row.act_id,
            self.attempt.channel == Channel.CALL,
            Outcome(self.attempt.outcome),
            self.row.recording,
        )


async def find(
    session: AsyncSession, tenant: str, agency_id: str, act_id: str
) -> AgencyActRow | None:
    return await session.get(AgencyActRow, (tenant, agency_id, act_id))


async def add(session: AsyncSession, row: AgencyActRow) -> None:
    session.add(row)
    await session.flush()


async def acts(
    session: AsyncSession, tenant: str, agency_id: str, after: str, limit: int
) -> list[Act]:
    """An agency's own acts, in the order of its ids."""
    query = (
        select(AgencyActRow, AttemptRow)
        .join(AttemptRow, col(AttemptRow.attempt_id) == col(AgencyActRow.attempt_id))
        .where(
            col(AgencyActRow.tenant) == tenant,
            col(AgencyActRow.agency_id) == agency_id,
            col(AgencyActRow.act_id) > after,
        )
        .order_by(col(AgencyActRow.act_id))
        .limit(limit)
    )
    return [Act(row, attempt) for row, attempt in (await session.execute(query)).all()]


async def made_between(
    session: AsyncSession, tenant: str, agency_id: str, from_at: datetime, until_at: datetime
) -> list[Act]:
    """The acts of a period that took place."""
    query = (
        select(AgencyActRow, AttemptRow)
        .join(AttemptRow, col(AttemptRow.attempt_id) == col(AgencyActRow.attempt_id))
        .where(
            col(AgencyActRow.tenant) == tenant,
            col(AgencyActRow.agency_id) == agency_id,
            col(AttemptRow.status).in_(_MADE),
            col(AttemptRow.confirmed_at) >= from_at,
            col(AttemptRow.confirmed_at) < until_at,
        )
        .order_by(col(AgencyActRow.act_id))
    )
    return [Act(row, attempt) for row, attempt in (await session.execute(query)).all()]


async def reserved(session: AsyncSession, loan_id: str, agency_id: str) -> list[AttemptRow]:
    """The budgets an agency still keeps on a loan."""
    query = (
        select(AttemptRow)
        .join(AgencyActRow, col(AttemptRow.attempt_id) == col(AgencyActRow.attempt_id))
        .where(
            col(AgencyActRow.loan_id) == loan_id,
            col(AgencyActRow.agency_id) == agency_id,
            col(AttemptRow.status) == AttemptStatus.RESERVED,
        )
        .order_by(col(AttemptRow.attempt_id))
    )
    return list((await session.execute(query)).scalars())


async def hand_over(
    session: AsyncSession, tenant: str, agency_id: str, hand_over_id: str
) -> HandOverRow | None:
    return await session.get(HandOverRow, (tenant, agency_id, hand_over_id))


async def add_hand_over(session: AsyncSession, row: HandOverRow) -> None:
    session.add(row)
    await session.flush()


def touch_in(row: AgencyActRow) -> Touch:
    return _TOUCH.validate_python(row.touch)


def stored(touch: Touch) -> dict[str, Any]:
    kept: dict[str, Any] = _TOUCH.dump_python(touch, mode="json")
    return kept
