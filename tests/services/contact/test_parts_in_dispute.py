"""A dispute over a part leaves the rest to be collected, and nothing of what is disputed."""

from __future__ import annotations

from typing import Any

import pytest

from interfaces.contact import TouchStatus
from interfaces.values import Channel, Role
from services.contact.store import people
from tests.services.contact.customer import get, hold, post
from tests.services.contact.scene import Scene, touch_of

pytestmark = pytest.mark.database
OVERDUE = 123_456  # of every loan here


async def dispute(scene: Scene, hold_id: str, amount_minor: int, **changes: object) -> None:
    named = {"loan_id": "l1", "amount_minor": amount_minor, **changes}
    await post(scene, "holds", hold(hold_id, "dispute", **named))


async def verdict(scene: Scene, **about: Any) -> Any:
    path = "parties/b1/contact-verdict"
    return await get(scene, path, channel="sms", purpose="collection", **about)


async def sms(scene: Scene) -> str:
    """The words of one that left."""
    made = await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS))
    assert made.status is TouchStatus.CONFIRMED
    async with scene.database.transaction() as session:
        party = await people.party(session, "b1")
    assert party is not None and party.subject_key is not None
    return await scene.gateway.words(made.attempt_id, party.subject_key)


async def test_a_message_asks_for_what_is_not_disputed(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await dispute(scene, "h1", 100_000)
    words = await sms(scene)
    assert "234.56" in words and "1,234.56" not in words


async def test_what_the_bank_knows_to_be_disputed_is_not_taken_off_twice(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l1", 2, parties=[("b1", Role.BORROWER)], disputed_minor=100_000)
    await dispute(scene, "h1", 100_000)
    assert "234.56" in await sms(scene)


async def test_parts_that_leave_no_rest_stop_all_of_it_until_one_is_answered(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await dispute(scene, "h1", 100_000)
    assert (await verdict(scene))["allowed"]
    await dispute(scene, "h2", OVERDUE - 100_000)
    assert (await verdict(scene))["rule"] == "HOLD"
    await post(scene, "holds/h1/end", {"reason": "answered", "by": "officer 3"}, 200)
    assert (await verdict(scene))["allowed"]


async def test_the_dispute_of_one_party_takes_nothing_off_what_another_is_asked_for(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await dispute(scene, "h1", OVERDUE, party_id="b2")
    assert "1,234.56" in await sms(scene)


async def test_asked_about_several_loans_each_dispute_is_measured_by_its_own(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    owner = [("b1", Role.BORROWER)]
    await scene.position("l2", parties=owner, overdue_principal_minor=100 * OVERDUE)
    await scene.opened("l2")
    await dispute(scene, "h1", OVERDUE)
    assert (await verdict(scene, loan_id="l2"))["allowed"]
    assert (await verdict(scene, loan_id="l1"))["rule"] == "HOLD"
    assert (await verdict(scene))["rule"] == "HOLD"
