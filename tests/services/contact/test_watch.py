"""The watch over placements goes on whatever befalls one of them."""

from __future__ import annotations

from datetime import timedelta

import pytest

from services.contact.activities.watch import look_once
from services.contact.commands import duties
from services.contact.commands.duties import OweDuty
from services.contact.domain.duties import DutyKind
from tests.services.contact.placing import get, place, placed_loan
from tests.services.contact.scene import NOON, Scene

pytestmark = pytest.mark.database


async def test_a_placement_that_cannot_be_ended_keeps_no_other_from_its_end(scene: Scene) -> None:
    """Its duty to give the data back is in the books as another tenant's."""
    async with scene.app() as http:
        await placed_loan(scene, http)
        await scene.overdue("l2", "b2")
        await place(http, "pl2", loan_id="l2")
        strange = OweDuty("other", "l1", "", DutyKind.DATA_RETURN, "pl1", "DATA-RETURN", NOON)
        async with scene.database.transaction() as session:
            await duties.owe(session, [strange], NOON)
        scene.set_clock(NOON + timedelta(days=61))
        while await look_once(scene.context, scene.desk):
            pass
        placements = [
            (await get(http, f"loans/{loan_id}/placements"))["placements"]
            for loan_id in ("l1", "l2")
        ]
    assert [each["status"] for [each] in placements] == ["active", "expired"]
