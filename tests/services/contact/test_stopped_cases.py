"""A case that stops stops what was begun too: nobody is dialled again, nothing unsent is sent."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from temporalio.testing import ActivityEnvironment

from chassis.errors import Behind
from events.v1 import contact_calls_pb2 as calls_pb
from events.v1 import contact_pb2 as pb
from interfaces.contact import TouchOutcome, TouchStatus, Withdraw
from interfaces.values import Channel
from tests.services.contact.calls_scene import Collector, one_call, wanted
from tests.services.contact.scene import NOON, TENANT, DyingGateway, Scene, touch_of
from tests.services.contact.test_pooling import lease_is_over, meet_all, settled, two_loans, wish_of

pytestmark = pytest.mark.database
SIGNED = "a plan is active"
AT_FIVE = NOON + timedelta(hours=5)


async def stop(
    scene: Scene, loan_id: str = "l1", *keys: str, at: datetime = NOON
) -> tuple[TouchOutcome, ...]:
    command = Withdraw(f"{loan_id}/1/9", TENANT, loan_id, 1, at, keys, SIGNED)
    return (await ActivityEnvironment().run(scene.activities.withdraw, command)).ended


async def call_of(scene: Scene, call_id: str) -> Any:
    async with scene.database.transaction() as session:
        bound = {"call_id": call_id}
        query = text("SELECT state, loan_ids, not_before FROM call WHERE call_id = :call_id")
        return (await session.execute(query, bound)).one()


async def callback_tasks(scene: Scene) -> list[datetime]:
    async with scene.database.transaction() as session:
        query = text("SELECT due_at FROM desk_task WHERE kind = 'callback'")
        return list((await session.execute(query)).scalars())


async def unanswered(collector: Collector, call_id: str) -> Any:
    assert (await collector.claim())["call_id"] == call_id
    attempt_id = (await collector.dial(call_id))["attempt_id"]
    return await collector.dispose(call_id, "no_answer", attempt_id=attempt_id)


async def promised(collector: Collector, call_id: str) -> Any:
    attempt_id = await collector.get_through(call_id)
    at = AT_FIVE.isoformat()
    return await collector.dispose(call_id, "callback", attempt_id=attempt_id, callback_at=at)


async def test_a_call_that_waits_to_be_made_again_is_ended(scene: Scene) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        assert (await unanswered(Collector(http), call_id))["state"] == "queued"
        assert await stop(scene) == ()
        scene.set_clock(AT_FIVE)
        assert await Collector(http).claim() is None
    assert (await call_of(scene, call_id)).state == "ended"
    [released] = await scene.told("l1", calls_pb.CallReleased)
    assert (released.reason, released.state) == ("stopped", "ended")
    assert await callback_tasks(scene) == []


async def test_a_call_under_way_when_the_case_stops_is_the_last(scene: Scene) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        await collector.claim()
        attempt_id = (await collector.dial(call_id))["attempt_id"]
        await stop(scene)
        ended = await collector.dispose(call_id, "no_answer", attempt_id=attempt_id)
    assert (ended["state"], ended["disposition"]["next_action"]) == ("done", "none")


async def test_the_other_loan_of_the_call_is_still_called_about(scene: Scene) -> None:
    await two_loans(scene)
    call_id = await wanted(scene, touch_of("l1", "b1"), touch_of("l2", "b1"))
    async with scene.app() as http:
        collector = Collector(http)
        await unanswered(collector, call_id)
        await stop(scene)
        scene.set_clock(AT_FIVE)
        assert (await collector.claim())["call_id"] == call_id
        assert (await collector.dial(call_id))["loan_ids"] == ["l2"]


async def test_a_promise_to_call_back_is_left_to_a_person(scene: Scene) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        assert (await promised(Collector(http), call_id))["state"] == "queued"
        await stop(scene)
    assert (await call_of(scene, call_id)).state == "ended"
    assert await callback_tasks(scene) == [AT_FIVE]


async def test_a_call_back_asked_for_after_the_case_stopped_is_left_to_a_person(
    scene: Scene,
) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        attempt_id = await collector.get_through(call_id)
        await stop(scene)
        at = AT_FIVE.isoformat()
        ended = await collector.dispose(call_id, "callback", attempt_id=attempt_id, callback_at=at)
    assert (ended["state"], ended["disposition"]["next_action"]) == ("done", "callback")
    assert await callback_tasks(scene) == [AT_FIVE]


async def test_what_was_asked_for_after_the_stop_goes_on(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await stop(scene, at=NOON - timedelta(days=1))
    call_id = await wanted(scene, touch_of("l1", "b1"))
    async with scene.app() as http:
        assert (await unanswered(Collector(http), call_id))["state"] == "queued"
        await stop(scene, at=NOON - timedelta(days=1))
    assert (await call_of(scene, call_id)).state == "queued"


async def test_a_message_that_never_left_is_not_sent_by_the_next_try(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    touch = touch_of("l1", "b1", "l1/k1", channel=Channel.SMS)
    dying = scene.with_gateway(DyingGateway(scene.gateway, takes_it=False))
    with pytest.raises(ConnectionError):
        await scene.attempt(touch, dying)
    await stop(scene)
    outcome = await scene.attempt(touch)
    assert (outcome.status, outcome.because) == (TouchStatus.SUPERSEDED, SIGNED)
    assert await scene.gateway.messages(TENANT, 0, 10) == []
    [released] = await scene.told("l1", pb.TouchReleased)
    assert released.key == "l1/k1"


async def test_a_shared_message_that_never_left_is_sent_without_the_loan(scene: Scene) -> None:
    await two_loans(scene)
    for loan_id in ("l1", "l2"):
        await scene.attempt(wish_of(loan_id))
    await meet_all(scene, DyingGateway(scene.gateway, takes_it=False))
    assert await stop(scene, "l1", "l1/k1") == ()
    await lease_is_over(scene)
    await meet_all(scene)
    assert await settled(scene, "l1") == {"l1/k1": "superseded"}
    assert await settled(scene, "l2") == {"l2/k1": "confirmed"}
    [message] = await scene.gateway.messages(TENANT, 0, 10)
    assert message.loan_id == "l2"


async def test_a_stop_that_meets_the_word_on_a_call_leaves_nothing_to_dial(scene: Scene) -> None:
    async def stopped() -> None:
        while True:
            try:
                await stop(scene)
            except Behind:
                await asyncio.sleep(0)
            else:
                return

    async with scene.app() as http:
        collector = Collector(http)
        for number in range(6):
            call_id = await one_call(scene) if number == 0 else await wanted(scene, _again(number))
            await collector.claim()
            attempt_id = (await collector.dial(call_id))["attempt_id"]
            ended = collector.dispose(call_id, "busy", attempt_id=attempt_id)
            await asyncio.gather(ended, stopped())
            assert (await call_of(scene, call_id)).state in {"done", "ended"}


def _again(number: int) -> Any:
    return touch_of("l1", "b1", f"l1/r{number}")
