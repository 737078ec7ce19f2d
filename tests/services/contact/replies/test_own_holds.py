"""Each reply has holds of its own: none is spared for another's, and no promise narrows one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from interfaces.contact import TouchStatus
from interfaces.facts import HoldInterval
from interfaces.values import Channel, Role
from services.contact.commands.incoming import Incoming, take_in
from services.contact.domain.replies import ReplyKind
from services.contact.store import holds
from tests.services.contact.calls_scene import Collector, one_call, record_call
from tests.services.contact.customer import get, grievance, hold, post
from tests.services.contact.scene import NOON, TENANT, Scene, touch_of
from tests.services.contact.test_pooling import meet_all, two_loans, wish_of

pytestmark = pytest.mark.database
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ANSWER = {"outcome": "rejected", "evidence": "letter 9", "by": "officer 4"}


def reply(reply_id: str, *kinds: str, **changes: object) -> dict[str, object]:
    plain = {"reply_id": reply_id, "party_id": "b1", "loan_id": "l1", "channel": "sms", "text": "?"}
    return {**plain, "kinds": list(kinds), **changes}


async def holds_of(scene: Scene, loan_id: str) -> dict[str, HoldInterval]:
    async with scene.database.transaction() as session:
        found = (await holds.touching(session, [loan_id]))[loan_id]
    return {each.hold_id: each for each in found}


async def is_held(scene: Scene, loan_id: str = "l1") -> bool:
    """Judged on the scene's clock."""
    at = scene.context.clock.now()
    outcome = await scene.attempt(touch_of(loan_id, "b1", channel=Channel.EMAIL, at=at))
    return outcome.status is TouchStatus.REFUSED and "held" in outcome.because


async def test_who_disputed_a_part_and_then_everything_is_held_for_everything(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, "grievances", grievance(amount_minor=100))
    assert not await is_held(scene)
    for _ in range(2):
        kept = await post(scene, "replies", reply("r1", "dispute"))
        assert kept["hold_ids"] == ["reply/r1/dispute"]
    assert await is_held(scene)
    listed = (await get(scene, "grievances"))["grievances"]
    assert [each["grievance_id"] for each in listed] == ["g1", "reply/r1/dispute"]
    await post(scene, "grievances/g1/answer", ANSWER, 200)
    scene.set_clock(NOON + DAY)
    assert await is_held(scene)


async def test_a_plea_outlasts_a_hold_that_ends_within_the_hour(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    ends = (NOON + HOUR).isoformat()
    await post(scene, "holds", hold("h1", "hardship_review", party_id="b1", until_at=ends))
    kept = await post(scene, "replies", reply("r1", "hardship"))
    assert kept["hold_ids"] == ["reply/r1/hardship_review"]
    scene.set_clock(NOON + 2 * HOUR)
    assert await is_held(scene)


async def test_one_answer_ends_the_holds_of_all_replies_about_the_same(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    for reply_id in ("r1", "r2"):
        await post(scene, "replies", reply(reply_id, "dispute"))
    assert set(await holds_of(scene, "l1")) == {"reply/r1/dispute", "reply/r2/dispute"}
    scene.set_clock(NOON + HOUR)
    await post(scene, "grievances/reply/r1/dispute/answer", ANSWER, 200)
    assert not await is_held(scene)


async def test_what_is_promised_is_not_what_is_disputed(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    said = reply("r1", "promise", "dispute", amount_minor=500)
    assert (await post(scene, "replies", said))["amount_minor"] == 500
    assert (await holds_of(scene, "l1"))["reply/r1/dispute"].amount_minor is None
    assert await is_held(scene)


async def test_a_promise_on_the_telephone_leaves_the_dispute_whole(scene: Scene) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        attempt_id = await collector.get_through(call_id)
        said: dict[str, Any] = {"amount_minor": 500, "promised_on": "2026-03-05"}
        said |= {"attempt_id": attempt_id, "recording": record_call(scene, "rec-1")}
        await collector.dispose(call_id, "promise", also=["dispute"], **said)
    [placed] = (await holds_of(scene, "l1")).values()
    assert (placed.kind, placed.amount_minor) == ("dispute", None)


async def test_a_correction_that_names_a_promise_leaves_the_dispute_whole(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    kept = await post(scene, "replies", reply("r1", text="嗯嗯"))
    claim = {"key": "c1", "by": "ann"}
    task = (await post(scene, "desk/tasks/claim", claim, 200))["task"]
    assert kept["task_ids"] == [task["task_id"]]
    correction = {"kinds": ["promise", "dispute"], "amount_minor": 500, "on": "2026-03-09"}
    done = {"by": "ann", "correction": correction}
    await post(scene, f"desk/tasks/{task['task_id']}/complete", done, 200)
    assert (await holds_of(scene, "l1"))["reply/r1/dispute"].amount_minor is None


async def test_a_person_may_say_which_part_is_disputed(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, "replies", reply("r1", "dispute", disputed_minor=500))
    assert (await holds_of(scene, "l1"))["reply/r1/dispute"].amount_minor == 500
    assert not await is_held(scene)
    for wrong in (reply("r2", "promise", disputed_minor=5), reply("r3", disputed_minor=5)):
        problem = await post(scene, "replies", wrong, 422)
        assert problem["code"] == "contact/disputed_amount"
    await scene.position("l2", parties=[("b1", Role.BORROWER)])
    of_both = reply("r4", "dispute", disputed_minor=5, loan_id=None)
    assert (await post(scene, "replies", of_both, 422))["code"] == "contact/disputed_amount"


async def test_a_dispute_in_answer_to_a_message_about_two_loans_holds_both(scene: Scene) -> None:
    await two_loans(scene)
    await scene.position("l3", parties=[("b1", Role.BORROWER)])
    for loan_id in ("l1", "l2"):
        await scene.attempt(wish_of(loan_id))
    await meet_all(scene)
    [message] = await scene.gateway.messages(TENANT, 0, 10)
    answer = Incoming(
        tenant=TENANT,
        reply_id="r1",
        channel=Channel.SMS,
        from_address="+86-900-l1",
        text="",
        attempt_ids=(message.attempt_id,),
        kinds=(ReplyKind.DISPUTE,),
    )
    for _ in range(2):
        async with scene.database.transaction() as session:
            kept = await take_in(session, scene.desk, answer, NOON)
    assert kept.loan_ids == ("l1", "l2")
    for loan_id, is_meant in (("l1", True), ("l2", True), ("l3", False)):
        assert bool(await holds_of(scene, loan_id)) == is_meant
