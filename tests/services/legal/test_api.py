"""Approvals and the court's milestones by HTTP, on the real application and a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from chassis.http import create_app
from services.legal.api import router
from tests.services.legal.scene import Scene, position

pytestmark = pytest.mark.database


@pytest.fixture
async def http(scene: Scene) -> AsyncIterator[httpx.AsyncClient]:
    context = scene.context
    app = create_app("legal", context.settings, context.database, [router])
    app.state.context = context
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def approved(scene: Scene, http: httpx.AsyncClient) -> str:
    matter = await scene.open_matter()
    path = f"/v1/demo/matters/{matter.matter_id}"
    answer = await http.post(f"{path}/approve", json={"by": "officer-1"})
    assert (answer.status_code, answer.json()["status"]) == (200, "open")
    return path


def milestone(status: str, **more: Any) -> dict[str, Any]:
    return {"milestone_id": f"m-{status}", "status": status, **more}


async def test_a_matter_goes_from_approval_to_its_end(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    await scene.hear(position())
    path = await approved(scene, http)
    for body in (
        milestone("filed", court_reference="2026-1"),
        milestone("accepted"),
        milestone("ordered", deadline_on="2026-03-25"),
        milestone("enforcing"),
        milestone("ended", outcome="recovered"),
    ):
        answer = await http.post(f"{path}/milestones", json=body)
        assert answer.status_code == 201, answer.text
    told = await scene.told()
    assert [each.status for each in told] == [
        "awaiting_approval",
        "open",
        "filed",
        "accepted",
        "ordered",
        "enforcing",
        "ended",
    ]
    assert told[4].deadline_at.ToJsonString() == "2026-03-25T16:00:00Z"
    assert told[-1].outcome == "recovered" and not told[-1].HasField("deadline_at")
    assert told[-1].court_reference == "2026-1"


async def test_filing_a_suit_starts_limitation_anew(scene: Scene, http: httpx.AsyncClient) -> None:
    await scene.hear(position())
    path = await approved(scene, http)
    answer = await http.post(f"{path}/milestones", json=milestone("filed"))
    assert answer.json()["limitation_expires_on"] == "2029-03-02"


async def test_the_same_milestone_again_is_answered_alike_and_another_under_its_id_refused(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    path = await approved(scene, http)
    first = await http.post(f"{path}/milestones", json=milestone("filed"))
    again = await http.post(f"{path}/milestones", json=milestone("filed"))
    assert again.json() == first.json()
    other = {**milestone("accepted"), "milestone_id": "m-filed"}
    reused = await http.post(f"{path}/milestones", json=other)
    assert (reused.status_code, reused.json()["code"]) == (409, "legal/milestone_id_reused")


async def test_a_milestone_cannot_be_skipped(scene: Scene, http: httpx.AsyncClient) -> None:
    path = await approved(scene, http)
    answer = await http.post(f"{path}/milestones", json=milestone("ordered"))
    assert (answer.status_code, answer.json()["code"]) == (409, "legal/not_next")
    assert answer.json()["following"] == ["ended", "filed"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (milestone("ended"), "legal/outcome_missing"),
        (milestone("filed", outcome="recovered"), "legal/outcome_not_possible"),
        (milestone("ended", outcome="dismissed"), "legal/outcome_not_possible"),
        (milestone("filed", deadline_on="2026-03-01"), "legal/deadline_passed"),
        (milestone("filed", deadline_on="2026-02-31"), "http/invalid"),
        (milestone("open"), "http/invalid"),
        (milestone("filed", court_reference="\x00"), "http/invalid"),
    ],
)
async def test_a_milestone_that_makes_no_sense_is_refused(
    scene: Scene, http: httpx.AsyncClient, body: dict[str, Any], code: str
) -> None:
    path = await approved(scene, http)
    answer = await http.post(f"{path}/milestones", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert len(await scene.told()) == 2


async def test_a_refused_matter_is_over_and_its_reason_is_not_published(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    matter = await scene.open_matter()
    path, body = f"/v1/demo/matters/{matter.matter_id}", {"by": "officer-1", "reason": "too small"}
    for _ in range(2):
        refused = await http.post(f"{path}/refuse", json=body)
        assert refused.json()["status"] == "refused"
    late = await http.post(f"{path}/approve", json={"by": "officer-1"})
    assert late.json()["code"] == "legal/not_awaiting_approval"
    told = await scene.told()
    assert (told[-1].outcome, len(told)) == ("refused", 2) and "small" not in str(told)


async def test_matters_are_listed_by_status_and_only_to_their_tenant(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    path = await approved(scene, http)
    listed = (await http.get("/v1/demo/matters", params={"status": "open"})).json()
    assert [f"/v1/demo/matters/{each['matter_id']}" for each in listed["matters"]] == [path]
    assert (await http.get("/v1/uci/matters")).json() == {"matters": [], "next": None}
    foreign = await http.post(f"{path.replace('demo', 'uci')}/approve", json={"by": "officer-1"})
    assert (foreign.status_code, foreign.json()["code"]) == (404, "legal/unknown_matter")
    hostile = await http.get("/v1/demo/matters", params={"after": "\x00"})
    assert hostile.json()["code"] == "http/invalid"
    assert (await http.get("/v1/nobody/matters")).json()["code"] == "legal/unknown_tenant"
