"""What a contact of the debtor answers: its stop is for ever, its news of a death protects him."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from events.v1.contact_customer_pb2 import CustomerRecordChanged
from events.v1.contact_replies_pb2 import ReplyUnderstood
from interfaces.contact import TouchOutcome, TouchStatus
from interfaces.values import Channel, Purpose, Role
from services.contact.commands import unsubscribing
from services.contact.commands.mail_in import take_in_letter
from services.contact.commands.unsubscribing import Ticket
from services.contact.domain.mail import Letter
from tests.services.contact.calls_scene import Collector, wanted
from tests.services.contact.customer import get, post, word
from tests.services.contact.scene import NOON, TENANT, Scene, touch_of

pytestmark = pytest.mark.database


@pytest.fixture
async def lost(scene: Scene) -> Scene:
    """Borrower b1 cannot be reached; contact c1 has two numbers and an address."""
    await scene.person("b1", ("email", "b1@example.test"))
    points = [("phone", "+86-900-c1"), ("phone", "+86-900-c2"), ("email", "c1@example.test")]
    await scene.person("c1", *points)
    await scene.position("l1", parties=[("b1", Role.BORROWER), ("c1", Role.CONTACT)])
    await scene.opened("l1")
    [point] = (await get(scene, "parties/b1/points"))["points"]
    await post(scene, "parties/b1/words", word("invalid", point_id=point["point_id"]))
    return scene


async def say(scene: Scene, text: str, party_id: str = "c1", **more: object) -> dict[str, object]:
    said = {"reply_id": "r1", "party_id": party_id, "channel": "sms", "text": text, **more}
    kept: dict[str, object] = await post(scene, "replies", said)
    return kept


async def ask(scene: Scene, channel: Channel, key: str) -> TouchOutcome:
    locate = {"role": Role.CONTACT, "about_party_id": "b1", "purpose": Purpose.LOCATE}
    return await scene.attempt(touch_of("l1", "c1", key, channel=channel, **locate))


async def correct(scene: Scene, kind: str) -> None:
    task = (await post(scene, "desk/tasks/claim", {"key": "k", "by": "ann"}, 200))["task"]
    done = {"by": "ann", "correction": {"kinds": [kind]}}
    await post(scene, f"desk/tasks/{task['task_id']}/complete", done, 200)


async def test_a_contact_who_says_nothing_may_be_asked(lost: Scene) -> None:
    assert (await ask(lost, Channel.EMAIL, "one")).status is TouchStatus.CONFIRMED


async def test_a_contact_who_says_stop_is_left_alone_on_every_channel(lost: Scene) -> None:
    """GB/T 45251-2025: once a contact refuses, it is not reached again."""
    await say(lost, "别再联系我了")
    for channel in (Channel.EMAIL, Channel.CALL):
        refusal = await ask(lost, channel, f"to {channel}")
        assert (refusal.status, "for ever" in refusal.because) == (TouchStatus.REFUSED, True)
    [agreed] = (await get(lost, "parties/c1/agreements"))["agreements"]
    assert (agreed["kind"], agreed["evidence"]) == ("refusal", "reply r1")
    told = await lost.told("l1", CustomerRecordChanged)
    assert ("agreement", "reply/r1/refusal", False) in [
        (each.kind, each.record_id, each.is_ended) for each in told
    ]


async def test_what_was_no_stop_was_no_refusal(lost: Scene) -> None:
    kept = await say(lost, "no need to call me back it's sorted, wrong number I think")
    assert kept["opted_out"]
    await correct(lost, "question")
    assert (await ask(lost, Channel.EMAIL, "one")).status is TouchStatus.CONFIRMED
    await say(lost, "STOP", reply_id="r2")
    assert (await ask(lost, Channel.CALL, "two")).status is TouchStatus.REFUSED


async def test_a_debtors_stop_refuses_nothing_for_ever(lost: Scene) -> None:
    await say(lost, "STOP", "b1", channel="email")
    assert (await get(lost, "parties/b1/agreements"))["agreements"] == []


async def test_a_contact_who_asks_a_collector_to_stop_is_left_alone(lost: Scene) -> None:
    locate = {"role": Role.CONTACT, "about_party_id": "b1", "purpose": Purpose.LOCATE}
    call_id = await wanted(lost, touch_of("l1", "c1", "call", **locate))
    async with lost.app() as http:
        collector = Collector(http)
        assert (await collector.claim())["call_id"] == call_id
        attempt_id = (await collector.dial(call_id))["attempt_id"]
        await collector.dispose(call_id, "asks_to_stop", attempt_id=attempt_id)
    refusal = await ask(lost, Channel.EMAIL, "one")
    assert (refusal.status, "for ever" in refusal.because) == (TouchStatus.REFUSED, True)


async def test_a_contact_who_unsubscribes_is_left_alone(lost: Scene) -> None:
    points = (await get(lost, "parties/c1/points"))["points"]
    [point_id] = [each["point_id"] for each in points if each["kind"] == "email"]
    async with lost.database.transaction() as session:
        ticket = Ticket(TENANT, "c1", point_id)
        for evidence in ("", "a spam report"):
            now = lost.context.clock.now()
            await unsubscribing.unsubscribe(session, ticket, now, evidence)
    refusal = await ask(lost, Channel.CALL, "one")
    assert (refusal.status, "for ever" in refusal.because) == (TouchStatus.REFUSED, True)


async def test_news_of_a_death_protects_the_debtor_whoever_brings_it(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.person("c1", ("phone", "+86-900-c1"))
    both = [("b1", Role.BORROWER), ("c1", Role.CONTACT)]
    await scene.position("l1", 2, parties=both)
    kept = await say(scene, "他上个月已经去世了")
    assert kept["hold_ids"] == ["reply/r1/bereavement", "reply/r1/l1/bereavement"]
    touch = touch_of("l1", "b1", position_version=2, channel=Channel.SMS)
    refusal = await scene.attempt(touch)
    assert (refusal.status, refusal.rule_id) == (TouchStatus.REFUSED, "HOLD")
    assert (await say(scene, "他上个月已经去世了"))["hold_ids"] == kept["hold_ids"]
    await correct(scene, "question")
    later = NOON + timedelta(minutes=5)
    scene.set_clock(later)
    again = replace(touch, key="again", at=later, due_at=later)
    assert (await scene.attempt(again)).status is TouchStatus.CONFIRMED


@pytest.mark.parametrize("sender, is_taken", [("b1@example.test", True), ("x@example.test", False)])
async def test_nobody_promises_for_the_person_by_answering_a_mail_from_elsewhere(
    scene: Scene, sender: str, is_taken: bool
) -> None:
    """Whoever reads the person's mail, or had it forwarded, can answer it."""
    await scene.overdue("l1", "b1")
    touch = touch_of("l1", "b1", channel=Channel.EMAIL, purpose=Purpose.REMINDER)
    sent = await scene.attempt(touch)
    letter = Letter("<m1@x>", sender, (sent.attempt_id,), "我3月5日还500元", is_automatic=False)
    async with scene.database.transaction() as session:
        await take_in_letter(session, scene.desk, TENANT, letter, NOON)
    [told] = await scene.told("l1", ReplyUnderstood)
    assert (told.promised_minor, told.promised_on) == (50_000, "2026-03-05")
    assert told.is_promise_complete == is_taken
    kinds = [each["kind"] for each in (await get(scene, "desk/tasks"))["tasks"]]
    assert kinds == ([] if is_taken else ["promise"])
