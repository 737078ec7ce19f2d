"""How a call ends: what the law counts of it, what follows, and its recording."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from events.v1 import contact_calls_pb2 as calls_pb
from events.v1 import contact_pb2 as pb
from events.v1.contact_replies_pb2 import ReplyUnderstood
from interfaces.contact import TouchStatus
from interfaces.values import Role
from tests.services.contact.calls_scene import Collector, one_call, record_call, wanted
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database


async def dialled(collector: Collector, call_id: str) -> str:
    assert (await collector.claim())["call_id"] == call_id
    attempt_id: str = (await collector.dial(call_id))["attempt_id"]
    return attempt_id


@pytest.mark.parametrize("code, more", [("no_answer", 1), ("busy", 1), ("hung_up", 0)])
async def test_only_calls_that_connected_use_up_the_three_of_a_day(
    scene: Scene, code: str, more: int
) -> None:
    """GB/T 45251-2025: three connected calls a day."""
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        collector = Collector(http)
        for _ in range(3):
            call_id = await wanted(scene, touch_of("l1", "b1"), until=NOON + timedelta(minutes=30))
            attempt_id = await dialled(collector, call_id)
            await collector.dispose(call_id, code, attempt_id=attempt_id)
    allowed = (await scene.attempt(touch_of("l1", "b1"))).status is TouchStatus.CONFIRMED
    assert allowed == bool(more)


async def test_no_answer_dials_again_later_as_an_attempt_of_its_own_and_then_stops(
    scene: Scene,
) -> None:
    call_id = await one_call(scene, asks_circumstances=True)
    async with scene.app() as http:
        collector = Collector(http)
        first = await dialled(collector, call_id)
        ended = await collector.dispose(call_id, "no_answer", attempt_id=first)
        assert ended["state"] == "queued"
        assert ended["disposition"]["next_action"] == "retry"
        assert await collector.claim() is None
        scene.set_clock(NOON + timedelta(hours=4, minutes=1))
        second = await dialled(collector, call_id)
        assert second != first
        ended = await collector.dispose(call_id, "no_answer", attempt_id=second)
        assert ended["state"] == "done"
        assert ended["disposition"]["next_action"] == "other_channel"
        assert ended["disposition"]["next_channel"] == "sms"
        assert await collector.dispose(call_id, "no_answer", attempt_id=second) == ended
        problem = await collector.dispose(call_id, "busy", 409, attempt_id=second)
        assert problem["code"] == "contact/disposition_differs"
    assert await scene.count("attempt") == 2
    assert [e.outcome for e in await scene.told("l1", pb.AttemptRecorded)] == ["no_answer"] * 2
    progress = (await scene.told("l1", pb.ContactProgressed))[-1]
    assert list(progress.circumstances[0].channels_tried) == ["call"]


async def test_nobody_is_the_right_person_before_the_check(scene: Scene) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        attempt_id = await dialled(collector, call_id)
        problem = await collector.dispose(call_id, "circumstances", 409, attempt_id=attempt_id)
        assert problem["code"] == "contact/identity_not_checked"
    assert await scene.count("call_disposition") == 0


@pytest.mark.parametrize("code", ["third_party", "not_identified", "no_answer"])
@pytest.mark.parametrize("kind", ["promise", "circumstances"])
async def test_nobody_promises_or_tells_how_they_fare_before_the_check(
    scene: Scene, code: str, kind: str
) -> None:
    call_id = await one_call(scene)
    promise: dict[str, Any] = {"amount_minor": 5_000, "promised_on": "2026-03-05"}
    said: dict[str, Any] = {"also": [kind, "complaint"], **(promise if kind == "promise" else {})}
    async with scene.app() as http:
        collector = Collector(http)
        attempt_id = await dialled(collector, call_id)
        problem = await collector.dispose(call_id, code, 409, attempt_id=attempt_id, **said)
        assert problem["code"] == "contact/identity_not_checked"
    assert await scene.count("reply_understanding") == 0


async def test_three_failed_checks_end_the_call_as_not_identified(scene: Scene) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        await dialled(collector, call_id)
        wrong: dict[str, Any] = {"name": "张三", "email": "b1@example.test"}
        for number, left in ((1, 2), (2, 1), (2, 1), (3, 0)):
            said = await collector.identify(call_id, f"i-{number}", **wrong)
            assert (said["tries_left"], said["missed"]) == (left, ["name"])
        assert (said["state"], said["call_state"]) == ("failed", "done")
        await collector.identify(call_id, "i-4", 409)
        await collector.screen(call_id, 409)
    [told] = await scene.told("l1", calls_pb.CallDisposed)
    assert (told.code, told.outcome) == ("not_identified", "connected")
    async with scene.database.transaction() as session:
        kept = (await session.execute(text("SELECT * FROM call_identity_check"))).mappings().all()
    assert "张三" not in str(kept)


async def test_a_promise_is_handed_on_with_its_amount_and_day(scene: Scene) -> None:
    call_id = await one_call(scene)
    promise: dict[str, Any] = {
        "amount_minor": 5_000,
        "promised_on": "2026-03-05",
        "text": "月底发工资",
    }
    async with scene.app() as http:
        collector = Collector(http)
        attempt_id = await collector.get_through(call_id)
        given: dict[str, Any] = {"attempt_id": attempt_id, "recording": record_call(scene, "rec-1")}
        ended = await collector.dispose(call_id, "promise", **given, **promise)
        assert ended["disposition"]["next_action"] == "promise_follow_up"
        assert ended["disposition"]["next_at"].startswith("2026-03-06T01:00:00")
        assert ended["disposition"]["outcome"] == "effective"
    [reply] = await scene.told("l1", pb.ReplyReceived)
    assert list(reply.kinds) == ["promise"]
    [understood] = await scene.told("l1", ReplyUnderstood)
    assert (understood.promised_minor, understood.promised_on) == (5_000, "2026-03-05")
    # One call: the reply made in it is no further call that came in.
    assert await scene.count("attempt") == 1
    assert await scene.told("l1", calls_pb.RecordingMissing) == []


async def test_hardship_holds_every_loan_of_the_call_and_counts_as_told_circumstances(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l2", parties=[("b1", Role.BORROWER)])
    await scene.opened("l2")
    touches = [touch_of(each, "b1", asks_circumstances=True) for each in ("l1", "l2")]
    call_id = await wanted(scene, *touches)
    async with scene.app() as http:
        collector = Collector(http)
        attempt_id = await collector.get_through(call_id)
        await collector.dispose(call_id, "hardship", attempt_id=attempt_id, also=["question"])
    for loan_id in ("l1", "l2"):
        holds = (await scene.told(loan_id, pb.HoldsChanged))[-1]
        assert [each.kind for each in holds.intervals] == ["hardship_review"]
        progress = (await scene.told(loan_id, pb.ContactProgressed))[-1]
        assert progress.circumstances[0].HasField("answered_at")
    assert await scene.count("hold") == 1


async def test_a_stop_said_in_a_call_closes_that_number_at_once(scene: Scene) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        attempt_id = await dialled(collector, call_id)
        await collector.dispose(call_id, "asks_to_stop", attempt_id=attempt_id)
    assert (await scene.attempt(touch_of("l1", "b1"))).rule_id == "OPT-OUT"


async def test_a_call_back_at_a_chosen_time_comes_first_and_prevails_over_the_window(
    scene: Scene,
) -> None:
    call_id = await one_call(scene)
    at = NOON + timedelta(hours=24)
    async with scene.app() as http:
        collector = Collector(http)
        attempt_id = await collector.get_through(call_id)
        given: dict[str, Any] = {"attempt_id": attempt_id, "callback_at": at.isoformat()}
        assert (await collector.dispose(call_id, "callback", **given))["state"] == "queued"
        await one_call(scene, "l2", "b2")
        assert (await collector.claim())["call_id"] != call_id
        scene.set_clock(at)
        assert (await Collector(http, "c-2").claim())["call_id"] == call_id


async def test_a_connected_call_without_a_retrievable_recording_is_raised_until_it_is_found(
    scene: Scene,
) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        attempt_id = await collector.get_through(call_id)
        given: dict[str, Any] = {"attempt_id": attempt_id, "recording": "rec-7"}
        ended = await collector.dispose(call_id, "question", **given)
        assert ended["disposition"]["is_recording_missing"]
        [missing] = (await collector.get("calls/recordings/missing"))["dispositions"]
        assert missing["attempt_id"] == attempt_id
        path, found = f"/v1/demo/calls/recordings/{attempt_id}", {"recording": "rec-7"}
        assert (await http.post(path, json=found)).status_code == 422
        record_call(scene, "rec-7")
        assert (await http.post(path, json=found)).status_code == 200
        assert (await http.post(path, json={"recording": "../rec-7"})).status_code == 422
        assert (await collector.get("calls/recordings/missing"))["dispositions"] == []
    assert await scene.count("recording") == 1
    [told] = await scene.told("l1", calls_pb.RecordingMissing)
    assert (told.attempt_id, told.recording_id) == (attempt_id, "rec-7")


async def test_a_call_nobody_answered_needs_no_recording(scene: Scene) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        attempt_id = await dialled(collector, call_id)
        ended = await collector.dispose(call_id, "voicemail", attempt_id=attempt_id)
    assert not ended["disposition"]["is_recording_missing"]


@pytest.mark.parametrize(
    "code, said",
    [
        ("shouted", {}),
        ("promise", {"amount_minor": 5}),
        ("promise", {"promised_on": "2026-03-05"}),
        ("promise", {"amount_minor": 5, "promised_on": "2026-03-01"}),
        ("promise", {"amount_minor": 5, "promised_on": "2027-03-01"}),
        ("promise", {"amount_minor": 0, "promised_on": "2026-03-05"}),
        ("question", {"also": ["promise"]}),
        ("question", {"also": ["nonsense"]}),
        ("question", {"callback_at": "2026-03-05T00:00:00Z"}),
        ("callback", {}),
        ("callback", {"callback_at": "2026-03-01T00:00:00Z"}),
        ("callback", {"callback_at": "2026-03-05T00:00:00"}),
        ("question", {"loan_id": "l9"}),
        ("question", {"recording": "../../etc/passwd"}),
        ("question", {"recording": ""}),
        ("question", {"text": "a\u0000b"}),
        ("question", {"surprise": 1}),
        ("question", {"attempt_id": "a\u0000b"}),
    ],
)
async def test_a_disposition_that_makes_no_sense_changes_nothing(
    scene: Scene, code: str, said: dict[str, Any]
) -> None:
    call_id = await one_call(scene)
    async with scene.app() as http:
        collector = Collector(http)
        attempt_id = await collector.get_through(call_id)
        await collector.dispose(call_id, code, 422, **{"attempt_id": attempt_id, **said})
        assert (await collector.get("calls"))["counts"]["under_way"] == 1


async def test_the_codes_in_force_say_what_the_law_counts(scene: Scene) -> None:
    async with scene.app() as http:
        found = await Collector(http).get("calls/codes")
    by_code = {code["code"]: code for code in found["codes"]}
    assert found["version"] == 1
    assert (by_code["busy"]["rang"], by_code["no_answer"]["rang"]) == (False, True)
    assert by_code["voicemail"]["rang"] and not by_code["voicemail"]["connected"]
    assert by_code["third_party"]["connected"] and not by_code["third_party"]["right_party"]
    assert by_code["promise"]["effective"] and by_code["promise"]["needs_identity"]
