"""Calls that come in: matched by number or name, counted, and kept when nobody is known by it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from events.v1 import contact_pb2 as pb
from interfaces.contact import TouchStatus
from interfaces.values import Role
from services.contact.store import people
from tests.services.contact.calls_scene import Collector
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database


async def test_a_known_number_finds_its_person_whatever_its_spelling_and_counts(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        collector = Collector(http)
        called = {"inbound_id": "in-1", "number": "+86 (900) 1"}
        await scene.person("b1", ("phone", "+86-900-1"), ("email", "b1@example.test"), sequence=2)
        call = await collector.post("calls/inbound", called, 201)
        assert (call["party_id"], call["state"], call["direction"]) == (
            "b1",
            "under_way",
            "inbound",
        )
        assert await collector.post("calls/inbound", called, 201) == call
        screen = await collector.screen(call["call_id"])
        assert screen["matter"] is None and "感谢您来电" in screen["opening"]["say"]
        problem = await collector.dial(call["call_id"], 409)
        assert problem["code"] == "contact/call_came_in"
        assert (await collector.identify(call["call_id"]))["state"] == "passed"
        matter = (await collector.screen(call["call_id"]))["matter"]
        assert [loan["loan_id"] for loan in matter["loans"]] == ["l1"]
        said = {"attempt_id": call["attempt_id"]}
        ended = await collector.dispose(call["call_id"], "question", **said)
        assert ended["state"] == "done"
    assert await scene.count("attempt") == 1
    outcomes = [each.outcome for each in await scene.told("l1", pb.AttemptRecorded)]
    assert outcomes == ["connected", "effective"]
    at = scene.context.clock.now()
    for _ in range(2):
        made = await scene.attempt(touch_of("l1", "b1", at=at))
        assert made.status is TouchStatus.CONFIRMED
    assert (await scene.attempt(touch_of("l1", "b1", at=at))).rule_id == "CN-FREQ-1"


async def test_the_same_call_told_at_once_by_two_is_kept_once(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    called = {"inbound_id": "in-1", "party_id": "b1"}
    async with scene.app() as http:
        posts = [Collector(http).post("calls/inbound", called, 201) for _ in range(4)]
        ids = {call["call_id"] for call in await asyncio.gather(*posts)}
    assert len(ids) == 1
    assert await scene.count("attempt") == 1


async def test_an_unknown_number_is_kept_unmatched_until_somebody_says_who_it_was(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        collector = Collector(http)
        called = {"inbound_id": "in-1", "number": "+8613911112222"}
        call = await collector.post("calls/inbound", called, 201)
        assert (call["state"], call["party_id"]) == ("unmatched", "")
        assert await scene.count("attempt") == 0
        path = f"calls/{call['call_id']}/match"
        problem = await collector.post(path, {"party_id": "nobody"}, 422)
        assert problem["code"] == "contact/party_has_no_loan"
        for _ in range(2):
            matched = await collector.post(path, {"party_id": "b1"})
            assert (matched["state"], matched["party_id"]) == ("under_way", "b1")
        await collector.post(path, {"party_id": "b2"}, 409)
    assert await scene.count("attempt") == 1


async def test_a_call_counts_on_the_day_it_came_not_when_somebody_says_whose_it_was(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        collector = Collector(http)
        unknown = {"inbound_id": "in-1", "number": "+86 139 0000 0000"}
        call = await collector.post("calls/inbound", unknown, 201)
        scene.set_clock(NOON + timedelta(days=1))
        await collector.post(f"calls/{call['call_id']}/match", {"party_id": "b1"})
        [attempt] = (await collector.get("loans/l1/attempts"))["attempts"]
    assert attempt["from_at"][:10] == NOON.date().isoformat()


async def test_a_number_that_two_people_share_names_neither(scene: Scene) -> None:
    for party_id in ("b1", "b2"):
        await scene.person(party_id, ("phone", "+8613911112222"))
        await scene.position(f"l-{party_id}", parties=[(party_id, Role.BORROWER)])
    async with scene.app() as http:
        called = {"inbound_id": "in-1", "number": "+8613911112222"}
        assert (await Collector(http).post("calls/inbound", called, 201))["party_id"] == ""


async def test_a_stop_in_a_call_that_came_in_is_of_the_number_that_called(scene: Scene) -> None:
    await scene.person("b1", ("phone", "+8613900000001"), ("phone", "+8613900000002"))
    await scene.position("l1", parties=[("b1", Role.BORROWER)])
    await scene.opened("l1")
    async with scene.app() as http:
        collector = Collector(http)
        called = {"inbound_id": "in-1", "number": "+8613900000002"}
        call = await collector.post("calls/inbound", called, 201)
        said = {"attempt_id": call["attempt_id"]}
        await collector.dispose(call["call_id"], "asks_to_stop", **said)
    assert (await scene.attempt(touch_of("l1", "b1"))).status is TouchStatus.CONFIRMED
    async with scene.database.transaction() as session:
        closed = await people.opt_outs(session, "b1")
        points = await people.points(session, "b1")
    assert {opted.point_id for opted in closed} == {points[1].point_id}


async def test_a_stranger_who_calls_from_elsewhere_disowns_no_number_of_the_person(
    scene: Scene,
) -> None:
    """Else the debtor's own number would be given up, and contacts be asked."""
    await scene.overdue("l1", "b1")
    at = scene.context.clock.now()
    assert (await scene.attempt(touch_of("l1", "b1", at=at))).status is TouchStatus.CONFIRMED
    async with scene.app() as http:
        collector = Collector(http)
        called = {"inbound_id": "in-1", "party_id": "b1", "number": "+86 139 0000 0000"}
        call = await collector.post("calls/inbound", called, 201)
        said = {"attempt_id": call["attempt_id"]}
        await collector.dispose(call["call_id"], "wrong_number", **said)
        points = (await collector.get("parties/b1/points"))["points"]
    assert [each["invalid_at"] for each in points] == [None, None, None]


async def test_a_reply_by_telephone_counts_for_the_loans_that_its_caller_is_liable_for(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1", Role.CONTACT)
    for loan_id in ("l2", "l3"):
        await scene.position(loan_id, parties=[("b1", Role.BORROWER)])
    reply = {"reply_id": "r1", "party_id": "b1", "channel": "call", "kinds": ["circumstances"]}
    async with scene.app() as http:
        assert (await http.post("/v1/demo/replies", json=reply)).status_code == 201
        assert (await http.get("/v1/demo/loans/l1/attempts")).json()["attempts"] == []
        for loan_id in ("l2", "l3"):
            [kept] = (await http.get(f"/v1/demo/loans/{loan_id}/attempts")).json()["attempts"]
            assert (kept["loan_id"], kept["role"]) == ("l2", "borrower")


@pytest.mark.parametrize(
    "called",
    [
        {},
        {"inbound_id": "in-1"},
        {"inbound_id": "in-1", "number": "call me"},
        {"inbound_id": "in-1", "number": ""},
        {"inbound_id": "in-1", "party_id": "nobody"},
        {"inbound_id": "in 1", "party_id": "b1"},
        {"inbound_id": "in-1", "party_id": "b1", "surprise": 1},
    ],
)
async def test_an_inbound_call_that_makes_no_sense_is_refused(
    scene: Scene, called: dict[str, Any]
) -> None:
    async with scene.app() as http:
        await Collector(http).post("calls/inbound", called, 422)
    assert await scene.count("call") == 0


async def test_other_tenants_and_unknown_calls_are_not_found(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        call = await Collector(http).post(
            "calls/inbound", {"inbound_id": "in-1", "party_id": "b1"}, 201
        )
        for path in (f"uci/calls/{call['call_id']}/heartbeat", "demo/calls/x/heartbeat"):
            answer = await http.post(f"/v1/{path}", json={"collector": "c-1"})
            assert answer.status_code == 404
        assert (await http.get("/v1/nobody/calls")).status_code == 404
        shown = (await http.get("/v1/uci/calls?state=under_way")).json()
        assert shown["calls"] == [] and set(shown["counts"].values()) == {0}
        assert (await http.get("/v1/demo/calls?state=asleep")).status_code == 422
        assert (await http.get("/v1/demo/calls?limit=0")).status_code == 422
        claims: list[dict[str, Any]] = [
            {"collector": "c-1", "languages": []},
            {"collector": "", "languages": ["en"]},
            {"collector": "c-1", "languages": ["中文"]},
            {"collector": "c\u00001", "languages": ["en"]},
        ]
        for body in claims:
            assert (await http.post("/v1/demo/calls/claim", json=body)).status_code == 422
