"""A party whose key does not open what is kept of it is left to a person, and holds nobody up."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from events.v1 import contact_pb2
from services.contact.activities import answer
from tests.services.contact.replies.test_answers import (
    BALANCE,
    RingingGateway,
    answer_all,
    ask,
    lease_is_over,
    rows,
    sent,
    tasks,
)
from tests.services.contact.scene import DyingGateway, Scene

pytestmark = pytest.mark.database


@pytest.mark.parametrize("spoilt", ["contact_point.value", "party.subject_key"])
async def test_who_cannot_be_read_is_left_to_a_person_and_keeps_nobody_waiting(
    scene: Scene, spoilt: str
) -> None:
    table = spoilt.split(".")[0]
    await scene.overdue("l1", "b1")
    await scene.overdue("l2", "b2")
    await ask(scene, "r1", BALANCE)
    await spoil(scene, spoilt)
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


async def test_a_try_that_never_left_counts_no_more_once_nobody_can_be_written_to(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await ask(scene, "r1", BALANCE)
    await answer_all(scene, DyingGateway(scene.gateway, takes_it=False))
    assert await counted(scene) == ["confirmed"]
    await spoil(scene, "contact_point.value")
    await lease_is_over(scene)
    assert await answer_all(scene) == 1
    assert await counted(scene) == ["withdrawn"]
    [released] = await scene.told("l1", contact_pb2.TouchReleased)
    assert released.because == "what is kept of the party cannot be read"
    assert [row.outcome for row in await rows(scene)] == ["by_a_person"]


async def test_a_try_that_left_counts_though_nobody_can_be_written_to_any_more(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await ask(scene, "r1", BALANCE)
    await answer_all(scene, DyingGateway(scene.gateway, takes_it=True))
    await spoil(scene, "contact_point.value")
    await lease_is_over(scene)
    assert await answer_all(scene) == 1
    assert await counted(scene) == ["sent"]
    assert [row.outcome for row in await rows(scene)] == ["confirmed"]


async def counted(scene: Scene) -> list[str]:
    """How the attempts stand that were made toward people."""
    query = text("SELECT status FROM attempt WHERE direction = 'outbound'")
    async with scene.database.transaction() as session:
        return [row.status for row in await session.execute(query)]


async def spoil(scene: Scene, what: str) -> None:
    table, column = what.split(".")
    query = f"UPDATE {table} SET {column} = 'spoilt'::bytea WHERE party_id = 'b1'"
    async with scene.database.transaction() as session:
        await session.execute(text(query))
