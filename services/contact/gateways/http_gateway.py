"""SMS, push and print over one HTTP contract, which docs/gateways.md describes.

The provider knows a message by the attempt's id: handing it over again is the same message, and
`GET /messages/{id}` tells what became of it.
"""

from __future__ import annotations

import base64
import json
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any
from urllib.parse import quote, urlsplit

import httpx

from interfaces.values import Channel
from services.contact.gateways.letters import pdf_of
from services.contact.gateways.messages import (
    AboutToLeave,
    HandoverInDoubt,
    Message,
    NotHandedOver,
    Receipt,
)
from services.contact.gateways.pauses import Pauses, pause_asked_for
from services.contact.gateways.signing import HEADER, BadSignature, sign, verify

TIMEOUT_SECONDS = 8.0
_ANSWER_BYTES_MAX = 64 * 1024
_ACCEPTED = frozenset({"accepted", "sent", "delivered"})
_REFUSED = frozenset({"refused", "undeliverable"})
# Request Timeout and Conflict: the same id may be under way there.
_PERHAPS_TAKEN = frozenset({408, 409})


@dataclass(frozen=True)
class Terms:
    """Whether the provider signs its answers, so that an unsigned one is not believed, and until
    when each provider wants to be left alone."""

    signed_answers: bool = False
    pauses: Pauses = field(default_factory=Pauses)


class HttpProvider:
    name = "http"
    can_be_asked = True

    def __init__(
        self,
        url: str,
        secret: str,
        wall: Callable[[], datetime],
        timeout: float = TIMEOUT_SECONDS,
        terms: Terms | None = None,
    ) -> None:
        self._url, self._secret, self._wall = url.rstrip("/"), secret, wall
        self._timeout, self._terms = timeout, terms or Terms()

    async def send(self, message: Message, about_to_leave: AboutToLeave) -> Receipt:
        body = json.dumps(content_of(message), ensure_ascii=False).encode()
        left = self._terms.pauses.left(self._url, self._wall())
        if left:
            raise NotHandedOver(f"gateway asked to be left alone for another {left}")
        await about_to_leave()
        status, answer = await self._ask("POST", "/messages", body, message.attempt_id)
        if status == 422 and answer.get("code") == "address_refused":
            return Receipt(message.attempt_id, is_accepted=False)
        if status in (200, 201, 202):
            return _receipt(message.attempt_id, answer)
        if 400 <= status < 500 and status not in _PERHAPS_TAKEN:
            raise NotHandedOver(f"gateway answers {status}")
        raise HandoverInDoubt(f"gateway answers {status}")

    async def find(self, attempt_id: str) -> Receipt | None:
        left = self._terms.pauses.left(self._url, self._wall())
        if left:
            raise HandoverInDoubt(f"gateway asked to be left alone for another {left}")
        status, answer = await self._ask("GET", f"/messages/{quote(attempt_id, safe='')}", b"", "")
        if status == 404:
            return None
        if status == 200:
            return _receipt(attempt_id, answer)
        raise HandoverInDoubt(f"gateway answers {status}")

    async def _ask(
        self, method: str, path: str, body: bytes, key: str
    ) -> tuple[int, dict[str, Any]]:
        url = f"{self._url}{path}"
        signature = sign(self._secret, self._wall(), method, urlsplit(url).path, body)
        headers = {HEADER: signature, **({"Idempotency-Key": key} if key else {})}
        if body:
            headers["Content-Type"] = "application/json"
        try:
            async with (
                httpx.AsyncClient(timeout=self._timeout, verify=_trust(url)) as http,
                http.stream(method, url, content=body or None, headers=headers) as answer,
            ):
                whole = await _read(answer)
        except httpx.ConnectError as fault:
            raise NotHandedOver(f"gateway: {type(fault).__name__}") from None
        except httpx.HTTPError as fault:
            raise HandoverInDoubt(f"gateway: {type(fault).__name__}") from None
        self._check(answer, method, urlsplit(url).path, whole)
        self._heed(answer)
        return answer.status_code, _object_in(whole)

    def _check(self, answer: httpx.Response, method: str, path: str, whole: bytes) -> None:
        """An answer that is signed wrongly, or not at all where it must be, tells nothing."""
        signature = answer.headers.get(HEADER, "")
        if not signature and not self._terms.signed_answers:
            return
        of = (f"{method} {answer.status_code}", path, whole)
        try:
            verify(self._secret, signature, self._wall(), of)
        except BadSignature as bad:
            raise HandoverInDoubt(f"gateway answers {answer.status_code}, and {bad}") from None

    def _heed(self, answer: httpx.Response) -> None:
        if answer.status_code in (429, 503):
            wall = self._wall()
            pause = pause_asked_for(answer.headers.get("Retry-After", ""), wall)
            self._terms.pauses.note(self._url, wall + pause)


def content_of(message: Message) -> dict[str, object]:
    """The request's JSON. A letter goes as PDF; nothing tells the provider of loans."""
    content: dict[str, object] = {
        "id": message.attempt_id,
        "tenant": message.tenant,
        "channel": message.channel.value,
        "to": message.address,
        "language": message.language,
        "at": message.at.isoformat(),
    }
    if message.channel is Channel.LETTER:
        pdf = base64.b64encode(pdf_of(message)).decode()
        return {**content, "name": message.name, "media_type": "application/pdf", "content": pdf}
    subject = {"subject": message.subject} if message.channel is Channel.PUSH else {}
    return {**content, **subject, "media_type": "text/plain", "content": message.body}


def _trust(url: str) -> ssl.SSLContext | bool:
    return _authorities() if urlsplit(url).scheme == "https" else False


@lru_cache(maxsize=1)
def _authorities() -> ssl.SSLContext:
    """Reading the machine's authorities takes longer than a message: once is enough."""
    return ssl.create_default_context()


async def _read(answer: httpx.Response) -> bytes:
    """One that is too long says nothing."""
    whole = b""
    async for part in answer.aiter_bytes():
        whole += part
        if len(whole) > _ANSWER_BYTES_MAX:
            return b""
    return whole


def _object_in(whole: bytes) -> dict[str, Any]:
    """The answer's JSON object; what is none says nothing."""
    try:
        found = json.loads(whole)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _receipt(attempt_id: str, answer: dict[str, Any]) -> Receipt:
    status = answer.get("status")
    if answer.get("id") != attempt_id or status not in _ACCEPTED | _REFUSED:
        raise HandoverInDoubt("the gateway's answer does not speak of this message")
    return Receipt(attempt_id, is_accepted=status in _ACCEPTED)
