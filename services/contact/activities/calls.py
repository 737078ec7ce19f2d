"""Takes calls back whose lease or window has ended, so that none waits for a collector who left."""

from __future__ import annotations

import asyncio
import logging

from chassis.service import Context
from chassis.telemetry import describe
from services.contact.activities.faults import FAULTS
from services.contact.commands.calls import queue
from services.contact.commands.desk import desk

LOOK_SECONDS, LOOK_SECONDS_FAST = 5.0, 0.5
_log = logging.getLogger(__name__)


async def tend(context: Context) -> None:
    """Never ends by itself; what fails is tried again."""
    its_desk = desk(context.settings, context.clock)
    while True:
        try:
            while True:
                async with context.database.transaction() as session:
                    if not await queue.tend_next(session, its_desk, context.clock.now()):
                        break
        except FAULTS as fault:
            _log.warning("calls are looked at again", extra={"fault": describe(fault)})
        is_fast = context.clock.reading().rate > 1
        await asyncio.sleep(LOOK_SECONDS_FAST if is_fast else LOOK_SECONDS)
