"""One screen for everything, and of the debt nothing before identity is sure."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest

from interfaces.values import Channel, Purpose, Role
from tests.services.contact.calls_scene import Collector, one_call, wanted
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database

# All that the screen may hold before the identity check; a new field must be put here on purpose.
OPEN_TO_ALL = {
    "call_id": str,
    "state": str,
    "direction": str,
    "dial": int,
    "attempt_id": str,
    "institution": str,
    "name": str,
    "language": str,
    "identity": {"state": str, "ask": list, "tries_left": int},
    "opening": {
        "script": str,
        "say": str,
        "recording_notice": str,
        "identity": list,
        "third_party": list,
        "voicemail": str,
        "never_say": list,
    },
    "matter": type(None),
}
# What only the debt's own facts could bring onto the screen.
TELLING = (
    *("123456", "1,234.56", "1234.56", "1000000", "10,000.00", "2026-02-01", "2026-03-01", "CNY"),
    *("consumer_loan", "follow_up", "overdue", "逾期", "到期", "欠", "complaint", "l1", "promise"),
)


def shape(value: Any) -> Any:
    return {k: shape(v) for k, v in value.items()} if isinstance(value, dict) else type(value)


def told(screen: dict[str, Any]) -> list[str]:
    said = json.dumps(screen, ensure_ascii=False).replace(screen["call_id"], "")
    said = said.replace(screen["attempt_id"] or "-", "")
    return [word for word in TELLING if word in said]


async def test_before_the_identity_check_no_field_of_the_screen_tells_of_the_debt(
    scene: Scene,
) -> None:
    call_id = await one_call(scene)
    await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS))
    async with scene.app() as http:
        reply = {"reply_id": "r1", "party_id": "b1", "loan_id": "l1", "channel": "sms"}
        await http.post("/v1/demo/replies", json={**reply, "kinds": ["promise"]})
        collector = Collector(http)
        await collector.claim()
        claimed = await collector.screen(call_id)
        await collector.dial(call_id)
        dialled = await collector.screen(call_id, mood="anger")
        await collector.identify(call_id, name="王小明", email="wrong@example.test")
        failed = await collector.screen(call_id)
        assert (await collector.identify(call_id, "i-2"))["state"] == "passed"
        passed = await collector.screen(call_id)
    for screen in (claimed, dialled, failed):
        assert shape(screen) == OPEN_TO_ALL
        assert told(screen) == []
    # The words looked for do show once they may.
    assert {"123456", "1,234.56", "consumer_loan", "l1", "promise"} <= set(told(passed))


async def test_the_opening_names_the_bank_the_caller_and_the_person(scene: Scene) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        await collector.claim()
        assert (await collector.screen(call_id))["identity"]["ask"] == []
        await collector.dial(call_id)
        screen = await collector.screen(call_id, caller="李")
    assert screen["opening"]["say"] == "您好，我是Demonstration Bank的李。请问是王小明吗？"
    assert screen["identity"]["ask"] == ["name", "email", "address"]
    assert "$" not in json.dumps(screen)


async def test_after_the_check_the_screen_holds_all_loans_with_the_amounts_of_this_moment(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    for loan_id, product in (("l2", "card"), ("l3", "card")):
        await scene.position(loan_id, parties=[("b1", Role.BORROWER)], product=product)
        await scene.opened(loan_id)
    await scene.position("l9", parties=[("b1", Role.CONTACT), ("b9", Role.BORROWER)])
    call_id = await wanted(scene, touch_of("l1", "b1"), touch_of("l2", "b1"))
    async with scene.app() as http:
        collector = Collector(http)
        await collector.get_through(call_id)
        await scene.position("l1", 2, parties=[("b1", Role.BORROWER)], overdue_principal_minor=70)
        hold = {"hold_id": "h1", "kind": "vulnerability", "party_id": "b1"}
        first = await collector.screen(call_id, mood="crying")
        await http.post("/v1/demo/holds", json={**hold, "evidence": "call", "by": "c-1"})
        held = await collector.screen(call_id)
    loans = {loan["loan_id"]: loan for loan in first["matter"]["loans"]}
    assert sorted(loans) == ["l1", "l2", "l3"]
    assert (loans["l1"]["overdue_minor"], loans["l1"]["overdue"]) == (70, "0.70 CNY")
    assert [loans[each]["may_speak"] for each in sorted(loans)] == [True, True, False]
    assert loans["l2"]["offers"] == {
        "may_promise": True,
        "plan_months_max": 60,
        "settlement_waiver_percent_max": 0,
    }
    talk = first["matter"]["talk"]
    assert "1,235.26 CNY" in talk["stage"]["purpose"]
    assert talk["now"] == talk["moods"]["crying"]
    assert talk["vulnerable"] == []
    assert held["matter"]["talk"]["vulnerable"] != []
    assert not any(loan["may_speak"] for loan in held["matter"]["loans"])
    assert held["matter"]["loans"][0]["holds"][0]["kind"] == "vulnerability"


async def test_a_settlement_is_spoken_of_only_where_the_strategy_negotiates(scene: Scene) -> None:
    call_id = await one_call(scene, template="negotiate")
    async with scene.app() as http:
        collector = Collector(http)
        await collector.get_through(call_id)
        matter = (await collector.screen(call_id))["matter"]
    assert matter["loans"][0]["offers"]["settlement_waiver_percent_max"] == 20
    assert any("一次性结清" in each for each in matter["talk"]["stage"]["ways_out"])


async def test_a_third_party_is_never_told_of_the_debt_even_when_identified(scene: Scene) -> None:
    await scene.person("c1", ("phone", "+8613900000002"), ("email", "c1@example.test"))
    await scene.person("b1", ("phone", "+8613900000003"))
    await scene.position("l1", parties=[("b1", Role.BORROWER), ("c1", Role.CONTACT)])
    await scene.opened("l1")
    asked = touch_of("l1", "c1", role=Role.CONTACT, about_party_id="b1", purpose=Purpose.SERVICE)
    call_id = await wanted(scene, asked)
    async with scene.app() as http:
        collector = Collector(http)
        await collector.claim()
        assert (await collector.dial(call_id))["number"] == "+8613900000002"
        found = await collector.identify(call_id, name="王小明", email="c1@example.test")
        assert found["state"] == "passed"
        screen = await collector.screen(call_id)
    assert screen["matter"] is None
    assert told(screen) == []


async def test_only_the_collector_who_has_the_call_sees_its_screen(scene: Scene) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        await Collector(http, "c-1").claim()
        problem = await Collector(http, "c-2").screen(call_id, 409)
        assert problem["code"] == "contact/call_is_not_yours"
        await Collector(http, "c-1").screen("nobody", 404)
        await Collector(http, "c-1").screen(call_id, 422, mood="cheerful")


async def test_last_contacts_are_shown_with_their_outcomes(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    made = await scene.attempt(touch_of("l1", "b1", at=NOON - timedelta(hours=3)))
    call_id = await wanted(scene, touch_of("l1", "b1"))
    async with scene.app() as http:
        path = f"/v1/demo/attempts/{made.attempt_id}/outcome"
        await http.post(path, json={"outcome": "no_answer"})
        collector = Collector(http)
        await collector.get_through(call_id)
        [contact] = (await collector.screen(call_id))["matter"]["contacts"]
    assert (contact["channel"], contact["outcome"]) == ("call", "no_answer")
