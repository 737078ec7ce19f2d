"""Court papers in the United Kingdom wait at the real gate for the default notice to run out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from interfaces.contact import TouchOutcome, TouchStatus
from interfaces.values import Channel, Purpose
from services.contact.settings import Tenants
from tests.services.contact.placing import post
from tests.services.contact.reminding import AS_BORROWER
from tests.services.contact.scene import NOON, TENANT, Scene, touch_of

pytestmark = pytest.mark.database
DAY = timedelta(days=1)
# The 2nd of March and fourteen days after it have passed in Shanghai.
OVER = datetime(2026, 3, 16, 16, tzinfo=UTC)


NOTICE = touch_of(
    "l1", "b1", channel=Channel.LETTER, purpose=Purpose.STATUTORY_NOTICE, notice="default"
)


async def british(scene: Scene) -> None:
    """The law of the United Kingdom holds for a loan overdue since the 1st of February."""
    tenant = replace(scene.desk.tenants.get(TENANT), law=("uk-conc",))
    scene.activities._desk = replace(scene.desk, tenants=Tenants({TENANT: tenant}))
    await scene.overdue("l1", "b1")


async def papers(scene: Scene, at: datetime) -> TouchOutcome:
    scene.set_clock(at)
    touch = touch_of("l1", "b1", channel=Channel.LETTER, purpose=Purpose.COURT_SERVICE, at=at)
    return await scene.attempt(touch)


async def test_court_papers_wait_until_the_default_notice_has_run_out(scene: Scene) -> None:
    await british(scene)
    refused = await papers(scene, NOON)
    assert (refused.rule_id, refused.next_allowed_at) == ("UK-DN", None)
    sent = await scene.attempt(NOTICE)
    assert sent.status is TouchStatus.CONFIRMED
    # On its way it sets no time running.
    assert (await papers(scene, OVER)).rule_id == "UK-DN"
    scene.set_clock(NOON + DAY)
    async with scene.app() as http:
        arrived = {"outcome": "delivered", "at": NOON.isoformat()}
        await post(http, f"attempts/{sent.attempt_id}/outcome", arrived)
    refused = await papers(scene, OVER - DAY)
    assert (refused.rule_id, refused.next_allowed_at) == ("UK-DN", OVER)
    assert (await papers(scene, OVER)).status is TouchStatus.CONFIRMED


async def test_a_notice_of_arrears_that_were_paid_since_counts_no_more(scene: Scene) -> None:
    await british(scene)
    sent = await scene.attempt(NOTICE)
    async with scene.app() as http:
        await post(http, f"attempts/{sent.attempt_id}/outcome", {"outcome": "delivered"})
    await scene.position("l1", 2, parties=AS_BORROWER, oldest_due_on="2026-04-01")
    assert (await papers(scene, OVER + 30 * DAY)).rule_id == "UK-DN"
