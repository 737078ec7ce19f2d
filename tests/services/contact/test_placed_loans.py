"""What a placement forbids: steps that are not possible, and the bank's own collectors."""

from __future__ import annotations

from typing import Any

import pytest

from interfaces.contact import TouchStatus
from interfaces.values import Channel, Purpose
from tests.services.contact.placing import get, placed_loan, refused
from tests.services.contact.scene import Scene, touch_of

pytestmark = pytest.mark.database
RECEIPT = {
    "manner": "deleted",
    "data_kinds": ["name", "phone"],
    "evidence": "certificate 5",
    "by": "officer 3",
}
REFUSED_STEPS: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("placements/pl1/receipt", RECEIPT, "contact/wrong_step"),
    ("placements/none/receipt", RECEIPT, "contact/unknown_placement"),
    ("placements/pl1/receipt", {**RECEIPT, "manner": "lost"}, "http/invalid"),
    ("placements/pl1/receipt", {**RECEIPT, "evidence": ""}, "http/invalid"),
    ("placements/pl1/decision", {"is_approved": True, "by": "x"}, "contact/wrong_step"),
    ("placements/pl1/decision", {"is_approved": False, "by": "x"}, "contact/wrong_step"),
    ("placements/none/recall", {"reason": "r", "by": "o"}, "contact/unknown_placement"),
    ("placements/pl1/recall", {"reason": "", "by": "o"}, "http/invalid"),
    ("placements/p l/recall", {"reason": "r", "by": "o"}, "contact/id_is_wrong"),
)


async def test_a_step_that_is_not_possible_is_refused_and_changes_nothing(scene: Scene) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        for path, body, code in REFUSED_STEPS:
            assert await refused(http, path, body) == code, path
        assert (await get(http, "loans/l1/placements"))["placements"][0]["status"] == "active"


async def test_the_banks_own_collectors_leave_a_placed_loan_to_its_agency(scene: Scene) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
    touch = touch_of("l1", "b1", channel=Channel.SMS)
    refusal = await scene.attempt(touch)
    assert (refusal.status, refusal.rule_id) == (TouchStatus.REFUSED, "PLACED")
    assert refusal.next_allowed_at is not None
    notice = touch_of("l1", "b1", channel=Channel.SMS, purpose=Purpose.STATUTORY_NOTICE)
    assert (await scene.attempt(notice)).status is TouchStatus.CONFIRMED
