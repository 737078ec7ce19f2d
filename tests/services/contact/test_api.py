"""What comes in and is shown by HTTP, on the real app and a real database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from events.v1 import contact_pb2 as pb
from interfaces.contact import TouchStatus
from interfaces.values import Channel, Purpose, Role
from services.contact.store import people
from tests.services.contact.scene import NOON, TENANT, Scene, touch_of

pytestmark = pytest.mark.database


def hold(hold_id: str = "h1", **changes: object) -> dict[str, object]:
    plain = {"hold_id": hold_id, "kind": "dispute", "evidence": "letter 7", "by": "officer 3"}
    return {**plain, **changes}


def reply(reply_id: str, *kinds: str, **changes: object) -> dict[str, object]:
    plain = {"reply_id": reply_id, "party_id": "b1", "loan_id": "l1", "channel": "sms"}
    return {**plain, "kinds": list(kinds), "text": "你好", **changes}


async def post(http: httpx.AsyncClient, path: str, body: dict[str, Any], status: int = 201) -> Any:
    response = await http.post(f"/v1/demo/{path}", json=body)
    assert response.status_code == status, response.text
    return response.json()


async def test_a_hold_placed_before_anything_is_known_meets_the_loan_when_it_comes(
    scene: Scene,
) -> None:
    async with scene.app() as http:
        kept = await post(http, "holds", hold(kind="represented", party_id="b1"))
        assert kept["loan_ids"] == []
        assert kept["blocks"] == ["contact", "visit", "legal"]
    await scene.position("l1", disposition="current", parties=[("b1", Role.BORROWER)])
    [told] = await scene.told("l1", pb.HoldsChanged)
    assert [interval.hold_id for interval in told.intervals] == ["h1"]
    await scene.overdue("l1", "b1")
    await scene.position("l1", 2, parties=[("b1", Role.BORROWER)])
    refused = await scene.attempt(touch_of("l1", "b1", position_version=2))
    assert (refused.rule_id, refused.next_allowed_at) == ("HOLD", None)


async def test_a_hold_of_a_party_is_told_to_each_of_its_loans_and_to_one_linked_later(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await scene.position("l2", parties=[("b1", Role.BORROWER)])
    async with scene.app() as http:
        kept = await post(http, "holds", hold(kind="bankruptcy", party_id="b1"))
    assert kept["loan_ids"] == ["l1", "l2"]
    await scene.position("l3", parties=[("b1", Role.JOINT_GUARANTOR)])
    for loan_id in ("l1", "l2", "l3"):
        [told] = await scene.told(loan_id, pb.HoldsChanged)
        assert told.intervals[0].party_id == "b1"


async def test_a_party_that_leaves_a_loan_takes_its_holds_along(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        await post(http, "holds", hold(kind="represented", party_id="b1"))
    await scene.position("l1", 2, parties=[("b2", Role.BORROWER)])
    assert len((await scene.told("l1", pb.HoldsChanged))[-1].intervals) == 0


async def test_the_same_hold_again_is_answered_the_same_and_another_under_its_id_refused(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        first = await post(http, "holds", hold(loan_id="l1"))
        assert await post(http, "holds", hold(loan_id="l1")) == first
        problem = await post(http, "holds", hold(loan_id="l1", kind="complaint"), 409)
    assert problem["code"] == "contact/hold_differs"
    assert len(await scene.told("l1", pb.HoldsChanged)) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"kind": "deceased", "loan_id": "l1"},
        {"loan_id": "l1", "has_no_estate": True},
        {"loan_id": "l1", "from_at": "2026-03-05T00:00:00Z", "until_at": "2026-03-05T00:00:00Z"},
        {"loan_id": "l1", "blocks": []},
        {"loan_id": "l1", "blocks": ["sleep"]},
        {"loan_id": "l1", "from_at": "9999-12-31T23:59:59Z"},
        {"loan_id": "l1", "from_at": "2026-03-05T00:00:00"},
        {"loan_id": "l1", "evidence": "a\u0000b"},
        {"loan_id": "l1", "amount_minor": 1.5},
        {"loan_id": "l1", "amount_minor": -1},
        {"loan_id": "l1", "kind": "represented", "amount_minor": 1},
        {"kind": "deceased", "party_id": "b1", "blocks": ["legal"]},
        {"kind": "incapacity", "party_id": "b1", "blocks": ["contact", "interest"]},
        {"kind": "bankruptcy", "loan_id": "l1", "blocks": ["visit"]},
        {"loan_id": "l1", "surprise": 1},
    ],
)
async def test_a_hold_that_makes_no_sense_is_refused(scene: Scene, wrong: dict[str, Any]) -> None:
    async with scene.app() as http:
        await post(http, "holds", hold(**wrong), 422)
    assert await scene.count("hold") == 0


async def test_ending_one_hold_leaves_the_other_and_ending_it_again_changes_nothing(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    end = {"reason": "answered", "by": "officer 3"}
    async with scene.app() as http:
        await post(http, "holds", hold("h1", loan_id="l1", from_at=NOON.isoformat()))
        await post(http, "holds", hold("h2", loan_id="l1", kind="complaint"))
        at = (NOON + timedelta(days=1)).isoformat()
        for _ in range(2):
            ended = await post(http, "holds/h1/end", {**end, "at": at}, 200)
        assert ended["until_at"].startswith("2026-03-03T04:00:00")
        await post(http, "holds/h9/end", end, 404)
    refused = await scene.attempt(touch_of("l1", "b1", at=NOON + timedelta(days=2)))
    assert (refused.rule_id, refused.because) == ("HOLD", "held: complaint")
    assert len(await scene.told("l1", pb.HoldsChanged)) == 3


async def test_a_stop_opts_out_the_point_it_came_from_at_once(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS))
    async with scene.app() as http:
        said = await post(http, "replies", reply("r1", "stop"))
        assert (said["opted_out"], said["hold_ids"], said["loan_ids"]) == (True, [], ["l1"])
        assert await post(http, "replies", reply("r1", "stop")) == said
        await post(http, "replies", reply("r1", "paid"), 409)
    again = await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS))
    assert (again.status, again.rule_id) == (TouchStatus.REFUSED, "OPT-OUT")
    notice = touch_of("l1", "b1", channel=Channel.SMS, purpose=Purpose.STATUTORY_NOTICE)
    assert (await scene.attempt(notice)).status is TouchStatus.CONFIRMED
    by_mail = await scene.attempt(touch_of("l1", "b1", channel=Channel.EMAIL))
    assert by_mail.status is TouchStatus.CONFIRMED
    called = await scene.attempt(touch_of("l1", "b1"))
    assert (called.status, called.rule_id) == (TouchStatus.REFUSED, "OPT-OUT")
    assert len(await scene.told("l1", pb.ReplyReceived)) == 1


async def test_a_wrong_person_makes_the_point_unusable(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        await post(http, "replies", reply("r1", "wrong_person", "complaint"))
    lost = await scene.attempt(touch_of("l1", "b1"))
    assert lost.rule_id == "NO-POINT"
    assert await scene.told("l1", pb.HoldsChanged) == []
    email = touch_of("l1", "b1", channel=Channel.EMAIL)
    assert (await scene.attempt(email)).status is TouchStatus.CONFIRMED


@pytest.mark.parametrize(
    "kind, held, party_id",
    [
        ("dispute", "dispute", ""),
        ("complaint", "complaint", "b1"),
        ("hardship", "hardship_review", "b1"),
        ("represented", "represented", "b1"),
        ("bereavement", "bereavement", "b1"),
    ],
)
async def test_a_reply_that_needs_a_person_holds_until_it_is_reviewed(
    scene: Scene, kind: str, held: str, party_id: str
) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        first = await post(http, "replies", reply("r1", kind))
        assert first["hold_ids"] == [f"reply/r1/{held}"]
        [told] = await scene.told("l1", pb.HoldsChanged)
        assert (told.intervals[0].kind, told.intervals[0].party_id) == (held, party_id)
        assert told.intervals[0].HasField("review_at")
        second = await post(http, "replies", reply("r2", kind))
        assert second["hold_ids"] == [f"reply/r2/{held}"]
        end = {"reason": "reviewed", "by": "officer", "at": NOON.isoformat()}
        await post(http, f"holds/reply/r1/{held}/end", end, 200)
    last = (await scene.told("l1", pb.HoldsChanged))[-1]
    assert [each.hold_id for each in last.intervals if not each.HasField("until_at")] == (
        second["hold_ids"]
    )


async def test_an_answer_counts_as_telling_circumstances_if_they_were_asked_for(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        await post(http, "replies", reply("r1", "question"))
        assert await scene.told("l1", pb.ContactProgressed) == []
        await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS, asks_circumstances=True))
        await post(http, "replies", reply("r2", "stop"))
        await post(http, "replies", reply("r3", "question"))
    progress = await scene.told("l1", pb.ContactProgressed)
    assert [p.circumstances[0].HasField("answered_at") for p in progress] == [False, True]


async def test_a_call_that_came_in_uses_up_a_call_of_the_day(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        await post(http, "replies", reply("r1", "question", channel="call"))
    for _ in range(2):
        calling = touch_of("l1", "b1", at=scene.context.clock.now())
        assert (await scene.attempt(calling)).status is TouchStatus.CONFIRMED
    refused = await scene.attempt(touch_of("l1", "b1", at=scene.context.clock.now()))
    assert refused.rule_id == "CN-FREQ-1"


async def test_a_reply_of_someone_not_of_the_loan_is_refused(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.overdue("l2", "b2")
    async with scene.app() as http:
        problem = await post(http, "replies", reply("r1", "paid", loan_id="l2"), 422)
        assert problem["code"] == "contact/party_not_of_loan"
        await post(http, "replies", reply("r1", "paid", party_id="nobody"), 422)


async def test_the_words_of_a_reply_are_kept_encrypted_and_never_told(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        await post(http, "replies", reply("r1", "hardship", text="我失业了"))
    async with scene.database.transaction() as session:
        words = (await session.execute(text("SELECT words FROM reply"))).scalar_one()
        party = await people.party(session, "b1")
    assert "我失业了".encode() not in words
    assert party is not None and party.subject_key is not None
    opened = scene.desk.vault.decrypt(party.subject_key, words, "reply/words/demo/r1")
    assert opened.decode() == "我失业了"


async def test_standing_attempts_summary_and_messages_are_shown(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS))
    await scene.attempt(touch_of("l1", "b1", at=NOON + timedelta(hours=12)))
    async with scene.app() as http:
        standing = (await http.get("/v1/demo/loans/l1/standing")).json()
        assert (standing["is_stopped"], standing["episode"], standing["holds"]) == (False, 1, [])
        [attempt] = (await http.get("/v1/demo/loans/l1/attempts")).json()["attempts"]
        assert (attempt["status"], attempt["outcome"]) == ("sent", "sent")
        summary = (await http.get("/v1/demo/contact/summary")).json()
        assert summary == {"made": 1, "refused_by_rule": {"CN-TIME-1": 1}}
        shown = (await http.get("/v1/demo/sandbox/messages?after=0&limit=5")).json()
        [message] = shown["messages"]
        assert set(message) == {
            *("seq", "attempt_id", "key", "loan_id", "party_id", "role", "channel", "purpose"),
            *("template", "notice", "asks_circumstances", "at"),
        }
        later = await http.get(f"/v1/demo/sandbox/messages?after={message['seq']}")
        assert later.json() == {"messages": []}


async def test_other_tenants_and_unknown_things_are_not_found(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    made = await scene.attempt(touch_of("l1", "b1"))
    outcome = {"outcome": "connected"}
    async with scene.app() as http:
        for path in ("uci/loans/l1/standing", "demo/loans/l9/standing", "nobody/contact/summary"):
            assert (await http.get(f"/v1/{path}")).status_code == 404
        for path in (f"uci/attempts/{made.attempt_id}/outcome", "demo/attempts/x/outcome"):
            assert (await http.post(f"/v1/{path}", json=outcome)).status_code == 404
        assert (await http.get("/v1/uci/sandbox/messages")).json() == {"messages": []}
    assert len(await scene.gateway.messages(TENANT, 0, 10)) == 1
