"""Complaints and disputes from their opening to their answer, with their own holds."""

from __future__ import annotations

from datetime import timedelta

import pytest

from events.v1.contact_customer_pb2 import GrievanceChanged
from interfaces.values import Role
from tests.services.contact.customer import get, grievance, hold, post
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database

DAY = timedelta(days=1)
ANSWER = {"outcome": "partly_upheld", "evidence": "letter 9", "by": "officer 4"}


async def blocking(scene: Scene) -> set[str]:
    holds = (await get(scene, "loans/l1/standing"))["holds"]
    now = scene.context.clock.now().isoformat()
    return {each["hold_id"] for each in holds if not each["until_at"] or each["until_at"] > now}


async def test_a_dispute_has_an_owner_a_due_date_and_a_hold_that_its_answer_ends(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, "holds", hold("other", "bank_pause", loan_id="l1"))
    opened = await post(scene, "grievances", grievance(amount_minor=5_000))
    assert await post(scene, "grievances", grievance(amount_minor=5_000)) == opened
    assert (opened["owner"], opened["due_on"]) == ("disputes_desk", "2026-03-17")
    assert opened["rule"] == "cn@1/dispute"
    assert await blocking(scene) == {"other", "grievance/g1"}
    scene.set_clock(NOON + DAY)
    answered = await post(scene, "grievances/g1/answer", ANSWER, 200)
    assert (answered["outcome"], answered["answered_by"]) == ("partly_upheld", "officer 4")
    assert await blocking(scene) == {"other"}
    assert await post(scene, "grievances/g1/answer", ANSWER, 200) == answered
    otherwise = {**ANSWER, "outcome": "rejected"}
    problem = await post(scene, "grievances/g1/answer", otherwise, 409)
    assert problem["code"] == "contact/answered_otherwise"
    told = await scene.told("l1", GrievanceChanged)
    assert [each.outcome for each in told] == ["", "partly_upheld"]


async def test_a_complaint_is_of_its_person_and_told_of_every_loan(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l2", parties=[("b1", Role.BORROWER)])
    await post(scene, "grievances", grievance(kind="complaint", loan_id=None))
    for loan_id in ("l1", "l2"):
        assert len(await scene.told(loan_id, GrievanceChanged)) == 1
    refused = await scene.attempt(touch_of("l1", "b1"))
    assert refused.because == "held: complaint"


async def test_a_reply_opens_what_it_objects_to_and_adopts_the_hold_it_placed(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    reply = {"reply_id": "r1", "party_id": "b1", "loan_id": "l1", "channel": "sms", "text": "?"}
    for _ in range(2):
        await post(scene, "replies", {**reply, "kinds": ["dispute", "complaint", "question"]})
    # A second reply about what is already open opens nothing more.
    await post(scene, "replies", {**reply, "reply_id": "r2", "kinds": ["dispute"]})
    listed = (await get(scene, "grievances"))["grievances"]
    assert {(each["grievance_id"], each["hold_id"]) for each in listed} == {
        ("reply/r1/complaint", "reply/r1/complaint"),
        ("reply/r1/dispute", "reply/r1/dispute"),
    }
    await post(scene, "grievances/reply/r1/dispute/answer", ANSWER, 200)
    scene.set_clock(NOON + DAY)
    assert await blocking(scene) == {"reply/r1/complaint"}


async def test_a_reply_under_somebody_elses_hold_gets_one_of_its_own(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, "holds", hold("bank", "dispute", loan_id="l1"))
    reply = {"reply_id": "r1", "party_id": "b1", "loan_id": "l1", "channel": "sms", "text": "?"}
    await post(scene, "replies", {**reply, "kinds": ["dispute"]})
    await post(scene, "holds/bank/end", {"reason": "over", "by": "officer 3"}, 200)
    scene.set_clock(NOON + DAY)
    assert await blocking(scene) == {"reply/r1/dispute"}


async def test_more_time_is_approved_by_somebody_else_and_within_the_rule(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, "grievances", grievance(kind="complaint"))
    ask = {"extension_id": "e1", "days": 15, "reason": "files from the branch", "by": "a"}
    path = "grievances/g1/extensions"
    too_long = await post(scene, path, {**ask, "days": 16}, 422)
    assert too_long["code"] == "contact/extension_not_allowed"
    await post(scene, path, ask)
    decision = {"extension_id": "e1", "is_approved": True, "by": "a"}
    own = await post(scene, f"{path}/decision", decision, 403)
    assert own["code"] == "contact/own_approval"
    for _ in range(2):
        extended = await post(scene, f"{path}/decision", {**decision, "by": "b"}, 200)
        assert extended["due_on"] == "2026-04-01"
    turned = {**decision, "by": "c", "is_approved": False}
    assert (await post(scene, f"{path}/decision", turned, 409))["code"] == (
        "contact/extension_differs"
    )


async def test_time_is_not_extended_after_it_ran_out(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, "grievances", grievance())
    scene.set_clock(NOON + 20 * DAY)
    ask = {"extension_id": "e1", "days": 5, "reason": "late", "by": "a"}
    problem = await post(scene, "grievances/g1/extensions", ask, 422)
    assert problem["code"] == "contact/extension_not_allowed"


async def test_the_overdue_are_listed_until_they_are_answered(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, "grievances", grievance())
    await post(scene, "grievances/g1/owner", {"owner": "officer 5"}, 200)

    async def overdue(days: int) -> list[str]:
        until = (NOON + days * DAY).isoformat()
        listed = await get(scene, "grievances", due_before=until)
        return [each["owner"] for each in listed["grievances"]]

    assert (await overdue(15), await overdue(16)) == ([], ["officer 5"])
    await post(scene, "grievances/g1/answer", ANSWER, 200)
    assert await overdue(16) == []
