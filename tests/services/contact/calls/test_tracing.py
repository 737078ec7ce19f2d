"""Somebody who cannot be reached is looked for once, from a lawful source, and reached again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from interfaces.contact import TouchStatus
from tests.services.contact.calls_scene import Collector, one_call, wanted
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database

FOUND = {
    "source": "public_registry",
    "evidence": "registry/2026/17",
    "by": "tracer 4",
    "found": {"kind": "phone", "value": "+86 139 0000 0009"},
}


async def lose(scene: Scene, collector: Collector, code: str = "out_of_service") -> str:
    """The only phone leads nowhere; answers the task to find another."""
    call_id = await one_call(scene)
    await collector.claim()
    attempt_id = (await collector.dial(call_id))["attempt_id"]
    await collector.dispose(call_id, code, attempt_id=attempt_id)
    [trace] = (await collector.get("traces"))["traces"]
    assert (trace["reason"], trace["party_id"]) == ("no_usable_phone", "b1")
    trace_id: str = trace["trace_id"]
    return trace_id


@pytest.mark.parametrize("code", ["out_of_service", "wrong_number"])
async def test_what_a_lawful_source_brought_is_dialled_and_kept_encrypted(
    scene: Scene, code: str
) -> None:
    async with scene.app() as http:
        collector = Collector(http)
        trace_id = await lose(scene, collector, code)
        assert (await scene.attempt(touch_of("l1", "b1"))).rule_id == "NO-POINT"
        path = f"/v1/demo/traces/{trace_id}/result"
        for _ in range(2):
            assert (await http.post(path, json=FOUND)).json()["state"] == "found"
        assert (await http.post(path, json={**FOUND, "source": "court"})).status_code == 409
        # The bank's next word on the person does not take the found number back.
        await scene.person("b1", ("email", "b1@example.test"), sequence=9)
        call_id = await wanted(scene, touch_of("l1", "b1"))
        await collector.claim()
        assert (await collector.dial(call_id))["number"] == "+86 139 0000 0009"
        assert (await collector.get("traces"))["traces"] == []
    async with scene.database.transaction() as session:
        query = "SELECT * FROM contact_point WHERE source = 'public_register'"
        [point] = (await session.execute(text(query))).mappings().all()
    assert b"0009" not in point["value"] and not point["has_consent"]


async def test_three_failures_in_a_row_on_every_phone_open_one_task(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        collector = Collector(http)
        for number in range(4):
            assert len((await collector.get("traces"))["traces"]) == (number >= 3)
            call_id = await wanted(scene, touch_of("l1", "b1"), until=NOON + timedelta(minutes=9))
            await collector.claim()
            attempt_id = (await collector.dial(call_id))["attempt_id"]
            await collector.dispose(call_id, "no_answer", attempt_id=attempt_id)
        [trace] = (await collector.get("traces"))["traces"]
    assert trace["reason"] == "reachability_lost"


async def test_a_party_without_any_phone_is_undeliverable_and_looked_for(scene: Scene) -> None:
    touch = touch_of("l1", "b1")
    await scene.overdue("l1", "b1")
    await scene.person("b1", ("email", "b1@example.test"), sequence=9)
    await wanted(scene, touch)
    async with scene.app() as http:
        collector = Collector(http)
        assert await collector.claim() is None
        [trace] = (await collector.get("traces"))["traces"]
        nothing = {"source": "court", "evidence": "file/1", "by": "tracer 4"}
        path = f"/v1/demo/traces/{trace['trace_id']}/result"
        assert (await http.post(path, json=nothing)).json()["state"] == "exhausted"
    assert (await scene.attempt(touch)).status is TouchStatus.UNDELIVERABLE


@pytest.mark.parametrize(
    "wrong",
    [
        {"source": "social_media"},
        {"source": "neighbour"},
        {"evidence": ""},
        {"evidence": None},
        {"found": {"kind": "phone", "value": "no number"}},
        {"found": {"kind": "carrier_pigeon", "value": "1"}},
        {"found": {"kind": "phone", "value": "1\u0000"}},
        {"surprise": 1},
    ],
)
async def test_an_unlawful_source_or_a_senseless_result_is_refused(
    scene: Scene, wrong: dict[str, Any]
) -> None:
    async with scene.app() as http:
        collector = Collector(http)
        trace_id = await lose(scene, collector)
        path = f"/v1/demo/traces/{trace_id}/result"
        assert (await http.post(path, json={**FOUND, **wrong})).status_code == 422
        assert (await http.post("/v1/uci/traces/x/result", json=FOUND)).status_code == 404
        assert len((await collector.get("traces"))["traces"]) == 1
