"""Ends placements that time has ended, raises duties that were missed, when they are due, and gives
numbers kept under a spelling their one form."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from sqlalchemy.exc import SQLAlchemyError

from chassis.errors import Rejected
from chassis.service import Context
from chassis.telemetry import describe
from chassis.vault import Unreadable
from services.contact.commands import duties, people, placement_ends
from services.contact.commands.desk import Desk, desk

# Something due earlier may have been written, or the clock set to run faster.
_LOOK_AGAIN = timedelta(seconds=5)
_SOON = timedelta(milliseconds=50)
_log = logging.getLogger(__name__)


async def watch(context: Context) -> None:
    """Never ends by itself; what fails is tried again."""
    its_desk = desk(context.settings, context.clock)
    while True:
        due = None
        try:
            while await look_once(context, its_desk):
                pass
            async with context.database.transaction() as session:
                due = await placement_ends.next_at(session)
        except (SQLAlchemyError, OSError, TimeoutError, Rejected, Unreadable) as fault:
            _log.warning("placements are looked at again", extra={"fault": describe(fault)})
        await asyncio.sleep(_wait(context, due).total_seconds())


async def look_once(context: Context, desk: Desk) -> int:
    """One pass; how many loans and duties it touched."""
    now = context.clock.now()
    async with context.database.transaction() as session:
        looked = await placement_ends.look(session, desk, now)
    async with context.database.transaction() as session:
        looked += await people.renumber_next(session, desk)
    async with context.database.transaction() as session:
        return looked + await duties.raise_missed(session, now)


def _wait(context: Context, due: datetime | None) -> timedelta:
    if due is None:
        return _LOOK_AGAIN
    until = context.clock.reading().wall_time(due) - context.clock.wall()
    return max(_SOON, min(until, _LOOK_AGAIN))
