"""Wishes of one party's loans become one message; each case hears how its own ended."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from events.v1 import contact_pb2 as pb
from interfaces.contact import Touch, TouchStatus
from interfaces.values import Channel, Purpose, Role
from services.contact.activities.pools import meet_next
from services.contact.gateways import Gateway
from services.contact.store import people
from tests.services.contact.scene import NOON, TENANT, DyingGateway, Scene, touch_of

pytestmark = pytest.mark.database
UNTIL = NOON + timedelta(hours=6)


async def two_loans(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l2", parties=[("b1", Role.BORROWER)])
    await scene.opened("l2")


def wish_of(loan_id: str, key: str = "k1", **changes: object) -> Touch:
    whole = {"channel": Channel.SMS, "window_until": UNTIL, **changes}
    return touch_of(loan_id, "b1", f"{loan_id}/{key}", **whole)


async def meet_all(scene: Scene, gateway: Gateway | None = None) -> int:
    met = 0
    while await meet_next(scene.context, scene.desk, gateway or scene.gateway):
        met += 1
    return met


async def lease_is_over(scene: Scene) -> None:
    async with scene.database.transaction() as session:
        await session.execute(text("UPDATE wish SET lease_wall_at = now() - interval '1 second'"))


async def settled(scene: Scene, loan_id: str) -> dict[str, str]:
    last = (await scene.told(loan_id, pb.ContactProgressed))[-1]
    return {each.key: each.status for each in last.settled}


async def test_two_loans_of_one_party_become_one_message_and_each_is_told(scene: Scene) -> None:
    await two_loans(scene)
    for loan_id in ("l1", "l2"):
        outcome = await scene.attempt(wish_of(loan_id, asks_circumstances=True))
        assert outcome.status is TouchStatus.POOLED
    assert await meet_all(scene) == 1
    [message] = await scene.gateway.messages(TENANT, 0, 10)
    for loan_id in ("l1", "l2"):
        assert await settled(scene, loan_id) == {f"{loan_id}/k1": "confirmed"}
        [confirmed] = await scene.told(loan_id, pb.TouchConfirmed)
        assert confirmed.attempt_id == message.attempt_id
        [recorded] = await scene.told(loan_id, pb.AttemptRecorded)
        assert recorded.attempt_id == message.attempt_id
        progress = (await scene.told(loan_id, pb.ContactProgressed))[-1]
        assert list(progress.circumstances[0].channels_tried) == ["sms"]


async def test_a_notice_in_a_shared_message_is_proven_for_each_loan(scene: Scene) -> None:
    await two_loans(scene)
    for loan_id in ("l1", "l2"):
        await scene.attempt(wish_of(loan_id, notice="reminder"))
    await meet_all(scene)
    for loan_id in ("l1", "l2"):
        progress = (await scene.told(loan_id, pb.ContactProgressed))[-1]
        assert [(each.kind, each.status) for each in progress.notices] == [("reminder", "sent")]


async def test_the_message_speaks_of_the_sum_of_both_loans(scene: Scene) -> None:
    await two_loans(scene)
    for loan_id in ("l1", "l2"):
        await scene.attempt(wish_of(loan_id))
    await meet_all(scene)
    [message] = await scene.gateway.messages(TENANT, 0, 10)
    async with scene.database.transaction() as session:
        party = await people.party(session, "b1")
    assert party is not None and party.subject_key is not None
    words = await scene.gateway.words(message.attempt_id, party.subject_key)
    assert "2,469.12" in words


async def test_a_wish_waits_for_a_loan_that_has_left_none_but_not_for_ever(scene: Scene) -> None:
    await two_loans(scene)
    assert (await scene.attempt(wish_of("l1"))).status is TouchStatus.POOLED
    assert await meet_all(scene) == 0
    scene.set_clock(NOON + timedelta(hours=3))
    assert await meet_all(scene) == 1
    assert await settled(scene, "l1") == {"l1/k1": "confirmed"}


async def test_where_the_clock_runs_fast_a_lagging_loan_is_waited_for_on_the_wall(
    scene: Scene,
) -> None:
    await two_loans(scene)
    scene.set_clock(NOON + timedelta(days=9), rate=100_000)
    assert (await scene.attempt(wish_of("l1"))).status is TouchStatus.POOLED
    assert await meet_all(scene) == 0
    assert (await scene.attempt(wish_of("l2"))).status is TouchStatus.POOLED
    assert await meet_all(scene) == 1
    assert await settled(scene, "l1") == {"l1/k1": "confirmed"}
    assert len(await scene.gateway.messages(TENANT, 0, 10)) == 1


async def test_a_party_with_one_loan_is_touched_at_once(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    assert (await scene.attempt(wish_of("l1"))).status is TouchStatus.CONFIRMED


@pytest.mark.parametrize(
    "more", [{"purpose": Purpose.STATUTORY_NOTICE}, {"channel": Channel.LETTER}]
)
async def test_a_notice_or_a_letter_is_about_one_loan_alone(
    scene: Scene, more: dict[str, object]
) -> None:
    await two_loans(scene)
    touch = touch_of("l1", "b1", "l1/k1", **{"channel": Channel.SMS, "window_until": UNTIL, **more})
    assert (await scene.attempt(touch)).status is TouchStatus.CONFIRMED


async def test_a_loan_stopped_meanwhile_drops_out_and_the_other_is_still_met(scene: Scene) -> None:
    await two_loans(scene)
    for loan_id in ("l1", "l2"):
        await scene.attempt(wish_of(loan_id))
    await scene.position("l1", 2, "covered", [("b1", Role.BORROWER)])
    assert await meet_all(scene) == 1
    assert await settled(scene, "l1") == {"l1/k1": "superseded"}
    assert await settled(scene, "l2") == {"l2/k1": "confirmed"}
    assert await scene.told("l1", pb.TouchConfirmed) == []


async def test_a_held_loan_is_refused_and_the_other_is_still_met(scene: Scene) -> None:
    await two_loans(scene)
    for loan_id in ("l1", "l2"):
        await scene.attempt(wish_of(loan_id))
    async with scene.app() as http:
        hold = {"hold_id": "h1", "kind": "dispute", "loan_id": "l1", "evidence": "e", "by": "me"}
        assert (await http.post("/v1/demo/holds", json=hold)).status_code == 201
    await meet_all(scene)
    assert await settled(scene, "l1") == {"l1/k1": "refused"}
    assert await settled(scene, "l2") == {"l2/k1": "confirmed"}


@pytest.mark.parametrize("loan_ids", [["l1"], ["l1", "l2"]])
async def test_wishes_for_a_call_become_one_call_in_the_collectors_queue(
    scene: Scene, loan_ids: list[str]
) -> None:
    await two_loans(scene)
    for loan_id in loan_ids:
        outcome = await scene.attempt(wish_of(loan_id, channel=Channel.CALL))
        assert outcome.status is TouchStatus.POOLED
    scene.set_clock(NOON + timedelta(hours=3))
    assert await meet_all(scene) == 1
    assert await meet_all(scene) == 0
    async with scene.database.transaction() as session:
        queued = (await session.execute(text("SELECT loan_ids, state FROM call"))).all()
    assert [(list(row.loan_ids), row.state) for row in queued] == [(loan_ids, "queued")]
    assert await scene.gateway.messages(TENANT, 0, 10) == []


@pytest.mark.parametrize("takes_it", [False, True])
async def test_killed_while_handing_over_a_pool_is_sent_once_and_told_to_every_loan(
    scene: Scene, takes_it: bool
) -> None:
    await two_loans(scene)
    for loan_id in ("l1", "l2"):
        await scene.attempt(wish_of(loan_id))
    assert await meet_all(scene, DyingGateway(scene.gateway, takes_it=takes_it)) == 1
    await lease_is_over(scene)
    assert await meet_all(scene) == 1
    assert len(await scene.gateway.messages(TENANT, 0, 10)) == 1
    for loan_id in ("l1", "l2"):
        assert await settled(scene, loan_id) == {f"{loan_id}/k1": "confirmed"}
        assert len(await scene.told(loan_id, pb.TouchConfirmed)) == 1


async def test_killed_before_sending_and_one_loan_stopped_it_is_about_the_other(
    scene: Scene,
) -> None:
    await two_loans(scene)
    for loan_id in ("l1", "l2"):
        await scene.attempt(wish_of(loan_id))
    await meet_all(scene, DyingGateway(scene.gateway, takes_it=False))
    await scene.position("l1", 2, "covered", [("b1", Role.BORROWER)])
    await lease_is_over(scene)
    await meet_all(scene)
    assert await settled(scene, "l1") == {"l1/k1": "superseded"}
    assert await settled(scene, "l2") == {"l2/k1": "confirmed"}
    assert len(await scene.told("l1", pb.TouchReleased)) == 1
    [message] = await scene.gateway.messages(TENANT, 0, 10)
    assert message.loan_id == "l2"


async def test_a_wish_left_twice_is_kept_once_and_answered_with_its_end(scene: Scene) -> None:
    await two_loans(scene)
    for _ in range(2):
        assert (await scene.attempt(wish_of("l1"))).status is TouchStatus.POOLED
    await scene.attempt(wish_of("l2"))
    await meet_all(scene)
    assert (await scene.attempt(wish_of("l1"))).status is TouchStatus.CONFIRMED


async def test_an_outcome_reported_later_is_told_of_every_loan(scene: Scene) -> None:
    await two_loans(scene)
    for loan_id in ("l1", "l2"):
        await scene.attempt(wish_of(loan_id))
    await meet_all(scene)
    [message] = await scene.gateway.messages(TENANT, 0, 10)
    async with scene.app() as http:
        path = f"/v1/demo/attempts/{message.attempt_id}/outcome"
        assert (await http.post(path, json={"outcome": "delivered"})).status_code == 200
        for loan_id in ("l1", "l2"):
            listed = (await http.get(f"/v1/demo/loans/{loan_id}/attempts")).json()["attempts"]
            assert [each["outcome"] for each in listed] == ["delivered"]
            assert (await scene.told(loan_id, pb.AttemptRecorded))[-1].outcome == "delivered"
