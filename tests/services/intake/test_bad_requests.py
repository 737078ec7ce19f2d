"""Malformed and hostile requests, a line each, with status and code: the real app on PostgreSQL."""

from __future__ import annotations

import json

import httpx
import pytest
from google.protobuf.json_format import MessageToDict

from chassis.http import create_app
from chassis.service import Context
from services.intake.api import router
from services.intake.commands.counts import counts
from services.intake.domain.facts import Kind
from tests.services.intake.bank import fact, payment

pytestmark = pytest.mark.database
FACT_JSON = json.dumps(
    MessageToDict(fact("h", payment_received=payment("h")), preserving_proto_field_name=True)
)


def with_amount(raw: str) -> str:
    return FACT_JSON.replace('"10500"', raw)


JSON = "application/json"
UNREADABLE = "400 intake/undecodable"
REQUESTS: list[tuple[str, str, str | bytes, str]] = [
    ("no body", JSON, "", UNREADABLE),
    ("no JSON", JSON, "event_id=h", UNREADABLE),
    ("XML", JSON, "<fact/>", UNREADABLE),
    ("null", JSON, "null", UNREADABLE),
    ("an array", JSON, f"[{FACT_JSON}]", UNREADABLE),
    ("an empty object", JSON, "{}", UNREADABLE),
    ("NUL bytes", JSON, b"\0" * 32, UNREADABLE),
    ("not UTF-8", JSON, b'{"event_id": "\xff\xfe"}', UNREADABLE),
    ("half a surrogate pair", JSON, '{"event_id": "\\ud800"}', UNREADABLE),
    ("100,000 brackets", JSON, "[" * 100_000, UNREADABLE),
    ("100,000 nested objects", JSON, '{"fact":' * 100_000, UNREADABLE),
    ("amount with a fraction", JSON, with_amount("105.5"), UNREADABLE),
    ("amount as a whole float", JSON, with_amount("10500.0"), UNREADABLE),
    ("amount with an exponent", JSON, with_amount("1e4"), UNREADABLE),
    ("amount that is not a number", JSON, with_amount("NaN"), UNREADABLE),
    ("infinite amount", JSON, with_amount("Infinity"), UNREADABLE),
    ("amount above 64 bits", JSON, with_amount(str(2**63)), UNREADABLE),
    ("amount of 5,000 digits", JSON, with_amount("9" * 5_000), UNREADABLE),
    ("amount in words", JSON, with_amount('"much"'), UNREADABLE),
    ("amount true", JSON, with_amount("true"), UNREADABLE),
    ("unknown field", JSON, FACT_JSON.replace("loan_ref", "loan_reference"), UNREADABLE),
    ("a field twice", JSON, FACT_JSON.replace("{", '{"event_id": "i",', 1), UNREADABLE),
    ("a field in two spellings", JSON, with_amount('1, "amountMinor": 10500'), UNREADABLE),
    ("two facts in one", JSON,
     FACT_JSON.replace('"fact": {', '"fact": {"closed": {"on": "2026-03-09"},'), UNREADABLE),
    ("date as a number", JSON, FACT_JSON.replace('"2026-03-10"', "20260310"), UNREADABLE),
    ("instant without a zone", JSON, FACT_JSON.replace("04:00:00Z", "04:00:00"), UNREADABLE),
    ("form data", "application/x-www-form-urlencoded", "event_id=h", "415 intake/media_type"),
    ("no content type", "", FACT_JSON, "415 intake/media_type"),
    ("8 MiB and a byte", JSON, b" " * (8 * 2**20 + 1), "413 http/413"),
    ("10,001 lines", "application/x-ndjson", "{}\n" * 10_001, "400 intake/line_count"),
    ("no lines", "application/x-ndjson", "\n\n", "400 intake/line_count"),
    ("another tenant's fact", JSON, FACT_JSON.replace('"demo"', '"uci"'),
     "202 intake/other_tenant"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("media", "body", "outcome"), [row[1:] for row in REQUESTS], ids=[row[0] for row in REQUESTS]
)
async def test_a_request(context: Context, media: str, body: str | bytes, outcome: str) -> None:
    app = create_app("intake", context.settings, context.database, [router])
    app.state.context = context
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"content-type": media} if media else {}
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        answer = await client.post("/v1/demo/loan-events", content=body, headers=headers)
    assert f"{answer.status_code} {answer.json().get('code')}" == outcome
    assert len(answer.content) < 2_000, "an answer never repeats what was sent"
    async with context.database.transaction() as session:
        closing = (await counts(session, "demo"))[Kind.FACT]
    assert 2 * closing["received"] == sum(closing.values())
