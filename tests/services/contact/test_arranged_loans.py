"""While a plan is kept nobody collects: the bank's collectors do not, nor does an agency."""

from __future__ import annotations

import httpx
import pytest

from events.v1.negotiation_pb2 import AgreementChanged
from interfaces.contact import TouchStatus
from interfaces.values import Channel, Purpose, Role
from tests.services.contact.customer import get
from tests.services.contact.placing import placed_loan, post, reservation
from tests.services.contact.scene import Scene, record, touch_of

pytestmark = pytest.mark.database


async def agreed(scene: Scene, version: int, status: str, kind: str = "plan") -> None:
    body = AgreementChanged(agreement_id="a1", kind=kind, status=status, party_id="b1")
    await scene.tell(record("l1", body, version))


async def rule(scene: Scene, purpose: str = "collection") -> str:
    path = "parties/b1/contact-verdict"
    found = await get(scene, path, 200, channel="sms", purpose=purpose)
    return str(found["rule"])


async def reserved(http: httpx.AsyncClient, act_id: str) -> tuple[str, str]:
    """What the gate answered the agency, and on which article."""
    told = await post(http, "agencies/ag1/reservations", reservation(act_id), 201)
    return told["status"], told["rule_id"]


async def test_an_agency_leaves_a_plan_alone_until_it_is_broken(scene: Scene) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        await agreed(scene, 1, "offered")
        assert await reserved(http, "x1") == ("reserved", "")
        await agreed(scene, 2, "active")
        late = await post(http, "agencies/ag1/reservations/x1/confirm", {})
        assert (late["status"], late["rule_id"]) == ("refused", "CN-CARD-70")
        assert await reserved(http, "x2") == ("refused", "CN-CARD-70")
        await agreed(scene, 3, "broken")
        assert await reserved(http, "x3") == ("reserved", "")


async def test_the_latest_word_of_an_agreement_counts_and_a_position_changes_none_of_it(
    scene: Scene,
) -> None:
    await agreed(scene, 2, "active")
    await scene.overdue("l1", "b1")
    await agreed(scene, 1, "broken")
    await scene.position("l1", 2, parties=[("b1", Role.BORROWER)])
    assert await rule(scene) == "CN-CARD-70"
    assert await rule(scene, "reminder") == ""
    for status in ("kept", "active", "cancelled"):
        await agreed(scene, {"kept": 3, "active": 4, "cancelled": 5}[status], status)
        assert await rule(scene) == ("CN-CARD-70" if status == "active" else "")


async def test_a_settlement_is_kept_clear_of_too_and_a_promise_is_none(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await agreed(scene, 1, "active", "promise")
    made = await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS))
    assert made.status is TouchStatus.CONFIRMED
    await agreed(scene, 2, "active", "settlement")
    assert await rule(scene) == "ARRANGED"
    notice = {"channel": Channel.SMS, "purpose": Purpose.STATUTORY_NOTICE}
    assert (await scene.attempt(touch_of("l1", "b1", **notice))).status is TouchStatus.CONFIRMED
