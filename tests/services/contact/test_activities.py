"""A touch by the gate: allowed, refused, behind or superseded, and told."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from chassis.errors import Behind
from events.v1 import contact_pb2 as pb
from interfaces.contact import AdoptContacts, TouchStatus
from interfaces.facts import ProvenContact, ProvenNotice
from interfaces.values import Channel, Purpose, Role
from services.contact.store import people
from tests.services.contact.scene import NOON, TENANT, Scene, touch_of

pytestmark = pytest.mark.database


async def test_an_allowed_touch_is_confirmed_sent_and_told(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    touch = touch_of("l1", "b1", channel=Channel.SMS, template="reminder")
    outcome = await scene.attempt(touch)
    assert outcome.status is TouchStatus.CONFIRMED
    [message] = await scene.gateway.messages(TENANT, 0, 10)
    assert (message.attempt_id, message.loan_id) == (outcome.attempt_id, "l1")
    told = await scene.types_told("l1")
    assert told == ["StandingChanged", "StandingChanged", "TouchConfirmed", "AttemptRecorded"]
    [confirmed] = await scene.told("l1", pb.TouchConfirmed)
    assert confirmed.rule_pack == "platform@2+cn-bank@1"
    assert 3_000 <= confirmed.lag_wall_ms < 60_000


async def test_the_message_speaks_the_amount_that_stands_now_and_names_the_bank(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l1", 2, parties=[("b1", Role.BORROWER)], overdue_principal_minor=70_050)
    outcome = await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS))
    async with scene.database.transaction() as session:
        party = await people.party(session, "b1")
    assert party is not None and party.subject_key is not None
    words = await scene.gateway.words(outcome.attempt_id, party.subject_key)
    assert "700.50 CNY" in words
    assert "Demonstration Bank" in words and "王小明" in words


async def test_a_retry_gets_the_first_result_and_sends_nothing_more(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    touch = touch_of("l1", "b1")
    first = await scene.attempt(touch)
    assert await scene.attempt(touch) == first
    assert len(await scene.gateway.messages(TENANT, 0, 10)) == 1


@pytest.mark.parametrize("version, episode", [(2, 1), (1, 2)])
async def test_standing_older_than_the_act_answers_behind(
    scene: Scene, version: int, episode: int
) -> None:
    await scene.overdue("l1", "b1")
    with pytest.raises(Behind, match="contact/behind"):
        await scene.attempt(touch_of("l1", "b1", position_version=version, episode=episode))
    assert await scene.count("attempt") == 0


async def test_an_unknown_loan_answers_behind(scene: Scene) -> None:
    with pytest.raises(Behind):
        await scene.attempt(touch_of("nobody", "b1"))


async def test_a_parked_loan_is_never_confirmed(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.park("l1")
    with pytest.raises(Behind, match="parked"):
        await scene.attempt(touch_of("l1", "b1"))


async def test_standing_newer_and_stopped_supersedes_the_act(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l1", 4, "covered", [("b1", Role.BORROWER)])
    outcome = await scene.attempt(touch_of("l1", "b1"))
    assert (outcome.status, outcome.standing_version) == (TouchStatus.SUPERSEDED, 4)
    assert outcome.because == "the loan is covered"


async def test_standing_newer_and_still_overdue_lets_the_act_pass(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l1", 4, "overdue", [("b1", Role.BORROWER)])
    assert (await scene.attempt(touch_of("l1", "b1"))).status is TouchStatus.CONFIRMED


async def test_an_ended_episode_stops_its_own_acts_and_not_those_of_the_next(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.closed("l1", 1, "error")
    stopped = await scene.attempt(touch_of("l1", "b1"))
    assert stopped.status is TouchStatus.SUPERSEDED
    await scene.opened("l1", 2)
    late = await scene.attempt(touch_of("l1", "b1"))
    assert late.status is TouchStatus.SUPERSEDED
    assert (await scene.attempt(touch_of("l1", "b1", episode=2))).status is TouchStatus.CONFIRMED


async def test_the_fourth_call_of_a_day_over_two_loans_is_refused_until_the_next_morning(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l2", parties=[("b1", Role.BORROWER)])
    await scene.opened("l2")
    for loan_id in ("l1", "l2", "l1"):
        assert (await scene.attempt(touch_of(loan_id, "b1"))).status is TouchStatus.CONFIRMED
    refused = await scene.attempt(touch_of("l2", "b1"))
    assert (refused.status, refused.rule_id) == (TouchStatus.REFUSED, "CN-FREQ-1")
    assert refused.next_allowed_at == NOON + timedelta(hours=20)  # 08:00 in Shanghai
    [told] = await scene.told("l2", pb.TouchRefused)
    assert told.rule_id == "CN-FREQ-1"
    assert told.next_allowed_at.ToDatetime() == (NOON + timedelta(hours=20)).replace(tzinfo=None)


async def test_calls_that_did_not_connect_leave_room_for_others(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        for _ in range(3):
            made = await scene.attempt(touch_of("l1", "b1"))
            path = f"/v1/demo/attempts/{made.attempt_id}/outcome"
            assert (await http.post(path, json={"outcome": "no_answer"})).status_code == 200
    assert (await scene.attempt(touch_of("l1", "b1"))).status is TouchStatus.CONFIRMED


async def test_a_guarantor_is_a_debtor_of_its_own_and_a_contact_is_never_asked_for_money(
    scene: Scene,
) -> None:
    await scene.person("g1", ("phone", "+8613900000001"))
    await scene.person("c1", ("phone", "+8613900000002"))
    await scene.person("b1", ("phone", "+8613900000003"))
    linked = [
        ("b1", Role.BORROWER),
        ("g1", Role.JOINT_GUARANTOR),
        ("c1", Role.CONTACT),
    ]
    await scene.position("l1", parties=linked)
    await scene.opened("l1")
    for _ in range(3):
        await scene.attempt(touch_of("l1", "b1"))
    guarantor = touch_of("l1", "g1", role=Role.JOINT_GUARANTOR, about_party_id="b1")
    assert (await scene.attempt(guarantor)).status is TouchStatus.CONFIRMED
    contact = touch_of("l1", "c1", role=Role.CONTACT, about_party_id="b1")
    assert (await scene.attempt(contact)).rule_id == "WRONG-PARTY"
    stranger = touch_of("l1", "g1", role=Role.BORROWER)
    assert (await scene.attempt(stranger)).rule_id == "WRONG-PARTY"


async def test_a_party_without_a_point_for_the_channel_is_undeliverable_and_documented(
    scene: Scene,
) -> None:
    await scene.person("b1", ("phone", "+8613900000001"))
    await scene.position("l1", parties=[("b1", Role.BORROWER)])
    await scene.opened("l1")
    touch = touch_of("l1", "b1", channel=Channel.LETTER, notice="demand", asks_circumstances=True)
    outcome = await scene.attempt(touch)
    assert (outcome.status, outcome.rule_id) == (TouchStatus.UNDELIVERABLE, "NO-POINT")
    [progress] = await scene.told("l1", pb.ContactProgressed)
    assert progress.notices[0].status == "undeliverable"
    assert list(progress.circumstances[0].channels_tried) == ["letter"]


async def test_an_address_the_provider_refuses_is_undeliverable(scene: Scene) -> None:
    await scene.person("b1", ("email", "nobody@bank.invalid"))
    await scene.position("l1", parties=[("b1", Role.BORROWER)])
    await scene.opened("l1")
    outcome = await scene.attempt(touch_of("l1", "b1", channel=Channel.EMAIL, notice="demand"))
    assert outcome.status is TouchStatus.UNDELIVERABLE
    assert await scene.gateway.messages(TENANT, 0, 10) == []
    [progress] = await scene.told("l1", pb.ContactProgressed)
    assert progress.notices[0].status == "undeliverable"


async def test_a_notice_is_sent_then_delivered_and_never_falls_back(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    letter = touch_of(
        "l1",
        "b1",
        channel=Channel.LETTER,
        notice="demand",
        purpose=Purpose.STATUTORY_NOTICE,
    )
    made = await scene.attempt(letter)
    path = f"/v1/demo/attempts/{made.attempt_id}/outcome"
    async with scene.app() as http:
        for _ in range(2):
            assert (await http.post(path, json={"outcome": "delivered"})).status_code == 200
        assert (await http.post(path, json={"outcome": "undeliverable"})).status_code == 200
        assert (await http.post(path, json={"outcome": "voicemail"})).status_code == 422
    statuses = [p.notices[0].status for p in await scene.told("l1", pb.ContactProgressed)]
    assert statuses == ["sent", "delivered"]
    assert [e.outcome for e in await scene.told("l1", pb.AttemptRecorded)] == ["sent", "delivered"]


async def test_two_loans_of_one_debtor_race_for_the_last_call(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l2", parties=[("b1", Role.BORROWER)])
    await scene.opened("l2")
    for _ in range(2):
        await scene.attempt(touch_of("l1", "b1"))
    racing = [scene.attempt(touch_of(loan_id, "b1")) for loan_id in ("l1", "l2")]
    statuses = sorted(outcome.status for outcome in await asyncio.gather(*racing))
    assert statuses == [TouchStatus.CONFIRMED, TouchStatus.REFUSED]


async def test_what_another_system_proved_is_adopted_once(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    command = AdoptContacts(
        key="l1/1/1",
        tenant=TENANT,
        loan_id="l1",
        episode=1,
        at=NOON,
        notices=(ProvenNotice("demand", "b1", NOON - timedelta(days=9), NOON, "scan 7"),),
        contacts=(ProvenContact("b1", Channel.CALL, NOON - timedelta(days=3), True, True),),
    )
    for _ in range(2):
        await ActivityEnvironment().run(scene.activities.adopt, command)
    [progress] = await scene.told("l1", pb.ContactProgressed)
    assert (progress.episode, progress.notices[0].status) == (1, "delivered")
    assert progress.circumstances[0].HasField("answered_at")


async def test_calls_are_not_made_by_night_and_letters_may_be_posted(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    night = NOON + timedelta(hours=11)
    refused = await scene.attempt(touch_of("l1", "b1", at=night))
    assert (refused.rule_id, refused.next_allowed_at) == ("CN-TIME-1", NOON + timedelta(hours=20))
    letter = touch_of("l1", "b1", at=night, channel=Channel.LETTER)
    assert (await scene.attempt(letter)).status is TouchStatus.CONFIRMED


async def test_a_hold_that_has_begun_on_the_clock_stops_an_act_that_lags_behind_it(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        hold = {"hold_id": "h1", "kind": "complaint", "loan_id": "l1"}
        await http.post("/v1/demo/holds", json={**hold, "evidence": "letter", "by": "officer"})
    lagging = touch_of("l1", "b1", at=NOON - timedelta(seconds=30))
    assert (await scene.attempt(lagging)).rule_id == "HOLD"
