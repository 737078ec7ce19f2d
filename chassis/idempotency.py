"""Every effect is repeatable: a retry under the same key gets the first result."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request
from fastapi.encoders import jsonable_encoder
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict, Invalid, Malformed, Rejected
from chassis.problem import MEDIA_TYPE, document

KEEP_DAYS = 7
_KEY_LENGTH_MAX = 255

CHASSIS_SQL = [
    """CREATE TABLE idempotency (
        tenant text NOT NULL, route text NOT NULL, key text NOT NULL, fingerprint text NOT NULL,
        status int NOT NULL, body text NOT NULL, created_at timestamptz NOT NULL DEFAULT now(),
        PRIMARY KEY (tenant, route, key))""",
    "CREATE INDEX idempotency_age ON idempotency (created_at)",
    """CREATE TABLE business_result (
        key text PRIMARY KEY, result bytea NOT NULL,
        created_at timestamptz NOT NULL DEFAULT now())""",
]

Effect = Callable[[], Awaitable[tuple[int, object]]]


@dataclass(frozen=True)
class Outcome:
    """What the first request under a key was answered, to be answered again."""

    status: int
    body: object

    def response(self) -> JSONResponse:
        media_type = MEDIA_TYPE if self.status >= 400 else "application/json"
        return JSONResponse(self.body, self.status, media_type=media_type)


@dataclass(frozen=True)
class RequestKey:
    """The caller's key, with what it was used for."""

    key: str
    route: str
    fingerprint: str


async def request_key(request: Request) -> RequestKey:
    """Read `Idempotency-Key` (a quoted string, or bare) and fingerprint the request."""
    key = request.headers.get("idempotency-key", "").strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not key or len(key) > _KEY_LENGTH_MAX or not key.isprintable():
        raise Malformed(
            "http/idempotency_key_missing",
            "This operation needs the header Idempotency-Key: a string of 1 to "
            f"{_KEY_LENGTH_MAX} printable characters, unique per intended effect; a UUID will do.",
        )
    route = f"{request.method} {request.url.path}"
    content = request.url.query.encode() + b"\n" + await request.body()
    return RequestKey(key, route, hashlib.sha256(content).hexdigest())


IdempotencyKey = Annotated[RequestKey, Depends(request_key)]


async def once(  # noqa: PLR0913 — the four names of a request, all keywords
    session: AsyncSession, *, tenant: str, route: str, key: str, fingerprint: str, effect: Effect
) -> Outcome:
    """Run `effect` once per (tenant, route, key) and keep its answer in the same transaction.

    A refusal is an answer too: its effect is undone and the refusal kept, unless it is retryable.
    Raises `http/idempotency_key_in_use` (409) and `http/idempotency_key_reused` (422).
    """
    name = {"tenant": tenant, "route": route, "key": key}
    if not (await session.execute(_TRY_LOCK, {"lock": "\n".join(name.values())})).scalar_one():
        raise Conflict(
            "http/idempotency_key_in_use",
            f"A request with Idempotency-Key {key} is being worked on; repeat it in a moment.",
        )
    first = (await session.execute(_FIND, name)).one_or_none()
    if first is None:
        outcome = await _perform(session, effect)
        kept = {"fingerprint": fingerprint, "status": outcome.status}
        await session.execute(_KEEP, {**name, **kept, "body": json.dumps(outcome.body)})
        return outcome
    if first.fingerprint != fingerprint:
        raise Invalid(
            "http/idempotency_key_reused",
            f"Idempotency-Key {key} was used for a request with another content; use a new key.",
        )
    return Outcome(first.status, json.loads(first.body))


async def first_result(session: AsyncSession, key: str) -> bytes | None:
    """The result remembered under a business key; a concurrent holder of the key is awaited."""
    await session.execute(_LOCK, {"lock": f"business\n{key}"})
    found = await session.execute(
        text("SELECT result FROM business_result WHERE key = :key"), {"key": key}
    )
    result = found.scalar_one_or_none()
    return None if result is None else bytes(result)


async def remember(session: AsyncSession, key: str, result: bytes) -> None:
    """Keep a business key's result; the key is unique, so a second one raises."""
    await session.execute(
        text("INSERT INTO business_result (key, result) VALUES (:key, :result)"),
        {"key": key, "result": result},
    )


async def forget_old(session: AsyncSession) -> None:
    """Drop HTTP answers older than `KEEP_DAYS`; business results stay with what they prove."""
    await session.execute(_FORGET, {"days": KEEP_DAYS})


async def _perform(session: AsyncSession, effect: Effect) -> Outcome:
    try:
        async with session.begin_nested():
            status, body = await effect()
    except Rejected as refusal:
        if refusal.retryable:
            raise
        return Outcome(refusal.status, document(refusal))
    return Outcome(status, jsonable_encoder(body))


_TRY_LOCK = text("SELECT pg_try_advisory_xact_lock(hashtextextended(:lock, 0))")
_LOCK = text("SELECT pg_advisory_xact_lock(hashtextextended(:lock, 0))")
_FIND = text(
    """SELECT fingerprint, status, body FROM idempotency
    WHERE tenant = :tenant AND route = :route AND key = :key"""
)
_KEEP = text(
    """INSERT INTO idempotency (tenant, route, key, fingerprint, status, body)
    VALUES (:tenant, :route, :key, :fingerprint, :status, :body)"""
)
_FORGET = text("DELETE FROM idempotency WHERE created_at < now() - make_interval(days => :days)")
