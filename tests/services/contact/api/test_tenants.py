"""Who knows the ids of another tenant's loan and party does nothing to them, and learns nothing."""

from __future__ import annotations

import json
from typing import Any

import pytest

from interfaces.contact import TouchStatus
from services.contact.store import holds
from tests.services.contact.customer import agreement, grievance, point, vulnerability, word
from tests.services.contact.placing import placement
from tests.services.contact.scene import Scene, touch_of

pytestmark = pytest.mark.database

DUTY = {"loan_id": "l1", "party_id": "b1", "kind": "arrears", "occasion": "2026-03"}
OVERRIDE = {
    "override_id": "o1",
    "loan_id": "l1",
    "rule_id": "CN-FIELD-1",
    "until_at": "2026-03-03T00:00:00Z",
    "reason": "asked for",
    "authority": "head of visits",
    "evidence": "call 12",
    "by": "officer 3",
}
ACT = {
    "act_id": "a1",
    "loan_id": "l1",
    "party_id": "b1",
    "channel": "call",
    "purpose": "collection",
    "window_from": "2026-03-02T05:00:00Z",
    "window_until": "2026-03-02T07:00:00Z",
}
REPLY = {"reply_id": "r1", "party_id": "b1", "channel": "sms", "text": "stop"}
LEGAL_HOLD = {"legal_hold_id": "lh1", "loan_id": "l1", "reason": "suit 4", "by": "counsel"}
CEASE = {"hold_id": "h1", "kind": "cease_request", "party_id": "b1", "evidence": "x", "by": "me"}
DOORS: list[tuple[str, dict[str, Any]]] = [
    ("holds", CEASE),
    ("parties/b1/points", point()),
    ("parties/b1/points/p1/reveal", {"word_id": "w1", "reason": "to call", "by": "me"}),
    ("parties/b1/words", word("opted_out", channel="sms")),
    ("parties/b1/agreements", agreement("a1", "ban", channel="call")),
    ("parties/b1/vulnerabilities", vulnerability()),
    ("parties/b1/overrides", OVERRIDE),
    ("grievances", grievance()),
    ("placements", placement()),
    ("agencies/ag1/reservations", ACT),
    ("retention/legal-holds", LEGAL_HOLD),
    ("duties/settle", {**DUTY, "proof": "letter 12"}),
    ("replies", REPLY),
    ("replies", {**REPLY, "channel": "call", "loan_id": "l1", "kinds": ["dispute"]}),
    ("calls/inbound", {"inbound_id": "in1", "collector": "c-1", "party_id": "b1"}),
]


async def said_of(scene: Scene, path: str, body: dict[str, Any]) -> tuple[int, str]:
    async with scene.app() as http:
        answer = await http.post(f"/v1/uci/{path}", json=body)
    return answer.status_code, str(answer.json().get("code"))


def of_nobody(path: str, body: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The same about a loan and a party that nobody has."""
    swapped = json.dumps(body).replace('"l1"', '"l9"').replace('"b1"', '"b9"')
    return path.replace("/b1", "/b9"), json.loads(swapped)


@pytest.mark.parametrize(("path", "body"), DOORS)
async def test_a_door_answers_of_what_another_tenant_has_as_of_what_nobody_has(
    scene: Scene, path: str, body: dict[str, Any]
) -> None:
    await scene.overdue("l1", "b1")
    told = await scene.types_told("l1")
    refused = await said_of(scene, path, body)
    assert refused == await said_of(scene, *of_nobody(path, body))
    assert refused[0] in (403, 404, 422) and refused[1].startswith("contact/")
    assert refused[1] != "contact/malformed"
    assert await scene.types_told("l1") == told
    for table in ("hold", "opt_out", "reply", "agreed", "grievance", "legal_hold", "call"):
        assert await scene.count(table) == 0
    assert await scene.count("party") == 1


@pytest.mark.parametrize("about", [{}, {"loan_id": "l9"}, {"party_id": None}])
async def test_a_duty_is_owed_on_another_tenants_loan_or_to_its_party_by_its_own_alone(
    scene: Scene, about: dict[str, Any]
) -> None:
    await scene.overdue("l1", "b1")
    kept = await scene.count("duty")
    duty = {**DUTY, **about, "rule_id": "CN-X", "owed_by": "2026-03-20T00:00:00Z"}
    async with scene.app() as http:
        for _ in range(2):
            answer = await http.post("/v1/uci/duties", json=duty)
            assert answer.status_code == 404, answer.text
            assert answer.json()["code"] in ("contact/unknown_loan", "contact/unknown_party")
        assert await scene.count("duty") == kept
        assert (await http.post("/v1/demo/duties", json=duty)).status_code == 204


async def test_a_hold_named_before_the_loan_was_heard_of_holds_no_other_tenants(
    scene: Scene,
) -> None:
    hold = {"hold_id": "h1", "kind": "bank_pause", "loan_id": "l1", "evidence": "x", "by": "me"}
    async with scene.app() as http:
        assert (await http.post("/v1/uci/holds", json=hold)).status_code == 201
    await scene.overdue("l1", "b1")
    assert (await scene.attempt(touch_of("l1", "b1"))).status is TouchStatus.CONFIRMED
    async with scene.database.transaction() as session:
        assert await holds.touching(session, ["l1"]) == {"l1": ()}
