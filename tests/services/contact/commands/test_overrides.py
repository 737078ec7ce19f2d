"""The door to overriding a soft rule: who answers for what, and what no one may override."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from events.v1.contact_customer_pb2 import OverrideChanged
from interfaces.contact import TouchOutcome, TouchStatus
from interfaces.values import Channel
from tests.services.contact.customer import get, post
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database

PATH = "parties/b1/overrides"
WINDOW = (NOON + timedelta(hours=2), NOON + timedelta(hours=3))


def override(override_id: str = "o1", **changes: object) -> dict[str, Any]:
    plain = {
        "override_id": override_id,
        "rule_id": "CN-FIELD-1",
        "until_at": "2026-03-03T00:00:00Z",
        "reason": "the debtor asked for a second visit",
        "authority": "head of field visits",
        "evidence": "call 12",
        "by": "officer 3",
    }
    return {**plain, **changes}


async def visit(scene: Scene, loan_id: str = "l1") -> TouchOutcome:
    touch = touch_of(loan_id, "b1", channel=Channel.VISIT, at=WINDOW[0], people=2)
    return await scene.reserve(touch, WINDOW)


async def test_a_second_visit_is_allowed_by_the_override_and_the_verdict_says_so(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    assert (await visit(scene)).status is TouchStatus.RESERVED
    assert (await visit(scene)).rule_id == "CN-FIELD-1"
    await post(scene, PATH, override())
    asked = await get(
        scene,
        "parties/b1/contact-verdict",
        channel="visit",
        purpose="collection",
        at=WINDOW[0].isoformat(),
        people="2",
    )
    assert asked["allowed"] and "head of field visits" in asked["words"]
    assert (await visit(scene)).status is TouchStatus.RESERVED
    kept = (await get(scene, "loans/l1/verdicts"))["verdicts"][-1]
    assert kept["is_allowed"]
    assert kept["because"].startswith("CN-FIELD-1 overridden by head of field visits (o1)")
    assert kept["findings"][0]["override"]["reason"] == "the debtor asked for a second visit"
    assert [each["id"] for each in kept["facts"]["overrides"]] == ["o1"]


async def test_an_override_of_one_loan_or_one_party_is_no_others(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.overdue("l2", "b1")
    await scene.overdue("l3", "b2")
    await visit(scene)
    await post(scene, PATH, override(loan_id="l2"))
    await post(scene, "parties/b2/overrides", override("o2"))
    assert (await visit(scene)).rule_id == "CN-FIELD-1"
    assert (await visit(scene, "l2")).status is TouchStatus.RESERVED


async def test_an_ended_override_allows_nothing_more_and_both_are_told(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.overdue("l2", "b1")
    await visit(scene)
    await post(scene, PATH, override())
    ended = await post(scene, "overrides/o1/end", {"reason": "a mistake", "by": "me"}, 200)
    assert (ended["ended_by"], ended["end_reason"]) == ("me", "a mistake")
    assert await post(scene, "overrides/o1/end", {"reason": "x", "by": "y"}, 200) == ended
    assert (await visit(scene)).rule_id == "CN-FIELD-1"
    for loan_id in ("l1", "l2"):
        told = await scene.told(loan_id, OverrideChanged)
        assert [each.rule_id for each in told] == ["CN-FIELD-1"] * 2
        assert told[1].until_at.ToDatetime() < told[0].until_at.ToDatetime()
    listed = (await get(scene, PATH))["overrides"]
    assert [each["override_id"] for each in listed] == ["o1"]


@pytest.mark.parametrize(
    "change, code",
    [
        ({"rule_id": "CN-FREQ-1"}, "contact/rule_is_not_soft"),
        ({"rule_id": "HOLD"}, "contact/rule_is_not_soft"),
        ({"rule_id": "CN-CARD-67"}, "contact/rule_is_not_soft"),
        ({"rule_id": "US-7IN7-A"}, "contact/unknown_rule"),
        ({"until_at": "2026-03-02T03:00:00Z"}, "contact/override_is_wrong"),
        ({"from_at": "2026-03-01T00:00:00Z"}, "contact/override_is_wrong"),
        ({"loan_id": "l9"}, "contact/override_is_wrong"),
    ],
    ids=str,
)
async def test_what_nobody_may_override_is_refused(
    scene: Scene, change: dict[str, Any], code: str
) -> None:
    await scene.overdue("l1", "b1")
    problem = await post(scene, PATH, override(**change), 422)
    assert problem["code"] == code
    if code != "contact/override_is_wrong":
        assert "CN-FIELD-1" in problem["detail"], "it names the rules that may be overridden"
    assert await scene.count("rule_override") == 0


async def test_the_same_again_is_the_same_and_another_under_its_id_is_refused(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    kept = await post(scene, PATH, override())
    assert await post(scene, PATH, override()) == kept
    problem = await post(scene, PATH, override(reason="another"), 409)
    assert problem["code"] == "contact/override_differs"
    assert (await post(scene, "parties/nobody/overrides", override("o2"), 404))["code"] == (
        "contact/unknown_party"
    )
