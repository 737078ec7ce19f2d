"""Whom nobody can write to is reminded by a person, or the reminder is missed for that reason."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from events.v1 import contact_pb2, contact_placements_pb2
from interfaces.values import Role
from tests.services.contact.reminding import (
    DAY,
    OWED_BY,
    THEN,
    act,
    current,
    due,
    instalment,
    lease_is_over,
    rows,
    sent,
)
from tests.services.contact.scene import DyingGateway, Scene

pytestmark = pytest.mark.database
UNREADABLE = "what is kept of the party cannot be read"


async def spoil(scene: Scene) -> None:
    query = "UPDATE contact_point SET value = 'spoilt'::bytea WHERE party_id = 'b1'"
    async with scene.database.transaction() as session:
        await session.execute(text(query))


async def test_it_goes_to_the_desk_at_once_and_keeps_nobody_waiting(scene: Scene) -> None:
    await current(scene)
    await scene.person("b2", ("phone", "+8613900000002"))
    await scene.position("l2", 1, "current", [("b2", Role.BORROWER)], oldest_due_on="")
    await due(scene, instalment(), instalment("l2"))
    await spoil(scene)
    scene.set_clock(THEN)
    assert await act(scene) == 2
    assert [message.party_id for message in await sent(scene)] == ["b2"]
    [duty, _] = await rows(scene)
    assert (duty.planned_at, duty.put_off_because) == (None, UNREADABLE)
    assert duty.done_at is None and duty.dropped_at is None
    async with scene.app() as http:
        [task] = (await http.get("/v1/demo/desk/tasks")).json()["tasks"]
        assert (task["kind"], task["party_id"], task["loan_id"]) == ("owed_act", "b1", "l1")
        assert await act(scene) == 0
        named = {"loan_id": "l1", "party_id": "b1", "kind": "pre_due", "occasion": "instalment-1"}
        done = await http.post("/v1/demo/duties/settle", json={**named, "proof": "rang them"})
        assert done.json()["state"] == "done", done.text
    scene.set_clock(OWED_BY + DAY)
    await act(scene)
    assert await scene.told("l1", contact_placements_pb2.DutyMissed) == []


async def test_what_nobody_did_by_its_date_is_missed_with_the_reason(scene: Scene) -> None:
    await current(scene)
    await due(scene, instalment())
    await spoil(scene)
    scene.set_clock(THEN)
    await act(scene)
    assert await scene.told("l1", contact_placements_pb2.DutyMissed) == []
    scene.set_clock(OWED_BY + timedelta(hours=1))
    await act(scene)
    [missed] = await scene.told("l1", contact_placements_pb2.DutyMissed)
    assert missed.because == UNREADABLE


async def test_a_reminder_that_never_left_counts_no_more(scene: Scene) -> None:
    await current(scene)
    await due(scene, instalment())
    scene.set_clock(THEN)
    await act(scene, DyingGateway(scene.gateway, takes_it=False))
    await spoil(scene)
    await lease_is_over(scene)
    assert await act(scene) == 1
    [released] = await scene.told("l1", contact_pb2.TouchReleased)
    assert released.because == UNREADABLE
    async with scene.database.transaction() as session:
        statuses = (await session.execute(text("SELECT status FROM attempt"))).scalars()
        assert list(statuses) == ["withdrawn"]
    assert await sent(scene) == []
