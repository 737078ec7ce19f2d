"""Does the acts that contact owes by itself: sleeps until the next planned one, and sends it."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime, timedelta

from chassis.service import Context
from chassis.telemetry import describe
from services.contact.activities.faults import FAULTS
from services.contact.activities.sending import hand_over
from services.contact.activities.watch import wait_until
from services.contact.activities.ways_out import ways_out
from services.contact.commands import owed_acts
from services.contact.commands.desk import Desk, desk
from services.contact.commands.touches import Decision
from services.contact.gateways import Gateway

# On a fast clock what is owed by a day is planned and past in a moment.
_LOOK_AGAIN_FAST = timedelta(milliseconds=500)
_log = logging.getLogger(__name__)


async def do_owed(context: Context, gateway: Gateway | None = None) -> None:
    """Never ends by itself; what fails is tried again."""
    its_desk = desk(context.settings, context.clock)
    way_out = gateway or ways_out(context)
    while True:
        due = None
        try:
            while await do_next(context, its_desk, way_out):
                pass
            async with context.database.transaction() as session:
                due = await owed_acts.next_at(session)
        except FAULTS as fault:
            _log.warning("owed acts are looked at again", extra={"fault": describe(fault)})
        await asyncio.sleep(pause(context, due).total_seconds())


def pause(context: Context, due: datetime | None) -> timedelta:
    """How long to sleep on the wall until the next planned act, or until one may be owed."""
    wait = wait_until(context, due)
    return min(wait, _LOOK_AGAIN_FAST) if context.clock.reading().rate > 1 else wait


async def do_next(context: Context, desk: Desk, gateway: Gateway) -> bool:
    """Do the owed act planned first that nobody holds; false if there is none."""
    async with context.database.transaction() as session:
        claim = await owed_acts.claim_next(session, desk)
    if claim is None:
        return False
    try:
        await _do(context, desk, gateway, claim)
    except FAULTS as fault:
        # A loan whose standing lags, a text that cannot be written, a provider out of reach.
        _log.warning("an owed act is done later", extra={"fault": describe(fault)})
        async with context.database.transaction() as session:
            await owed_acts.put_back(session, desk, claim)
    return True


async def _do(context: Context, desk: Desk, gateway: Gateway, claim: owed_acts.Claim) -> None:
    async def decide(is_known_unsent: bool) -> Decision:
        async with context.database.transaction() as session:
            return await owed_acts.decide(session, desk, claim, is_known_unsent=is_known_unsent)

    _, receipt = await hand_over(gateway, decide)
    if receipt is not None:
        async with context.database.transaction() as session:
            await owed_acts.record(session, desk, receipt, claim)
