"""The play's post office as a process: real mail and a real gateway, ids kept, words sent back."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from chassis.clock import Clock
from chassis.settings import PORT_OFFSETS, Settings
from forbear.play.post_ledger import open_ledger
from forbear.play.post_reports import returned
from interfaces.values import Channel
from services.contact.domain.bounces import read_bounce
from services.contact.gateways.addresses import server_of
from services.contact.gateways.http_gateway import HttpProvider
from services.contact.gateways.signing import HEADER, verify
from services.contact.gateways.smtp import SmtpProvider
from tests.conftest import free_port
from tests.services.contact.post import SECRET, Asked, http_server, message_of

MAIL_ID, SMS_ID, LOST_ID = "a" * 32, "b" * 32, "c" * 32


async def _leave() -> None:
    return None


async def eventually(holds: Callable[[], Awaitable[bool]], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():  # noqa: ASYNC110 - another process has no event to wait for
            await asyncio.sleep(0.1)


def _base() -> int:
    """Ports for the office; contact's own port is taken by the test's server."""
    return free_port() - PORT_OFFSETS["post_office"]


@asynccontextmanager
async def office(var: Path, base: int) -> AsyncIterator[httpx.AsyncClient]:
    environment = {
        **os.environ,
        "FORBEAR_VAR": str(var),
        "FORBEAR_PORT_BASE": str(base),
        "FORBEAR_GATEWAYS": json.dumps({"demo": {"secret": SECRET}}),
    }
    argv = [sys.executable, "-m", "forbear.play.post_office", "--tenant", "demo"]
    with (var / "log").open("wb") as log:
        process = subprocess.Popen(argv, env=environment, stderr=log)  # noqa: ASYNC220
    url = f"http://127.0.0.1:{base + PORT_OFFSETS['post_office']}"
    try:
        async with httpx.AsyncClient(base_url=url, timeout=10) as http:

            async def is_up() -> bool:
                try:
                    return (await http.get("/readyz")).status_code == 200
                except httpx.TransportError:
                    return False

            await eventually(is_up)
            yield http
    finally:
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) in (0, -signal.SIGTERM)


def providers(base: int) -> tuple[SmtpProvider, HttpProvider]:
    mail = f"smtp://127.0.0.1:{base + PORT_OFFSETS['post_office_smtp']}"
    http = f"http://127.0.0.1:{base + PORT_OFFSETS['post_office']}"
    wall = Clock(Settings()).wall
    return SmtpProvider(server_of(mail), "c@bank.example"), HttpProvider(http, SECRET, wall)


async def test_what_was_sent_arrives_once_and_is_known_after_a_restart(tmp_path: Path) -> None:
    base = _base()
    smtp, gateway = providers(base)
    sms = message_of(SMS_ID, Channel.SMS, address="+86-100-0000-0001")
    async with office(tmp_path, base) as http:
        for _ in range(2):
            assert (await gateway.send(sms, _leave)).is_accepted
        assert (await smtp.send(message_of(MAIL_ID), _leave)).is_accepted
        unsigned = await http.post("/messages", json={"id": "x"})
        assert unsigned.status_code == 401
        letter = message_of("d" * 32, Channel.LETTER, address="nobody.invalid")
        assert not (await gateway.send(letter, _leave)).is_accepted
    kept = next((tmp_path / "post_office").iterdir()).read_text() + (tmp_path / "log").read_text()
    kept = kept.replace("@bank.example", "")
    assert "王小明" not in kept and "+86" not in kept and "@" not in kept
    async with office(tmp_path, base) as http:
        arrived = (await http.get("/v1/demo/arrived?after=0")).json()["arrived"]
        assert [(each["attempt_id"], each["channel"]) for each in arrived] == [
            (SMS_ID, "sms"),
            (MAIL_ID, "email"),
        ]
        assert await gateway.find(SMS_ID) is not None
        assert await gateway.find(LOST_ID) is None


async def test_outcomes_go_back_signed_and_mail_to_nobody_comes_back(tmp_path: Path) -> None:
    async with http_server() as contact:
        base = contact.port - PORT_OFFSETS["contact"]
        smtp, gateway = providers(base)
        async with office(tmp_path, base) as http:
            contact.faults = ["500"]
            sms = message_of(SMS_ID, Channel.SMS, address="+86-100-0000-0001")
            await gateway.send(sms, _leave)
            path = f"/v1/demo/arrived/{SMS_ID}/outcome"
            assert (await http.post(path, json={"outcome": "delivered"})).status_code == 200
            await smtp.send(message_of(MAIL_ID, address="nobody@bank.invalid"), _leave)

            async def both_told() -> bool:
                return len(contact.asked) >= 3

            await eventually(both_told)
    refused, receipt, bounce = contact.asked[:3]
    assert json.loads(refused.body)["receipts"][0]["attempt_id"] == SMS_ID
    assert json.loads(receipt.body)["receipts"][0]["attempt_id"] == SMS_ID
    _check_signed(receipt, "/v1/demo/webhooks/receipts")
    read = read_bounce(bounce.body)
    assert read is not None and (read.attempt_id, read.is_final) == (MAIL_ID, True)


def _check_signed(asked: Asked, path: str) -> None:
    assert asked.path == path
    header = asked.headers[HEADER.casefold()]
    verify(SECRET, header, Clock(Settings()).wall(), ("POST", path, asked.body))


def test_a_returned_mail_names_its_attempt() -> None:
    read = read_bounce(returned(MAIL_ID))
    assert read is not None and read.attempt_id == MAIL_ID


@pytest.mark.parametrize("cut", ["", '["', '["bb'])
def test_a_line_cut_by_a_kill_is_forgotten_and_the_others_are_kept(
    tmp_path: Path, cut: str
) -> None:
    file = tmp_path / "demo.jsonl"
    ledger = open_ledger(file)
    ledger.take(MAIL_ID, "email")
    ledger.close()
    file.write_text(file.read_text() + cut)
    again = open_ledger(file)
    again.take(MAIL_ID, "email")
    again.take(SMS_ID, "sms")
    shown: list[Any] = [(each.seq, each.attempt_id) for each in again.after(0, 10)]
    assert shown == [(1, MAIL_ID), (2, SMS_ID)]
    again.close()
