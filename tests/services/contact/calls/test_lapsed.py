"""Calls that time overtakes: dialled too late, left without a word, or impossible to tend."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict
from events.v1 import contact_calls_pb2 as calls_pb
from interfaces.contact import TouchStatus
from services.contact.commands.calls import queue
from services.contact.store.calls import CallRow
from tests.services.contact.calls_scene import Collector, end_leases, one_call, tend, wanted
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database
DAY = timedelta(days=1)


async def test_a_call_claimed_inside_its_window_is_not_dialled_after_it(scene: Scene) -> None:
    touch = touch_of("l1", "b1")
    await scene.overdue("l1", "b1")
    call_id = await wanted(scene, touch, until=NOON + timedelta(minutes=5))
    async with scene.app() as http:
        collector = Collector(http)
        await collector.claim()
        scene.set_clock(NOON + timedelta(minutes=6))
        refused = await collector.dial(call_id)
        assert (refused["number"], refused["refusal"]["rule_id"]) == ("", "WINDOW")
        assert refused["refusal"]["state"] == "ended"
        assert await collector.dial(call_id) == refused
        assert await collector.claim() is None
    assert (await scene.attempt(touch)).status is TouchStatus.EXPIRED
    assert await scene.count("attempt") == 0
    [released] = await scene.told("l1", calls_pb.CallReleased)
    assert (released.reason, released.collector_id) == ("window_ended", "c-1")


async def test_a_forgotten_screen_keeps_no_call_beyond_its_window(scene: Scene) -> None:
    """The case waits for its touch: it must learn that nobody dialled."""
    touch = touch_of("l1", "b1")
    await scene.overdue("l1", "b1")
    call_id = await wanted(scene, touch, until=NOON + timedelta(minutes=5))
    async with scene.app() as http:
        collector = Collector(http)
        await collector.claim()
        await collector.post(f"calls/{call_id}/heartbeat", {})
        scene.set_clock(NOON + timedelta(minutes=6))
        problem = await collector.post(f"calls/{call_id}/heartbeat", {}, 409)
        assert problem["code"] == "contact/lease_is_over"
    await end_leases(scene)
    assert await tend(scene) == 2
    assert (await scene.attempt(touch)).status is TouchStatus.EXPIRED


async def test_no_call_lasts_for_ever(scene: Scene) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        attempt_id = await collector.get_through(call_id)
        scene.set_clock(NOON + timedelta(hours=3, minutes=59))
        await collector.post(f"calls/{call_id}/heartbeat", {})
        scene.set_clock(NOON + timedelta(hours=4, minutes=1))
        problem = await collector.post(f"calls/{call_id}/heartbeat", {}, 409)
        assert problem["code"] == "contact/lease_is_over"
        await end_leases(scene)
        assert await tend(scene) == 1
        said = await collector.dispose(call_id, "no_agreement", attempt_id=attempt_id)
        assert said["state"] == "done"


@pytest.mark.parametrize("outcome, is_raised", [("", True), ("no_answer", False)])
async def test_of_a_dialled_call_nobody_speaks_of_for_a_day_a_person_is_asked_once(
    scene: Scene, outcome: str, is_raised: bool
) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        await collector.claim()
        attempt_id = (await collector.dial(call_id))["attempt_id"]
        if outcome:
            path = f"/v1/demo/attempts/{attempt_id}/outcome"
            assert (await http.post(path, json={"outcome": outcome})).status_code == 200
        await end_leases(scene)
        assert await tend(scene) == 1
        scene.set_clock(NOON + DAY - timedelta(minutes=1))
        assert await tend(scene) == 0
        scene.set_clock(NOON + DAY + timedelta(minutes=1))
        assert await tend(scene) == 1
        assert await tend(scene) == 0
        [task] = (await collector.get("desk/tasks"))["tasks"]
        assert (task["kind"], task["loan_id"]) == ("call_unreported", "l1")
        assert task["reply_id"] == f"call/{attempt_id}"
        missing = await scene.told("l1", calls_pb.RecordingMissing)
        assert [each.attempt_id for each in missing] == ([attempt_id] if is_raised else [])
        said = await collector.dispose(call_id, "voicemail", attempt_id=attempt_id)
        assert said["state"] == "done"


async def test_a_call_that_cannot_be_tended_is_put_off_and_the_others_go_on(
    scene: Scene,
) -> None:
    ids = [await one_call(scene, f"l{n}", f"b{n}") for n in (1, 2)]
    scene.set_clock(NOON + timedelta(hours=9))
    seen: list[str] = []

    async def fails_for_the_first(session: AsyncSession, row: CallRow, now: datetime) -> None:
        seen.append(row.call_id)
        await queue.take_back(session, row, now)
        if row.call_id == seen[0]:
            raise Conflict("contact/party_is_busy", "Its party is being linked; try again.")

    async def states() -> dict[str, int]:
        async with scene.app() as http:
            counts = (await Collector(http).get("calls"))["counts"]
        return {state: number for state, number in counts.items() if number}

    for _ in range(3):
        async with scene.database.transaction() as session:
            now = scene.context.clock.now()
            await queue.tend_next(session, scene.desk, now, fails_for_the_first)
    assert sorted(seen) == sorted(ids)
    assert await states() == {"queued": 1, "ended": 1}
    await end_leases(scene)
    assert await tend(scene) == 1
    assert await states() == {"ended": 2}
