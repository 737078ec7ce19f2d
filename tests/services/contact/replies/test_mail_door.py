"""At the mails' webhook no stop is lost, no scan turned away, and no mail holds up the others."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from services.contact.domain.mail import BYTES_MAX
from services.contact.gateways import signing
from tests.services.contact.post import SECRET
from tests.services.contact.scene import TENANT, Scene

pytestmark = pytest.mark.database
HEAD = b"From: B <b1@example.test>\r\nMessage-ID: <m1@x>\r\n"
DOOR = f"/v1/{TENANT}/webhooks/mail"
HTML = HEAD + b"Content-Type: text/html\r\n\r\n"
NESTED = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n"


@pytest.fixture(autouse=True)
def a_provider_with_a_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORBEAR_GATEWAYS", json.dumps({TENANT: {"secret": SECRET}}))


async def hand_in(scene: Scene, http: httpx.AsyncClient, body: bytes) -> Any:
    signed = signing.sign(SECRET, scene.context.clock.wall(), "POST", DOOR, body)
    answer = await http.post(DOOR, content=body, headers={signing.HEADER: signed})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def understood(scene: Scene) -> list[list[str]]:
    async with scene.database.transaction() as session:
        rows = await session.execute(text("SELECT labels FROM reply_understanding"))
        return [sorted(row.labels) for row in rows]


async def shown(http: httpx.AsyncClient) -> str:
    claim = {"key": "c1", "by": "ann", "kinds": ["unclear"]}
    task = (await http.post("/v1/demo/desk/tasks/claim", json=claim)).json()["task"]
    words = {"by": "ann"}
    path = f"/v1/demo/desk/tasks/{task['task_id']}/words"
    return json.dumps((await http.post(path, json=words)).json(), ensure_ascii=False)


@pytest.mark.parametrize(
    "mail",
    [
        HEAD + b"Subject: Re: hi\r\n\r\nOn Mon, 2 Mar 2026, Bank wrote:\r\n> old\r\n\r\nSTOP",
        HEAD + b"Subject: Unsubscribe\r\n\r\nThanks, John",
        HEAD + b"Subject: Re: STOP\r\n\r\n",
        HTML + b"<blockquote>old</blockquote><p>STOP</p>",
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSTOP\r\n--b\r\n"
        b"Content-Type: image/png\r\nContent-Disposition: attachment\r\n\r\n"
        + b"x" * 3_000_000
        + b"\r\n--b--",
    ],
    ids=["below a quote", "subject", "answered subject", "html below a quote", "with a scan"],
)
async def test_a_stop_is_heard_wherever_it_stands(scene: Scene, mail: bytes) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        assert (await hand_in(scene, http, mail))["fate"] == "recorded"
    assert await understood(scene) == [["stop"]]


async def test_a_mail_without_own_words_is_shown_whole_at_the_desk(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        await hand_in(scene, http, HEAD + b"Subject: Re: x\r\n\r\n> Dear B\r\n> your balance")
        assert "your balance" in await shown(http)


async def test_of_a_mail_too_large_a_person_reads_the_beginning(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        await hand_in(scene, http, HEAD + b"\r\nmy evidence" + b"x" * BYTES_MAX)
        assert await understood(scene) == [["unclear"]]
        assert "my evidence" in await shown(http)


@pytest.mark.parametrize(
    "mail",
    [HTML + b"<style>" * 100_000 + b"STOP", HEAD + NESTED * 5_000 + b"STOP"],
    ids=["styles", "parts in parts"],
)
async def test_no_mail_holds_up_the_others(scene: Scene, mail: bytes) -> None:
    await scene.overdue("l1", "b1")
    async with scene.app() as http, asyncio.timeout(60):
        assert (await hand_in(scene, http, mail))["fate"] == "recorded"
        assert (await http.get("/health/live")).status_code in (200, 404)
    assert await understood(scene) == [["unclear"]]
