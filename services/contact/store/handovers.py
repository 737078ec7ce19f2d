"""Hand-overs to providers that cannot be undone, and the receipts that were taken in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import Field

from services.contact.store.tables import Row, _instant


class HandoverState(StrEnum):
    """`begun` may have left; `unsent` surely has not; `unknown` is for a person to look at."""

    BEGUN = "begun"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    UNSENT = "unsent"
    UNKNOWN = "unknown"


class HandoverRow(Row, table=True):
    """`refusals` counts those for good, from `refused_wall_at` on; `because` is the last one's
    reason."""

    __tablename__: ClassVar[str] = "handover"
    attempt_id: str = Field(primary_key=True)
    tenant: str
    channel: str
    provider: str
    state: str
    tries: int
    begun_wall_at: datetime = _instant()
    ended_wall_at: datetime | None = _instant(nullable=True)
    refusals: int = 0
    refused_wall_at: datetime | None = _instant(nullable=True)
    because: str = ""


@dataclass(frozen=True)
class Try:
    """One try of a hand-over. While it is not alone, it cannot tell that nothing has left."""

    attempt_id: str
    number: int
    is_alone: bool = True


async def find(session: AsyncSession, attempt_id: str) -> HandoverRow | None:
    return await session.get(HandoverRow, attempt_id)


async def begin(session: AsyncSession, row: HandoverRow, *, may_repeat: bool) -> Try | None:
    """Note that the message may leave from now on; none if another try has begun or ended it.
    Only a provider that takes the same id as one message may be begun with twice."""
    again = [HandoverState.UNSENT, *([HandoverState.BEGUN] if may_repeat else [])]
    bound = {**row.model_dump(include=_BEGUN_WITH), "again": [str(each) for each in again]}
    begun = (await session.execute(_BEGIN, bound)).one_or_none()
    if begun is None:
        return None
    is_alone = begun.tries == 1 or begun.earlier == HandoverState.UNSENT
    return Try(row.attempt_id, begun.tries, is_alone)


async def end(session: AsyncSession, own: Try, state: HandoverState, wall: datetime) -> None:
    """What a try knows of its hand-over. An answer of the provider is never taken back, and that
    it took the message is true whichever try heard it; anything else ends the latest try alone."""
    bound = {"attempt_id": own.attempt_id, "tries": own.number, "state": state, "wall": wall}
    if state is not HandoverState.UNSENT or own.is_alone:
        await session.execute(_END, bound)


async def refuse(session: AsyncSession, row: HandoverRow, own: Try | None) -> HandoverRow | None:
    """Count a refusal for good, after which nothing has left: by the try `own`, or before any
    began; none while another try may still end otherwise."""
    bound = row.model_dump(include=_BEGUN_WITH | {"because"})
    number = 0 if own is None or not own.is_alone else own.number
    done = (await session.execute(_REFUSE, {**bound, "own": number})).one_or_none()
    if done is None:
        return None
    return await session.get(HandoverRow, row.attempt_id, populate_existing=True)


async def give_up(session: AsyncSession, attempt_id: str) -> None:
    """What was refused for good, and is unsent, is not handed over again."""
    await session.execute(_GIVE_UP, {"attempt_id": attempt_id})


async def unknown(session: AsyncSession, tenant: str, after: str, limit: int) -> list[HandoverRow]:
    """Those of which nothing has been heard since."""
    bound = {"tenant": tenant, "after": after, "limit": limit}
    rows = (await session.execute(_UNKNOWN, bound)).mappings()
    return [HandoverRow(**row) for row in rows]


async def take_in(
    session: AsyncSession, tenant: str, receipt_id: str, attempt_id: str, wall: datetime
) -> bool:
    """False for a receipt that was taken in before."""
    bound = {"tenant": tenant, "receipt_id": receipt_id, "attempt_id": attempt_id, "wall": wall}
    return (await session.execute(_TAKE_IN, bound)).scalar_one_or_none() is not None


_BEGUN_WITH = {"attempt_id", "tenant", "channel", "provider", "state", "tries", "begun_wall_at"}
_REFUSE = text(
    """INSERT INTO handover AS known (attempt_id, tenant, channel, provider, state, tries,
        begun_wall_at, ended_wall_at, refusals, refused_wall_at, because)
    VALUES (:attempt_id, :tenant, :channel, :provider, 'unsent', :tries, :begun_wall_at,
        :begun_wall_at, 1, :begun_wall_at, :because)
    ON CONFLICT (attempt_id) DO UPDATE SET state = 'unsent', refusals = known.refusals + 1,
        refused_wall_at = coalesce(known.refused_wall_at, EXCLUDED.refused_wall_at),
        because = EXCLUDED.because, ended_wall_at = EXCLUDED.ended_wall_at
        WHERE known.state = 'unsent' OR (known.state = 'begun' AND known.tries = :own)
    RETURNING attempt_id"""
)
_GIVE_UP = text(
    "UPDATE handover SET state = 'refused' WHERE attempt_id = :attempt_id AND state = 'unsent'"
)
# Counting reads `before` first: after the update it would find nothing.
_BEGIN = text(
    """WITH before AS (SELECT state FROM handover WHERE attempt_id = :attempt_id FOR UPDATE)
    INSERT INTO handover AS known (attempt_id, tenant, channel, provider, state, tries,
        begun_wall_at)
    SELECT :attempt_id, :tenant, :channel, :provider, :state, :tries, :begun_wall_at
    WHERE (SELECT count(*) FROM before) >= 0
    ON CONFLICT (attempt_id) DO UPDATE SET state = EXCLUDED.state, provider = EXCLUDED.provider,
        channel = EXCLUDED.channel, tries = known.tries + 1,
        begun_wall_at = EXCLUDED.begun_wall_at, ended_wall_at = NULL
        WHERE known.state = ANY(CAST(:again AS text[]))
    RETURNING tries, (SELECT state FROM before) AS earlier"""
)
_END = text(
    """UPDATE handover SET state = :state, ended_wall_at = :wall
    WHERE attempt_id = :attempt_id AND CASE CAST(:state AS text)
        WHEN 'accepted' THEN state IN ('begun', 'unsent', 'unknown')
        WHEN 'refused' THEN state = 'unknown' OR (state = 'begun' AND tries = :tries)
        ELSE state = 'begun' AND tries = :tries END"""
)
_UNKNOWN = text(
    """SELECT handover.* FROM handover JOIN attempt USING (attempt_id)
    WHERE handover.tenant = :tenant AND handover.state = 'unknown' AND attempt.outcome = 'sent'
        AND handover.attempt_id > :after
    ORDER BY handover.attempt_id LIMIT :limit"""
)
_TAKE_IN = text(
    """INSERT INTO receipt (tenant, receipt_id, attempt_id, taken_wall_at)
    VALUES (:tenant, :receipt_id, :attempt_id, :wall) ON CONFLICT DO NOTHING
    RETURNING receipt_id"""
)
