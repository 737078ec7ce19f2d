"""The gateway that contact sends by: it notes each hand-over before it happens, and its end after.

Where the provider can be asked, a cut line is mended by asking. Where it cannot (SMTP), a message
whose end nobody saw counts as sent, is never sent again, and is shown to a person.
"""

from __future__ import annotations

import logging

from chassis.database import Database
from chassis.service import Context
from services.contact.commands import handovers
from services.contact.commands.desk import Desk, desk
from services.contact.commands.handovers import Begin, HandoverState, Known, Try
from services.contact.gateways import (
    Gateway,
    Message,
    NotHandedOver,
    Provider,
    Receipt,
    RefusedForGood,
    SandboxGateway,
)
from services.contact.gateways.routing import Routes

_log = logging.getLogger(__name__)


def ways_out(context: Context) -> Gateway:
    """Every channel of every tenant: the provider that is configured, else the sandbox."""
    its_desk = desk(context.settings, context.clock)
    routes = Routes(its_desk.gateways, context.clock.wall)
    return DurableGateway(context.database, its_desk, routes)


class DurableGateway:
    def __init__(self, database: Database, its_desk: Desk, routes: Routes) -> None:
        self._database, self._desk, self._routes = database, its_desk, routes
        self._sandbox = SandboxGateway(database, its_desk.vault)

    async def send(self, message: Message) -> Receipt:
        provider = self._routes.provider(message.tenant, message.channel)
        if provider is None:
            return await self._sandbox.send(message)

        own: Try | None = None

        async def about_to_leave() -> None:
            nonlocal own
            own = await self._begin(message, provider)

        try:
            receipt = await provider.send(message, about_to_leave)
        except RefusedForGood as refused:
            ended = await self._refused(message, provider, own, refused)
            if ended is None:
                raise
            return ended
        except NotHandedOver:
            # One that was put off before it began has nothing of its own to end.
            if own is not None:
                await self._end(own, HandoverState.UNSENT)
            raise
        # An address refused before anything could leave has no hand-over yet.
        await self._end(own or await self._begin(message, provider), _state(receipt))
        return receipt

    async def find(self, attempt_id: str) -> Receipt | None:
        async with self._database.transaction() as session:
            known = await handovers.find(session, attempt_id)
        if known is None:
            return await self._sandbox.find(attempt_id)
        if known.state is HandoverState.UNSENT:
            return None
        return known.receipt(attempt_id) or await self._ask(attempt_id, known)

    async def _ask(self, attempt_id: str, known: Known) -> Receipt | None:
        provider = self._routes.provider(known.tenant, known.channel)
        is_same = provider is not None and provider.name == known.provider
        if provider is None or not is_same or not provider.can_be_asked:
            await self._end(known.found, HandoverState.UNKNOWN)
            _log.warning("nobody knows whether a message left", extra={"attempt": attempt_id})
            return Receipt(attempt_id, is_accepted=True)
        receipt = await provider.find(attempt_id)
        state = _state(receipt) if receipt else HandoverState.UNSENT
        await self._end(known.found, state)
        return receipt

    async def _begin(self, message: Message, provider: Provider) -> Try:
        command = _beginning(message, provider)
        async with self._database.transaction() as session:
            own = await handovers.begin(session, command, self._desk.clock.wall())
        if own is None:
            raise ConnectionError("another try has handed this message over; ask for its end")
        return own

    async def _refused(
        self, message: Message, provider: Provider, own: Try | None, refused: RefusedForGood
    ) -> Receipt | None:
        """The end of a message that was refused for good, often enough and for long enough."""
        command, because = _beginning(message, provider), str(refused)
        async with self._database.transaction() as session:
            wall = self._desk.clock.wall()
            ended = await handovers.refuse(session, command, own, because, wall)
        if ended is not None:
            extra = {"attempt": message.attempt_id, "because": because}
            _log.error("a message is refused for good", extra=extra)
        return ended

    async def _end(self, own: Try, state: HandoverState) -> None:
        async with self._database.transaction() as session:
            await handovers.end(session, own, state, self._desk.clock.wall())


def _state(receipt: Receipt) -> HandoverState:
    return HandoverState.ACCEPTED if receipt.is_accepted else HandoverState.REFUSED


def _beginning(message: Message, provider: Provider) -> Begin:
    return Begin(
        attempt_id=message.attempt_id,
        tenant=message.tenant,
        channel=message.channel,
        provider=provider.name,
        may_repeat=provider.can_be_asked,
    )
