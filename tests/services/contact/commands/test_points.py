"""Contact points outlive the bank's snapshots with what people said of them."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from events.v1.contact_customer_pb2 import CustomerRecordChanged
from interfaces.contact import TouchStatus
from interfaces.values import Channel, Role
from tests.services.contact.customer import get, point, post, word
from tests.services.contact.scene import Scene, touch_of

pytestmark = pytest.mark.database


async def points_of(scene: Scene, kind: str = "phone") -> list[dict[str, Any]]:
    listed = await get(scene, "parties/b1/points")
    return [each for each in listed["points"] if each["kind"] == kind]


async def test_points_are_listed_masked_and_revealed_only_with_a_reason_that_is_kept(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    [email] = await points_of(scene, "email")
    assert email["masked"] == "••••st"
    body = {"word_id": "r1", "reason": "the letter came back", "by": "officer 3"}
    shown = await post(scene, f"parties/b1/points/{email['point_id']}/reveal", body, 200)
    assert shown == {"value": "b1@example.test"}
    again = await post(scene, f"parties/b1/points/{email['point_id']}/reveal", body, 409)
    assert again["code"] == "contact/already_revealed"
    [kept] = (await get(scene, "parties/b1/words"))["words"]
    assert (kept["kind"], kept["evidence"], kept["said_by"]) == (
        "revealed",
        "the letter came back",
        "officer 3",
    )


async def test_an_added_point_and_what_was_said_of_points_outlive_a_new_snapshot(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    added = await post(scene, "parties/b1/points", point(time_zone="Asia/Urumqi"))
    [bank] = [each for each in await points_of(scene) if each["point_id"] != added["point_id"]]
    path = "parties/b1/words"
    bank_id = bank["point_id"]
    await post(scene, path, word("consent_given", point_id=bank_id))
    await post(scene, path, word("invalid", point_id=bank_id))
    checked = word("reassignment_checked", point_id=bank_id, checked_on="2026-03-01")
    await post(scene, path, checked)
    await scene.person("b1", ("phone", "+86-900-l1"), sequence=2)
    known = {each["point_id"]: each for each in await points_of(scene)}
    assert set(known) == {bank_id, added["point_id"]}
    assert known[bank_id]["has_consent"] and known[bank_id]["invalid_at"]
    assert known[bank_id]["reassigned_checked_on"] == "2026-03-01"
    assert known[added["point_id"]]["time_zone"] == "Asia/Urumqi"


async def test_consent_that_was_withdrawn_is_not_given_back_by_the_bank(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    [bank] = await points_of(scene)
    said = word("consent_withdrawn", point_id=bank["point_id"])
    await post(scene, "parties/b1/words", said)
    async with scene.database.transaction() as session:
        await session.execute(
            text("UPDATE contact_point SET has_consent = true WHERE said_consent IS NULL")
        )
    await scene.person("b1", ("phone", "+86-900-l1"), sequence=2)
    assert not (await points_of(scene))[0]["has_consent"]


async def test_a_point_that_is_verified_is_good_again(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    [bank] = await points_of(scene)
    for kind in ("invalid", "verified"):
        await post(scene, "parties/b1/words", word(kind, point_id=bank["point_id"]))
    [after] = await points_of(scene)
    assert (after["invalid_at"], after["is_verified"]) == (None, True)


async def test_the_value_is_encrypted_and_no_event_tells_it(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    added = await post(scene, "parties/b1/points", point())
    async with scene.database.transaction() as session:
        stored = (await session.execute(text("SELECT value FROM contact_point"))).scalars().all()
        told = (await session.execute(text("SELECT payload FROM outbox"))).scalars().all()
    assert not any(b"5550177" in bytes(each) for each in [*stored, *told])
    [change] = await scene.told("l1", CustomerRecordChanged)
    assert (change.kind, change.record_id) == ("point", added["point_id"])


async def test_somebody_whose_person_has_not_arrived_can_be_given_a_point(scene: Scene) -> None:
    await scene.position("l1", parties=[("b1", Role.BORROWER)])
    await post(scene, "parties/b1/points", point())
    assert len(await points_of(scene)) == 1
    await scene.person("b1", ("phone", "+86-900-l1"))
    assert len(await points_of(scene)) == 2


async def test_the_same_words_again_change_nothing_and_others_under_their_id_are_refused(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    first = await post(scene, "parties/b1/points", point())
    assert await post(scene, "parties/b1/points", point()) == first
    problem = await post(scene, "parties/b1/points", point(value="+86-900-1"), 409)
    assert problem["code"] == "contact/word_differs"
    assert len(await scene.told("l1", CustomerRecordChanged)) == 1


async def test_a_channel_is_opted_out_of_and_opted_back_into_with_evidence(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, "parties/b1/words", word("opted_out", channel="call"))
    refused = await scene.attempt(touch_of("l1", "b1"))
    assert (refused.status, refused.rule_id) == (TouchStatus.REFUSED, "OPT-OUT")
    assert (await points_of(scene))[0]["opted_out"] == ["call"]
    await post(scene, "parties/b1/words", word("opted_back_in", channel="call"))
    assert (await scene.attempt(touch_of("l1", "b1"))).status is TouchStatus.CONFIRMED
    kinds = [each["kind"] for each in (await get(scene, "parties/b1/words"))["words"]]
    assert kinds == ["opted_out", "opted_back_in"]


async def test_an_opt_out_of_one_point_leaves_the_other(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    [bank] = await points_of(scene)
    await post(scene, "parties/b1/points", point())
    said = word("opted_out", channel="sms", point_id=bank["point_id"])
    await post(scene, "parties/b1/words", said)
    sent = await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS))
    assert sent.status is TouchStatus.CONFIRMED
