"""Budgets kept for a window, under races, and confirmed or given back."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text
from temporalio.testing import ActivityEnvironment

from events.v1 import contact_pb2 as pb
from interfaces.contact import Release, TouchStatus
from interfaces.values import Channel
from tests.services.contact.scene import NOON, TENANT, Scene, touch_of

pytestmark = pytest.mark.database
AFTERNOON = (NOON + timedelta(hours=1), NOON + timedelta(hours=3))


async def test_of_200_concurrent_reservations_under_a_cap_of_three_exactly_three_are_kept(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    touches = [touch_of("l1", "b1", f"k{number}") for number in range(200)]
    outcomes = await asyncio.gather(*(scene.reserve(each, AFTERNOON) for each in touches))
    statuses = [outcome.status for outcome in outcomes]
    assert statuses.count(TouchStatus.RESERVED) == 3
    assert statuses.count(TouchStatus.REFUSED) == 197


async def test_a_reserved_visit_is_confirmed_on_the_day_under_the_same_key(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    touch = touch_of("l1", "b1", channel=Channel.VISIT, people=2, asks_circumstances=True)
    kept = await scene.reserve(touch, AFTERNOON)
    assert kept.status is TouchStatus.RESERVED
    on_the_day = replace(touch, at=AFTERNOON[0])
    confirm = scene.activities.confirm
    outcome = await ActivityEnvironment().run(confirm, on_the_day)
    assert outcome == await ActivityEnvironment().run(confirm, on_the_day)
    assert (outcome.status, outcome.attempt_id) == (TouchStatus.CONFIRMED, kept.attempt_id)
    [progress] = await scene.told("l1", pb.ContactProgressed)
    assert list(progress.circumstances[0].channels_tried) == ["visit"]


async def test_a_reservation_runs_out_by_the_wall_clock(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    touch = touch_of("l1", "b1", channel=Channel.VISIT, people=2)
    assert (await scene.reserve(touch, AFTERNOON)).status is TouchStatus.RESERVED
    async with scene.database.transaction() as session:
        await session.execute(text("UPDATE attempt SET expires_wall_at = now()"))
    on_the_day = replace(touch, at=AFTERNOON[0])
    outcome = await ActivityEnvironment().run(scene.activities.confirm, on_the_day)
    assert outcome.status is TouchStatus.EXPIRED


async def test_a_released_reservation_gives_its_budget_back_once(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    for number in range(3):
        await scene.reserve(touch_of("l1", "b1", f"k{number}"), AFTERNOON)
    full = await scene.reserve(touch_of("l1", "b1", "k3"), AFTERNOON)
    assert full.status is TouchStatus.REFUSED
    release = Release("k0", TENANT, "l1", NOON, "the visit was cancelled")
    for _ in range(2):
        await ActivityEnvironment().run(scene.activities.release, release)
    again = await scene.reserve(touch_of("l1", "b1", "k4"), AFTERNOON)
    assert again.status is TouchStatus.RESERVED
    assert len(await scene.told("l1", pb.TouchReleased)) == 1


async def test_a_window_that_a_hold_enters_is_refused(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        begins = (NOON + timedelta(hours=2)).isoformat()
        hold = {"hold_id": "h1", "kind": "bank_pause", "loan_id": "l1", "from_at": begins}
        hold |= {"evidence": "memo", "by": "officer"}
        assert (await http.post("/v1/demo/holds", json=hold)).status_code == 201
    refused = await scene.reserve(touch_of("l1", "b1", channel=Channel.VISIT, people=2), AFTERNOON)
    assert (refused.status, refused.rule_id) == (TouchStatus.REFUSED, "HOLD")
