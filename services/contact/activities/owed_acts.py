"""Does the acts that contact owes by itself: sleeps until the next planned one, and sends it."""

from __future__ import annotations

from datetime import timedelta

from chassis.service import Context
from services.contact.activities import working_off
from services.contact.activities.watch import wait_until
from services.contact.commands import owed_acts
from services.contact.commands.desk import Desk
from services.contact.gateways import Gateway


async def do_owed(context: Context, gateway: Gateway | None = None) -> None:
    """Never ends by itself."""

    async def rest() -> timedelta:
        async with context.database.transaction() as session:
            due = await owed_acts.next_at(session)
        return wait_until(context, due)

    await working_off.keep_doing(context, owed_acts, gateway, rest)


async def do_next(context: Context, desk: Desk, gateway: Gateway) -> bool:
    """Do the owed act planned first that nobody holds; false if there is none."""
    return await working_off.do_next(context, desk, gateway, owed_acts)
