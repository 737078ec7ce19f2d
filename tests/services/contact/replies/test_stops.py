"""A stop closes the point it came from, whatever that point is used for, and what it names."""

from __future__ import annotations

from typing import Any

import pytest

from interfaces.contact import TouchStatus
from interfaces.values import Channel, Role
from services.contact.commands import consequences
from services.contact.commands.party import lock
from services.contact.commands.said import Said
from services.contact.domain.replies import ReplyKind
from services.contact.domain.understanding.classify import Understanding, Understood
from services.contact.store import people
from tests.services.contact.scene import NOON, TENANT, Scene, touch_of

pytestmark = pytest.mark.database
SHARED, OWN = "+86-900-77", "+86-900-78"


async def people_at(scene: Scene) -> None:
    """b1 and b2 share a number; b1 has one of its own too, and each a mailbox."""
    await scene.person("b1", ("phone", SHARED), ("phone", OWN), ("email", "b1@example.test"))
    await scene.person("b2", ("phone", SHARED), ("email", "b2@example.test"))
    for loan_id, party_id in (("l1", "b1"), ("l2", "b2")):
        await scene.position(loan_id, parties=[(party_id, Role.BORROWER)])
        await scene.opened(loan_id)


async def say(scene: Scene, channel: str, words: str, **changes: object) -> Any:
    body = {"reply_id": f"r-{channel}", "party_id": "b2", "channel": channel, "text": words}
    async with scene.app() as http:
        answer = await http.post("/v1/demo/replies", json={**body, **changes})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def rule_against(scene: Scene, loan_id: str, party_id: str, channel: Channel) -> str:
    touch = touch_of(loan_id, party_id, channel=channel, template="follow_up")
    return (await scene.attempt(touch)).rule_id


@pytest.mark.parametrize("words", ["别再给我打电话了", "Stop calling me", "TD"])
async def test_a_stop_by_sms_closes_the_number_for_calls_too(scene: Scene, words: str) -> None:
    await people_at(scene)
    assert (await say(scene, "sms", words))["opted_out"]
    assert await rule_against(scene, "l2", "b2", Channel.CALL) == "OPT-OUT"
    assert await rule_against(scene, "l2", "b2", Channel.SMS) == "OPT-OUT"


async def test_who_shares_the_number_is_called_at_another_one_alone(scene: Scene) -> None:
    await people_at(scene)
    await say(scene, "sms", "TD")
    async with scene.app() as http:
        shown = (await http.get("/v1/demo/parties/b1/points")).json()["points"]
    closed = [sorted(each["opted_out"]) for each in shown]
    assert sorted(closed) == [[], [], ["call", "sms"]]
    touch = touch_of("l1", "b1", channel=Channel.CALL)
    assert (await scene.attempt(touch)).status is TouchStatus.CONFIRMED


async def test_a_stop_by_call_closes_the_number_for_messages_too(scene: Scene) -> None:
    await people_at(scene)
    await say(scene, "call", "", kinds=["stop"])
    assert await rule_against(scene, "l2", "b2", Channel.SMS) == "OPT-OUT"


async def test_a_stop_by_mail_leaves_the_number_open(scene: Scene) -> None:
    await people_at(scene)
    await say(scene, "email", "STOP")
    assert await rule_against(scene, "l2", "b2", Channel.EMAIL) == "OPT-OUT"
    assert await rule_against(scene, "l2", "b2", Channel.CALL) == ""


async def test_a_channel_that_a_stop_names_is_closed_everywhere_for_who_said_it(
    scene: Scene,
) -> None:
    await people_at(scene)
    stop = Understood(ReplyKind.STOP, 90, ("calling",))
    async with scene.database.transaction() as session:
        party = await lock(session, TENANT, "b1")
        [mailbox] = [
            each.point_id for each in await people.points(session, "b1") if each.kind == "email"
        ]
        said = Said(
            tenant=TENANT,
            reply_id="r1",
            party_id="b1",
            loan_ids=("l1",),
            all_loan_ids=party.loan_ids,
            channel=Channel.EMAIL,
            point_id=mailbox,
            understanding=Understanding((stop,), stops_channels=(Channel.CALL,)),
            is_by_person=False,
        )
        await consequences.follow(session, scene.desk, said, NOON)
    assert await rule_against(scene, "l1", "b1", Channel.CALL) == "OPT-OUT"
    assert await rule_against(scene, "l1", "b1", Channel.EMAIL) == "OPT-OUT"
    assert await rule_against(scene, "l1", "b1", Channel.SMS) == ""
    assert await rule_against(scene, "l2", "b2", Channel.CALL) == ""
