"""The queue on a real database: leases, races, and calls that must not be made now."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from events.v1 import contact_calls_pb2 as calls_pb
from events.v1 import contact_pb2 as pb
from interfaces.contact import TouchStatus
from interfaces.values import Role
from services.contact.activities import tend as tend_calls
from tests.services.contact.calls_scene import (
    Collector,
    end_leases,
    one_call,
    tend,
    wanted,
)
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database


async def test_a_claimed_call_is_dialled_once_and_its_number_is_given_only_then(
    scene: Scene,
) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        claimed = await collector.claim()
        assert (claimed["call_id"], claimed["state"]) == (call_id, "claimed")
        assert "900-l1" not in str(claimed)
        dialled = await collector.dial(call_id)
        assert dialled["number"] == "+86-900-l1"
        assert await collector.dial(call_id) == dialled
    assert await scene.count("attempt") == 1
    assert await scene.types_told("l1") == [
        *("StandingChanged", "StandingChanged", "CallQueued", "CallClaimed", "TouchConfirmed")
    ]


async def test_two_hundred_claims_at_once_give_each_call_to_one_collector(scene: Scene) -> None:
    made = {await one_call(scene, f"l{n}", f"b{n}") for n in range(20)}
    async with scene.app() as http:
        claims = await asyncio.gather(*(Collector(http, f"c-{n}").claim() for n in range(40)))
    got = [call["call_id"] for call in claims if call]
    assert len(got) == len(set(got)) == 20
    assert set(got) == made


async def test_a_collector_who_asks_again_gets_the_call_they_have(scene: Scene) -> None:
    await one_call(scene, "l1", "b1")
    await one_call(scene, "l2", "b2")
    async with scene.app() as http:
        collector = Collector(http)
        first = await collector.claim()
        again = await asyncio.gather(*(collector.claim() for _ in range(5)))
    assert {each["call_id"] for each in again} == {first["call_id"]}


async def test_priority_comes_before_due_and_only_fitting_languages_and_skills(
    scene: Scene,
) -> None:
    late = await one_call(scene, "l1", "b1", at=NOON - timedelta(hours=1))
    early = await one_call(scene, "l2", "b2", at=NOON - timedelta(hours=2))
    async with scene.app() as http:
        assert await Collector(http, "c-9").claim(languages=["en"]) is None
        assert await Collector(http, "c-9").claim(skills=["negotiate"]) is None
        assert (await Collector(http, "c-1").claim(skills=["follow_up"]))["call_id"] == early
        assert (await Collector(http, "c-2").claim())["call_id"] == late


async def test_a_lease_that_ends_gives_the_call_to_another_and_takes_it_from_the_first(
    scene: Scene,
) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        first, second = Collector(http, "c-1"), Collector(http, "c-2")
        await first.claim()
        await end_leases(scene)
        assert (await second.claim())["call_id"] == call_id
        problem = await first.dial(call_id, 409)
        assert problem["code"] == "contact/call_is_not_yours"
        await first.post(f"calls/{call_id}/heartbeat", {}, 409)
    [released] = await scene.told("l1", calls_pb.CallReleased)
    assert (released.reason, released.collector_id) == ("lease_ended", "c-1")


async def test_a_heartbeat_keeps_the_call_and_a_release_gives_it_back(scene: Scene) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        first = Collector(http)
        before = await first.claim()
        kept = await first.post(f"calls/{call_id}/heartbeat", {})
        assert kept["lease_wall_at"] > before["lease_wall_at"]
        for _ in range(2):
            assert (await first.post(f"calls/{call_id}/release", {}))["state"] == "queued"
        assert (await Collector(http, "c-2").claim())["call_id"] == call_id


async def test_a_call_whose_collector_went_silent_is_not_dialled_again_but_asked_about(
    scene: Scene,
) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        await collector.claim()
        dialled = await collector.dial(call_id)
        await end_leases(scene)
        assert await Collector(http, "c-2").claim() is None
        shown = await collector.get("calls?state=unreported")
        assert [each["call_id"] for each in shown["calls"]] == [call_id]
        assert shown["counts"]["unreported"] == 1
        said = {"attempt_id": dialled["attempt_id"]}
        late = await Collector(http, "c-3").dispose(call_id, "voicemail", **said)
        assert late["state"] == "done"


async def test_a_party_that_is_held_is_never_claimed(scene: Scene) -> None:
    await one_call(scene)
    async with scene.app() as http:
        hold = {"hold_id": "h1", "kind": "complaint", "loan_id": "l1", "evidence": "x", "by": "y"}
        assert (await http.post("/v1/demo/holds", json=hold)).status_code == 201
        assert await Collector(http).claim() is None
        counts = (await Collector(http).get("calls"))["counts"]
        assert counts["ended"] == 1
    [told] = await scene.told("l1", pb.TouchRefused)
    assert told.rule_id == "HOLD"


async def test_outside_hours_a_call_waits_for_the_opening(scene: Scene) -> None:
    await one_call(scene)
    call_id = await one_call(scene, "l2", "b2")
    async with scene.database.transaction() as session:
        await session.execute(text("UPDATE call SET window_until = NULL"))
    scene.set_clock(NOON + timedelta(hours=11))
    async with scene.app() as http:
        assert await Collector(http).claim() is None
        waiting = (await Collector(http).get("calls"))["calls"]
        assert {each["not_before"] for each in waiting} == {"2026-03-03T00:00:00Z"}
        scene.set_clock(NOON + timedelta(hours=20))
        assert await Collector(http).claim() is not None
        assert call_id in {each["call_id"] for each in waiting}


async def test_a_stopped_loan_ends_its_call_and_the_case_learns_of_it(scene: Scene) -> None:
    touch = touch_of("l1", "b1")
    await scene.overdue("l1", "b1")
    await wanted(scene, touch)
    await scene.position("l1", 2, "covered", [("b1", Role.BORROWER)])
    async with scene.app() as http:
        assert await Collector(http).claim() is None
    assert (await scene.attempt(touch)).status is TouchStatus.SUPERSEDED
    [released] = await scene.told("l1", calls_pb.CallReleased)
    assert (released.reason, released.state) == ("stopped", "ended")


async def test_a_hold_between_claim_and_dial_is_seen_at_the_dial(scene: Scene) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        await collector.claim()
        hold = {"hold_id": "h1", "kind": "bank_pause", "loan_id": "l1", "evidence": "x", "by": "y"}
        until = (NOON + timedelta(hours=2)).isoformat()
        await http.post("/v1/demo/holds", json={**hold, "until_at": until})
        refused = await collector.dial(call_id)
        assert (refused["number"], refused["refusal"]["rule_id"]) == ("", "HOLD")
        assert refused["refusal"]["next_allowed_at"].startswith("2026-03-02T06:00:00")
        assert await collector.dial(call_id) == refused
        assert await collector.claim() is None
        scene.set_clock(NOON + timedelta(hours=3))
        assert (await collector.claim())["call_id"] == call_id
        assert (await collector.dial(call_id))["number"]
    assert await scene.count("attempt") == 1


async def test_one_call_serves_all_loans_and_drops_the_one_that_was_stopped(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l2", parties=[("b1", Role.BORROWER)])
    await scene.opened("l2")
    await scene.position("l3", parties=[("b1", Role.BORROWER)])
    await scene.opened("l3")
    touches = [touch_of(loan_id, "b1") for loan_id in ("l1", "l2", "l3")]
    call_id = await wanted(scene, *touches)
    await scene.position("l2", 2, "covered", [("b1", Role.BORROWER)])
    async with scene.app() as http:
        collector = Collector(http)
        await collector.claim()
        dialled = await collector.dial(call_id)
        await collector.dispose(call_id, "voicemail", attempt_id=dialled["attempt_id"])
    assert dialled["loan_ids"] == ["l1", "l3"]
    statuses = [(await scene.attempt(touch)).status for touch in touches]
    confirmed, stopped = TouchStatus.CONFIRMED, TouchStatus.SUPERSEDED
    assert statuses == [confirmed, stopped, confirmed]
    assert await scene.count("attempt") == 1
    for loan_id, count in (("l1", 1), ("l2", 0), ("l3", 1)):
        assert len(await scene.told(loan_id, pb.TouchConfirmed)) == count
        assert len(await scene.told(loan_id, calls_pb.CallDisposed)) == count


async def test_a_call_nobody_made_inside_its_window_ends_and_its_case_goes_on(
    scene: Scene,
) -> None:
    touch = touch_of("l1", "b1")
    await scene.overdue("l1", "b1")
    await wanted(scene, touch, until=NOON + timedelta(hours=1))
    assert await tend(scene) == 0
    scene.set_clock(NOON + timedelta(hours=2))
    assert await tend(scene) == 1
    assert (await scene.attempt(touch)).status is TouchStatus.EXPIRED


async def test_a_call_is_queued_once_under_its_key(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    touch = touch_of("l1", "b1")
    assert await wanted(scene, touch) == await wanted(scene, touch)
    assert await scene.count("call") == 1


async def test_the_last_call_of_a_day_goes_to_one_of_two_collectors(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    for _ in range(2):
        await scene.attempt(touch_of("l1", "b1"))
    ids = [await wanted(scene, touch_of("l1", "b1")) for _ in range(2)]
    async with scene.app() as http:
        pair = [Collector(http, "c-1"), Collector(http, "c-2")]
        claims = [(await each.claim())["call_id"] for each in pair]
        assert sorted(claims) == sorted(ids)
        racing = zip(pair, claims, strict=True)
        answers = await asyncio.gather(*(each.dial(call_id) for each, call_id in racing))
    refused = [answer["refusal"] for answer in answers if answer["refusal"]]
    assert [each["rule_id"] for each in refused] == ["CN-FREQ-1"]
    assert len([answer for answer in answers if answer["number"]]) == 1


async def test_wishes_that_waited_for_a_call_are_settled_at_its_dial(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l2", parties=[("b1", Role.BORROWER)])
    await scene.opened("l2")
    until = NOON + timedelta(hours=8)
    touches = [
        touch_of(loan_id, "b1", window_until=until, asks_circumstances=True)
        for loan_id in ("l1", "l2")
    ]
    for touch in touches:
        assert (await scene.attempt(touch)).status is TouchStatus.POOLED
    call_id = await wanted(scene, *touches)
    async with scene.app() as http:
        collector = Collector(http)
        await collector.claim()
        attempt_id = (await collector.dial(call_id))["attempt_id"]
        for touch in touches:
            progress = (await scene.told(touch.loan_id, pb.ContactProgressed))[-1]
            assert [(each.key, each.status) for each in progress.settled] == [
                (touch.key, "confirmed")
            ]
            assert list(progress.circumstances[0].channels_tried) == ["call"]
            outcome = await scene.attempt(touch)
            assert (outcome.status, outcome.attempt_id) == (TouchStatus.CONFIRMED, attempt_id)


async def test_the_background_takes_back_what_lapsed_without_anybody_claiming(
    scene: Scene,
) -> None:
    await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        await collector.claim()
        await end_leases(scene)
        background = asyncio.create_task(tend_calls(scene.context))
        try:
            async with asyncio.timeout(30):
                while (await collector.get("calls"))["counts"]["queued"] == 0:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
        finally:
            background.cancel()


async def test_one_dial_asked_for_many_times_at_once_is_one_attempt(scene: Scene) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        await collector.claim()
        answers = await asyncio.gather(*(collector.dial(call_id) for _ in range(8)))
        assert len({answer["attempt_id"] for answer in answers}) == 1
        said = {"attempt_id": answers[0]["attempt_id"]}
        ends = [collector.dispose(call_id, "voicemail", **said) for _ in range(8)]
        assert len({str(end) for end in await asyncio.gather(*ends)}) == 1
    assert await scene.count("attempt") == await scene.count("call_disposition") == 1
    assert len(await scene.told("l1", calls_pb.CallDisposed)) == 1
