"""Holds that enclose and overlap each other, placed and ended through the door: a union."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import httpx
import pytest

from interfaces.contact import TouchStatus
from interfaces.values import Channel, Role
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database
KINDS = ["bank_pause", "complaint", "hardship_review", "disaster"]
DAYS = 12
GUARANTOR = Role.JOINT_GUARANTOR


@dataclass
class Placed:
    hold_id: str
    begins: int
    ends: int | None

    def covers(self, hour: int) -> bool:
        return self.begins <= hour and (self.ends is None or hour < self.ends)


def hour_of(hours: int) -> datetime:
    return NOON + timedelta(hours=hours)


async def place(http: httpx.AsyncClient, hold: Placed, **where: str) -> None:
    body = {"hold_id": hold.hold_id, "kind": KINDS[len(hold.hold_id) % 4], "evidence": "memo"}
    body |= {"from_at": hour_of(hold.begins).isoformat(), "by": "officer"} | where
    if hold.ends is not None:
        body["until_at"] = hour_of(hold.ends).isoformat()
    answer = await http.post("/v1/demo/holds", json=body)
    assert answer.status_code == 201, answer.text


async def end(http: httpx.AsyncClient, hold: Placed, hour: int) -> None:
    body = {"at": hour_of(hour).isoformat(), "reason": "settled", "by": "officer"}
    answer = await http.post(f"/v1/demo/holds/{hold.hold_id}/end", json=body)
    assert answer.status_code == 200, answer.text
    latest = max(hour, hold.begins)
    hold.ends = latest if hold.ends is None else min(hold.ends, latest)


async def is_stopped(
    scene: Scene, loan: str, party: str, hour: int, role: Role = Role.BORROWER
) -> bool:
    """Whether a hold stops an e-mail at that hour; a noon of its own each time."""
    touch = touch_of(loan, party, channel=Channel.EMAIL, at=hour_of(hour), due_at=hour_of(hour))
    outcome = await scene.attempt(replace(touch, role=role, about_party_id=party))
    assert outcome.status in (TouchStatus.CONFIRMED, TouchStatus.REFUSED)
    assert outcome.rule_id in ("", "HOLD")
    return outcome.status is TouchStatus.REFUSED


async def test_a_hold_inside_another_ends_and_the_outer_one_stands(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    outer, inner = Placed("outer", 0, 240), Placed("inner", 24, 48)
    async with scene.app() as http:
        await place(http, outer, loan_id="l1")
        await place(http, inner, loan_id="l1")
        assert await is_stopped(scene, "l1", "b1", 24)
        await end(http, inner, 30)
    assert await is_stopped(scene, "l1", "b1", 48)


async def test_the_outer_hold_ends_and_the_one_inside_it_stands(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    outer, inner = Placed("outer", 0, 240), Placed("inner", 24, 96)
    async with scene.app() as http:
        await place(http, outer, loan_id="l1")
        await place(http, inner, party_id="b1")
        await end(http, outer, 30)
    assert await is_stopped(scene, "l1", "b1", 48)
    assert not await is_stopped(scene, "l1", "b1", 96)


async def test_one_partys_hold_leaves_the_other_party_of_the_loan(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.person("b2", ("email", "b2@example.test"))
    await scene.position("l1", 2, parties=[("b1", Role.BORROWER), ("b2", GUARANTOR)])
    async with scene.app() as http:
        await place(http, Placed("one", 0, None), party_id="b1")
    assert await is_stopped(scene, "l1", "b1", 24)
    assert not await is_stopped(scene, "l1", "b2", 24, GUARANTOR)


@pytest.mark.parametrize("seed", range(6))
async def test_whatever_holds_come_and_end_the_act_waits_for_the_last_of_them(
    scene: Scene, seed: int
) -> None:
    random = Random(seed)
    await scene.overdue("l1", "b1")
    holds: list[Placed] = []
    async with scene.app() as http:
        for number in range(8):
            begins = random.randrange(0, DAYS * 24)
            ends = random.choice([None, begins + random.randrange(1, 120)])
            holds.append(Placed("h" * (number + 1), begins, ends))
            where = random.choice([{"loan_id": "l1"}, {"party_id": "b1"}])
            await place(http, holds[-1], **where)
        for hold in random.sample(holds, 6):
            await end(http, hold, random.randrange(0, DAYS * 24))
    for day in range(DAYS):
        expected = any(hold.covers(day * 24) for hold in holds)
        assert await is_stopped(scene, "l1", "b1", day * 24) == expected
