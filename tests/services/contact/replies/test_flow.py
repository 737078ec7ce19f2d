"""What follows from replies, on the real app and a real database."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from events.v1 import contact_pb2 as pb
from events.v1.contact_replies_pb2 import ReplyUnderstood
from interfaces.contact import TouchStatus
from interfaces.values import Channel, Role
from services.contact.gateways import signing
from tests.services.contact.scene import NOON, TENANT, Scene, touch_of

pytestmark = pytest.mark.database
PHONE = "+86-900-l1"  # as Scene.overdue gives it
SECRET = "a secret of the provider and of us"


@pytest.fixture(autouse=True)
def a_provider_with_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORBEAR_GATEWAYS", json.dumps({TENANT: {"secret": SECRET}}))


async def post(http: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 201) -> Any:
    response = await http.post(f"/v1/demo/{path}", json=body)
    assert response.status_code == status, response.text
    return response.json()


def said(reply_id: str, words: str, **changes: object) -> dict[str, object]:
    plain = {"reply_id": reply_id, "party_id": "b1", "channel": "sms", "text": words}
    return {**plain, **changes}


async def sign_and_post(
    scene: Scene, http: httpx.AsyncClient, path: str, body: bytes, **headers: str
) -> httpx.Response:
    door = f"/v1/{TENANT}/webhooks/{path}"
    signed = signing.sign(SECRET, scene.context.clock.wall(), "POST", door, body)
    return await http.post(door, content=body, headers={signing.HEADER: signed, **headers})


def sms(message_id: str, words: str, **changes: object) -> bytes:
    plain = {"message_id": message_id, "channel": "sms", "from_address": PHONE, "text": words}
    return json.dumps({**plain, **changes}).encode()


def mail(message_id: str, words: str, **headers: str) -> bytes:
    lines = {"From": "B <b1@example.test>", "Message-ID": f"<{message_id}@example.test>", **headers}
    head = "\r\n".join(f"{name.replace('_', '-')}: {value}" for name, value in lines.items())
    kind = "Content-Type: text/plain; charset=utf-8"
    return f"{head}\r\n{kind}\r\n\r\n{words}\r\n".encode()


async def test_words_alone_are_understood_and_everything_in_them_follows_for_every_loan(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l2", parties=[("b1", Role.BORROWER)])
    words = "我失业了，这金额不对，下周五能还三千"
    async with scene.app() as http:
        kept = await post(http, "replies", said("r1", words))
        assert [each["label"] for each in kept["labels"]] == ["dispute", "hardship", "promise"]
        assert kept["loan_ids"] == ["l1", "l2"]
        again = await post(http, "replies", said("r1", words))
        assert sorted(again["hold_ids"]) == sorted(kept["hold_ids"])
        assert sorted(kept["hold_ids"]) == [
            *("reply/r1/hardship_review", "reply/r1/l1/dispute", "reply/r1/l2/dispute"),
        ]
    for loan_id in ("l1", "l2"):
        [told] = await scene.told(loan_id, ReplyUnderstood)
        assert (told.promised_minor, told.promised_on) == (300_000, kept["on"])
        assert {each.label for each in told.labels} == {"dispute", "hardship", "promise"}
        assert words.encode() not in told.SerializeToString()
        assert len(await scene.told(loan_id, pb.ReplyReceived)) == 1


async def test_a_stop_from_a_shared_number_stops_it_for_all_who_are_reached_there(
    scene: Scene,
) -> None:
    for loan_id, party_id in (("l1", "b1"), ("l2", "b2")):
        await scene.person(party_id, ("phone", PHONE))
        await scene.position(loan_id, parties=[(party_id, Role.BORROWER)])
        await scene.opened(loan_id)
    await scene.attempt(touch_of("l2", "b2", channel=Channel.SMS))
    async with scene.app() as http:
        body = said("r1", "TD", from_address=f"0086{PHONE[3:]}")
        kept = await post(http, "replies", {k: v for k, v in body.items() if k != "party_id"})
    assert (kept["party_id"], kept["opted_out"]) == ("b2", True)
    for loan_id, party_id in (("l1", "b1"), ("l2", "b2")):
        again = await scene.attempt(touch_of(loan_id, party_id, channel=Channel.SMS))
        assert (again.status, again.rule_id) == (TouchStatus.REFUSED, "OPT-OUT")


async def test_a_question_is_owed_an_answer_from_facts_and_one_in_mourning_a_person(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        asked = await post(http, "replies", said("r1", "还欠多少？"))
        assert [each["template"] for each in asked["answers"]] == ["answer_balance"]
        assert asked["answers"][0]["facts"]["overdue_minor"] == 123_456
        assert asked["task_ids"] == []
        other = await post(http, "replies", said("r2", "会影响征信吗"))
        assert (other["answers"], len(other["task_ids"])) == ([], 1)
        mourning = await post(http, "replies", said("r3", "我爸过世了，还欠多少？"))
        assert mourning["answers"] == []
        assert mourning["hold_ids"] == ["reply/r3/bereavement"]
        danger = await post(http, "replies", said("r4", "不想活了"))
        assert (danger["answers"], danger["hold_ids"]) == ([], ["reply/r4/vulnerability"])
        tasks = (await http.get("/v1/demo/desk/tasks")).json()["tasks"]
        assert [(each["kind"], each["reply_id"]) for each in tasks] == [
            ("self_harm", "r4"),
            ("bereavement", "r3"),
            ("question", "r2"),
            ("question", "r3"),
        ]
    assert await scene.count("answer_owed") == 1


async def test_a_call_back_is_due_when_it_was_asked_for(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        await post(http, "replies", said("r1", "明天下午三点给我回电话"))
        [task] = (await http.get("/v1/demo/desk/tasks?kind=callback")).json()["tasks"]
    at = datetime.fromisoformat(task["due_at"])
    assert at == NOON + timedelta(days=1, hours=3)


async def test_a_signed_webhook_is_taken_in_once_and_an_unsigned_or_altered_one_not_at_all(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    body = sms("m-1", "STOP")
    async with scene.app() as http:
        for _ in range(2):
            taken = await sign_and_post(scene, http, "replies", body)
            assert taken.json()["fate"] == "recorded"
        now, door = scene.context.clock.wall(), f"/v1/{TENANT}/webhooks/replies"
        late = signing.sign(SECRET, now - signing.TOLERANCE * 2, "POST", door, body)
        other = signing.sign(SECRET[::-1], now, "POST", door, body)
        for header in ("", "t=1,v1=00", other, late):
            given = {signing.HEADER: header}
            refused = await http.post(door, content=body, headers=given)
            assert (refused.status_code, refused.json()["code"]) == (403, "contact/bad_signature")
        stranger = sms("m-2", "我不想活了", from_address="+86 138 0000 0000")
        assert (await sign_and_post(scene, http, "replies", stranger)).json()["fate"] == (
            "unknown_sender"
        )
        tasks = (await http.get("/v1/demo/desk/tasks")).json()["tasks"]
        assert [each["kind"] for each in tasks] == ["self_harm", "unknown_sender"]
    assert (await scene.count("reply"), await scene.count("opt_out")) == (1, 2)


async def test_a_mail_is_known_by_the_message_it_answers_and_its_quotes_are_not_its_words(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l2", parties=[("b1", Role.BORROWER)])
    made = await scene.attempt(touch_of("l1", "b1", channel=Channel.EMAIL))
    answered = f"<{made.attempt_id}@mail.example.test>"
    words = "我已经还了\r\n\r\n> 退订请回复 T\r\nOn Mon, Mar 2, 2026 Bank wrote:\r\n投诉电话"
    body = mail("m1", words, From="other@example.test", In_Reply_To=answered)
    async with scene.app() as http:
        assert (await sign_and_post(scene, http, "mail", body)).json()["fate"] == "recorded"
        absent = mail("m2", "I am away, STOP", Auto_Submitted="auto-replied")
        assert (await sign_and_post(scene, http, "mail", absent)).json()["fate"] == "ignored"
        by_address = await sign_and_post(scene, http, "mail", mail("m3", "thanks, already paid"))
        assert by_address.json()["fate"] == "recorded"
    [first, third] = await scene.told("l1", ReplyUnderstood)
    assert [each.label for each in first.labels] == ["paid"]
    assert [each.label for each in third.labels] == ["paid"]
    assert len(await scene.told("l2", ReplyUnderstood)) == 1


async def test_whatever_comes_in_by_webhook_is_answered_and_breaks_nothing(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    strange = [
        *(b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"message_id": 1}', b"\x00" * 1_000),
        *(sms("a", "x\x00y"), sms("", "stop"), sms("b", "x", channel="letter")),
        *(sms("c", "\ud83d\ude00" * 500), sms("d", "退订", from_address="\u202e123"), sms("e", "")),
        *(sms("f" * 300, "T", in_reply_to="../../x"), sms("g\ud800", "T"), sms("h", "9" * 10_000)),
        *(b"From: \r\n\r\n", b"From: =?x?q?=\xff?=\r\n\r\nhi", mail("z", "T", From="a@[")),
        b"From: b1@example.test\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n--x--",
        b"From: b1@example.test\r\nContent-Type: text/plain; charset=no-such\r\n\r\n\xe9\xe9",
    ]
    async with scene.app() as http:
        for body in strange:
            for path in ("replies", "mail"):
                answer = await sign_and_post(scene, http, path, body)
                assert answer.status_code in (200, 400, 422), (path, body, answer.text)


async def test_two_who_claim_get_different_tasks_and_the_words_go_to_the_holder_alone(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    claim = {"key": "c1", "by": "ann", "lease_minutes": 5}
    async with scene.app() as http:
        await post(http, "replies", said("r1", "嗯嗯"))
        await post(http, "replies", said("r2", "???"))
        first = (await post(http, "desk/tasks/claim", claim, 200))["task"]
        assert (await post(http, "desk/tasks/claim", claim, 200))["task"] == first
        other = (await post(http, "desk/tasks/claim", {**claim, "by": "bob"}, 200))["task"]
        assert {first["reply_id"], other["reply_id"]} == {"r1", "r2"}
        assert (await post(http, "desk/tasks/claim", {**claim, "by": "eve"}, 200))["task"] is None
        words = f"desk/tasks/{first['task_id']}/words"
        assert (await post(http, words, {"by": "ann"}, 200))["text"] == "嗯嗯"
        refused = await post(http, words, {"by": "bob"}, 409)
        assert refused["code"] == "contact/task_is_not_yours"
        await post(http, f"desk/tasks/{first['task_id']}/release", {"by": "ann"}, 200)
        again = {**claim, "by": "eve", "key": "c2"}
        assert (await post(http, "desk/tasks/claim", again, 200))["task"]["reply_id"] == "r1"
        await post(http, "desk/tasks/unknown/words", {"by": "ann"}, 404)
    async with scene.database.transaction() as session:
        read = (await session.execute(text("SELECT read_by, reply_id FROM words_read"))).all()
    assert [tuple(row) for row in read] == [("ann", "r1")]


async def test_a_correction_does_what_was_missed_and_undoes_what_was_not_meant(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        await post(
            http, "replies", said("r1", "不要停，继续发短信，够了再说，晚几天还有影响吗？？活够了")
        )
        before = (await scene.told("l1", ReplyUnderstood))[-1]
        assert {each.label for each in before.labels} >= {"stop", "self_harm"}
        claim = {"key": "c1", "by": "ann", "kinds": ["self_harm"]}
        task = (await post(http, "desk/tasks/claim", claim, 200))["task"]
        correction = {"kinds": ["promise", "dispute"], "amount_minor": 5_000, "on": "2026-03-09"}
        done = {"by": "ann", "note": "spoke with him", "correction": correction}
        path = f"desk/tasks/{task['task_id']}/complete"
        assert (await post(http, path, done, 200))["completed_by"] == "ann"
        assert (await post(http, path, done, 200))["completed_by"] == "ann"
        assert (await post(http, path, {"by": "bob"}, 409))["code"] == "contact/task_is_done"
        standing = (await http.get("/v1/demo/loans/l1/standing")).json()
    in_force = {each["kind"] for each in standing["holds"] if each["until_at"] is None}
    assert in_force == {"dispute"}
    after = (await scene.told("l1", ReplyUnderstood))[-1]
    assert (after.revision, after.is_by_person) == (1, True)
    assert (after.promised_minor, after.promised_on) == (5_000, "2026-03-09")
    assert await scene.count("opt_out") == 0
    assert await scene.count("reply_understanding") == 2


async def test_what_shares_an_id_with_another_message_is_heard_and_shown_to_a_person(
    scene: Scene,
) -> None:
    """Two providers of text messages may number alike."""
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        first = (await sign_and_post(scene, http, "replies", sms("1", "还欠多少？"))).json()
        for _ in range(2):
            second = (await sign_and_post(scene, http, "replies", sms("1", "STOP"))).json()
            assert second["fate"] == "recorded"
            assert second["reply_id"] != first["reply_id"]
        again = (await sign_and_post(scene, http, "replies", sms("1", "还欠多少？"))).json()
        assert again == first
        tasks = (await http.get("/v1/demo/desk/tasks")).json()["tasks"]
        assert [(each["kind"], each["reply_id"]) for each in tasks] == [
            ("unclear", second["reply_id"])
        ]
        assert tasks[0]["party_id"] == "b1"
        # From somebody else it is no repetition either, whoever that is.
        stranger = sms("1", "STOP", from_address="+86 138 0000 0000")
        fate = (await sign_and_post(scene, http, "replies", stranger)).json()["fate"]
        assert fate == "unknown_sender"
    assert (await scene.count("reply"), await scene.count("opt_out")) == (2, 2)
    refused = await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS))
    assert refused.rule_id == "OPT-OUT"


async def test_other_words_under_a_known_id_are_refused_not_taken_for_a_repetition(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        await post(http, "replies", said("r1", "还欠多少？"))
        await post(http, "replies", said("r1", "还欠多少？"))
        differs = await post(http, "replies", said("r1", "STOP"), 409)
        assert differs["code"] == "contact/reply_differs"
