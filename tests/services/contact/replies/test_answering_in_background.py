"""The loop that answers questions: it serves what comes while it runs, and stops at nobody."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from services.contact.activities import answer
from services.contact.gateways import Gateway, Message, Receipt
from tests.services.contact.replies.test_answers import BALANCE, ask, rows, sent, tasks
from tests.services.contact.scene import Scene

pytestmark = pytest.mark.database


class RingingGateway:
    """Rings when a message has left."""

    def __init__(self, inner: Gateway) -> None:
        self._inner = inner
        self.rung = asyncio.Event()

    async def send(self, message: Message) -> Receipt:
        receipt = await self._inner.send(message)
        self.rung.set()
        return receipt

    async def find(self, attempt_id: str) -> Receipt | None:
        return await self._inner.find(attempt_id)


async def test_the_background_answers_what_is_asked_while_it_runs(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    gateway = RingingGateway(scene.gateway)
    background = asyncio.create_task(answer(scene.context, gateway))
    try:
        await ask(scene, "r1", BALANCE)
        async with asyncio.timeout(20):
            await gateway.rung.wait()
    finally:
        background.cancel()
    assert [each.template for each in await sent(scene)] == ["answer_balance"]


@pytest.mark.parametrize("spoilt", ["contact_point.value", "party.subject_key"])
async def test_who_cannot_be_read_is_left_to_a_person_and_keeps_nobody_waiting(
    scene: Scene, spoilt: str
) -> None:
    table, column = spoilt.split(".")
    spoil = f"UPDATE {table} SET {column} = 'spoilt'::bytea WHERE party_id = 'b1'"
    await scene.overdue("l1", "b1")
    await scene.overdue("l2", "b2")
    await ask(scene, "r1", BALANCE)
    async with scene.database.transaction() as session:
        await session.execute(text(spoil))
    gateway = RingingGateway(scene.gateway)
    background = asyncio.create_task(answer(scene.context, gateway))
    try:
        await ask(scene, "r2", BALANCE, party_id="b2")
        async with asyncio.timeout(20):
            await gateway.rung.wait()
        assert not background.done()
    finally:
        background.cancel()
        await asyncio.gather(background, return_exceptions=True)
    assert [each.party_id for each in await sent(scene)] == ["b2"]
    first = (await rows(scene))[0]
    assert (first.loan_id, first.outcome) == ("l1", "by_a_person")
    assert await tasks(scene) == [("question", "r1")]
    async with scene.app() as http:
        claim = {"key": "k", "by": "clerk", "lease_minutes": 10}
        task = (await http.post("/v1/demo/desk/tasks/claim", json=claim)).json()["task"]
        at = f"/v1/demo/desk/tasks/{task['task_id']}"
        read = await http.post(f"{at}/words", json={"by": "clerk"})
        assert read.json()["is_readable"] == (table == "contact_point"), read.text
        noted = await http.post(f"{at}/complete", json={"by": "clerk", "note": "rang them"})
        assert noted.status_code == (200 if table == "contact_point" else 409), noted.text
        done = await http.post(f"{at}/complete", json={"by": "clerk", "note": ""})
        assert done.status_code == 200, done.text
