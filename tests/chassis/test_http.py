"""Every API answers refusals, strangers and oversize alike, and repeats nobody's input."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest
from fastapi import APIRouter
from pydantic import BaseModel, field_validator

from chassis.auth import ask_for_proof
from chassis.database import Database
from chassis.errors import Behind, NotFound
from chassis.http import create_app
from chassis.settings import Settings

router = APIRouter()
ask_for_proof("/proven/{token}")
UNREACHABLE = "postgresql+asyncpg://nobody:nothing@127.0.0.1:1/nowhere"


class Contact(BaseModel):
    phone: int
    name: str = ""

    @field_validator("name")
    @classmethod
    def _short(cls, name: str) -> str:
        if len(name) > 10:
            raise ValueError(f"{name} is too long")
        return name


@router.get("/missing")
async def missing() -> None:
    when = datetime(2026, 3, 1, tzinfo=UTC)
    raise NotFound("loans/unknown", "No loan L-1 is known; send it first.", loan="L-1", asof=when)


@router.get("/behind")
async def behind() -> None:
    raise Behind("contact/behind", "Standing is older than the act; try again.")


@router.get("/broken")
async def broken() -> None:
    raise RuntimeError("secret of the inside")


@router.post("/contacts")
async def contacts(contact: Contact) -> int:
    return contact.phone


@router.post("/proven/{token}")
async def proven(token: str) -> str:
    return token


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app("intake", settings, Database(UNREACHABLE), [router])
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:7201") as made:
        yield made


async def test_a_refusal_becomes_a_problem_document(client: httpx.AsyncClient) -> None:
    answer = await client.get("/missing")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "/problems/loans/unknown",
        "title": "Unknown",
        "status": 404,
        "code": "loans/unknown",
        "detail": "No loan L-1 is known; send it first.",
        "instance": "/missing",
        "loan": "L-1",
        "asof": "2026-03-01T00:00:00+00:00",
    }


async def test_a_retryable_refusal_says_when_to_come_back(client: httpx.AsyncClient) -> None:
    answer = await client.get("/behind")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "1")


async def test_an_unexpected_error_tells_nothing_of_the_inside(client: httpx.AsyncClient) -> None:
    answer = await client.get("/broken")
    assert answer.status_code == 500
    assert answer.json()["code"] == "http/unexpected"
    assert "secret" not in answer.text


@pytest.mark.parametrize(
    "body",
    ['{"phone": "+86 139"}', '{"phone": 1, "name": "Somebody +86 139"}', '{"+86 139', '"+86 139"'],
)
async def test_a_request_not_understood_is_not_repeated(
    body: str, client: httpx.AsyncClient
) -> None:
    headers = {"content-type": "application/json"}
    answer = await client.post("/contacts", content=body, headers=headers)
    assert answer.status_code == 422
    assert answer.json()["code"] == "http/invalid"
    assert "139" not in answer.text


async def test_an_unknown_path_is_a_problem_document_too(client: httpx.AsyncClient) -> None:
    answer = await client.get("/nowhere")
    assert (answer.status_code, answer.json()["code"]) == (404, "http/404")


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "127.0.0.1.evil.example:7201"},
        {"host": "192.168.0.1:7201"},
        {"host": ""},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9999"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "cors"},
    ],
)
async def test_a_stranger_is_refused(headers: dict[str, str], client: httpx.AsyncClient) -> None:
    answer = await client.get("/healthz", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "http/foreign_caller")


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"host": "localhost:7201"},
        {"host": "[::1]:7201"},
        {"origin": "http://127.0.0.1:7201", "sec-fetch-site": "same-origin"},
        {"sec-fetch-site": "same-site", "sec-fetch-mode": "navigate"},
    ],
)
async def test_the_machine_itself_is_answered(
    headers: dict[str, str], client: httpx.AsyncClient
) -> None:
    assert (await client.get("/healthz", headers=headers)).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "contact.bank.example"},
        {"origin": "null"},
        {"origin": "https://contact.bank.example", "sec-fetch-site": "cross-site"},
    ],
)
async def test_a_door_that_asks_for_proof_answers_what_a_proxy_leads_to_it(
    headers: dict[str, str], client: httpx.AsyncClient
) -> None:
    assert (await client.post("/proven/token", headers=headers)).status_code == 200
    for path in ("/proven", "/proven/token/more", "/proven/token/../../contacts", "/contacts"):
        answer = await client.post(path, headers=headers, json={"phone": 1})
        assert answer.status_code == 403, path


async def test_a_body_too_large_is_refused_whether_declared_or_streamed(
    client: httpx.AsyncClient,
) -> None:
    async def stream() -> AsyncIterator[bytes]:
        for _ in range(9):
            yield b" " * 1024 * 1024

    declared = await client.post("/contacts", content=b" " * (9 * 1024 * 1024))
    streamed = await client.post("/contacts", content=stream())
    assert [declared.status_code, streamed.status_code] == [413, 413]
    assert declared.json()["code"] == streamed.json()["code"] == "http/413"


async def test_one_door_may_take_larger_bodies_than_the_others(settings: Settings) -> None:
    larger = {"/contacts": 10 * 1024 * 1024}
    app = create_app("intake", settings, Database(UNREACHABLE), [router], larger)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
        taken = await http.post("/contacts", content=b" " * (9 * 1024 * 1024))
        refused = await http.post("/contacts", content=b" " * (11 * 1024 * 1024))
        other = await http.post("/others", content=b" " * (9 * 1024 * 1024))
    assert taken.status_code != 413
    assert [refused.status_code, other.status_code] == [413, 413]


async def test_a_service_without_its_database_is_alive_and_not_ready(
    client: httpx.AsyncClient,
) -> None:
    assert (await client.get("/healthz")).status_code == 200
    assert (await client.get("/readyz")).status_code == 503
