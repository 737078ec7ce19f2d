"""Who was promised a call at a time is left alone until then; who named no language is not lost."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from events.v1 import contact_calls_pb2 as calls_pb
from interfaces.values import Role
from services.contact.domain.calls.queue import CALLBACK_SLACK
from tests.services.contact.calls_scene import Collector, one_call, wanted
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database
LATER = NOON + timedelta(hours=2)


async def another_call(scene: Scene) -> str:
    """The same person is wanted on the telephone about another loan."""
    await scene.position("l2", parties=[("b1", Role.BORROWER)])
    await scene.opened("l2")
    return await wanted(scene, touch_of("l2", "b1"))


async def promise(collector: Collector, call_id: str, at: datetime = LATER) -> None:
    attempt_id = await collector.get_through(call_id)
    given: dict[str, Any] = {"attempt_id": attempt_id, "callback_at": at.isoformat()}
    assert (await collector.dispose(call_id, "callback", **given))["state"] == "queued"


async def test_another_call_waits_until_the_promised_one_has_had_its_time(scene: Scene) -> None:
    promised = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        await promise(collector, promised)
        other = await another_call(scene)
        assert await collector.claim() is None
        scene.set_clock(LATER)
        assert (await collector.claim())["call_id"] == promised
        assert await Collector(http, "c-2").claim() is None
        # Given back, it is still the promised one.
        await collector.post(f"calls/{promised}/release", {})
        assert (await collector.claim())["call_id"] == promised
        scene.set_clock(LATER + CALLBACK_SLACK)
        assert (await Collector(http, "c-2").claim())["call_id"] == other


async def test_a_promise_made_while_another_has_a_call_is_seen_at_its_dial(scene: Scene) -> None:
    promised = await one_call(scene)
    async with scene.app() as http:
        first, second = Collector(http, "c-1"), Collector(http, "c-2")
        assert (await first.claim())["call_id"] == promised
        other = await another_call(scene)
        assert (await second.claim())["call_id"] == other
        await promise(first, promised)
        refused = await second.dial(other)
        assert (refused["number"], refused["refusal"]["rule_id"]) == ("", "CALLBACK")
        assert refused["refusal"]["state"] == "queued"
        until = datetime.fromisoformat(refused["refusal"]["next_allowed_at"])
        assert until == LATER + CALLBACK_SLACK
        assert await second.dial(other) == refused
        assert await second.claim() is None
    [released] = await scene.told("l2", calls_pb.CallReleased)
    assert (released.reason, released.collector_id) == ("not_allowed", "c-2")


async def test_a_promise_to_one_person_keeps_nobody_else_waiting(scene: Scene) -> None:
    promised = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        await promise(collector, promised)
        other = await one_call(scene, "l3", "b3")
        assert (await collector.claim())["call_id"] == other


async def test_a_person_of_unknown_language_is_any_collectors_to_call(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with scene.database.transaction() as session:
        await session.execute(text("UPDATE party SET language = ''"))
    call_id = await wanted(scene, touch_of("l1", "b1"))
    async with scene.app() as http:
        claimed = await Collector(http).claim(languages=["en"])
        assert (claimed["call_id"], claimed["language"]) == (call_id, "und")
        assert (await Collector(http).dial(call_id))["number"]
