"""A try that dies between confirming, sending and recording: sent once or not at all."""

from __future__ import annotations

import pytest

from events.v1 import contact_pb2 as pb
from interfaces.contact import TouchStatus
from interfaces.values import Channel, Role
from tests.services.contact.scene import TENANT, DyingGateway, Scene, touch_of

pytestmark = pytest.mark.database


async def test_a_receipt_that_overtakes_the_note_of_sending_is_not_lost(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    touch = touch_of("l1", "b1", channel=Channel.SMS, notice="demand")
    dying = scene.with_gateway(DyingGateway(scene.gateway, takes_it=True))
    with pytest.raises(ConnectionError):
        await scene.attempt(touch, dying)
    [message] = await scene.gateway.messages(TENANT, 0, 10)
    async with scene.app() as http:
        path = f"/v1/demo/attempts/{message.attempt_id}/outcome"
        assert (await http.post(path, json={"outcome": "delivered"})).status_code == 200
    assert (await scene.attempt(touch)).status is TouchStatus.CONFIRMED
    last = (await scene.told("l1", pb.ContactProgressed))[-1]
    assert last.notices[0].status == "delivered"


@pytest.mark.parametrize("takes_it", [False, True])
async def test_killed_between_confirming_and_sending_it_is_sent_once(
    scene: Scene, takes_it: bool
) -> None:
    await scene.overdue("l1", "b1")
    touch = touch_of("l1", "b1")
    dying = scene.with_gateway(DyingGateway(scene.gateway, takes_it=takes_it))
    with pytest.raises(ConnectionError):
        await scene.attempt(touch, dying)
    outcome = await scene.attempt(touch)
    assert outcome.status is TouchStatus.CONFIRMED
    assert len(await scene.gateway.messages(TENANT, 0, 10)) == 1
    assert len(await scene.told("l1", pb.TouchConfirmed)) == 1


async def test_killed_before_sending_and_stopped_meanwhile_it_is_never_sent(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    touch = touch_of("l1", "b1")
    dying = scene.with_gateway(DyingGateway(scene.gateway, takes_it=False))
    with pytest.raises(ConnectionError):
        await scene.attempt(touch, dying)
    await scene.position("l1", 2, "covered", [("b1", Role.BORROWER)])
    outcome = await scene.attempt(touch)
    assert outcome.status is TouchStatus.SUPERSEDED
    assert await scene.gateway.messages(TENANT, 0, 10) == []
    assert len(await scene.told("l1", pb.TouchReleased)) == 1


async def test_killed_after_sending_and_stopped_meanwhile_it_is_told_as_sent(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    touch = touch_of("l1", "b1")
    dying = scene.with_gateway(DyingGateway(scene.gateway, takes_it=True))
    with pytest.raises(ConnectionError):
        await scene.attempt(touch, dying)
    await scene.position("l1", 2, "covered", [("b1", Role.BORROWER)])
    assert (await scene.attempt(touch)).status is TouchStatus.CONFIRMED
    assert "TouchReleased" not in await scene.types_told("l1")
