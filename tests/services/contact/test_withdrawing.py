"""A case that has stopped takes back what waits to touch a person; what was met stays met."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text
from temporalio.testing import ActivityEnvironment

from chassis.errors import Behind
from events.v1 import contact_calls_pb2 as calls_pb
from events.v1 import contact_pb2 as pb
from interfaces.contact import TouchOutcome, TouchStatus, Withdraw
from interfaces.values import Channel
from services.contact.activities.pools import meet_next
from tests.services.contact.calls_scene import Collector
from tests.services.contact.scene import NOON, TENANT, DyingGateway, Scene
from tests.services.contact.test_pooling import lease_is_over, meet_all, settled, two_loans, wish_of

pytestmark = pytest.mark.database
SIGNED = "a plan is active"
SUPERSEDED, CONFIRMED = TouchStatus.SUPERSEDED, TouchStatus.CONFIRMED


async def withdraw(scene: Scene, loan_id: str, *keys: str) -> tuple[TouchOutcome, ...]:
    named = keys or (f"{loan_id}/k1",)
    command = Withdraw(f"{loan_id}/1/9", TENANT, loan_id, 1, NOON, named, SIGNED)
    return (await ActivityEnvironment().run(scene.activities.withdraw, command)).ended


async def left(scene: Scene, channel: Channel = Channel.SMS) -> None:
    await two_loans(scene)
    for loan_id in ("l1", "l2"):
        await scene.attempt(wish_of(loan_id, channel=channel))


async def call_waits(scene: Scene) -> None:
    """Both loans' wishes became one call in the queue."""
    await left(scene, Channel.CALL)
    assert await meet_all(scene) == 1


async def calls(scene: Scene) -> list[tuple[str, list[str], list[str]]]:
    async with scene.database.transaction() as session:
        rows = (await session.execute(text("SELECT state, loan_ids, touches FROM call"))).all()
    return [(row.state, list(row.loan_ids), [each["key"] for each in row.touches]) for row in rows]


async def test_a_pooled_wish_is_withdrawn_and_the_other_loan_is_still_met(scene: Scene) -> None:
    await left(scene)
    (ended,) = await withdraw(scene, "l1")
    assert (ended.key, ended.status, ended.because) == ("l1/k1", SUPERSEDED, SIGNED)
    assert await settled(scene, "l1") == {"l1/k1": "superseded"}
    assert await meet_all(scene) == 1
    [message] = await scene.gateway.messages(TENANT, 0, 10)
    assert message.loan_id == "l2"
    assert await scene.told("l1", pb.TouchConfirmed) == []
    assert await settled(scene, "l2") == {"l2/k1": "confirmed"}


async def test_its_end_is_told_as_of_the_withdrawal_not_of_when_it_would_have_been_met(
    scene: Scene,
) -> None:
    await two_loans(scene)
    await scene.attempt(wish_of("l1"))
    await withdraw(scene, "l1")
    progress = (await scene.told("l1", pb.ContactProgressed))[-1]
    assert progress.at.ToDatetime(NOON.tzinfo) - NOON < timedelta(minutes=1)


async def test_withdrawn_twice_or_left_again_it_stays_withdrawn(scene: Scene) -> None:
    await left(scene)
    first = await withdraw(scene, "l1")
    assert await withdraw(scene, "l1") == first
    assert (await scene.attempt(wish_of("l1"))).status is SUPERSEDED
    assert len(await scene.told("l1", pb.ContactProgressed)) == 1


async def test_what_was_met_answers_how_it_ended(scene: Scene) -> None:
    await left(scene)
    await meet_all(scene)
    (ended,) = await withdraw(scene, "l1")
    assert ended.status is CONFIRMED


async def test_what_was_confirmed_and_not_yet_recorded_is_left_to_its_end(scene: Scene) -> None:
    await left(scene)
    await meet_next(scene.context, scene.desk, DyingGateway(scene.gateway, takes_it=True))
    assert await withdraw(scene, "l1") == ()
    await lease_is_over(scene)
    await meet_all(scene)
    assert await settled(scene, "l1") == {"l1/k1": "confirmed"}


async def test_a_wish_nobody_knows_is_ended_too(scene: Scene) -> None:
    await two_loans(scene)
    (ended,) = await withdraw(scene, "l1", "l1/never")
    assert (ended.key, ended.status) == ("l1/never", SUPERSEDED)


async def test_a_queued_call_goes_on_without_the_loan_that_was_taken_out(scene: Scene) -> None:
    await call_waits(scene)
    (ended,) = await withdraw(scene, "l1")
    assert ended.status is SUPERSEDED
    assert await calls(scene) == [("queued", ["l2"], ["l2/k1"])]
    async with scene.app() as http:
        collector = Collector(http)
        call_id = (await collector.claim())["call_id"]
        assert (await collector.dial(call_id))["loan_ids"] == ["l2"]
    assert await settled(scene, "l1") == {"l1/k1": "superseded"}
    assert await settled(scene, "l2") == {"l2/k1": "confirmed"}


@pytest.mark.parametrize("is_claimed", [False, True])
async def test_a_call_with_no_touch_left_is_ended_even_from_a_collectors_hands(
    scene: Scene, is_claimed: bool
) -> None:
    await call_waits(scene)
    async with scene.app() as http:
        collector = Collector(http)
        if is_claimed:
            await collector.claim()
        for loan_id in ("l1", "l2"):
            await withdraw(scene, loan_id)
        [(state, _, _)] = await calls(scene)
        assert state == "ended"
        [released] = await scene.told("l2", calls_pb.CallReleased)
        assert (released.reason, released.state) == ("stopped", "ended")
        assert released.collector_id == ("c-1" if is_claimed else "")
        refused = await collector.dial(released.call_id, 409)
        assert refused["code"] == "contact/call_is_not_yours"
        assert await collector.claim() is None
    assert await scene.count("attempt") == 0


async def test_a_dialled_call_is_left(scene: Scene) -> None:
    await call_waits(scene)
    async with scene.app() as http:
        collector = Collector(http)
        call_id = (await collector.claim())["call_id"]
        await collector.dial(call_id)
        (ended,) = await withdraw(scene, "l1")
    assert ended.status is CONFIRMED
    assert await calls(scene) == [("under_way", ["l1", "l2"], ["l1/k1", "l2/k1"])]


@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.CALL])
async def test_a_wish_raced_for_is_either_met_or_withdrawn_and_told_so_once(
    scene: Scene, channel: Channel
) -> None:
    async def withdrawn(key: str) -> tuple[TouchOutcome, ...]:
        while True:
            try:
                return await withdraw(scene, "l1", key)
            except Behind:
                await asyncio.sleep(0)

    await two_loans(scene)
    for number in range(8):
        key = f"r{number}"
        for loan_id in ("l1", "l2"):
            await scene.attempt(wish_of(loan_id, key, channel=channel))
        _, answered = await asyncio.gather(meet_all(scene), withdrawn(f"l1/{key}"))
        end = (await settled(scene, "l1"))[f"l1/{key}"]
        assert [each.status for each in answered] in ([], [TouchStatus(end)])
        assert all(f"l1/{key}" not in keys for _, _, keys in await calls(scene))
