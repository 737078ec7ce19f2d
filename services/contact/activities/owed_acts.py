"""Does the acts that contact owes by itself: sleeps until the next planned one, and sends it."""

from __future__ import annotations

from datetime import datetime, timedelta

from chassis.service import Context
from services.contact.activities import working_off
from services.contact.activities.watch import wait_until
from services.contact.commands import owed_acts
from services.contact.commands.desk import Desk
from services.contact.gateways import Gateway

# On a fast clock what is owed by a day is planned and past in a moment.
_LOOK_AGAIN_FAST = timedelta(milliseconds=500)


async def do_owed(context: Context, gateway: Gateway | None = None) -> None:
    """Never ends by itself."""

    async def rest() -> timedelta:
        async with context.database.transaction() as session:
            due = await owed_acts.next_at(session)
        return pause(context, due)

    await working_off.keep_doing(context, owed_acts, gateway, rest)


def pause(context: Context, due: datetime | None) -> timedelta:
    """How long to sleep on the wall until the next planned act, or until one may be owed."""
    wait = wait_until(context, due)
    return min(wait, _LOOK_AGAIN_FAST) if context.clock.reading().rate > 1 else wait


async def do_next(context: Context, desk: Desk, gateway: Gateway) -> bool:
    """Do the owed act planned first that nobody holds; false if there is none."""
    return await working_off.do_next(context, desk, gateway, owed_acts)
