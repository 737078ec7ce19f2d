"""An offer asks for money: it keeps to opt-outs, holds and budgets like any collection."""

from __future__ import annotations

import pytest

from interfaces.contact import TouchStatus
from interfaces.values import Channel, HoldKind, Purpose
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database
OFFER = {"channel": Channel.SMS, "template": "negotiate", "notice": "offer_letter"}


@pytest.mark.parametrize("stated", [Purpose.SERVICE, Purpose.REPLY, Purpose.COLLECTION])
async def test_no_offer_passes_a_stop(scene: Scene, stated: Purpose) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        stop = {"reply_id": "r1", "party_id": "b1", "channel": "sms", "text": "TD"}
        assert (await http.post("/v1/demo/replies", json=stop)).status_code == 201
        made = await scene.attempt(touch_of("l1", "b1", purpose=stated, **OFFER))
        acts = (await http.get("/v1/demo/law/acts")).json()["acts"]
    assert (made.status, made.rule_id) == (TouchStatus.REFUSED, "OPT-OUT")
    assert [each["act"]["purpose"] for each in acts] == ["collection"]


@pytest.mark.parametrize("kind", [HoldKind.DISPUTE, HoldKind.VULNERABILITY, HoldKind.COMPLAINT])
async def test_no_offer_passes_a_hold(scene: Scene, kind: HoldKind) -> None:
    await scene.overdue("l1", "b1")
    body = {"hold_id": "h1", "kind": kind, "loan_id": "l1", "from_at": NOON.isoformat()}
    async with scene.app() as http:
        held = await http.post("/v1/demo/holds", json={**body, "evidence": "memo", "by": "officer"})
        assert held.status_code == 201, held.text
    made = await scene.attempt(touch_of("l1", "b1", purpose=Purpose.SERVICE, **OFFER))
    assert (made.status, made.rule_id) == (TouchStatus.REFUSED, "HOLD")


async def test_a_message_that_serves_still_leaves(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        stop = {"reply_id": "r1", "party_id": "b1", "channel": "sms", "text": "TD"}
        assert (await http.post("/v1/demo/replies", json=stop)).status_code == 201
    served = touch_of("l1", "b1", channel=Channel.SMS, purpose=Purpose.SERVICE, template="service")
    assert (await scene.attempt(served)).status is TouchStatus.CONFIRMED
