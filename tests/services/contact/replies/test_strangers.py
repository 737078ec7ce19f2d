"""What a word list takes for a stranger or a death opens no way to third parties by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest

from events.v1.contact_customer_pb2 import ReachabilityChanged
from interfaces.contact import TouchStatus
from interfaces.values import Channel, Purpose, Role
from tests.services.contact.customer import get, post
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database


async def say(scene: Scene, reply_id: str, text: str, channel: str = "sms") -> dict[str, object]:
    said = {"reply_id": reply_id, "party_id": "b1", "channel": channel, "text": text}
    kept: dict[str, object] = await post(scene, "replies", said)
    return kept


async def state(scene: Scene) -> str:
    return str((await get(scene, "parties/b1/reachability"))["state"])


async def correct(scene: Scene, reply_id: str, kind: str) -> None:
    claim = {"key": reply_id, "by": "ann", "kinds": ["unclear"]}
    task = (await post(scene, "desk/tasks/claim", claim, 200))["task"]
    assert task["reply_id"] == reply_id
    done = {"by": "ann", "note": "rang", "correction": {"kinds": [kind]}}
    await post(scene, f"desk/tasks/{task['task_id']}/complete", done, 200)


async def test_points_that_word_lists_disowned_lose_nobody_until_a_person_says_the_same(
    scene: Scene,
) -> None:
    await scene.person("b1", ("phone", "+86-900-l1"))
    await scene.position("l1", parties=[("b1", Role.BORROWER)])
    await scene.opened("l1")
    await say(scene, "r1", "你打错了，我不认识这个人")
    refused = await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS))
    assert refused.rule_id == "NO-POINT"
    assert await state(scene) == "reachable"
    await correct(scene, "r1", "wrong_person")
    assert await state(scene) == "lost"
    assert [each.state for each in await scene.told("l1", ReachabilityChanged)] == ["lost"]


async def test_who_says_what_a_debtor_says_keeps_holds_and_point_and_a_person_looks(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    kept = await say(scene, "r1", "Wrong number, and I want to die")
    assert kept["hold_ids"] == ["reply/r1/vulnerability"]
    tasks = (await get(scene, "desk/tasks"))["tasks"]
    assert [each["kind"] for each in tasks] == ["self_harm", "unclear"]
    points = (await get(scene, "parties/b1/points"))["points"]
    assert all(each["invalid_at"] is None for each in points)
    assert await state(scene) == "reachable"


async def test_a_word_of_death_from_nobody_known_is_looked_at_within_minutes(scene: Scene) -> None:
    stray = {"reply_id": "r1", "from_address": "+86-900-x", "channel": "sms", "text": "我快没命了"}
    await post(scene, "replies", stray)
    tasks = (await get(scene, "desk/tasks"))["tasks"]
    assert [each["kind"] for each in tasks] == ["self_harm", "unknown_sender"]


async def test_a_bereavement_lets_nobody_ask_a_contact_until_the_death_is_confirmed(
    scene: Scene,
) -> None:
    await scene.person("b1", ("phone", "+86-900-l1"))
    await scene.person("c1", ("phone", "+86-900-c1"))
    await scene.position("l1", parties=[("b1", Role.BORROWER), ("c1", Role.CONTACT)])
    await scene.opened("l1")
    await say(scene, "r1", "my mother died")
    locate = {"role": Role.CONTACT, "about_party_id": "b1", "purpose": Purpose.LOCATE}
    asked = await scene.attempt(touch_of("l1", "c1", "one", **locate))
    assert asked.status is TouchStatus.REFUSED
    debtor = await scene.attempt(touch_of("l1", "b1", "two"))
    assert (debtor.status, debtor.rule_id) == (TouchStatus.REFUSED, "HOLD")
    end = {"reason": "his father died, not he", "by": "ann"}
    await post(scene, "holds/reply/r1/bereavement/end", end, 200)
    death = {"hold_id": "h1", "kind": "deceased", "party_id": "b1", "by": "ann", "evidence": "cert"}
    await post(scene, "holds", death)
    later = NOON + timedelta(minutes=5)
    scene.set_clock(later)
    touch = touch_of("l1", "c1", "three", at=later, due_at=later, **locate)
    confirmed = await scene.attempt(touch)
    assert confirmed.status is TouchStatus.CONFIRMED
