"""What the tests of the customer's side say over HTTP, and how they read it back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.services.contact.scene import Scene


async def post(scene: Scene, path: str, body: dict[str, Any], status: int = 201) -> Any:
    async with scene.app() as http:
        response = await http.post(f"/v1/demo/{path}", json=body)
    assert response.status_code == status, response.text
    return response.json()


async def get(scene: Scene, path: str, status: int = 200, **query: Any) -> Any:
    async with scene.app() as http:
        response = await http.get(f"/v1/demo/{path}", params=query)
    assert response.status_code == status, response.text
    return response.json()


def at(scene: Scene, instant: datetime) -> None:
    """The clock jumps there."""
    scene.set_clock(instant)


def point(word_id: str = "w1", **changes: object) -> dict[str, object]:
    plain = {
        "word_id": word_id,
        "kind": "phone",
        "value": "+86-900-5550177",
        "provenance": "consumer",
        "evidence": "call 12",
        "by": "collector 3",
    }
    return {**plain, **changes}


def word(kind: str, word_id: str = "", **changes: object) -> dict[str, object]:
    plain = {"word_id": word_id or f"w-{kind}", "kind": kind, "evidence": "call 12", "by": "me"}
    return {**plain, **changes}


def agreement(agreement_id: str, kind: str, **changes: object) -> dict[str, object]:
    plain = {"agreement_id": agreement_id, "kind": kind, "evidence": "call 12", "by": "me"}
    return {**plain, **changes}


def hold(hold_id: str, kind: str, **changes: object) -> dict[str, object]:
    plain = {"hold_id": hold_id, "kind": kind, "evidence": "letter 7", "by": "officer 3"}
    return {**plain, **changes}


def grievance(grievance_id: str = "g1", **changes: object) -> dict[str, object]:
    plain = {
        "grievance_id": grievance_id,
        "kind": "dispute",
        "party_id": "b1",
        "loan_id": "l1",
        "evidence": "letter 7",
        "by": "officer 3",
    }
    return {**plain, **changes}


def vulnerability(record_id: str = "v1", **changes: object) -> dict[str, object]:
    plain = {
        "record_id": record_id,
        "category": "bereaved lately",
        "evidence": "call 12",
        "may_keep": True,
        "review_at": "2026-06-01T00:00:00Z",
        "treatment": {"touches_per_week_max": 1, "closed_channels": ["call"], "mood": "careful"},
        "by": "officer 3",
    }
    return {**plain, **changes}
