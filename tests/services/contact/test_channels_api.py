"""Receipts, bounces, unsubscribing, templates and single attempts, by their doors."""

from __future__ import annotations

import email
import json
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text

from interfaces.contact import TouchStatus
from interfaces.values import Channel, Purpose, Role
from services.contact.api.webhooks import ReceiptsIn
from services.contact.commands.judging import attempt_id_of
from services.contact.gateways.signing import HEADER, sign
from tests.services.contact.post import SECRET, arf, dsn, mail_server
from tests.services.contact.providers import configured, through
from tests.services.contact.scene import TENANT, Scene, touch_of

pytestmark = pytest.mark.database
ATTEMPT = attempt_id_of(TENANT, "l1/1/k")
RECEIPTS, BOUNCES = "/v1/demo/webhooks/receipts", "/v1/demo/webhooks/bounces"


def now() -> datetime:
    return datetime.now(UTC)  # noqa: TID251 - signatures are judged by the machine's own clock


async def signed_post(
    http: httpx.AsyncClient, path: str, body: bytes, at: datetime | None = None
) -> httpx.Response:
    headers = {
        HEADER: sign(SECRET, at or now(), "POST", path, body),
        "Content-Type": "application/json",
    }
    return await http.post(path, content=body, headers=headers)


def receipts(*said: tuple[str, str], outcome: str = "delivered") -> bytes:
    listed = [
        {"receipt_id": receipt, "attempt_id": attempt, "outcome": outcome}
        for receipt, attempt in said
    ]
    return json.dumps({"receipts": listed}).encode()


async def sent(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    touch = touch_of("l1", "b1", "l1/1/k", channel=Channel.SMS)
    assert (await scene.attempt(touch)).status is TouchStatus.CONFIRMED


async def outcome_of(http: httpx.AsyncClient) -> str:
    return str((await http.get(f"/v1/demo/attempts/{ATTEMPT}")).json()["outcome"])


async def test_signed_receipts_are_taken_once_each_by_itself(scene: Scene) -> None:
    await sent(scene)
    body = receipts(("r1", ATTEMPT), ("r1", ATTEMPT), ("r2", "nobody"))
    with configured():
        async with scene.app() as http:
            for first in ("taken", "repeated"):
                answer = await signed_post(http, RECEIPTS, body)
                assert answer.status_code == 200
                results = [each["result"] for each in answer.json()["receipts"]]
                assert results == [first, "repeated", "contact/unknown_attempt"]
            assert await outcome_of(http) == "delivered"
    assert (await scene.types_told("l1")).count("AttemptRecorded") == 2


async def test_a_receipt_that_was_refused_may_come_again(scene: Scene) -> None:
    body = receipts(("r1", ATTEMPT))
    with configured():
        async with scene.app() as http:
            answer = await signed_post(http, RECEIPTS, body)
            assert answer.json()["receipts"][0]["result"] == "contact/unknown_attempt"
            await sent(scene)
            answer = await signed_post(http, RECEIPTS, body)
            assert answer.json()["receipts"][0]["result"] == "taken"


async def test_unsigned_old_or_changed_requests_change_nothing(scene: Scene) -> None:
    await sent(scene)
    body = receipts(("r1", ATTEMPT), outcome="undeliverable")
    with configured():
        async with scene.app() as http:
            unsigned = await http.post(RECEIPTS, content=body)
            old = await signed_post(http, RECEIPTS, body, now() - timedelta(minutes=6))
            header = sign(SECRET, now(), "POST", RECEIPTS, receipts(("r1", ATTEMPT)))
            changed = await http.post(RECEIPTS, content=body, headers={HEADER: header})
            for answer in (unsigned, old, changed):
                assert answer.status_code == 403
                assert answer.json()["code"] == "contact/bad_signature"
            assert await outcome_of(http) == "sent"


async def test_without_a_gateway_nobody_can_sign(scene: Scene) -> None:
    async with scene.app() as http:
        answer = await signed_post(http, RECEIPTS, receipts(("r1", ATTEMPT)))
    assert (answer.status_code, answer.json()["code"]) == (403, "contact/no_gateway_secret")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"\xff\xfe",
        b'{"receipts": []}',
        b'{"receipts": "all"}',
        receipts(("r1", "a\x00")),
        receipts(("r" * 101, ATTEMPT)),
        receipts(("r1", ATTEMPT), outcome="paid"),
        receipts(*(("r", "a") for _ in range(501))),
    ],
)
async def test_a_body_of_the_wrong_shape_is_refused_whole(scene: Scene, body: bytes) -> None:
    with configured():
        async with scene.app() as http:
            assert (await signed_post(http, RECEIPTS, body)).status_code in (400, 422)


async def test_a_huge_body_is_refused(scene: Scene) -> None:
    with configured():
        async with scene.app() as http:
            answer = await signed_post(http, BOUNCES, b"x" * (1024 * 1024 + 1))
    assert (answer.status_code, answer.json()["code"]) == (422, "contact/webhook_too_large")


async def test_a_mail_that_came_back_is_undeliverable_and_moves_the_case(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    touch = touch_of("l1", "b1", "l1/1/k", channel=Channel.EMAIL, notice="overdue_notice")
    assert (await scene.attempt(touch)).status is TouchStatus.CONFIRMED
    with configured():
        async with scene.app() as http:
            waiting = await signed_post(http, BOUNCES, dsn(ATTEMPT, action="delayed"))
            assert waiting.json()["result"] == "noted"
            assert await outcome_of(http) == "sent"
            for result in ("taken", "repeated"):
                answer = await signed_post(http, BOUNCES, RETURNED)
                assert answer.json() == {"attempt_id": ATTEMPT, "result": result, "detail": ""}
            assert await outcome_of(http) == "undeliverable"
            other = await signed_post(http, BOUNCES, b"Subject: hello\r\n\r\nhello")
            assert other.json()["result"] == "not_a_bounce"
    assert "ContactProgressed" in await scene.types_told("l1")


async def test_mails_that_came_back_as_spam_are_undeliverable_and_make_nobody_lost(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    with configured():
        async with scene.app() as http:
            for number in range(4):
                key = f"l1/1/{number}"
                await scene.attempt(touch_of("l1", "b1", key, channel=Channel.EMAIL))
                blocked = dsn(attempt_id_of(TENANT, key), status="5.7.1")
                assert (await signed_post(http, BOUNCES, blocked)).json()["result"] == "taken"
            found = (await http.get("/v1/demo/parties/b1/reachability")).json()
    assert (found["state"], found["failures"]) == ("reachable", 0)
    async with scene.database.transaction() as session:
        said = (await session.execute(text("SELECT DISTINCT outcome FROM attempt"))).scalars().all()
        failures = await session.execute(text("SELECT max(failures) FROM contact_point"))
        assert (list(said), failures.scalar_one()) == (["undeliverable"], 0)


RETURNED = dsn(ATTEMPT)


@hypothesis_settings(max_examples=60)
@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(st.sampled_from(["receipts", "receipt_id", "attempt_id", "at", "x"]), inner),
    max_leaves=8))  # fmt: skip
def test_any_json_is_a_batch_or_is_not(content: object) -> None:
    try:
        batch = ReceiptsIn.model_validate_json(json.dumps(content))
    except ValueError:
        return
    assert 1 <= len(batch.receipts) <= 500


async def test_one_click_stops_that_address_at_once_and_a_letter_still_goes(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with mail_server() as server:
        with configured(email=f"smtp://127.0.0.1:{server.port}"):
            touch = touch_of("l1", "b1", "l1/1/k", channel=Channel.EMAIL)
            await scene.attempt(touch, through(scene))
            content = server.received[0].content
            assert isinstance(content, bytes)
            link = email.message_from_bytes(content)["List-Unsubscribe"].strip("<>")
            async with scene.app() as http:
                page = await http.get(link)
                assert page.status_code == 200 and "停止发送" in page.text
                assert 'method="post"' in page.text and "王小明" not in page.text
                assert await opted_out(scene) == 0
                form = {"List-Unsubscribe": "One-Click"}
                for _ in range(2):
                    assert (await http.post(link, data=form)).status_code == 200
                assert await opted_out(scene) == 1
                for wrong in (link[:-1], link.replace("demo", "uci"), f"{link}x"):
                    assert (await http.post(wrong)).status_code == 404
            again = touch_of("l1", "b1", "l1/1/k2", channel=Channel.EMAIL)
            assert (await scene.attempt(again, through(scene))).status is TouchStatus.REFUSED
    letter = touch_of("l1", "b1", "l1/1/k3", channel=Channel.LETTER)
    assert (await scene.attempt(letter)).status is TouchStatus.CONFIRMED


async def opted_out(scene: Scene) -> int:
    async with scene.database.transaction() as session:
        query = text("SELECT count(*) FROM opt_out WHERE party_id = 'b1' AND channel = 'email'")
        return int((await session.execute(query)).scalar_one())


async def test_a_third_party_gets_no_word_of_the_debt(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.person("c1", ("email", "c1@example.test"), name="李四")
    await scene.position("l1", 2, parties=[("b1", Role.BORROWER), ("c1", Role.CONTACT)])
    touch = touch_of(
        "l1", "c1", "l1/1/k", channel=Channel.EMAIL, role=Role.CONTACT, about_party_id="b1",
        purpose=Purpose.LOCATE, position_version=2, template="reminder",
    )  # fmt: skip
    async with mail_server() as server:
        with configured(email=f"smtp://127.0.0.1:{server.port}"):
            outcome = await scene.attempt(touch, through(scene))
    if outcome.status is TouchStatus.CONFIRMED:
        content = server.received[0].content
        assert isinstance(content, bytes)
        body = email.message_from_bytes(content).get_payload(decode=True)
        assert isinstance(body, bytes)
        assert "致电" in body.decode() and "1,234.56" not in body.decode()


async def test_texts_are_listed_and_previewed_for_one_loan_and_for_several(scene: Scene) -> None:
    async with scene.app() as http:
        listed = (await http.get("/v1/demo/templates")).json()["templates"]
        assert {"reminder", "written_demand"} <= {each["id"] for each in listed}
        path = "/v1/demo/templates/reminder/preview"
        one = (await http.post(path, json={"language": "en", "channel": "sms"})).json()
        assert "1,234.56 CNY" in one["body"] and "Reply STOP" in one["body"]
        loans = [{"overdue_minor": 100}, {"overdue_minor": 250, "oldest_due_on": "2026-02-01"}]
        two = (await http.post(path, json={"language": "en", "loans": loans})).json()["body"]
        assert "3.50 CNY" in two and "- 1.00 CNY" in two and "- 2.50 CNY" in two
        letter = {"channel": "letter"}
        asked = await http.post("/v1/demo/templates/written_demand/preview", json=letter)
        assert len(asked.json()["sections"]) == 11
        missing = await http.post("/v1/demo/templates/nothing/preview", json={})
        assert missing.json()["code"] == "contact/unknown_template"


async def test_an_attempt_is_shown_with_its_loans_to_its_own_tenant_alone(scene: Scene) -> None:
    await sent(scene)
    async with scene.app() as http:
        shown = (await http.get(f"/v1/demo/attempts/{ATTEMPT}")).json()
        assert (shown["loan_ids"], shown["template"]) == (["l1"], "follow_up")
        assert (await http.get(f"/v1/uci/attempts/{ATTEMPT}")).status_code == 404


async def test_a_spam_report_stops_mail_to_that_address_and_nothing_else(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    mail = touch_of("l1", "b1", "l1/1/k", channel=Channel.EMAIL)
    assert (await scene.attempt(mail)).status is TouchStatus.CONFIRMED
    with configured():
        async with scene.app() as http:
            for _ in range(2):
                answer = await signed_post(http, BOUNCES, arf(ATTEMPT))
                assert answer.json() == {"attempt_id": ATTEMPT, "result": "taken", "detail": ""}
            stranger = await signed_post(http, BOUNCES, arf("0" * 32))
            assert stranger.json()["code"] == "contact/unknown_attempt"
            words = (await http.get("/v1/demo/parties/b1/words")).json()["words"]
            assert [each["kind"] for each in words] == ["opted_out"]
            assert ATTEMPT in words[0]["evidence"]
    again = await scene.attempt(touch_of("l1", "b1", channel=Channel.EMAIL))
    assert (again.status, again.rule_id) == (TouchStatus.REFUSED, "OPT-OUT")
    text_message = await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS))
    assert text_message.status is TouchStatus.CONFIRMED
