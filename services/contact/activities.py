"""What cases ask of contact: Temporal's door."""

from __future__ import annotations

import asyncio

from temporalio import activity

from chassis.service import Context
from interfaces.contact import (
    AdoptContacts,
    ContactActivities,
    Release,
    Reservation,
    Touch,
    TouchOutcome,
)
from services.contact.commands import progress, reservations, touches
from services.contact.commands.desk import Desk, desk
from services.contact.commands.touches import Decision
from services.contact.gateways import Gateway, SandboxGateway

# A confirmation that could not be used soon must be judged anew, by the next try.
SEND_SECONDS_MAX = 10.0


class Activities(ContactActivities):
    """Each method is one transaction; sending a message lies between two."""

    def __init__(self, context: Context, gateway: Gateway | None = None) -> None:
        self._database = context.database
        self._clock = context.clock
        self._desk: Desk = desk(context.settings, context.clock)
        self._gateway = gateway or SandboxGateway(context.database, self._desk.vault)

    @activity.defn(name="contact.attempt")
    async def attempt(self, touch: Touch) -> TouchOutcome:
        decision = await self._decide(touch, is_known_unsent=False)
        receipt = None
        if decision.in_doubt:
            receipt = await self._gateway.find(decision.in_doubt)
            if receipt is None:
                decision = await self._decide(touch, is_known_unsent=True)
        if decision.outcome is not None:
            return decision.outcome
        if decision.message is not None:
            async with asyncio.timeout(SEND_SECONDS_MAX):
                receipt = await self._gateway.send(decision.message)
        assert receipt is not None, "a message was sent now or before"
        async with self._database.transaction() as session:
            return await touches.record_sending(session, self._desk, touch, receipt)

    @activity.defn(name="contact.reserve")
    async def reserve(self, reservation: Reservation) -> TouchOutcome:
        async with self._database.transaction() as session:
            return await reservations.reserve(session, self._desk, reservation)

    @activity.defn(name="contact.confirm")
    async def confirm(self, touch: Touch) -> TouchOutcome:
        async with self._database.transaction() as session:
            return await reservations.confirm(session, self._desk, touch)

    @activity.defn(name="contact.release")
    async def release(self, release: Release) -> None:
        async with self._database.transaction() as session:
            await reservations.release(session, self._desk, release)

    @activity.defn(name="contact.adopt")
    async def adopt(self, command: AdoptContacts) -> None:
        at = self._clock.instant(command.at)
        async with self._database.transaction() as session:
            await progress.adopt(session, command, at)

    async def _decide(self, touch: Touch, *, is_known_unsent: bool) -> Decision:
        async with self._database.transaction() as session:
            return await touches.decide(session, self._desk, touch, is_known_unsent=is_known_unsent)
