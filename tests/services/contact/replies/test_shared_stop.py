"""A stop holds for all who are reached at its point: kept with its cause, and told to each."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from events.v1.contact_customer_pb2 import CustomerRecordChanged
from interfaces.contact import TouchStatus
from interfaces.values import Channel, Role
from services.contact.commands.replies import RecordReply, record
from services.contact.domain.replies import ReplyKind
from tests.services.contact.calls_scene import Collector, wanted
from tests.services.contact.scene import NOON, TENANT, Scene, touch_of

pytestmark = pytest.mark.database
PHONE = "+86-900-l1"


async def share(scene: Scene) -> None:
    for loan_id, party_id in (("l1", "b1"), ("l2", "b2"), ("l3", "b3")):
        phone = PHONE if party_id != "b3" else "+86-900-other"
        await scene.person(party_id, ("phone", phone), ("email", f"{party_id}@example.test"))
        await scene.position(loan_id, parties=[(party_id, Role.BORROWER)])
        await scene.opened(loan_id)


async def stop(http: httpx.AsyncClient, words: str = "TD") -> Any:
    body = {"reply_id": "r1", "party_id": "b1", "channel": "sms", "text": words}
    answer = await http.post("/v1/demo/replies", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def words(scene: Scene) -> list[tuple[str, str, str, str]]:
    query = text("SELECT party_id, kind, channel, evidence FROM point_word ORDER BY at, channel")
    async with scene.database.transaction() as session:
        return [tuple(row) for row in await session.execute(query)]


async def opted_out(scene: Scene) -> list[str]:
    query = text("SELECT DISTINCT party_id FROM opt_out ORDER BY party_id")
    async with scene.database.transaction() as session:
        return [row.party_id for row in await session.execute(query)]


def phone_closed(party_id: str, reply_id: str) -> list[tuple[str, str, str, str]]:
    """A stop from a number closes it for calls and messages alike."""
    return [(party_id, "opted_out", each, f"reply {reply_id}") for each in ("call", "sms")]


async def test_the_others_have_it_recorded_with_its_cause_and_told(scene: Scene) -> None:
    await share(scene)
    async with scene.app() as http:
        assert (await stop(http))["opted_out"]
        await stop(http)
        shown = (await http.get("/v1/demo/parties/b2/words")).json()
    assert await opted_out(scene) == ["b1", "b2"]
    assert await words(scene) == phone_closed("b2", "r1")
    assert "reply r1" in json.dumps(shown)
    [told] = await scene.told("l2", CustomerRecordChanged)
    assert (told.party_id, told.kind, told.is_ended) == ("b2", "point", False)
    assert PHONE.encode() not in told.SerializeToString()
    assert await scene.told("l3", CustomerRecordChanged) == []


async def test_who_had_opted_out_already_is_told_nothing_new(scene: Scene) -> None:
    await share(scene)
    async with scene.app() as http:
        body = {"reply_id": "r0", "party_id": "b2", "channel": "sms", "text": "TD"}
        await http.post("/v1/demo/replies", json=body)
        before = await words(scene)
        await stop(http)
    assert await words(scene) == before == phone_closed("b1", "r0")
    assert await scene.told("l2", CustomerRecordChanged) == []


async def test_a_stop_said_in_a_call_holds_for_the_others_too(scene: Scene) -> None:
    await share(scene)
    call_id = await wanted(scene, touch_of("l1", "b1"))
    async with scene.app() as http:
        collector = Collector(http)
        attempt_id = await collector.get_through(call_id)
        ended: dict[str, Any] = {"attempt_id": attempt_id, "also": ["stop"]}
        await collector.dispose(call_id, "no_agreement", **ended)
    assert await opted_out(scene) == ["b1", "b2"]
    heard = [(party_id, channel) for party_id, _, channel, _ in await words(scene)]
    assert heard == [("b2", "call"), ("b2", "sms")]
    assert len(await scene.told("l2", CustomerRecordChanged)) == 1


async def test_a_misread_stop_is_taken_back_for_all_and_told(scene: Scene) -> None:
    await share(scene)
    async with scene.app() as http:
        await stop(http, "不要停，继续发短信，够了再说，晚几天还有影响吗？？活够了")
        assert await opted_out(scene) == ["b1", "b2"]
        claim = {"key": "c1", "by": "ann", "kinds": ["self_harm"]}
        claimed = (await http.post("/v1/demo/desk/tasks/claim", json=claim)).json()["task"]
        path = f"/v1/demo/desk/tasks/{claimed['task_id']}/complete"
        corrected = {"by": "ann", "correction": {"kinds": ["question"]}}
        assert (await http.post(path, json=corrected)).status_code == 200
    assert await opted_out(scene) == []
    kinds = sorted(kind for _, kind, _, _ in await words(scene))
    assert kinds == ["opted_back_in", "opted_back_in", "opted_out", "opted_out"]
    assert len(await scene.told("l2", CustomerRecordChanged)) == 2
    again = await scene.attempt(touch_of("l2", "b2", channel=Channel.SMS))
    assert again.status is not TouchStatus.REFUSED


async def test_a_correction_to_a_stop_reaches_the_others(scene: Scene) -> None:
    await share(scene)
    async with scene.app() as http:
        await stop(http, "嗯哼")
        assert await opted_out(scene) == []
        claim = {"key": "c1", "by": "ann", "kinds": ["unclear"]}
        claimed = (await http.post("/v1/demo/desk/tasks/claim", json=claim)).json()["task"]
        path = f"/v1/demo/desk/tasks/{claimed['task_id']}/complete"
        corrected = {"by": "ann", "correction": {"kinds": ["stop"]}}
        assert (await http.post(path, json=corrected)).status_code == 200
    assert await opted_out(scene) == ["b1", "b2"]
    assert await words(scene) == phone_closed("b2", "r1")


async def test_all_who_share_a_point_may_say_stop_at_once(scene: Scene) -> None:
    """Each locks the other's loans: taken piecemeal, the locks would wait for each other."""
    await share(scene)

    async def say(number: int) -> None:
        party_id = f"b{number % 2 + 1}"
        command = RecordReply(
            TENANT, f"r{number}", party_id, None, Channel.SMS, (ReplyKind.STOP,), "TD", None
        )
        async with scene.database.transaction() as session:
            await record(session, scene.desk, command, NOON)

    await asyncio.gather(*(say(number) for number in range(8)))
    assert await opted_out(scene) == ["b1", "b2"]
    assert len(await words(scene)) == 2
