"""Attempts with the verdicts that allowed or refused them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from sqlalchemy import or_, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from interfaces.values import Capacity, Channel, Direction, Purpose
from services.contact.domain.law.facts import PastAttempt, Result
from services.contact.store.tables import AttemptRow, VerdictRow


class AttemptStatus(StrEnum):
    """`confirmed` may be on its way; `sent` has left or taken place; `undeliverable` was refused by
    the provider; `withdrawn` never left; `received` came in."""

    RESERVED = "reserved"
    RELEASED = "released"
    CONFIRMED = "confirmed"
    SENT = "sent"
    UNDELIVERABLE = "undeliverable"
    WITHDRAWN = "withdrawn"
    RECEIVED = "received"


_COUNTING = (
    AttemptStatus.CONFIRMED,
    AttemptStatus.SENT,
    AttemptStatus.UNDELIVERABLE,
    AttemptStatus.RECEIVED,
)


async def find(session: AsyncSession, tenant: str, key: str) -> AttemptRow | None:
    query = select(AttemptRow).where(col(AttemptRow.tenant) == tenant, col(AttemptRow.key) == key)
    return (await session.execute(query)).scalar_one_or_none()


async def attempt(session: AsyncSession, tenant: str, attempt_id: str) -> AttemptRow | None:
    row = await session.get(AttemptRow, attempt_id)
    return row if row is not None and row.tenant == tenant else None


async def add(session: AsyncSession, row: AttemptRow) -> None:
    """Keep an attempt; one that names no further loans is about its own alone."""
    row.loan_ids = row.loan_ids or [row.loan_id]
    session.add(row)
    await session.flush()


async def replace(session: AsyncSession, row: AttemptRow) -> None:
    """Write a known attempt anew, whole."""
    await session.merge(row)
    await session.flush()


async def record_verdict(session: AsyncSession, row: VerdictRow) -> None:
    session.add(row)
    await session.flush()


async def past_attempts(
    session: AsyncSession, debtor_id: str, since: datetime, wall: datetime
) -> list[PastAttempt]:
    """The debtor's attempts that end after `since`, planned ones too while their reservation has
    not run out on the wall."""
    is_kept = (col(AttemptRow.status) == AttemptStatus.RESERVED) & (
        col(AttemptRow.expires_wall_at) > wall
    )
    query = select(AttemptRow).where(
        col(AttemptRow.debtor_id) == debtor_id,
        col(AttemptRow.until_at) >= since,
        or_(col(AttemptRow.status).in_(_COUNTING), is_kept),
    )
    return [_past(row) for row in (await session.execute(query)).scalars()]


async def of_loan(
    session: AsyncSession, tenant: str, loan_id: str, after: str, limit: int
) -> list[AttemptRow]:
    query = (
        select(AttemptRow)
        .where(
            col(AttemptRow.tenant) == tenant,
            col(AttemptRow.loan_ids).contains([loan_id]),
            col(AttemptRow.attempt_id) > after,
        )
        .order_by(col(AttemptRow.attempt_id))
        .limit(limit)
    )
    return list((await session.execute(query)).scalars())


async def latest_point(session: AsyncSession, party_id: str, channel: Channel) -> str:
    """The point of the last message to a party on a channel; empty if there was none."""
    bound = {"party_id": party_id, "channel": channel}
    found = (await session.execute(_LATEST_POINT, bound)).scalar_one_or_none()
    return found or ""


async def was_asked(session: AsyncSession, loan_id: str, episode: int, party_id: str) -> bool:
    """Whether a touch asked the party after its circumstances in this episode."""
    bound = {"loan_id": loan_id, "episode": episode, "party_id": party_id}
    return bool((await session.execute(_WAS_ASKED, bound)).scalar_one())


async def made(session: AsyncSession, tenant: str) -> int:
    """Touches that took place."""
    return int((await session.execute(_MADE, {"tenant": tenant})).scalar_one())


async def refused_by_rule(session: AsyncSession, tenant: str) -> dict[str, int]:
    rows = await session.execute(_REFUSED, {"tenant": tenant})
    return {row.rule_id: row.refused for row in rows}


def _past(row: AttemptRow) -> PastAttempt:
    is_planned = row.status == AttemptStatus.RESERVED
    return PastAttempt(
        attempt_id=row.attempt_id,
        party_id=row.party_id,
        loan_ids=tuple(row.loan_ids),
        channel=Channel(row.channel),
        direction=Direction(row.direction),
        purpose=Purpose(row.purpose),
        point_id=row.point_id,
        from_at=row.from_at,
        until_at=row.until_at,
        result=Result.PLANNED if is_planned else Result(row.outcome or Result.SENT),
        debtor_id=row.debtor_id,
        role=row.role,
        capacity=Capacity(row.capacity),
        agency=row.agency,
    )


_LATEST_POINT = text(
    """SELECT point_id FROM attempt
    WHERE party_id = :party_id AND channel = :channel AND direction = 'outbound'
        AND status IN ('confirmed', 'sent', 'undeliverable')
    ORDER BY from_at DESC LIMIT 1"""
)
_WAS_ASKED = text(
    """SELECT EXISTS (SELECT FROM evidence WHERE loan_id = :loan_id AND episode = :episode
        AND party_id = :party_id AND asks_circumstances)"""
)
_MADE = text(
    """SELECT count(*) FROM attempt WHERE tenant = :tenant AND direction = 'outbound'
    AND status = 'sent'"""
)
_REFUSED = text(
    """SELECT rule_id, count(*) AS refused FROM verdict
    WHERE tenant = :tenant AND NOT is_allowed GROUP BY rule_id ORDER BY rule_id"""
)
