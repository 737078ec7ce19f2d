"""What happens to one customer at once ends in one order, and never in a deadlock."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from events.v1.contact_customer_pb2 import GrievanceChanged, ReachabilityChanged
from interfaces.values import Channel, Role
from tests.services.contact.customer import agreement, get, grievance, hold, post, word
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database


async def test_outcomes_of_two_loans_reported_at_once_count_together(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l2", parties=[("b1", Role.BORROWER)])
    await scene.opened("l2")
    paths = []
    for number in range(6):
        at = NOON + timedelta(days=number)
        touch = touch_of(("l1", "l2")[number % 2], "b1", at=at, due_at=at)
        made = await scene.attempt(touch)
        paths.append((f"attempts/{made.attempt_id}/outcome", at))
    said = [
        post(scene, path, {"outcome": "no_answer", "at": at.isoformat()}, 200)
        for path, at in reversed(paths)
    ]
    await asyncio.gather(*said)
    assert (await get(scene, "parties/b1/reachability"))["failures"] == 6
    for loan_id in ("l1", "l2"):
        told = [each.state for each in await scene.told(loan_id, ReachabilityChanged)]
        assert told == ["suspect", "lost"]


async def test_one_grievance_opened_by_many_at_once_is_one(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    opened = await asyncio.gather(*(post(scene, "grievances", grievance()) for _ in range(6)))
    assert all(each == opened[0] for each in opened)
    assert len(await scene.told("l1", GrievanceChanged)) == 1


async def test_everything_at_once_about_one_customer_is_kept(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l2", parties=[("b1", Role.BORROWER)])
    reply = {"party_id": "b1", "loan_id": "l2", "channel": "sms", "text": "?"}
    await asyncio.gather(
        *(post(scene, "holds", hold(f"h{n}", "represented", party_id="b1")) for n in range(3)),
        *(post(scene, "grievances", grievance(f"g{n}")) for n in range(3)),
        *(post(scene, "parties/b1/agreements", agreement(f"a{n}", "call")) for n in range(3)),
        *(
            post(scene, "parties/b1/words", word("opted_out", f"o{n}", channel="call"))
            for n in range(3)
        ),
        *(
            post(scene, "replies", {**reply, "reply_id": f"r{n}", "kinds": ["complaint"]})
            for n in range(3)
        ),
        scene.position("l3", parties=[("b1", Role.BORROWER)]),
    )
    assert await scene.count("agreed") == 3
    assert await scene.count("point_word") == 3
    kinds = [each["kind"] for each in (await get(scene, "grievances"))["grievances"]]
    assert sorted(kinds) == ["complaint", "dispute", "dispute", "dispute"]


async def test_an_address_the_provider_refuses_three_times_loses_its_person(scene: Scene) -> None:
    await scene.person("b1", ("email", "nobody@bank.invalid"))
    await scene.position("l1", parties=[("b1", Role.BORROWER)])
    await scene.position("l2", parties=[("b1", Role.BORROWER)])
    await scene.opened("l1")
    for day in range(3):
        at = NOON + timedelta(days=day)
        await scene.attempt(touch_of("l1", "b1", channel=Channel.EMAIL, at=at, due_at=at))
    for loan_id in ("l1", "l2"):
        told = [each.state for each in await scene.told(loan_id, ReachabilityChanged)]
        assert told == ["suspect", "lost"]
