"""A case leaves a wish; contact keeps it while another loan of the party could share the touch."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.contact import Touch, TouchOutcome, TouchStatus
from interfaces.values import LIABLE_ROLES
from services.contact.commands.desk import Desk
from services.contact.commands.judging import (
    docket_of,
    first_outcome,
    settle,
    standing_of,
    superseded,
)
from services.contact.commands.touches import ATTEMPT
from services.contact.domain.leases import LEASE, rest_after
from services.contact.domain.pooling import Wish, may_wait, ripe_at
from services.contact.domain.standing import Answer
from services.contact.store import touches, wishes
from services.contact.store.wishes import Claim

__all__ = ["Claim", "claim_next", "leave", "next_at", "put_back"]

_LAGGING = timedelta(seconds=3)


async def leave(session: AsyncSession, desk: Desk, touch: Touch) -> TouchOutcome | None:
    """Keep a wish that another loan of the party could share; None where it is to be met at once.
    May raise `contact/behind`."""
    first = await first_outcome(session, ATTEMPT, touch)
    if first is not None:
        return first
    pooled = TouchOutcome(touch.key, TouchStatus.POOLED)
    if await wishes.find(session, touch.tenant, touch.key) is not None:
        return pooled
    if await touches.find(session, touch.tenant, touch.key) is not None:
        return None
    others = await _others(session, touch)
    wish = _wish(touch, others)
    if not may_wait(wish):
        return None
    docket = await docket_of(session, desk, ATTEMPT, touch, desk.clock.instant(touch.at))
    said, standing = standing_of(docket, touch)
    if said is Answer.SUPERSEDED:
        return await settle(session, ATTEMPT, touch, superseded(touch, standing))
    pool = f"{wish.pool}/{standing.amounts.currency}"
    there = await wishes.waiting(session, pool)
    ripe = ripe_at(wish, {row.loan_id for row in there})
    row = wishes.row_of(touch, pool, ripe)
    if desk.clock.reading().rate > 1:
        # Cases lag behind a clock that runs fast, each by its own seconds of the wall.
        row.lease_wall_at = desk.clock.wall() + _LAGGING
    await wishes.add(session, row)
    if ripe <= touch.at:
        await wishes.ripen(session, pool, touch.at)
    return pooled


async def claim_next(session: AsyncSession, desk: Desk) -> Claim | None:
    """The next ripe pool, leased to the caller."""
    wall = desk.clock.wall()
    return await wishes.claim(session, desk.clock.now(), wall, wall + LEASE)


async def next_at(session: AsyncSession, desk: Desk) -> datetime | None:
    """The instant of the wall at which the next pool may be claimed; none if none waits."""
    reading = desk.clock.reading()
    walls = [
        max(reading.wall_time(ripe), free_wall_at or reading.wall_time(ripe))
        for ripe, free_wall_at in await wishes.soonest(session)
    ]
    return min(walls, default=None)


async def put_back(session: AsyncSession, desk: Desk, claimed: Claim) -> int:
    """Handing over failed: the pool is tried again later and later, after those that never failed.
    Answers how often it failed."""
    rows = await wishes.of_pool(session, claimed.tenant, claimed.pool)
    tries = max((row.tries for row in rows), default=0)
    await wishes.put_back(session, rows, desk.clock.wall() + rest_after(tries + 1))
    return tries + 1


async def _others(session: AsyncSession, touch: Touch) -> list[str]:
    if touch.window_until is None:
        return []
    return await wishes.acting_loans(session, touch.party_id, touch.loan_id)


def _wish(touch: Touch, others: Sequence[str]) -> Wish:
    return Wish(
        party_id=touch.party_id,
        channel=touch.channel,
        purpose=touch.purpose,
        capacity=touch.capacity,
        discloses=touch.role in LIABLE_ROLES,
        at=touch.at,
        window_until=touch.window_until,
        others=others,
    )
