"""Answers what people asked: claims the next answer owed and sends it, or leaves it to a person."""

from __future__ import annotations

import asyncio
import logging

from chassis.service import Context
from chassis.telemetry import describe
from chassis.vault import Unreadable
from services.contact.activities.faults import FAULTS
from services.contact.activities.sending import hand_over
from services.contact.activities.ways_out import ways_out
from services.contact.commands import answering
from services.contact.commands.desk import Desk, desk
from services.contact.commands.touches import Decision
from services.contact.gateways import Gateway

LOOK_SECONDS = 1.0
_log = logging.getLogger(__name__)


async def answer(context: Context, gateway: Gateway | None = None) -> None:
    """Never ends by itself; what fails is tried again."""
    its_desk = desk(context.settings, context.clock)
    way_out = gateway or ways_out(context)
    while True:
        try:
            while await answer_next(context, its_desk, way_out):
                pass
        except FAULTS as fault:
            _log.warning("answers are looked at again", extra={"fault": describe(fault)})
        await asyncio.sleep(LOOK_SECONDS)


async def answer_next(context: Context, desk: Desk, gateway: Gateway) -> bool:
    """Send the answer owed longest that nobody holds; false if there is none."""
    async with context.database.transaction() as session:
        owed = await answering.claim_next(session, desk)
    if owed is None:
        return False
    try:
        await _send(context, desk, gateway, owed)
    except Unreadable as fault:
        # Trying again would not make it readable, and the rest wait behind it.
        _log.error("an answer is left to a person", extra={"fault": describe(fault)})
        async with context.database.transaction() as session:
            await answering.leave_unreadable(session, desk, owed)
    except FAULTS as fault:
        # A loan whose standing lags, a text that cannot be written, a provider out of reach.
        _log.warning("an answer is sent later", extra={"fault": describe(fault)})
        async with context.database.transaction() as session:
            await answering.put_back(session, desk, owed)
    return True


async def _send(context: Context, desk: Desk, gateway: Gateway, owed: answering.Owed) -> None:
    async def decide(is_known_unsent: bool) -> Decision:
        async with context.database.transaction() as session:
            return await answering.decide(session, desk, owed, is_known_unsent=is_known_unsent)

    _, receipt = await hand_over(gateway, decide)
    if receipt is not None:
        async with context.database.transaction() as session:
            await answering.record(session, desk, receipt, owed)
