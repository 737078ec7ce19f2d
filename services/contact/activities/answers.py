"""Answers what people asked: looks every second for the next answer owed."""

from __future__ import annotations

from datetime import timedelta

from chassis.service import Context
from services.contact.activities import working_off
from services.contact.commands import answering
from services.contact.commands.desk import Desk
from services.contact.gateways import Gateway

_LOOK_AGAIN = timedelta(seconds=1)


async def answer(context: Context, gateway: Gateway | None = None) -> None:
    """Never ends by itself."""

    async def rest() -> timedelta:
        return _LOOK_AGAIN

    await working_off.keep_doing(context, answering, gateway, rest)


async def answer_next(context: Context, desk: Desk, gateway: Gateway) -> bool:
    """Send the answer owed longest that nobody holds; false if there is none."""
    return await working_off.do_next(context, desk, gateway, answering)
