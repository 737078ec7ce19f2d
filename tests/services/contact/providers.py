"""Scene helpers for real providers: which gateways a tenant has, and the way out to them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from interfaces.values import Channel
from services.contact.activities import Activities
from services.contact.activities.ways_out import DurableGateway, ways_out
from services.contact.gateways import Gateway, Message, NotHandedOver, Provider, Receipt
from services.contact.gateways.addresses import GatewaySettings
from services.contact.gateways.messages import AboutToLeave
from services.contact.gateways.routing import Routes
from services.contact.store import handovers
from tests.services.contact.post import SECRET
from tests.services.contact.scene import Scene

SENDER = "collections@bank.example"
PUBLIC = "http://127.0.0.1"


@contextmanager
def configured(**providers: str) -> Iterator[None]:
    """FORBEAR_GATEWAYS for the demo tenant while the block lasts."""
    given = {"secret": SECRET, "sender": SENDER, "public_url": PUBLIC, **providers}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORBEAR_GATEWAYS", json.dumps({"demo": given}))
        yield


def way_out(scene: Scene) -> Gateway:
    return ways_out(scene.context)


def through(scene: Scene) -> Activities:
    return scene.with_gateway(way_out(scene))


class Killed(Exception):
    """Where a killed process would have stopped."""


class Dying:
    """A provider in a process that is killed at one point of handing a message over."""

    def __init__(self, inner: Provider, at: str) -> None:
        self._inner, self._at = inner, at
        self.name, self.can_be_asked = inner.name, inner.can_be_asked

    async def send(self, message: Message, about_to_leave: AboutToLeave) -> Receipt:
        async def noted() -> None:
            if self._at == "before_noting":
                raise Killed
            await about_to_leave()
            if self._at == "after_noting":
                raise Killed

        await self._inner.send(message, noted)
        raise Killed

    async def find(self, attempt_id: str) -> Receipt | None:
        return await self._inner.find(attempt_id)


class DyingRoutes(Routes):
    def __init__(self, scene: Scene, at: str) -> None:
        super().__init__(GatewaySettings(), scene.context.clock.wall)
        self._at = at

    def provider(self, tenant: str, channel: Channel) -> Provider | None:
        found = super().provider(tenant, channel)
        return Dying(found, self._at) if found else None


def killed(scene: Scene, at: str) -> Activities:
    return scene.with_gateway(DurableGateway(scene.database, scene.desk, DyingRoutes(scene, at)))


class OnlyRoute(Routes):
    """One provider for every channel."""

    def __init__(self, scene: Scene, provider: Provider) -> None:
        super().__init__(GatewaySettings(), scene.context.clock.wall)
        self._provider = provider

    def provider(self, tenant: str, channel: Channel) -> Provider | None:
        return self._provider


class Overlapping:
    """Of two tries of one message the second begins while the first is under way. `put_off` is the
    one that the provider does not take, before or after it began; it ends before the other."""

    name = "overlapping"

    def __init__(self, put_off: int, *, has_begun: bool, can_be_asked: bool) -> None:
        self.can_be_asked = can_be_asked
        self._put_off, self._has_begun = put_off, has_begun
        self._tries = 0
        self._first_began, self._second_began = asyncio.Event(), asyncio.Event()
        self.is_put_off = asyncio.Event()

    async def send(self, message: Message, about_to_leave: AboutToLeave) -> Receipt:
        self._tries += 1
        number = self._tries
        if number == 2:
            await self._first_began.wait()
        if number != self._put_off or self._has_begun:
            await about_to_leave()
        (self._first_began if number == 1 else self._second_began).set()
        await self._second_began.wait()
        if number == self._put_off:
            raise NotHandedOver("later")
        await self.is_put_off.wait()
        return Receipt(message.attempt_id, is_accepted=True)

    async def find(self, attempt_id: str) -> Receipt | None:
        return Receipt(attempt_id, is_accepted=True)


async def state_of(scene: Scene, attempt_id: str) -> str:
    async with scene.database.transaction() as session:
        row = await handovers.find(session, attempt_id)
    return row.state if row else ""
