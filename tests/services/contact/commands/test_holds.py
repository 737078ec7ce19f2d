"""Holds on a real database: breathing spaces, reviews, ceases and parts of a balance."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from events.v1.contact_pb2 import HoldsChanged
from interfaces.contact import TouchStatus
from interfaces.tenant import Tenant
from interfaces.values import Channel, HoldKind
from services.contact.commands.cease import divert
from services.contact.commands.holds import PlaceHold
from services.contact.settings import Tenants
from tests.services.contact.customer import get, hold, post
from tests.services.contact.scene import NOON, TENANT, Scene, touch_of

pytestmark = pytest.mark.database

DAY = timedelta(days=1)


def space(hold_id: str = "h1", **changes: object) -> dict[str, object]:
    return hold(hold_id, "breathing_space", **{"party_id": "b1", "from_at": iso(0), **changes})


def iso(days: int) -> str:
    return (NOON + days * DAY).isoformat()


async def test_a_breathing_space_ends_by_itself_and_blocks_interest_fees_and_agencies(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    kept = await post(scene, "holds", space())
    assert await post(scene, "holds", space()) == kept
    assert kept["until_at"].startswith("2026-05-01T04:00:00")
    assert kept["blocks"] == ["contact", "visit", "legal", "agency", "interest", "fees"]
    held = await scene.attempt(touch_of("l1", "b1", at=NOON + 59 * DAY))
    assert (held.rule_id, held.next_allowed_at) == ("HOLD", NOON + 60 * DAY)
    free = await scene.attempt(touch_of("l1", "b1", at=NOON + 60 * DAY))
    assert free.status is TouchStatus.CONFIRMED


async def test_a_breathing_space_is_had_once_in_twelve_months_but_a_crisis_at_any_time(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, "holds", space())
    problem = await post(scene, "holds", space("h2", from_at=iso(200)), 409)
    assert problem["code"] == "contact/breathing_space_again"
    await post(scene, "holds", space("h3", from_at=iso(365)))
    crisis = space("h4", from_at=iso(10), variant="mental_health_crisis")
    kept = await post(scene, "holds", crisis)
    assert kept["until_at"] is None


async def test_a_crisis_lasts_thirty_days_beyond_its_treatment(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, "holds", space(variant="mental_health_crisis"))
    end = {"at": iso(10), "reason": "treatment ended", "by": "officer 3"}
    for _ in range(2):
        ended = await post(scene, "holds/h1/end", end, 200)
        assert ended["until_at"].startswith("2026-04-11T04:00:00")


async def test_an_advisers_time_is_extended_and_no_other_hold_is(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    adviser = space(variant="debt_adviser")
    await post(scene, "holds", adviser)
    more = {"until_at": iso(45), "evidence": "letter 8", "by": "officer 3"}
    extended = await post(scene, "holds/h1/extend", more, 200)
    assert extended["until_at"].startswith("2026-04-16")
    assert (await post(scene, "holds", adviser))["until_at"] == extended["until_at"]
    assert len((await scene.told("l1", HoldsChanged))[-1].intervals) == 1
    await post(scene, "holds", hold("h2", "dispute", loan_id="l1"))
    problem = await post(scene, "holds/h2/extend", more, 409)
    assert problem["code"] == "contact/hold_not_extendable"


async def test_a_hold_that_encloses_another_one_outlasts_its_end(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    inner = hold("h1", "dispute", loan_id="l1", from_at=iso(5), until_at=iso(10))
    outer = hold("h2", "complaint", loan_id="l1", from_at=iso(0), until_at=iso(20))
    for each in (inner, outer):
        await post(scene, "holds", each)
    end = {"at": iso(6), "reason": "answered", "by": "officer 3"}
    await post(scene, "holds/h1/end", end, 200)
    held = await scene.attempt(touch_of("l1", "b1", at=NOON + 7 * DAY))
    assert (held.rule_id, held.next_allowed_at) == ("HOLD", NOON + 20 * DAY)


async def test_holds_whose_review_passed_are_listed_until_they_end(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await post(scene, "holds", hold("h1", "dispute", loan_id="l1", from_at=iso(0)))
    await post(scene, "holds", hold("h2", "complaint", party_id="b1", review_at=iso(3)))
    await post(scene, "holds", hold("h3", "represented", party_id="b1"))

    async def due(days: int) -> list[str]:
        listed = await get(scene, "holds", review_before=iso(days))
        return [each["hold_id"] for each in listed["holds"]]

    assert (await due(2), await due(4), await due(31)) == ([], ["h2"], ["h2", "h1"])
    await post(scene, "holds/h2/end", {"reason": "answered", "by": "officer 3"}, 200)
    assert await due(31) == ["h1"]


async def test_a_cease_that_no_pack_grants_is_refused_and_opts_out_instead(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    demand = hold("h1", "cease_request", party_id="b1")
    for _ in range(2):
        problem = await post(scene, "holds", demand, 422)
        assert problem["code"] == "contact/cease_not_granted"
        assert "opt-out from call, email, push, sms was recorded instead" in problem["detail"]
    assert await scene.count("hold") == 0
    refused = await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS))
    assert refused.rule_id == "OPT-OUT"
    letter = await scene.attempt(touch_of("l1", "b1", channel=Channel.LETTER))
    assert letter.status is TouchStatus.CONFIRMED


@pytest.mark.parametrize(
    ("jurisdiction", "law", "is_granted"),
    [("cn", ("cn-bank", "us-reg-f"), True), ("us", ("cn-bank",), False)],
)
async def test_a_pack_of_the_tenant_grants_a_cease_and_no_name_of_a_country_does(
    scene: Scene, jurisdiction: str, law: tuple[str, ...], is_granted: bool
) -> None:
    known: Tenant = scene.desk.tenants.get(TENANT)
    tenants = Tenants({TENANT: replace(known, jurisdiction=jurisdiction, law=law)})
    demand = PlaceHold(
        tenant=TENANT,
        hold_id="h1",
        kind=HoldKind.CEASE_REQUEST,
        loan_id="l1",
        party_id=None,
        blocks=None,
        from_at=None,
        until_at=None,
        review_at=None,
        amount_minor=None,
        has_no_estate=False,
        evidence="letter 7",
        by="officer 3",
    )
    async with scene.database.transaction() as session:
        refusal = await divert(session, replace(scene.desk, tenants=tenants), demand, NOON)
    assert (refusal is None) == is_granted


@pytest.mark.parametrize(
    ("about", "code"),
    [
        ({"loan_id": "l1"}, "contact/unknown_loan"),
        ({"party_id": "b1"}, "contact/unknown_party"),
        ({"loan_id": "l9", "party_id": "b1"}, "contact/unknown_party"),
        ({"loan_id": "l1", "party_id": "b9"}, "contact/unknown_loan"),
    ],
)
async def test_what_another_tenant_has_is_unknown_and_held_by_its_own_alone(
    scene: Scene, about: dict[str, object], code: str
) -> None:
    await scene.overdue("l1", "b1")
    told = await scene.types_told("l1")
    async with scene.app() as http:
        answer = await http.post("/v1/uci/holds", json=hold("h1", "complaint", **about))
    assert (answer.status_code, answer.json()["code"]) == (404, code)
    assert "'uci'" in answer.json()["detail"] and TENANT not in answer.json()["detail"]
    assert await scene.count("hold") == 0 and await scene.count("party") == 1
    assert await scene.types_told("l1") == told
    assert (await scene.attempt(touch_of("l1", "b1"))).status is TouchStatus.CONFIRMED


async def test_a_loan_known_by_its_parties_alone_is_another_tenants_too(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    async with scene.database.transaction() as session:
        await session.execute(text("DELETE FROM standing"))
    async with scene.app() as http:
        answer = await http.post("/v1/uci/holds", json=hold("h1", "complaint", loan_id="l1"))
    assert (answer.status_code, answer.json()["code"]) == (404, "contact/unknown_loan")


async def test_a_hold_may_precede_everything_that_is_told_of_its_loan(scene: Scene) -> None:
    await post(scene, "holds", hold("h1", "dispute", loan_id="l1"))
    await post(scene, "holds", hold("h2", "represented", party_id="b1"))
    await scene.overdue("l1", "b1")
    assert (await scene.attempt(touch_of("l1", "b1"))).rule_id == "HOLD"
