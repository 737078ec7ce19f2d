"""A misunderstood reply's complaint or dispute is withdrawn with its hold, unless it is others'."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from events.v1.contact_customer_pb2 import GrievanceChanged
from services.contact.commands import corrections
from services.contact.commands.corrections import Correction
from services.contact.domain.replies import ReplyKind
from tests.services.contact.customer import get, post
from tests.services.contact.scene import NOON, TENANT, Scene

pytestmark = pytest.mark.database

DAY = timedelta(days=1)


async def said(scene: Scene, reply_id: str, *kinds: str) -> None:
    body = {"reply_id": reply_id, "party_id": "b1", "loan_id": "l1", "channel": "sms", "text": "?"}
    await post(scene, "replies", {**body, "kinds": list(kinds)})


async def corrected(scene: Scene, reply_id: str, *kinds: ReplyKind) -> None:
    async with scene.database.transaction() as session:
        correction = Correction(TENANT, "ann", kinds)
        now = scene.context.clock.now()
        await corrections.correct(session, scene.desk, reply_id, correction, now)


async def holds(scene: Scene) -> set[str]:
    standing = await get(scene, "loans/l1/standing")
    return {each["hold_id"] for each in standing["holds"] if each["until_at"] is None}


async def waiting(scene: Scene) -> set[str]:
    return {each["grievance_id"] for each in (await get(scene, "grievances"))["grievances"]}


async def test_what_was_not_meant_is_withdrawn_with_its_hold_and_told(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await said(scene, "r1", "dispute", "complaint")
    await corrected(scene, "r1", ReplyKind.COMPLAINT)
    assert await waiting(scene) == {"reply/r1/complaint"}
    assert await holds(scene) == {"reply/r1/complaint"}
    told = [each for each in await scene.told("l1", GrievanceChanged) if each.kind == "dispute"]
    assert [each.outcome for each in told] == ["", "withdrawn"]


async def test_what_a_person_took_up_is_theirs_to_answer(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await said(scene, "r1", "dispute")
    await post(scene, "grievances/reply/r1/dispute/owner", {"owner": "officer 5"}, 200)
    await corrected(scene, "r1", ReplyKind.PAID)
    assert (await waiting(scene), await holds(scene)) == (
        {"reply/r1/dispute"},
        {"reply/r1/dispute"},
    )


async def test_who_asked_for_more_time_has_taken_it_up(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await said(scene, "r1", "complaint")
    ask = {"extension_id": "e1", "days": 15, "reason": "files", "by": "a"}
    await post(scene, "grievances/reply/r1/complaint/extensions", ask)
    await corrected(scene, "r1", ReplyKind.PAID)
    assert await waiting(scene) == {"reply/r1/complaint"}


async def test_what_another_reply_says_too_stays_with_its_hold(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await said(scene, "r1", "dispute")
    await said(scene, "r2", "dispute")
    await corrected(scene, "r1", ReplyKind.PAID)
    assert (await waiting(scene), await holds(scene)) == (
        {"reply/r1/dispute"},
        {"reply/r1/dispute", "reply/r2/dispute"},
    )


async def test_an_answered_one_keeps_its_answer(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await said(scene, "r1", "dispute")
    answer: dict[str, Any] = {"outcome": "rejected", "evidence": "letter 9", "by": "officer 4"}
    await post(scene, "grievances/reply/r1/dispute/answer", answer, 200)
    await corrected(scene, "r1", ReplyKind.PAID)
    assert await post(scene, "grievances/reply/r1/dispute/answer", answer, 200)


async def test_corrected_back_the_objection_is_held_for_again(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await said(scene, "r1", "dispute")
    await corrected(scene, "r1", ReplyKind.PAID)
    scene.set_clock(NOON + DAY)
    assert (await waiting(scene), await holds(scene)) == (set(), set())
    await corrected(scene, "r1", ReplyKind.DISPUTE)
    assert await waiting(scene) == {"reply/r1/dispute/2"}
    assert await holds(scene) == {"grievance/reply/r1/dispute/2"}


async def test_nobody_answers_that_it_is_withdrawn(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await said(scene, "r1", "dispute")
    answer = {"outcome": "withdrawn", "evidence": "letter 9", "by": "officer 4"}
    await post(scene, "grievances/reply/r1/dispute/answer", answer, 422)


async def test_who_is_represented_after_all_is_held_for_again(scene: Scene) -> None:
    """No answer ends such a hold but a person's: the same reply read otherwise, and back."""
    await scene.overdue("l1", "b1")
    await said(scene, "r1", "represented")
    for again in ("again-1/", "again-2/"):
        await corrected(scene, "r1", ReplyKind.QUESTION)
        assert await holds(scene) == set()
        await corrected(scene, "r1", ReplyKind.REPRESENTED)
        assert await holds(scene) == {f"reply/r1/{again}represented"}
        path = "parties/b1/contact-verdict"
        assert (await get(scene, path, channel="call", purpose="collection"))["rule"] == "HOLD"


async def test_a_hold_that_a_person_ended_is_not_placed_again(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await said(scene, "r1", "represented")
    ended = {"reason": "no lawyer knows of it", "by": "officer 4"}
    await post(scene, "holds/reply/r1/represented/end", ended, 200)
    await corrected(scene, "r1", ReplyKind.REPRESENTED)
    assert await holds(scene) == set()
