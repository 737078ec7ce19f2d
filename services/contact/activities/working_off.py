"""What contact owes and sends by itself: claimed, handed over, put back for later, or left to a
person."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Protocol, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.service import Context
from chassis.telemetry import describe
from chassis.vault import Unreadable
from services.contact.activities.faults import FAULTS
from services.contact.activities.sending import hand_over
from services.contact.activities.ways_out import ways_out
from services.contact.commands.desk import Desk, desk
from services.contact.commands.touches import Decision
from services.contact.gateways import Gateway, Receipt

_LOOK_AGAIN = timedelta(seconds=5)
_log = logging.getLogger(__name__)
Claim = TypeVar("Claim")


class Owing(Protocol[Claim]):
    """The commands about one kind of what is owed; each is called in a transaction of its own."""

    async def claim_next(self, session: AsyncSession, desk: Desk, /) -> Claim | None:
        """The next that nobody holds, leased to the caller."""

    async def decide(
        self, session: AsyncSession, desk: Desk, claim: Claim, /, *, is_known_unsent: bool
    ) -> Decision:
        """What to send; an earlier try whose end is not known comes first, before anything of the
        person is read."""

    async def record(
        self, session: AsyncSession, desk: Desk, receipt: Receipt, claim: Claim, /
    ) -> None:
        """Note what the provider said."""

    async def put_back(self, session: AsyncSession, desk: Desk, claim: Claim, /) -> None:
        """It could not be sent now."""

    async def leave_unreadable(self, session: AsyncSession, desk: Desk, claim: Claim, /) -> None:
        """Nobody can write to the person, and no earlier try left: a person does it."""


async def keep_doing(
    context: Context,
    owing: Owing[Claim],
    gateway: Gateway | None,
    rest: Callable[[], Awaitable[timedelta]],
) -> None:
    """Never ends by itself; what fails is tried again. `rest` says how long nothing is owed."""
    its_desk = desk(context.settings, context.clock)
    way_out = gateway or ways_out(context)
    while True:
        pause = _LOOK_AGAIN
        try:
            while await do_next(context, its_desk, way_out, owing):
                pass
            pause = await rest()
        except FAULTS as fault:
            _log.warning("what is owed is looked at again", extra={"fault": describe(fault)})
        await asyncio.sleep(pause.total_seconds())


async def do_next(context: Context, desk: Desk, gateway: Gateway, owing: Owing[Claim]) -> bool:
    """Do what is owed first and nobody holds; false if there is nothing."""
    async with context.database.transaction() as session:
        claim = await owing.claim_next(session, desk)
    if claim is None:
        return False
    try:
        await _do(context, desk, gateway, (owing, claim))
    except FAULTS as fault:
        # A loan whose standing lags, a text that cannot be written, a provider out of reach.
        _log.warning("what is owed is sent later", extra={"fault": describe(fault)})
        async with context.database.transaction() as session:
            await owing.put_back(session, desk, claim)
    return True


async def _do(
    context: Context, desk: Desk, gateway: Gateway, what: tuple[Owing[Claim], Claim]
) -> None:
    owing, claim = what

    async def decide(is_known_unsent: bool) -> Decision:
        try:
            async with context.database.transaction() as session:
                return await owing.decide(session, desk, claim, is_known_unsent=is_known_unsent)
        except Unreadable as fault:
            # Trying again would not make it readable, and the rest wait behind it.
            _log.error("what is owed is left to a person", extra={"fault": describe(fault)})
            async with context.database.transaction() as session:
                await owing.leave_unreadable(session, desk, claim)
            return Decision()

    _, receipt = await hand_over(gateway, decide)
    if receipt is not None:
        async with context.database.transaction() as session:
            await owing.record(session, desk, receipt, claim)
