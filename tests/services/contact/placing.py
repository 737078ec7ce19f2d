"""A white list and placed loans for a scene, made over the doors as people would."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import httpx

from tests.services.contact.scene import NOON, Scene

LISTED: dict[str, Any] = {
    "title": "First Agency",
    "listed_from": "2026-01-01",
    "evaluated_on": "2026-01-05",
    "contract_until": "2026-12-31",
    "products": ["consumer_loan", "card"],
    "has_certified_agents": True,
    "by": "officer 1",
}
AFTERNOON = (NOON + timedelta(hours=1), NOON + timedelta(hours=3))


async def post(http: httpx.AsyncClient, path: str, body: object, status: int = 200) -> Any:
    response = await http.post(f"/v1/demo/{path}", json=body)
    assert response.status_code == status, response.text
    return response.json() if response.content else None


async def get(http: httpx.AsyncClient, path: str) -> Any:
    response = await http.get(f"/v1/demo/{path}")
    assert response.status_code == 200, response.text
    return response.json()


async def refused(http: httpx.AsyncClient, path: str, body: object) -> str:
    """The code of a refusal."""
    response = await http.post(f"/v1/demo/{path}", json=body)
    assert response.status_code >= 400, response.text
    return str(response.json()["code"])


async def list_agency(http: httpx.AsyncClient, agency_id: str = "ag1", **changes: object) -> None:
    entry = await post(http, "agencies", {"agency_id": agency_id, **LISTED, **changes}, 201)
    decision = {"is_approved": True, "by": "officer 2"}
    await post(http, f"agencies/{agency_id}/versions/{entry['version']}/decision", decision)


def placement(
    placement_id: str = "pl1", loan_id: str = "l1", agency_id: str = "ag1", **changes: object
) -> dict[str, Any]:
    plain = {
        "placement_id": placement_id,
        "loan_id": loan_id,
        "agency_id": agency_id,
        "purposes": ["collection"],
        "from_at": NOON.isoformat(),
        "until_at": (NOON + timedelta(days=60)).isoformat(),
        "commission_basis_points": 1_500,
        "commission_kind": "mixed",
        "data_kinds": ["name", "phone"],
        "return_days": 7,
        "by": "officer 1",
    }
    return {**plain, **changes}


async def place(
    http: httpx.AsyncClient,
    placement_id: str = "pl1",
    loan_id: str = "l1",
    agency_id: str = "ag1",
    **changes: object,
) -> None:
    body = placement(placement_id, loan_id, agency_id, **changes)
    await post(http, "placements", body, 201)
    decision = {"is_approved": True, "by": "officer 2"}
    await post(http, f"placements/{placement_id}/decision", decision)


async def placed_loan(scene: Scene, http: httpx.AsyncClient) -> None:
    """Loan l1 of borrower b1, placed as pl1 with agency ag1."""
    await scene.overdue("l1", "b1")
    await list_agency(http)
    await place(http)


def reservation(
    act_id: str,
    loan_id: str = "l1",
    party_id: str = "b1",
    window: tuple[datetime, datetime] = AFTERNOON,
    **changes: object,
) -> dict[str, Any]:
    plain = {
        "act_id": act_id,
        "loan_id": loan_id,
        "party_id": party_id,
        "channel": "call",
        "purpose": "collection",
        "window_from": window[0].isoformat(),
        "window_until": window[1].isoformat(),
    }
    return {**plain, **changes}
