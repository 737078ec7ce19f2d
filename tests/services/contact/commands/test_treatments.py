"""What a treatment asks for is done at the moment of sending, on every loan of the party."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from interfaces.contact import TouchOutcome, TouchStatus
from interfaces.values import Channel, Purpose, Role
from services.contact.store import people
from tests.services.contact.calls_scene import Collector, one_call, wanted
from tests.services.contact.customer import get, post, vulnerability
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database

PATH = "parties/b1/vulnerabilities"
# The first hour at which the law lets anybody call.
NEXT_MONDAY = datetime.fromisoformat("2026-03-09T08:00:00+08:00")


async def treat(scene: Scene, record_id: str = "v1", **treatment: object) -> None:
    await post(scene, PATH, vulnerability(record_id, treatment=treatment))


async def words_of(scene: Scene, outcome: TouchOutcome) -> str:
    assert outcome.status is TouchStatus.CONFIRMED, outcome
    async with scene.database.transaction() as session:
        party = await people.party(session, "b1")
        assert party is not None and party.subject_key is not None
        key = party.subject_key
    return await scene.gateway.words(outcome.attempt_id, key)


async def test_a_second_touch_in_the_week_is_refused_on_every_loan_until_the_next(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await scene.overdue("l2", "b1")
    await treat(scene, touches_per_week_max=1)
    assert (await scene.attempt(touch_of("l1", "b1"))).status is TouchStatus.CONFIRMED
    for channel in (Channel.CALL, Channel.SMS):
        refused = await scene.attempt(touch_of("l2", "b1", channel=channel))
        assert (refused.status, refused.rule_id) == (TouchStatus.REFUSED, "PACE")
        assert refused.next_allowed_at == NEXT_MONDAY
    window = (NOON + timedelta(days=3), NOON + timedelta(days=3, hours=2))
    visit = touch_of("l2", "b1", channel=Channel.VISIT, at=window[0])
    assert (await scene.reserve(visit, window)).rule_id == "PACE"
    asked = await get(scene, "parties/b1/contact-verdict", channel="letter", purpose="collection")
    assert (asked["allowed"], asked["rule"]) == (False, "PACE")
    reply = touch_of("l2", "b1", channel=Channel.SMS, purpose=Purpose.REPLY, template="reply")
    assert (await scene.attempt(reply)).status is TouchStatus.CONFIRMED


async def test_the_treatment_of_one_party_is_no_others(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.overdue("l2", "b2")
    await treat(scene, touches_per_week_max=0)
    assert (await scene.attempt(touch_of("l1", "b1"))).rule_id == "PACE"
    assert (await scene.attempt(touch_of("l2", "b2"))).status is TouchStatus.CONFIRMED


async def test_an_ended_treatment_slows_no_more(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await treat(scene, touches_per_week_max=0)
    await post(scene, "vulnerabilities/v1/end", {"reason": "over", "by": "me"}, 200)
    later = touch_of("l1", "b1", at=NOON + timedelta(minutes=10))
    assert (await scene.attempt(later)).status is TouchStatus.CONFIRMED


async def test_a_call_past_the_collectors_is_refused_and_one_by_a_person_is_not(
    scene: Scene,
) -> None:
    call_id = await one_call(scene)
    await treat(scene, allows_automated_voice=False)
    # Without a window it is handed over like a message: nobody but a machine would speak.
    assert (await scene.attempt(touch_of("l1", "b1"))).rule_id == "AUTOMATED-VOICE"
    async with scene.app() as http:
        collector = Collector(http)
        assert (await collector.claim())["call_id"] == call_id
        assert (await collector.dial(call_id))["number"]


async def test_words_take_the_tone_and_name_the_help_that_the_treatment_asks_for(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    sms = touch_of("l1", "b1", channel=Channel.SMS)
    plain = await words_of(scene, await scene.attempt(sms))
    await treat(scene, mood="warm")
    warm = await words_of(scene, await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS)))
    await treat(scene, "v2", mood="careful", adds_help_text=True)
    careful = await words_of(
        scene, await scene.attempt(touch_of("l1", "b1", channel=Channel.EMAIL))
    )
    assert len({plain, warm, careful}) == 3
    assert "今天不需要做任何决定" in careful and "1,234.56" in careful
    assert "您不必独自面对" in careful and "您不必独自面对" not in warm
    # No careful words are written for this one: the plain ones are said, with the help.
    service = touch_of("l1", "b1", channel=Channel.SMS, purpose=Purpose.SERVICE, template="service")
    said = await words_of(scene, await scene.attempt(service))
    assert "服务通知" in said and "您不必独自面对" in said


async def test_a_third_party_reads_nothing_of_a_treatment(scene: Scene) -> None:
    await scene.overdue("l1", "b0")
    await scene.person("b1", ("phone", "+86-900-b1"))
    await scene.position("l1", 2, parties=[("b0", Role.BORROWER), ("b1", Role.CONTACT)])
    await treat(scene, mood="careful", adds_help_text=True)
    asked = await scene.attempt(
        touch_of(
            "l1",
            "b1",
            channel=Channel.SMS,
            purpose=Purpose.SERVICE,
            position_version=2,
            role=Role.CONTACT,
            about_party_id="b0",
        )
    )
    assert "您不必独自面对" not in await words_of(scene, asked)


async def test_a_call_of_a_queue_goes_to_its_people_alone(scene: Scene) -> None:
    call_id = await one_call(scene)
    await treat(scene, queue="specialists")
    async with scene.app() as http:
        assert await Collector(http, "c-1").claim() is None
        assert await Collector(http, "c-2").claim(queues=["bereavement"]) is None
        special = Collector(http, "c-3")
        assert (await special.claim(queues=["specialists"]))["call_id"] == call_id
        assert (await special.dial(call_id))["number"]


async def test_who_serves_a_queue_takes_other_calls_too(scene: Scene) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        claimed = await Collector(http).claim(queues=["specialists"])
    assert claimed["call_id"] == call_id


async def test_a_treatment_recorded_after_the_claim_gives_the_call_to_others(scene: Scene) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        assert (await collector.claim())["call_id"] == call_id
        await treat(scene, queue="specialists")
        refusal = (await collector.dial(call_id))["refusal"]
        assert (refusal["rule_id"], refusal["state"]) == ("QUEUE", "queued")
        special = Collector(http, "c-2")
        assert (await special.claim(queues=["specialists"]))["call_id"] == call_id
        assert (await special.dial(call_id))["number"]
    assert await scene.count("attempt") == 1


async def test_the_screen_says_the_matter_in_the_tone_asked_for(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    call_id = await wanted(scene, touch_of("l1", "b1"))
    await treat(scene, mood="careful")
    async with scene.app() as http:
        collector = Collector(http)
        await collector.get_through(call_id)
        talk = (await collector.screen(call_id))["matter"]["talk"]
    assert "我想先听您说" in talk["stage"]["purpose"] and talk["vulnerable"]
