"""The HTTP door on the real app: answers, bulk, quarantine commands, counts and look-up."""

from __future__ import annotations

import json
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

from chassis.clock import Clock, format_reading
from chassis.http import create_app
from chassis.service import Context
from chassis.settings import Settings
from interfaces.clock import ClockReading
from services.intake.api import router
from tests.services.intake.bank import NOW, fact, party, payment, person, registered, snapshot
from tests.services.intake.conftest import Intake

pytestmark = pytest.mark.database
NDJSON = {"content-type": "application/x-ndjson"}


@pytest.fixture
async def http(intake: Intake, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The app, its case clock standing at NOW (as nearly as a running clock can)."""
    clock = Clock(settings)
    reading = ClockReading(wall_epoch=clock.wall(), case_epoch=NOW, rate=1e-9)
    settings.clock_file.write_text(format_reading(reading))
    app = create_app("intake", settings, intake.database, [router])
    app.state.context = Context(settings, intake.database, clock)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


def as_json(message: Message) -> dict[str, Any]:
    return MessageToDict(message, preserving_proto_field_name=True)


def a_key() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid.uuid4())}


async def test_one_fact_is_accepted_in_snake_and_in_camel_case(http: httpx.AsyncClient) -> None:
    snake = as_json(fact("e1", registered=registered()))
    camel = MessageToDict(fact("e2", snapshot=snapshot()))
    answers = [await http.post("/v1/demo/loan-events", json=body) for body in (snake, camel)]
    assert [answer.status_code for answer in answers] == [202, 202]
    assert [answer.json() for answer in answers] == [
        {"event_id": "e1", "status": "applied"},
        {"event_id": "e2", "status": "applied"},
    ]


async def test_the_tenant_may_be_left_out_and_makes_the_same_event(
    http: httpx.AsyncClient, intake: Intake
) -> None:
    told = fact("e1", registered=registered())
    await intake.receive(told)
    body = as_json(told)
    del body["tenant"]
    assert (await http.post("/v1/demo/loan-events", json=body)).json()["status"] == "duplicate"


async def test_bulk_answers_every_line_by_itself(http: httpx.AsyncClient, intake: Intake) -> None:
    good = json.dumps(as_json(fact("e1", registered=registered())))
    odd = json.dumps(as_json(fact("e2", snapshot=snapshot(as_of="2026-02-31"))))
    lines = "\n".join([good, "", "{not json", odd, good])
    answer = await http.post("/v1/demo/loan-events", content=lines, headers=NDJSON)
    assert answer.status_code == 207
    items = answer.json()["items"]
    assert [(item["line"], item["status"]) for item in items] == [
        (1, "applied"),
        (3, "dead_lettered"),
        (4, "quarantined"),
        (5, "duplicate"),
    ]
    assert items[2]["code"] == "intake/no_such_date"
    assert "2026-02-31" in items[2]["reason"]
    counts = (await http.get("/v1/demo/intake/counts")).json()
    assert counts == {
        **{"received": 4, "applied": 1, "duplicate": 1, "stale": 0, "quarantined": 1},
        "dead_lettered": 1,
        "facts": {k: v for k, v in counts.items() if isinstance(v, int)},
        "people": dict.fromkeys(await intake.counts(), 0),
    }


async def test_a_dead_line_is_kept_sealed(http: httpx.AsyncClient, intake: Intake) -> None:
    await http.post("/v1/demo/people", content="Lin Example, +86", headers=NDJSON)
    (letter,) = await intake.rows("SELECT * FROM dead_letter")
    assert b"Lin" not in letter["sealed"]
    assert intake.seals.open_quarantine(letter["sealed"]) == b"Lin Example, +86"


async def test_people_are_accepted_by_http_too(http: httpx.AsyncClient) -> None:
    answer = await http.post("/v1/demo/people", json=as_json(person("p1")))
    assert (answer.status_code, answer.json()["status"]) == (202, "applied")


async def test_a_quarantined_fact_is_shown_corrected_and_settled(http: httpx.AsyncClient) -> None:
    await http.post("/v1/demo/loan-events", json=as_json(fact("e1", registered=registered())))
    wrong = as_json(fact("e2", snapshot=snapshot(currency="USD")))
    received = (await http.post("/v1/demo/loan-events", json=wrong)).json()
    assert received["code"] == "intake/other_currency"
    path = f"/v1/demo/quarantine/{received['quarantine_id']}"
    shown = (await http.get(path)).json()
    assert (shown["status"], shown["fact"]["fact"]["snapshot"]["currency"]) == ("waiting", "USD")
    right = as_json(fact("e2", snapshot=snapshot()))
    replaced = await http.post(f"{path}/replace", json=right, headers=a_key())
    assert replaced.json() == {"event_id": "e2", "status": "applied"}
    assert (await http.get(path)).json()["status"] == "replaced"
    counts = (await http.get("/v1/demo/intake/counts")).json()
    assert (counts["received"], counts["applied"], counts["quarantined"]) == (2, 2, 0)
    for known in (wrong, right):
        again = await http.post("/v1/demo/loan-events", json=known)
        assert again.json()["status"] == "duplicate"
    late = await http.post(f"{path}/replay", headers=a_key())
    assert (late.status_code, late.json()["code"]) == (409, "intake/quarantine_settled")


async def test_a_correction_may_have_an_event_id_of_its_own(http: httpx.AsyncClient) -> None:
    await http.post("/v1/demo/loan-events", json=as_json(fact("e1", registered=registered())))
    wrong = as_json(fact("e2", snapshot=snapshot(currency="USD")))
    entry = (await http.post("/v1/demo/loan-events", json=wrong)).json()["quarantine_id"]
    right = as_json(fact("e3", snapshot=snapshot()))
    path = f"/v1/demo/quarantine/{entry}/replace"
    assert (await http.post(path, json=right, headers=a_key())).json()["status"] == "applied"
    for known in (wrong, right):
        again = await http.post("/v1/demo/loan-events", json=known)
        assert again.json()["status"] == "duplicate"


async def test_a_wrong_correction_changes_nothing(http: httpx.AsyncClient) -> None:
    entry = (
        await http.post("/v1/demo/loan-events", json=as_json(fact("e1", snapshot=snapshot())))
    ).json()["quarantine_id"]
    still_wrong = as_json(fact("e1", snapshot=snapshot(as_of="2026-02-30")))
    path = f"/v1/demo/quarantine/{entry}"
    answer = await http.post(f"{path}/replace", json=still_wrong, headers=a_key())
    assert (answer.status_code, answer.json()["code"]) == (422, "intake/no_such_date")
    shown = (await http.get(path)).json()
    assert (shown["status"], shown["code"]) == ("waiting", "intake/unknown_loan")


async def test_a_replay_that_is_refused_again_says_why(http: httpx.AsyncClient) -> None:
    body = as_json(fact("e1", snapshot=snapshot(as_of="2026-03-31")))
    entry = (await http.post("/v1/demo/loan-events", json=body)).json()["quarantine_id"]
    key = a_key()
    path = f"/v1/demo/quarantine/{entry}/replay"
    first = await http.post(path, headers=key)
    assert (first.status_code, first.json()["code"]) == (200, "intake/future_date")
    assert (await http.post(path, headers=key)).json() == first.json()
    assert (await http.post(path)).status_code == 400


async def test_a_fact_refused_for_its_form_waits_for_its_loan_once_replayed(
    http: httpx.AsyncClient, settings: Settings
) -> None:
    body = as_json(fact("e1", snapshot=snapshot(as_of="2026-03-12", days_past_due=11)))
    entry = (await http.post("/v1/demo/loan-events", json=body)).json()["quarantine_id"]
    later = ClockReading(Clock(settings).wall(), NOW.replace(day=12), 1e-9)
    settings.clock_file.write_text(format_reading(later))
    replayed = await http.post(f"/v1/demo/quarantine/{entry}/replay", headers=a_key())
    assert replayed.json()["code"] == "intake/unknown_loan"
    await http.post("/v1/demo/loan-events", json=as_json(fact("e2", registered=registered())))
    assert (await http.get(f"/v1/demo/quarantine/{entry}")).json()["status"] == "replayed"


async def test_a_discarded_entry_stays_counted_and_leaves_the_list(
    http: httpx.AsyncClient,
) -> None:
    body = as_json(fact("e1", snapshot=snapshot()))
    entry = (await http.post("/v1/demo/loan-events", json=body)).json()["quarantine_id"]
    reason = {"reason": "a test record", "by": "clerk-7"}
    path = f"/v1/demo/quarantine/{entry}/discard"
    assert (await http.post(path, json=reason, headers=a_key())).json()["status"] == "discarded"
    listed = (await http.get("/v1/demo/quarantine?status=waiting")).json()
    assert listed == {"entries": [], "after": None}
    assert (await http.get("/v1/demo/intake/counts")).json()["quarantined"] == 1
    await http.post("/v1/demo/loan-events", json=as_json(fact("e2", registered=registered())))
    assert (await http.get("/v1/demo/intake/counts")).json()["applied"] == 1


async def test_the_quarantine_is_paged(http: httpx.AsyncClient) -> None:
    for n in range(5):
        body = as_json(fact(f"e{n}", payment_received=payment(f"t{n}")))
        await http.post("/v1/demo/loan-events", json=body)
    first = (await http.get("/v1/demo/quarantine?limit=3")).json()
    rest = (await http.get(f"/v1/demo/quarantine?limit=3&after={first['after']}")).json()
    assert [entry["event_id"] for entry in first["entries"] + rest["entries"]] == [
        "e0",
        "e1",
        "e2",
        "e3",
        "e4",
    ]
    assert rest["after"] is None


async def test_a_persons_data_are_not_shown_and_are_wiped_when_settled(
    http: httpx.AsyncClient, intake: Intake
) -> None:
    body = as_json(person("p1", time_zone="Nowhere/At-All"))
    entry = (await http.post("/v1/demo/people", json=body)).json()["quarantine_id"]
    path = f"/v1/demo/quarantine/{entry}"
    assert "Lin" not in (await http.get(path)).text
    fixed = as_json(person("p1"))
    await http.post(f"{path}/replace", json=fixed, headers=a_key())
    assert await intake.rows("SELECT sealed FROM quarantine") == [{"sealed": b""}]


async def test_an_entry_of_another_tenant_does_not_exist(http: httpx.AsyncClient) -> None:
    body = as_json(fact("e1", snapshot=snapshot()))
    entry = (await http.post("/v1/demo/loan-events", json=body)).json()["quarantine_id"]
    answer = await http.get(f"/v1/uci/quarantine/{entry}")
    assert (answer.status_code, answer.json()["code"]) == (404, "intake/no_such_entry")


async def test_what_names_no_tenant_is_counted_and_can_be_looked_at(
    http: httpx.AsyncClient, intake: Intake
) -> None:
    await intake.receive(fact("e1", tenant="nobodyknows", registered=registered()))
    assert (await http.get("/v1/demo/intake/counts")).json()["quarantined"] == 1
    (entry,) = (await http.get("/v1/-/quarantine")).json()["entries"]
    assert entry["code"] == "intake/unknown_tenant"
    corrected = as_json(fact("e1", registered=registered()))
    path = f"/v1/-/quarantine/{entry['quarantine_id']}/replace"
    replaced = await http.post(path, json=corrected, headers=a_key())
    assert replaced.json()["status"] == "applied"
    counts = (await http.get("/v1/demo/intake/counts")).json()
    assert (counts["received"], counts["applied"], counts["quarantined"]) == (1, 1, 0)


async def test_registered_loans_are_looked_up_by_reference(http: httpx.AsyncClient) -> None:
    loan = registered(party("P1"), party("P2", "joint_guarantor"))
    await http.post("/v1/demo/loan-events", json=as_json(fact("e1", registered=loan)))
    await http.post("/v1/demo/loan-events", json=as_json(fact("e2", "L2", snapshot=snapshot())))
    refs = {"refs": ["L1", "L2", "never heard of", "\u0000"]}
    found = (await http.post("/v1/demo/loans/lookup", json=refs)).json()["loans"]
    assert list(found) == ["L1"]
    assert found["L1"]["parties"]["P2"]["role"] == "joint_guarantor"


async def test_an_unknown_tenant_is_not_found(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v1/nowhere/intake/counts")
    assert (answer.status_code, answer.json()["code"]) == (404, "intake/unknown_tenant")
