"""Visits listed and reported by HTTP, on the real application and a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from chassis.http import create_app
from chassis.vault import load_or_create_keys, unseal
from interfaces.facts import Visit
from interfaces.field_visit import VisitCommand
from services.field_visit.activities import Activities
from services.field_visit.api import router
from tests.services.field_visit.scene import Scene, asked

pytestmark = pytest.mark.database

REPORT: dict[str, Any] = {
    "report_id": "r-1",
    "outcome": "met_debtor",
    "agent_ids": ["pudong/agent-1", "pudong/agent-2"],
}


@pytest.fixture
async def http(scene: Scene) -> AsyncIterator[httpx.AsyncClient]:
    context = scene.context
    app = create_app("field_visit", context.settings, context.database, [router])
    app.state.context = context
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def under_way(scene: Scene, loan: str = "loan-1") -> Visit:
    activities = Activities(scene.context)
    visit = await activities.book(asked(loan))
    begin = VisitCommand("begin", "demo", loan, visit.visit_id, visit.window_from)
    return await activities.begin(begin)


async def test_a_report_ends_a_visit_and_is_answered_alike_when_it_comes_again(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    visit = await under_way(scene)
    for _ in range(2):
        answer = await http.post(f"/v1/demo/visits/{visit.visit_id}/report", json=REPORT)
        assert (answer.status_code, answer.json()["status"]) == (200, "reported")
    told = await scene.told()
    assert [each.status for each in told] == ["booked", "under_way", "reported"]
    assert told[-1].outcome == "met_debtor"
    other = {**REPORT, "report_id": "r-2"}
    second = await http.post(f"/v1/demo/visits/{visit.visit_id}/report", json=other)
    assert second.json()["code"] == "field_visit/already_reported"


async def test_a_late_report_is_still_what_happened(scene: Scene, http: httpx.AsyncClient) -> None:
    visit = await under_way(scene)
    late = visit.window_until + timedelta(days=4)
    judge = VisitCommand("judge", "demo", "loan-1", visit.visit_id, late)
    assert (await Activities(scene.context).judge(judge)).status == "missed"
    answer = await http.post(f"/v1/demo/visits/{visit.visit_id}/report", json=REPORT)
    assert answer.json()["status"] == "reported"


async def test_agents_of_a_branch_in_another_script_can_report(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    activities = Activities(scene.context)
    visit = await activities.book(replace(asked(), branch="上海 浦东"))
    begin = VisitCommand("begin", "demo", "loan-1", visit.visit_id, visit.window_from)
    await activities.begin(begin)
    [listed] = (await http.get("/v1/demo/visits")).json()["visits"]
    body = {**REPORT, "agent_ids": listed["agent_ids"]}
    answer = await http.post(f"/v1/demo/visits/{visit.visit_id}/report", json=body)
    assert answer.json()["agent_ids"] == ["上海 浦东/agent-1", "上海 浦东/agent-2"]


async def test_a_note_is_stored_so_that_only_contact_can_read_it(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    visit = await under_way(scene)
    note = "The neighbour said that Wang moved"
    body = {**REPORT, "note": note}
    answer = await http.post(f"/v1/demo/visits/{visit.visit_id}/report", json=body)
    assert "note" not in answer.json()
    async with scene.context.database.transaction() as session:
        stored = (await session.execute(text("SELECT note_sealed FROM visit"))).scalar_one()
    assert note.encode() not in stored
    keys = load_or_create_keys(scene.context.settings.keys)
    assert unseal(keys.transport_private, stored).decode() == note


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"agent_ids": ["pudong/agent-1"]}, "field_visit/too_few_agents"),
        ({"agent_ids": ["pudong/agent-1"] * 2}, "field_visit/too_few_agents"),
        ({"outcome": "shouted"}, "http/invalid"),
        ({"report_id": ""}, "http/invalid"),
        ({"note": "x" * 4001}, "http/invalid"),
    ],
)
async def test_a_report_that_makes_no_sense_is_refused(
    scene: Scene, http: httpx.AsyncClient, change: dict[str, Any], code: str
) -> None:
    visit = await under_way(scene)
    path = f"/v1/demo/visits/{visit.visit_id}/report"
    answer = await http.post(path, json={**REPORT, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_a_visit_that_has_not_begun_or_is_anothers_cannot_be_reported(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    visit = await Activities(scene.context).book(asked())
    early = await http.post(f"/v1/demo/visits/{visit.visit_id}/report", json=REPORT)
    assert (early.status_code, early.json()["code"]) == (409, "field_visit/not_under_way")
    foreign = await http.post(f"/v1/uci/visits/{visit.visit_id}/report", json=REPORT)
    assert (foreign.status_code, foreign.json()["code"]) == (404, "field_visit/unknown_visit")
    nobody = await http.get("/v1/nobody/visits")
    assert nobody.json()["code"] == "field_visit/unknown_tenant"


async def test_visits_are_listed_page_by_page_in_the_order_of_booking(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    begun = [(await under_way(scene, f"loan-{number}")).visit_id for number in range(3)]
    await Activities(scene.context).book(asked("loan-9"))
    query: dict[str, str] = {"status": "under_way", "limit": "2"}
    first = (await http.get("/v1/demo/visits", params=query)).json()
    rest = (await http.get("/v1/demo/visits", params={**query, "after": first["next"]})).json()
    assert [each["visit_id"] for each in first["visits"] + rest["visits"]] == begun
    assert rest["next"] is None
    assert (await http.get("/v1/uci/visits")).json()["visits"] == []
