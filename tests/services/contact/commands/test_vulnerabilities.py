"""A vulnerable person's treatment is kept; its reason only with consent, and encrypted."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from interfaces.values import Channel
from services.contact.domain.treatments import Mood, Treatment
from services.contact.store import customer
from tests.services.contact.customer import get, post, vulnerability
from tests.services.contact.scene import Scene

pytestmark = pytest.mark.database

PATH = "parties/b1/vulnerabilities"


async def test_records_in_force_are_treated_together_and_an_ended_one_no_more(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, PATH, vulnerability())
    second = {"allows_automated_voice": False, "queue": "specialists", "mood": "warm"}
    await post(scene, PATH, vulnerability("v2", treatment=second))
    async with scene.database.transaction() as session:
        assert await customer.treatment_of(session, "b1") == Treatment(
            touches_per_week_max=1,
            closed_channels=frozenset({Channel.CALL}),
            allows_automated_voice=False,
            mood=Mood.CAREFUL,
            queue="specialists",
        )
    left = await post(scene, "vulnerabilities/v1/end", {"reason": "over", "by": "me"}, 200)
    assert (left["mood"], left["closed_channels"], left["queue"]) == ("warm", [], "specialists")


async def test_without_consent_the_treatment_is_kept_and_its_reason_is_not(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    kept = await post(scene, PATH, vulnerability(may_keep=False))
    assert (kept["category"], kept["evidence"]) == ("", "")
    assert await post(scene, PATH, vulnerability(may_keep=False)) == kept
    assert (await get(scene, PATH))["treatment"]["mood"] == "careful"
    async with scene.database.transaction() as session:
        row = (await session.execute(text("SELECT category, evidence FROM vulnerability"))).one()
    assert tuple(row) == (None, None)


async def test_the_reason_lies_encrypted_and_no_event_tells_it(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    kept = await post(scene, PATH, vulnerability())
    assert kept["category"] == "bereaved lately"
    async with scene.database.transaction() as session:
        stored = (await session.execute(text("SELECT category FROM vulnerability"))).scalar_one()
        told = (await session.execute(text("SELECT payload FROM outbox"))).scalars().all()
    assert not any(b"bereaved" in bytes(each) for each in [stored, *told])


async def test_another_record_under_the_same_id_is_refused(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, PATH, vulnerability())
    problem = await post(scene, PATH, vulnerability(category="another"), 409)
    assert problem["code"] == "contact/vulnerability_differs"
