"""What cases ask of contact: Temporal's door."""

from __future__ import annotations

from temporalio import activity

from chassis.service import Context
from interfaces.contact import (
    AdoptContacts,
    ContactActivities,
    Release,
    Reservation,
    Touch,
    TouchOutcome,
    Withdraw,
    Withdrawn,
)
from services.contact.activities.pools import Bell
from services.contact.activities.reserving import Reserving
from services.contact.activities.sending import hand_over
from services.contact.activities.ways_out import ways_out
from services.contact.commands import progress, reservations, touches, wishing, withdrawing
from services.contact.commands.desk import Desk, desk
from services.contact.commands.touches import Decision
from services.contact.gateways import Gateway


class Activities(ContactActivities):
    """Each method is one transaction; sending a message lies between two."""

    def __init__(
        self, context: Context, gateway: Gateway | None = None, bell: Bell | None = None
    ) -> None:
        self._bell = bell or Bell()
        self._database = context.database
        self._clock = context.clock
        self._desk: Desk = desk(context.settings, context.clock)
        self._reserving = Reserving(context.database, self._desk)
        self._gateway = gateway or ways_out(context)

    @activity.defn(name="contact.wish")
    async def wish(self, touch: Touch) -> TouchOutcome:
        async with self._database.transaction() as session:
            kept = await wishing.leave(session, self._desk, touch)
        if kept is not None:
            self._bell.ring()
            return kept

        async def decide(is_known_unsent: bool) -> Decision:
            async with self._database.transaction() as session:
                return await touches.decide(
                    session, self._desk, touch, is_known_unsent=is_known_unsent
                )

        decision, receipt = await hand_over(self._gateway, decide)
        if decision.outcome is not None:
            return decision.outcome
        assert receipt is not None, "a message was sent now or before"
        async with self._database.transaction() as session:
            return await touches.record_sending(session, self._desk, touch, receipt)

    @activity.defn(name="contact.reserve")
    async def reserve(self, reservation: Reservation) -> TouchOutcome:
        return await self._reserving.reserve(reservation)

    @activity.defn(name="contact.confirm")
    async def confirm(self, touch: Touch) -> TouchOutcome:
        async with self._database.transaction() as session:
            return await reservations.confirm(session, self._desk, touch)

    @activity.defn(name="contact.release")
    async def release(self, release: Release) -> None:
        async with self._database.transaction() as session:
            await reservations.release(session, self._desk, release)

    @activity.defn(name="contact.withdraw")
    async def withdraw(self, command: Withdraw) -> Withdrawn:
        async with self._database.transaction() as session:
            return await withdrawing.withdraw(session, self._desk, command)

    @activity.defn(name="contact.adopt")
    async def adopt(self, command: AdoptContacts) -> None:
        at = self._clock.instant(command.at)
        async with self._database.transaction() as session:
            await progress.adopt(session, command, at)
