"""What a person owed by a date is raised once when the date has passed, and waits at the desk."""

from __future__ import annotations

from datetime import timedelta

import pytest

from events.v1.contact_customer_pb2 import GrievanceOverdue, TreatmentReviewDue
from services.contact.activities.watch import look_once
from tests.services.contact.customer import get, grievance, post, vulnerability
from tests.services.contact.scene import NOON, Scene

pytestmark = pytest.mark.database

DAY = timedelta(days=1)
ANSWER = {"outcome": "upheld", "evidence": "letter 9", "by": "officer 4"}


async def tasks(scene: Scene) -> list[tuple[str, str, str]]:
    found = (await get(scene, "desk/tasks"))["tasks"]
    return [(each["kind"], each["party_id"], each["loan_id"]) for each in found]


async def look(scene: Scene) -> int:
    seen = 0
    while done := await look_once(scene.context, scene.desk):
        seen += done
    return seen


async def test_an_overdue_answer_is_raised_once_told_and_put_on_the_desk(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.overdue("l2", "b1")
    await post(scene, "grievances", grievance())
    scene.set_clock(NOON + 15 * DAY)
    assert await look(scene) == 0
    scene.set_clock(NOON + 16 * DAY)
    assert (await look(scene), await look(scene)) == (1, 0)
    [told] = await scene.told("l1", GrievanceOverdue)
    assert (told.grievance_id, told.kind, told.party_id) == ("g1", "dispute", "b1")
    assert await scene.told("l2", GrievanceOverdue) == [], "a dispute is of its own loan"
    assert await tasks(scene) == [("grievance_overdue", "b1", "l1")]
    [listed] = (await get(scene, "grievances"))["grievances"]
    assert listed["raised_at"]
    await post(scene, "grievances/g1/answer", ANSWER, 200)
    assert await tasks(scene) == [], "nobody need look at what was answered"


async def test_an_answer_in_time_and_an_extended_date_are_not_raised(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, "grievances", grievance("g1"))
    await post(scene, "grievances/g1/answer", ANSWER, 200)
    await post(scene, "grievances", grievance("g2", kind="complaint", loan_id=None))
    ask = {"extension_id": "e1", "days": 15, "reason": "files from the branch", "by": "a"}
    await post(scene, "grievances/g2/extensions", ask)
    decision = {"extension_id": "e1", "is_approved": True, "by": "b"}
    await post(scene, "grievances/g2/extensions/decision", decision, 200)
    scene.set_clock(NOON + 20 * DAY)
    assert await look(scene) == 0
    scene.set_clock(NOON + 60 * DAY)
    assert await look(scene) == 1


async def test_a_review_that_is_due_is_listed_and_raised_once_until_somebody_looks(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await scene.overdue("l2", "b1")
    await post(scene, "parties/b1/vulnerabilities", vulnerability())
    scene.set_clock(NOON + 100 * DAY)
    assert (await look(scene), await look(scene)) == (1, 0)
    for loan_id in ("l1", "l2"):
        [told] = await scene.told(loan_id, TreatmentReviewDue)
        assert (told.record_id, told.party_id) == ("v1", "b1")
    assert await tasks(scene) == [("review_due", "b1", "l1")]
    until = (NOON + 100 * DAY).isoformat()
    listed = (await get(scene, "vulnerabilities", review_before=until))["records"]
    assert [each["record_id"] for each in listed] == ["v1"]
    assert "bereaved" not in str(listed)
    review = {"next_review_at": (NOON + 200 * DAY).isoformat(), "by": "officer 5"}
    reviewed = await post(scene, "vulnerabilities/v1/review", review, 200)
    assert (reviewed["reviewed_by"], reviewed["category"]) == ("officer 5", "bereaved lately")
    assert await post(scene, "vulnerabilities/v1/review", review, 200) == reviewed
    assert await tasks(scene) == []
    assert (await get(scene, "vulnerabilities", review_before=until))["records"] == []
    scene.set_clock(NOON + 201 * DAY)
    assert await look(scene) == 1
    await post(scene, "vulnerabilities/v1/end", {"reason": "over", "by": "me"}, 200)
    assert await tasks(scene) == []


async def test_an_ended_treatment_is_reviewed_by_nobody(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, "parties/b1/vulnerabilities", vulnerability())
    review = {"next_review_at": (NOON + 50 * DAY).isoformat(), "by": "officer 5"}
    kept = await post(scene, "vulnerabilities/v1/review", review, 200)
    # What was recorded first may be said again, though its review was moved since.
    assert await post(scene, "parties/b1/vulnerabilities", vulnerability()) == kept
    await post(scene, "vulnerabilities/v1/end", {"reason": "over", "by": "me"}, 200)
    scene.set_clock(NOON + 100 * DAY)
    assert await look(scene) == 0
    problem = await post(scene, "vulnerabilities/v1/review", review, 422)
    assert problem["code"] == "contact/treatment_is_wrong"
