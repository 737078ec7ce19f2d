"""A party whose key does not open what is kept of it is left to a person, and holds nobody up."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from services.contact.activities import answer
from tests.services.contact.replies.test_answers import (
    BALANCE,
    RingingGateway,
    ask,
    rows,
    sent,
    tasks,
)
from tests.services.contact.scene import Scene

pytestmark = pytest.mark.database


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
