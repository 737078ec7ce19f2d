"""The customer's doors refuse what makes no sense, in words, and keep nothing of it."""

from __future__ import annotations

from typing import Any

import pytest

from interfaces.values import Role
from tests.services.contact.customer import (
    agreement,
    get,
    grievance,
    hold,
    point,
    post,
    vulnerability,
    word,
)
from tests.services.contact.scene import Scene

pytestmark = pytest.mark.database


async def linked(scene: Scene) -> None:
    await scene.overdue("l1", "b1")


@pytest.mark.parametrize(
    "wrong",
    [
        {"value": "   "},
        {"value": "a\u0000b"},
        {"kind": "pigeon"},
        {"provenance": "third_party"},
        {"provenance": "third_party", "source": "bought_list"},
        {"provenance": "consumer", "source": "public_register"},
        {"time_zone": "Mars/Olympus"},
        {"evidence": ""},
        {"surprise": 1},
    ],
)
async def test_a_point_without_a_lawful_source_or_a_value_is_refused(
    scene: Scene, wrong: dict[str, Any]
) -> None:
    await linked(scene)
    await post(scene, "parties/b1/points", point(**wrong), 422)
    assert await scene.count("point_word") == 0


async def test_a_point_from_a_lawful_skip_trace_is_kept_with_its_source(scene: Scene) -> None:
    await linked(scene)
    traced = point(provenance="third_party", source="court_record", owner="employer")
    kept = await post(scene, "parties/b1/points", traced)
    assert (kept["source"], kept["owner"], kept["is_verified"]) == (
        "court_record",
        "employer",
        False,
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "revealed"},
        {"kind": "verified"},
        {"kind": "opted_out"},
        {"kind": "opted_out", "channel": "pigeon"},
        {"kind": "verified", "channel": "sms"},
        {"kind": "zone_set"},
        {"kind": "reassignment_checked"},
    ],
)
async def test_a_word_that_lacks_what_it_is_about_is_refused(
    scene: Scene, wrong: dict[str, Any]
) -> None:
    await linked(scene)
    await post(scene, "parties/b1/words", word(**wrong), 422)
    assert await scene.count("point_word") == 0


async def test_a_word_of_a_point_by_a_channel_it_is_not_used_by_is_refused(scene: Scene) -> None:
    await linked(scene)
    listed = (await get(scene, "parties/b1/points"))["points"]
    email = next(each for each in listed if each["kind"] == "email")
    said = word("opted_out", channel="sms", point_id=email["point_id"])
    problem = await post(scene, "parties/b1/words", said, 422)
    assert "point of kind email" in problem["detail"]
    await post(scene, "parties/b1/words", word("verified", point_id="nowhere"), 404)


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "promise"},
        {"kind": "hours"},
        {"kind": "hours", "hours_from": "09:00"},
        {"kind": "hours", "hours_from": "24:00", "hours_until": "09:00"},
        {"kind": "frequency"},
        {"kind": "frequency", "per_day_max": -1},
        {"kind": "frequency", "per_day_max": 1.5},
        {"kind": "ban"},
        {"kind": "preference"},
        {"kind": "call", "until_at": "2020-01-01T00:00:00Z"},
        {"kind": "call", "until_at": "2030-01-01T00:00:00"},
    ],
)
async def test_an_agreement_that_says_too_little_is_refused(
    scene: Scene, wrong: dict[str, Any]
) -> None:
    await linked(scene)
    await post(scene, "parties/b1/agreements", agreement("a1", **wrong), 422)
    assert await scene.count("agreed") == 0


async def test_a_refusal_has_no_end(scene: Scene) -> None:
    await scene.position("l1", parties=[("b1", Role.BORROWER), ("c1", Role.CONTACT)])
    ends = agreement("a1", "refusal", until_at="2030-01-01T00:00:00Z")
    await post(scene, "parties/c1/agreements", ends, 422)


@pytest.mark.parametrize(
    "wrong",
    [
        {"treatment": {}},
        {"treatment": {"mood": "threatening"}},
        {"treatment": {"queue": "No Such Queue"}},
        {"treatment": {"touches_per_week_max": -1}},
        {"review_at": "2026-01-01T00:00:00Z"},
        {"may_keep": "perhaps"},
    ],
)
async def test_a_vulnerability_that_asks_for_nothing_or_is_never_reviewed_is_refused(
    scene: Scene, wrong: dict[str, Any]
) -> None:
    await linked(scene)
    await post(scene, "parties/b1/vulnerabilities", vulnerability(**wrong), 422)
    assert await scene.count("vulnerability") == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "wish"},
        {"loan_id": None},
        {"loan_id": "l9"},
        {"kind": "complaint", "amount_minor": 5},
        {"amount_minor": 0},
        {"evidence": ""},
    ],
)
async def test_a_grievance_that_is_about_nothing_is_refused(
    scene: Scene, wrong: dict[str, Any]
) -> None:
    await linked(scene)
    await post(scene, "grievances", grievance(**wrong), 422)
    assert await scene.count("grievance") + await scene.count("hold") == 0


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "dispute", "party_id": "b1", "amount_minor": 5},
        {"kind": "dispute", "loan_id": "l1", "variant": "debt_adviser"},
        {"kind": "breathing_space", "party_id": "b1", "until_at": "2026-06-01T00:00:00Z"},
        {
            "kind": "breathing_space",
            "party_id": "b1",
            "variant": "mental_health_crisis",
            "until_at": "2026-03-09T00:00:00Z",
        },
    ],
)
async def test_a_hold_against_its_own_rule_is_refused(scene: Scene, wrong: dict[str, Any]) -> None:
    await linked(scene)
    problem = await post(scene, "holds", hold("h1", **wrong), 422)
    assert problem["code"] == "contact/hold_is_wrong"
    assert await scene.count("hold") == 0


UNKNOWN_READS = ("points", "words", "reachability", "agreements", "vulnerabilities")


@pytest.mark.parametrize("what", UNKNOWN_READS)
async def test_nothing_is_shown_of_a_party_that_is_not_known(scene: Scene, what: str) -> None:
    problem = await get(scene, f"parties/nobody/{what}", 404)
    assert problem["code"] == "contact/unknown_party"


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("parties/nobody/points", point()),
        ("parties/nobody/words", word("opted_out", channel="sms")),
        ("parties/nobody/agreements", agreement("a1", "call")),
        ("parties/nobody/vulnerabilities", vulnerability()),
        ("agreements/a9/revoke", {"reason": "r", "by": "b"}),
        ("vulnerabilities/v9/end", {"reason": "r", "by": "b"}),
        ("grievances", grievance()),
        ("grievances/g9/owner", {"owner": "o"}),
        ("grievances/g9/answer", {"outcome": "upheld", "evidence": "e", "by": "b"}),
        ("grievances/g9/extensions", {"extension_id": "e", "days": 1, "reason": "r", "by": "b"}),
        ("holds/h9/extend", {"until_at": "2026-06-01T00:00:00Z", "evidence": "e", "by": "b"}),
    ],
)
async def test_what_is_about_nobody_known_is_not_found(
    scene: Scene, path: str, body: dict[str, Any]
) -> None:
    problem = await post(scene, path, body, 404)
    assert problem["code"].startswith("contact/unknown_")


async def test_another_tenant_sees_nothing_of_a_party(scene: Scene) -> None:
    await linked(scene)
    async with scene.app() as http:
        for what in UNKNOWN_READS:
            assert (await http.get(f"/v1/uci/parties/b1/{what}")).status_code == 404
