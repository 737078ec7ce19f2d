"""Reported outcomes move a party's reachability, and every linked loan is told."""

from __future__ import annotations

from datetime import timedelta

import pytest

from events.v1.contact_customer_pb2 import ReachabilityChanged
from interfaces.values import Purpose, Role
from tests.services.contact.customer import get, post, word
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database


async def call(scene: Scene, day: int, outcome: str) -> str:
    at = NOON + timedelta(days=day)
    made = await scene.attempt(touch_of("l1", "b1", at=at, due_at=at))
    path = f"attempts/{made.attempt_id}/outcome"
    await post(scene, path, {"outcome": outcome, "at": at.isoformat()}, 200)
    return path


async def state(scene: Scene) -> tuple[str, int]:
    found = await get(scene, "parties/b1/reachability")
    return found["state"], found["failures"]


async def test_three_failed_contacts_lose_a_person_and_each_change_is_told_to_each_loan(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l2", parties=[("b1", Role.JOINT_GUARANTOR)])
    assert await state(scene) == ("reachable", 0)
    for day, outcome in enumerate(("no_answer", "voicemail", "no_answer", "no_answer")):
        await call(scene, day, outcome)
    assert await state(scene) == ("lost", 4)
    await call(scene, 4, "right_party")
    assert await state(scene) == ("reachable", 0)
    for loan_id in ("l1", "l2"):
        told = await scene.told(loan_id, ReachabilityChanged)
        assert [each.state for each in told] == ["suspect", "lost", "reachable"]
        assert told[1].since.ToDatetime() == (NOON + timedelta(days=2)).replace(tzinfo=None)


async def test_a_later_and_better_word_of_the_same_try_counts_instead(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    for day in range(2):
        await call(scene, day, "no_answer")
    path = await call(scene, 2, "no_answer")
    assert (await state(scene))[0] == "lost"
    await post(scene, path, {"outcome": "right_party"}, 200)
    assert await state(scene) == ("reachable", 0)


async def test_a_person_all_of_whose_points_are_invalid_is_lost_at_once(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    for each in (await get(scene, "parties/b1/points"))["points"]:
        said = word("invalid", f"w-{each['kind']}", point_id=each["point_id"])
        await post(scene, "parties/b1/words", said)
    found = await get(scene, "parties/b1/reachability")
    assert (found["state"], found["because"]) == ("lost", "every point is invalid")
    assert [each.state for each in await scene.told("l1", ReachabilityChanged)] == ["lost"]


async def test_whoever_writes_has_been_reached(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    for day in range(3):
        await call(scene, day, "no_answer")
    scene.set_clock(NOON + timedelta(days=4))
    reply = {"reply_id": "r1", "party_id": "b1", "loan_id": "l1", "channel": "sms"}
    await post(scene, "replies", {**reply, "kinds": ["question"], "text": "?"})
    assert await state(scene) == ("reachable", 0)


async def test_a_service_touch_counts_like_any_other(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    for day in range(2):
        at = NOON + timedelta(days=day)
        touch = touch_of("l1", "b1", at=at, due_at=at, purpose=Purpose.SERVICE)
        made = await scene.attempt(touch)
        path = f"attempts/{made.attempt_id}/outcome"
        await post(scene, path, {"outcome": "no_answer", "at": at.isoformat()}, 200)
    assert await state(scene) == ("suspect", 2)


async def test_a_number_that_the_bank_finds_brings_back_whom_invalid_points_had_lost(
    scene: Scene,
) -> None:
    await scene.person("b1", ("phone", "+86-900-1"))
    await scene.person("c1", ("phone", "+86-900-2"))
    await scene.position("l1", parties=[("b1", Role.BORROWER), ("c1", Role.CONTACT)])
    await scene.opened("l1")
    [only] = (await get(scene, "parties/b1/points"))["points"]
    await post(scene, "parties/b1/words", word("invalid", point_id=only["point_id"]))
    asked = {"channel": "call", "purpose": "locate"}
    assert (await get(scene, "parties/c1/contact-verdict", 200, **asked))["allowed"]
    await scene.person("b1", ("phone", "+86-900-3"), sequence=2)
    assert await state(scene) == ("reachable", 0)
    refused = await get(scene, "parties/c1/contact-verdict", 200, **asked)
    assert refused["because"] == "the debtor itself can be reached"
    told = await scene.told("l1", ReachabilityChanged)
    assert [each.state for each in told] == ["lost", "reachable"]


async def test_a_new_number_undoes_no_failed_contacts(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    for day in range(3):
        await call(scene, day, "no_answer")
    await scene.person("b1", ("phone", "+86-900-3"), sequence=2)
    assert await state(scene) == ("lost", 3)
