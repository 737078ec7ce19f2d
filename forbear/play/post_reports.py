"""The post office tells contact what became of messages: receipts, and mail that came back."""

from __future__ import annotations

import asyncio
import json
import logging
from collections import deque
from dataclasses import dataclass
from email import message_from_string
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText

import httpx

from chassis.clock import Clock
from services.contact.gateways.signing import HEADER, sign

LOG = logging.getLogger(__name__)
_AT_ONCE = 50
_AGAIN_SECONDS = 0.5


@dataclass(frozen=True)
class Word:
    """What became of one message."""

    attempt_id: str
    channel: str
    outcome: str


class Reports:
    """Words wait here until contact has taken them; telling one twice changes nothing there."""

    def __init__(self, contact: str, tenant: str, secret: str, clock: Clock) -> None:
        self._contact, self._tenant, self._secret = contact, tenant, secret
        self._clock = clock
        self._words: deque[Word] = deque()
        self._told = asyncio.Event()

    def tell(self, word: Word) -> None:
        self._words.append(word)
        self._told.set()

    async def run(self, stop: asyncio.Event) -> None:
        async with httpx.AsyncClient(timeout=20) as http:
            while not stop.is_set():
                try:
                    async with asyncio.timeout(_AGAIN_SECONDS):
                        await self._told.wait()
                except TimeoutError:
                    continue
                if not await self._report(http):
                    await asyncio.wait([asyncio.ensure_future(stop.wait())], timeout=_AGAIN_SECONDS)

    async def _report(self, http: httpx.AsyncClient) -> bool:
        """Tell what is next; false if contact did not take it."""
        batch = self._next()
        if not batch:
            self._told.clear()
            return True
        bounces = batch[0].channel == "email" and batch[0].outcome == "undeliverable"
        path = "bounces" if bounces else "receipts"
        body = returned(batch[0].attempt_id) if bounces else self._receipts(batch)
        try:
            answer = await self._post(http, f"/v1/{self._tenant}/webhooks/{path}", body)
        except httpx.TransportError as fault:
            LOG.warning("contact does not take receipts: %s", type(fault).__name__)
            return False
        if answer.status_code >= 500:
            return False
        if answer.status_code >= 400:
            LOG.warning("contact refuses receipts: %s %s", answer.status_code, answer.text[:200])
        for _ in batch:
            self._words.popleft()
        return True

    def _next(self) -> list[Word]:
        """A bounce by itself, or as many receipts as lie before the next bounce."""
        batch: list[Word] = []
        for word in self._words:
            is_bounce = word.channel == "email" and word.outcome == "undeliverable"
            if is_bounce:
                return batch or [word]
            batch.append(word)
            if len(batch) == _AT_ONCE:
                break
        return batch

    def _receipts(self, batch: list[Word]) -> bytes:
        at = self._clock.now().isoformat()
        listed = [
            {
                "receipt_id": f"{word.attempt_id}/{word.outcome}",
                "attempt_id": word.attempt_id,
                "outcome": word.outcome,
                "at": at,
            }
            for word in batch
        ]
        return json.dumps({"receipts": listed}).encode()

    async def _post(self, http: httpx.AsyncClient, path: str, body: bytes) -> httpx.Response:
        headers = {HEADER: sign(self._secret, self._clock.wall(), "POST", path, body)}
        headers["Content-Type"] = "application/json"
        return await http.post(f"{self._contact}{path}", content=body, headers=headers)


def returned(attempt_id: str) -> bytes:
    """A delivery status notification (RFC 3464) about the message of an attempt."""
    report = MIMEMultipart("report", boundary="returned")
    report.set_param("report-type", "delivery-status")
    report["Subject"] = "Undelivered Mail Returned to Sender"
    report.attach(MIMEText("This mail could not be delivered."))
    status = MIMEBase("message", "delivery-status")
    status.set_payload(
        [
            message_from_string("Reporting-MTA: dns; post-office\n\n"),
            message_from_string("Action: failed\nStatus: 5.1.1\n\n"),
        ]
    )
    report.attach(status)
    headers = MIMEText(f"Message-ID: <{attempt_id}@post-office>\n", "rfc822-headers", "us-ascii")
    report.attach(headers)
    return report.as_bytes()
