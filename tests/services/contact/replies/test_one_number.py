"""A number is one point however it is written: a stop, a stranger's word and a caller go by it."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from interfaces.contact import TouchStatus
from interfaces.values import Channel, Role
from services.contact.activities.watch import look_once
from services.contact.commands.people import point_id_of
from services.contact.domain.points import PointKind
from tests.services.contact.scene import TENANT, Scene, touch_of

pytestmark = pytest.mark.database
ABROAD, AT_HOME, WIDE = "+86 138 0013 8000", "13800138000", "１３８００１３８０００"


async def borrower(scene: Scene, party_id: str, loan_id: str, *numbers: str) -> None:
    await scene.person(party_id, *(("phone", number) for number in numbers))
    await scene.position(loan_id, parties=[(party_id, Role.BORROWER)])
    await scene.opened(loan_id)


async def stop(scene: Scene, number: str, kinds: tuple[str, ...] = ("stop",)) -> None:
    body = {"reply_id": "r1", "channel": "sms", "from_address": number, "text": "TD"}
    async with scene.app() as http:
        answer = await http.post("/v1/demo/replies", json={**body, "kinds": list(kinds)})
    assert answer.status_code == 201, answer.text


async def rule_against(scene: Scene, loan_id: str, party_id: str) -> str:
    return (await scene.attempt(touch_of(loan_id, party_id, channel=Channel.SMS))).rule_id


async def test_who_has_a_number_in_two_spellings_is_not_reached_at_the_other(scene: Scene) -> None:
    await borrower(scene, "b1", "l1", ABROAD, AT_HOME, WIDE)
    assert await scene.count("contact_point") == 1
    await stop(scene, "8613800138000")
    assert await rule_against(scene, "l1", "b1") == "OPT-OUT"


async def test_who_shares_it_in_another_spelling_is_not_reached_there(scene: Scene) -> None:
    await borrower(scene, "b1", "l1", ABROAD)
    await borrower(scene, "b2", "l2", WIDE)
    await stop(scene, AT_HOME)
    assert await rule_against(scene, "l1", "b1") == "OPT-OUT"
    assert await rule_against(scene, "l2", "b2") == "OPT-OUT"


async def test_the_bank_sends_the_number_again_in_another_format(scene: Scene) -> None:
    await borrower(scene, "b1", "l1", ABROAD)
    await stop(scene, ABROAD)
    await scene.person("b1", ("phone", AT_HOME), sequence=2)
    assert await rule_against(scene, "l1", "b1") == "OPT-OUT"


async def test_a_strangers_number_stays_a_strangers_in_every_spelling(scene: Scene) -> None:
    await borrower(scene, "b1", "l1", AT_HOME)
    await stop(scene, ABROAD, ("wrong_person",))
    await scene.person("b1", ("phone", ABROAD), sequence=2)
    assert await rule_against(scene, "l1", "b1") == "NO-POINT"


@pytest.mark.parametrize("caller", [ABROAD, AT_HOME, "008613800138000"])
async def test_a_caller_is_known_in_every_spelling(scene: Scene, caller: str) -> None:
    await borrower(scene, "b1", "l1", AT_HOME)
    body = {"inbound_id": "i1", "collector": "ann", "number": caller}
    async with scene.app() as http:
        answer = await http.post("/v1/demo/calls/inbound", json=body)
    assert (answer.json()["party_id"], answer.json()["state"]) == ("b1", "under_way")


@pytest.mark.parametrize("sender", ["anonymous", "+", "无", "--"])
async def test_what_holds_no_figure_is_no_number_and_nobodys(scene: Scene, sender: str) -> None:
    """A bank may know "n/a" for a number; a sender that hides its own is not that person."""
    await borrower(scene, "b1", "l1", "n/a")
    body = {"reply_id": "r1", "channel": "sms", "from_address": f" {sender} ", "text": "TD"}
    async with scene.app() as http:
        answer = await http.post("/v1/demo/replies", json=body)
        assert answer.json()["party_id"] == ""
        called = {"inbound_id": "i1", "collector": "ann", "number": "---"}
        answer = await http.post("/v1/demo/calls/inbound", json=called)
        assert answer.json().get("party_id", "") == ""
        added = {"word_id": "w1", "kind": "phone", "value": sender, "provenance": "consumer"}
        answer = await http.post(
            "/v1/demo/parties/b1/points", json={**added, "evidence": "call 12", "by": "ann"}
        )
        assert answer.json()["code"] == "contact/point_is_wrong"
    assert await scene.count("opt_out") == 0


async def kept_as_written(scene: Scene, party_id: str, written: str) -> None:
    """As it was kept before numbers had one form, with a stop and an attempt."""
    old = scene.desk.vault.blind_index(f"{TENANT}/phone/{written}", "contact-point").hex()[:32]
    async with scene.database.transaction() as session:
        party = (await session.execute(text("SELECT * FROM party WHERE party_id = 'b1'"))).one()
        value = scene.desk.vault.encrypt(
            party.subject_key, written.encode(), f"contact_point/value/{party_id}/{old}"
        )
        row = {"party_id": party_id, "old": old, "value": value}
        await session.execute(
            text(
                """UPDATE contact_point SET point_id = :old, value = :value, is_normal = false
                WHERE party_id = :party_id"""
            ),
            row,
        )
        await session.execute(
            text("UPDATE opt_out SET point_id = :old WHERE party_id = :party_id"), row
        )


@pytest.mark.parametrize("is_swept", [True, False])
async def test_a_stop_given_before_numbers_had_one_form_is_kept(
    scene: Scene, is_swept: bool
) -> None:
    await borrower(scene, "b1", "l1", AT_HOME)
    await stop(scene, AT_HOME)
    await kept_as_written(scene, "b1", AT_HOME)
    if is_swept:
        assert await look_once(scene.context, scene.desk) == 1
        assert await look_once(scene.context, scene.desk) == 0
    else:
        await scene.person("b1", ("phone", ABROAD), sequence=2)
    moved = point_id_of(scene.desk, TENANT, PointKind.PHONE, ABROAD)
    async with scene.database.transaction() as session:
        found = await session.execute(text("SELECT DISTINCT point_id FROM opt_out"))
        kept = await session.execute(text("SELECT point_id FROM contact_point"))
        assert [row.point_id for row in found] == [row.point_id for row in kept] == [moved]
    assert await rule_against(scene, "l1", "b1") == "OPT-OUT"


async def test_a_number_kept_as_written_is_still_found(scene: Scene) -> None:
    await borrower(scene, "b1", "l1", AT_HOME)
    await kept_as_written(scene, "b1", AT_HOME)
    await stop(scene, ABROAD)
    await look_once(scene.context, scene.desk)
    made = await scene.attempt(touch_of("l1", "b1"))
    assert (made.status, made.rule_id) == (TouchStatus.REFUSED, "OPT-OUT")
