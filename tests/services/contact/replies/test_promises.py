"""A promise is handed on as whole with its amount, day and loan; of any other a person asks."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from events.v1.contact_replies_pb2 import ReplyUnderstood
from events.v1.negotiation_pb2 import PromiseNotTaken
from interfaces.values import Role
from services.contact.consumers import ask_about_promises
from services.contact.domain.promises import loan_meant
from tests.services.contact.calls_scene import Collector, one_call, record_call
from tests.services.contact.scene import Scene, record

PROMISE = {
    "reply_id": "r1",
    "party_id": "b1",
    "channel": "sms",
    "kinds": ["promise"],
    "amount_minor": 5_000,
    "promised_on": "2026-03-05",
}


@pytest.mark.parametrize(
    "loans, liable, owing, meant",
    [
        (["l1"], {"l1"}, {"l1"}, "l1"),
        (["l1"], {"l1"}, set(), "l1"),
        (["l1"], set(), {"l1"}, ""),
        (["l1", "l2"], {"l1", "l2"}, {"l1", "l2"}, ""),
        (["l1", "l2"], {"l1", "l2"}, {"l2"}, "l2"),
        (["l1", "l2"], {"l2"}, {"l1", "l2"}, "l2"),
        ([], {"l1"}, {"l1"}, ""),
    ],
)
def test_the_loan_meant_is_the_one_or_none(
    loans: list[str], liable: set[str], owing: set[str], meant: str
) -> None:
    assert loan_meant(loans, liable, owing) == meant


async def post(http: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 201) -> Any:
    response = await http.post(f"/v1/demo/{path}", json=body)
    assert response.status_code == status, response.text
    return response.json()


async def give(http: httpx.AsyncClient, **changes: object) -> Any:
    return await post(http, "replies", {**PROMISE, **changes})


async def is_complete(scene: Scene, loan_id: str = "l1") -> list[bool]:
    return [each.is_promise_complete for each in await scene.told(loan_id, ReplyUnderstood)]


async def promise_tasks(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    found = await http.get("/v1/demo/desk/tasks", params={"kind": "promise"})
    tasks: list[dict[str, Any]] = found.json()["tasks"]
    return tasks


@pytest.mark.database
async def test_a_promise_a_person_read_is_handed_on_with_its_day(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        kept = await give(http)
        assert (kept["on"], kept["amount_minor"], kept["task_ids"]) == ("2026-03-05", 5_000, [])
        assert await promise_tasks(http) == []
    [told] = await scene.told("l1", ReplyUnderstood)
    assert (told.promised_minor, told.promised_on) == (5_000, "2026-03-05")
    assert told.is_promise_complete


@pytest.mark.database
@pytest.mark.parametrize(
    "changes",
    [
        {"amount_minor": None},
        {"promised_on": None},
        {"kinds": ["promise", "wrong_person"]},
        {"kinds": [], "text": "我会还的，周五还"},
    ],
)
async def test_without_amount_or_day_a_person_asks_for_them(
    scene: Scene, changes: dict[str, object]
) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        await give(http, **changes)
        await give(http, **changes)
        [task] = await promise_tasks(http)
    assert (task["reply_id"], task["loan_id"], task["because"]) == ("r1", "l1", "")
    assert await is_complete(scene) == [False]


@pytest.mark.database
async def test_what_the_person_learned_is_handed_on(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        await give(http, amount_minor=None)
        claim = {"key": "c1", "by": "ann", "kinds": ["promise"]}
        task = (await post(http, "desk/tasks/claim", claim, status=200))["task"]
        correction = {"kinds": ["promise"], "amount_minor": 5_000}
        done = {"by": "ann", "correction": correction}
        await post(http, f"desk/tasks/{task['task_id']}/complete", done, status=200)
        assert await promise_tasks(http) == []
    assert await is_complete(scene) == [False, True]


@pytest.mark.database
async def test_who_does_not_owe_promises_nothing_for_others(scene: Scene) -> None:
    await scene.overdue("l1", "c1", Role.CONTACT)
    async with scene.app() as http:
        await give(http, party_id="c1")
        assert len(await promise_tasks(http)) == 1
    assert await is_complete(scene) == [False]


@pytest.mark.database
async def test_a_promise_is_never_taken_for_two_loans(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l2", parties=[("b1", Role.BORROWER)])
    async with scene.app() as http:
        await give(http)
        assert len(await promise_tasks(http)) == 1
        await give(http, reply_id="r2", loan_id="l2")
    assert await is_complete(scene, "l1") == [False]
    assert await is_complete(scene, "l2") == [False, True]


@pytest.mark.database
async def test_a_promise_in_a_call_is_handed_on_as_whole(scene: Scene) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        attempt_id = await collector.get_through(call_id)
        given: dict[str, Any] = {"amount_minor": 5_000, "promised_on": "2026-03-05"}
        given |= {"attempt_id": attempt_id, "recording": record_call(scene, "rec-1")}
        await collector.dispose(call_id, "promise", **given)
        assert await promise_tasks(http) == []
    assert await is_complete(scene) == [True]


@pytest.mark.database
async def test_one_that_negotiation_could_not_take_waits_at_the_desk_with_the_reason(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    refusals = [
        PromiseNotTaken(reply_id="r1", revision=revision, party_id="b1", code=f"negotiation/{code}")
        for revision, code in enumerate(("due_date_out_of_range", "amount_above_balance"))
    ]
    async with scene.app() as http:
        await give(http)
        for refusal in [*refusals, refusals[0]]:
            async with scene.database.transaction() as session:
                await ask_about_promises(session, [record("l1", refusal)])
        tasks = await promise_tasks(http)
        claim = {"key": "c1", "by": "ann", "kinds": ["promise"]}
        task = (await post(http, "desk/tasks/claim", claim, status=200))["task"]
        await post(http, f"desk/tasks/{task['task_id']}/words", {"by": "ann"}, status=200)
    assert {each["because"] for each in tasks} == {
        "negotiation/due_date_out_of_range",
        "negotiation/amount_above_balance",
    }
    assert {each["reply_id"] for each in tasks} == {"r1"}
