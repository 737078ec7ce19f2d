"""A pool that cannot be met now harms no other pool, and nobody is told what did not happen."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from events.v1 import contact_pb2 as pb
from interfaces.contact import TouchStatus
from interfaces.values import Channel, Role
from services.contact.activities.pools import meet_next
from services.contact.commands import wishing
from services.contact.gateways import Gateway, Receipt
from services.contact.gateways import Message as Outgoing
from tests.services.contact.scene import NOON, TENANT, DyingGateway, Scene
from tests.services.contact.test_pooling import (
    lease_is_over,
    meet_all,
    settled,
    two_loans,
    wish_of,
)

pytestmark = pytest.mark.database


class DeadChannel:
    """A provider that never answers for one channel, and works for the others."""

    def __init__(self, inner: Gateway, dead: Channel) -> None:
        self._inner, self._dead = inner, dead
        self.tried = 0

    async def send(self, message: Outgoing) -> Receipt:
        if message.channel is self._dead:
            self.tried += 1
            raise ConnectionError("the provider is down")
        return await self._inner.send(message)

    async def find(self, attempt_id: str) -> Receipt | None:
        return await self._inner.find(attempt_id)


async def test_a_dead_provider_does_not_keep_another_ones_messages_back(scene: Scene) -> None:
    await two_loans(scene)
    for loan_id in ("l1", "l2"):
        await scene.attempt(wish_of(loan_id, "a", channel=Channel.SMS))
    for loan_id in ("l1", "l2"):
        await scene.attempt(wish_of(loan_id, "b", channel=Channel.EMAIL))
    gateway = DeadChannel(scene.gateway, Channel.SMS)
    for _ in range(2):
        await meet_next(scene.context, scene.desk, gateway)
    assert gateway.tried == 1
    [message] = await scene.gateway.messages(TENANT, 0, 10)
    assert message.channel is Channel.EMAIL


async def test_a_pool_that_fails_waits_longer_each_time(scene: Scene) -> None:
    await two_loans(scene)
    for loan_id in ("l1", "l2"):
        await scene.attempt(wish_of(loan_id))
    gateway = DeadChannel(scene.gateway, Channel.SMS)
    waits = []
    for _ in range(3):
        await meet_next(scene.context, scene.desk, gateway)
        async with scene.database.transaction() as session:
            query = text("SELECT max(lease_wall_at) - now() FROM wish")
            waits.append((await session.execute(query)).scalar_one())
        await lease_is_over(scene)
    assert waits[0] < waits[1] < waits[2] < timedelta(minutes=5)
    assert await meet_all(scene) == 1
    assert await settled(scene, "l1") == {"l1/k1": "confirmed"}


async def test_a_party_whose_point_cannot_be_read_ends_nobody_elses_pool(scene: Scene) -> None:
    await two_loans(scene)
    for loan_id in ("l1", "l2"):
        await scene.attempt(wish_of(loan_id))
    async with scene.database.transaction() as session:
        await session.execute(text("UPDATE contact_point SET value = 'spoilt'::bytea"))
    assert await meet_next(scene.context, scene.desk, scene.gateway)
    assert await scene.gateway.messages(TENANT, 0, 10) == []
    assert await scene.told("l1", pb.TouchConfirmed) == []


async def test_a_loan_that_parks_before_the_message_left_is_not_told_as_met(scene: Scene) -> None:
    await two_loans(scene)
    for loan_id in ("l1", "l2"):
        await scene.attempt(wish_of(loan_id))
    await meet_all(scene, DyingGateway(scene.gateway, takes_it=False))
    await scene.park("l2")
    await lease_is_over(scene)
    await meet_all(scene)
    assert await settled(scene, "l1") == {"l1/k1": "confirmed"}
    assert await scene.told("l2", pb.ContactProgressed) == []
    assert len(await scene.told("l2", pb.TouchReleased)) == 1


async def test_a_loan_that_led_a_message_and_parked_is_met_later_by_one_of_its_own(
    scene: Scene,
) -> None:
    await two_loans(scene)
    for loan_id in ("l1", "l2"):
        await scene.attempt(wish_of(loan_id))
    await meet_all(scene, DyingGateway(scene.gateway, takes_it=False))
    await scene.park("l1")
    await lease_is_over(scene)
    await meet_all(scene)
    assert await settled(scene, "l2") == {"l2/k1": "confirmed"}
    async with scene.database.transaction() as session:
        await session.execute(text("UPDATE inbox_parked SET skipped_at = now()"))
    await lease_is_over(scene)
    await meet_all(scene)
    assert await settled(scene, "l1") == {"l1/k1": "confirmed"}
    async with scene.database.transaction() as session:
        facts = (await session.execute(text("SELECT facts FROM verdict ORDER BY id"))).scalars()
        seen = [len(each.get("attempts", ())) for each in facts]
    assert seen[-1] == 1, "the message about the other loan counts"
    assert len(await scene.gateway.messages(TENANT, 0, 10)) == 2


async def test_a_loan_alone_that_parks_between_two_tries_is_met_later(scene: Scene) -> None:
    await two_loans(scene)
    await scene.attempt(wish_of("l1"))
    scene.set_clock(NOON + timedelta(hours=3))
    assert await meet_all(scene, DyingGateway(scene.gateway, takes_it=False)) == 1
    await scene.park("l1")
    await lease_is_over(scene)
    await meet_all(scene)
    async with scene.database.transaction() as session:
        await session.execute(text("UPDATE inbox_parked SET skipped_at = now()"))
    await lease_is_over(scene)
    await meet_all(scene)
    assert await settled(scene, "l1") == {"l1/k1": "confirmed"}
    assert len(await scene.gateway.messages(TENANT, 0, 10)) == 1


async def test_a_wish_whose_window_was_slept_over_is_not_met_late(scene: Scene) -> None:
    await two_loans(scene)
    await scene.attempt(wish_of("l1", window_until=NOON + timedelta(hours=1)))
    scene.settings.clock_file.unlink()
    async with scene.database.transaction() as session:
        await session.execute(text("UPDATE wish SET lease_wall_at = NULL"))
    assert await meet_all(scene) == 1
    async with scene.database.transaction() as session:
        status = text("SELECT outcome ->> 'status' FROM wish")
        assert (await session.execute(status)).scalar_one() == TouchStatus.EXPIRED
    assert await scene.gateway.messages(TENANT, 0, 10) == []


async def test_many_who_claim_at_once_get_each_pool_once_and_none_dies(scene: Scene) -> None:
    for number in range(6):
        party = f"b{number}"
        await scene.person(party, ("phone", f"+86-900-{number}"))
        for loan_id in (f"l{number}", f"m{number}"):
            await scene.position(loan_id, parties=[(party, Role.BORROWER)])
            await scene.opened(loan_id)
        for loan_id in (f"l{number}", f"m{number}"):
            wish = replace(wish_of(loan_id), party_id=party, about_party_id=party)
            assert (await scene.attempt(wish)).status is TouchStatus.POOLED

    async def claim() -> str | None:
        async with scene.database.transaction() as session:
            claimed = await wishing.claim_next(session, scene.desk)
        return claimed.pool if claimed else None

    found = [pool for pool in await asyncio.gather(*(claim() for _ in range(12))) if pool]
    assert len(found) == len(set(found)) == 6
