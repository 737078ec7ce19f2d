"""The same key gives the first answer; a key in use or reused for another request is refused."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import idempotency, problem
from chassis.database import Database
from chassis.errors import Behind, Conflict, Invalid
from chassis.idempotency import IdempotencyKey, Outcome
from tests.chassis.topic_log import until

pytestmark = pytest.mark.database


class Payments:
    """Counts how often the effect really ran."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.ran = 0
        self.refusal: Exception | None = None
        self.gate: asyncio.Event | None = None

    async def pay(self, key: str = "k", fingerprint: str = "f", tenant: str = "bank") -> Outcome:
        async with self.database.transaction() as session:

            async def effect() -> tuple[int, object]:
                self.ran += 1
                await idempotency.remember(session, f"effect-{self.ran}", b"")
                if self.gate is not None:
                    await self.gate.wait()
                if self.refusal is not None:
                    raise self.refusal
                return 201, {"payment": self.ran}

            return await idempotency.once(
                session,
                tenant=tenant,
                route="POST /payments",
                key=key,
                fingerprint=fingerprint,
                effect=effect,
            )


@pytest.fixture
def payments(database: Database) -> Payments:
    return Payments(database)


async def test_a_replay_returns_the_first_result(payments: Payments) -> None:
    first, second = await payments.pay(), await payments.pay()
    assert first == second == Outcome(201, {"payment": 1})
    assert payments.ran == 1


async def test_keys_of_other_tenants_and_other_keys_are_strangers(payments: Payments) -> None:
    await payments.pay()
    assert (await payments.pay(key="k2")).body == {"payment": 2}
    assert (await payments.pay(tenant="other")).body == {"payment": 3}


async def test_a_key_reused_for_another_request_is_refused(payments: Payments) -> None:
    await payments.pay()
    with pytest.raises(Invalid) as refused:
        await payments.pay(fingerprint="another")
    assert (refused.value.code, refused.value.status) == ("http/idempotency_key_reused", 422)


async def test_a_concurrent_request_under_the_same_key_is_refused(payments: Payments) -> None:
    payments.gate = asyncio.Event()
    first = asyncio.create_task(payments.pay())

    async def has_begun() -> bool:
        return payments.ran == 1

    await until(has_begun, 10)
    with pytest.raises(Conflict) as refused:
        await payments.pay()
    assert refused.value.code == "http/idempotency_key_in_use"
    payments.gate.set()
    assert (await first).status == 201


async def test_a_refusal_is_kept_and_its_effect_undone(payments: Payments) -> None:
    payments.refusal = Conflict("ledger/closed", "The loan is closed.")
    first = await payments.pay()
    payments.refusal = None
    assert await payments.pay() == first
    assert first.status == 409
    assert first.response().media_type == problem.MEDIA_TYPE
    async with payments.database.transaction() as session:
        rows = await session.execute(text("SELECT key FROM business_result"))
        assert rows.all() == []


async def test_a_retryable_refusal_and_a_crash_keep_nothing(payments: Payments) -> None:
    for trouble in (Behind("contact/behind", "Try again."), RuntimeError()):
        payments.refusal = trouble
        with pytest.raises(type(trouble)):
            await payments.pay()
    payments.refusal = None
    assert (await payments.pay()).status == 201


async def test_a_business_key_has_one_result_even_for_two_at_once(database: Database) -> None:
    ran = 0

    async def act() -> bytes:
        nonlocal ran
        async with database.transaction() as session:
            found = await idempotency.first_result(session, "case/1/step-1")
            if found is not None:
                return found
            ran += 1
            result = f"sent {ran}".encode()
            await _dawdle(session)
            await idempotency.remember(session, "case/1/step-1", result)
            return result

    assert await asyncio.gather(*(act() for _ in range(4))) == [b"sent 1"] * 4


@pytest.mark.parametrize("given", [{}, {"idempotency-key": '""'}, {"idempotency-key": "k" * 256}])
async def test_a_missing_or_unusable_key_is_malformed(given: dict[str, str]) -> None:
    answer = await _echo(given)
    assert answer.status_code == 400
    assert answer.json()["code"] == "http/idempotency_key_missing"


async def test_a_key_may_be_quoted_or_bare_and_the_body_makes_the_fingerprint() -> None:
    quoted = (await _echo({"idempotency-key": '"abc"'}, b"one")).json()
    bare = (await _echo({"idempotency-key": "abc"}, b"one")).json()
    other = (await _echo({"idempotency-key": "abc"}, b"two")).json()
    assert quoted == bare
    assert (bare["key"], bare["route"]) == ("abc", "POST /echo")
    assert bare["fingerprint"] != other["fingerprint"]


async def test_the_body_is_still_there_for_the_handler() -> None:
    app = FastAPI()

    @app.post("/sum")
    async def total(key: IdempotencyKey, numbers: list[int]) -> int:
        return sum(numbers)

    transport: Any = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        headers = {"idempotency-key": "k"}
        assert (await client.post("/sum", headers=headers, json=[1, 2, 3])).json() == 6


async def _echo(headers: dict[str, str], body: bytes = b"") -> httpx.Response:
    app = FastAPI()
    problem.install(app)

    @app.post("/echo")
    async def echo(key: IdempotencyKey) -> JSONResponse:
        return JSONResponse(vars(key))

    transport: Any = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        return await client.post("/echo", headers=headers, content=body)


async def _dawdle(session: AsyncSession) -> None:
    await session.execute(text("SELECT pg_sleep(0.05)"))
