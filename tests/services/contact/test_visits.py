"""A visit at the gate of a real database: how many go, and whether they may enter."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from temporalio.testing import ActivityEnvironment

from interfaces.contact import Touch, TouchOutcome, TouchStatus
from interfaces.values import Channel
from tests.services.contact.customer import agreement, get, post
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database
AFTERNOON = (NOON + timedelta(hours=1), NOON + timedelta(hours=3))


def visit(key: str = "k1", **changes: object) -> Touch:
    return touch_of("l1", "b1", key, **{"channel": Channel.VISIT, "people": 2, **changes})


async def confirm(scene: Scene, touch: Touch) -> TouchOutcome:
    on_the_day = replace(touch, at=AFTERNOON[0])
    return await ActivityEnvironment().run(scene.activities.confirm, on_the_day)


@pytest.mark.parametrize("people", [0, 1])
async def test_a_visit_of_one_or_of_nobody_knows_how_many_is_refused(
    scene: Scene, people: int
) -> None:
    await scene.overdue("l1", "b1")
    refused = await scene.reserve(visit(people=people), AFTERNOON)
    assert (refused.status, refused.rule_id) == (TouchStatus.REFUSED, "CN-FIELD-1")
    query: dict[str, Any] = {
        "channel": "visit",
        "purpose": "collection",
        "loan_id": "l1",
        "people": people,
    }
    query["at"] = AFTERNOON[0].isoformat()
    asked = await get(scene, "parties/b1/contact-verdict", **query)
    assert (asked["allowed"], asked["rule"]) == (False, "CN-FIELD-1")
    assert (await get(scene, "parties/b1/contact-verdict", **query | {"people": 2}))["allowed"]


async def test_nobody_enters_without_consent_and_with_consent_two_do(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    refused = await scene.reserve(visit(enters=True), AFTERNOON)
    assert (refused.status, refused.rule_id) == (TouchStatus.REFUSED, "CN-ID-1")
    await post(scene, "parties/b1/agreements", agreement("a1", "entry"))
    kept = await scene.reserve(visit("k2", enters=True), AFTERNOON)
    assert kept.status is TouchStatus.RESERVED
    assert (await confirm(scene, visit("k2", enters=True))).status is TouchStatus.CONFIRMED
    async with scene.database.transaction() as session:
        query = text("SELECT people, enters FROM attempt")
        assert [tuple(row) for row in await session.execute(query)] == [(2, True)]


async def test_consent_that_was_taken_back_before_the_day_is_none(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, "parties/b1/agreements", agreement("a1", "entry"))
    assert (await scene.reserve(visit(enters=True), AFTERNOON)).status is TouchStatus.RESERVED
    scene.set_clock(NOON + timedelta(minutes=30))
    await post(scene, "agreements/a1/revoke", {"reason": "changed her mind", "by": "me"}, 200)
    # The day's word need not repeat what was reserved.
    assert (await confirm(scene, visit())).rule_id == "CN-ID-1"


async def test_on_the_day_as_many_go_as_were_reserved_unless_it_is_said_anew(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    for key, people, status in (("k1", 1, TouchStatus.REFUSED), ("k2", 0, TouchStatus.CONFIRMED)):
        assert (await scene.reserve(visit(key), AFTERNOON)).status is TouchStatus.RESERVED
        assert (await confirm(scene, visit(key, people=people))).status is status
