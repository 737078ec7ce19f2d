"""Loans are placed by two people, called back by what happens to them, and their data receipted."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest

from events.v1 import contact_pb2
from events.v1 import contact_placements_pb2 as pb
from interfaces.values import Role
from services.contact.activities.watch import look_once
from services.contact.store.placements import active_placement
from tests.services.contact.placing import (
    get,
    list_agency,
    place,
    placed_loan,
    placement,
    post,
    refused,
    reservation,
)
from tests.services.contact.scene import NOON, Scene

pytestmark = pytest.mark.database
RECEIPT = {
    "manner": "deleted",
    "data_kinds": ["name", "phone"],
    "evidence": "certificate 5",
    "by": "officer 3",
}


async def told(scene: Scene, loan_id: str = "l1") -> list[str]:
    """The status of the loan's one placement at each telling."""
    bodies = await scene.told(loan_id, pb.PlacementChanged)
    return [each.status for body in bodies for each in body.placements]


async def shown(http: httpx.AsyncClient, loan_id: str = "l1") -> dict[str, Any]:
    [only] = (await get(http, f"loans/{loan_id}/placements"))["placements"]
    assert isinstance(only, dict)
    return only


async def look(scene: Scene) -> None:
    while await look_once(scene.context, scene.desk):
        pass


async def place_hold(http: httpx.AsyncClient, kind: str, **scope: object) -> None:
    hold = {"hold_id": f"h-{kind}", "kind": kind, "evidence": "e", "by": "o", **scope}
    await post(http, "holds", hold, 201)


async def test_a_placement_is_made_by_two_people_and_told_absolute(scene: Scene) -> None:
    async with scene.app() as http:
        await scene.overdue("l1", "b1")
        await list_agency(http)
        first = await post(http, "placements", placement(), 201)
        assert first == await post(http, "placements", placement(), 201)
        assert first["status"] == "proposed"
        itself = {"is_approved": True, "by": "officer 1"}
        code = await refused(http, "placements/pl1/decision", itself)
        assert code == "contact/second_person_needed"
        early = await refused(http, "agencies/ag1/reservations", reservation("a1"))
        assert early == "contact/not_placed_with_agency"
        other = {"is_approved": True, "by": "officer 2"}
        decided = await post(http, "placements/pl1/decision", other)
        assert decided == await post(http, "placements/pl1/decision", other)
        assert decided["status"] == "active"
        [entrusted] = (await get(http, "agencies/ag1/placements"))["placements"]
        assert (entrusted["loan_id"], entrusted["data_kinds"]) == ("l1", ["name", "phone"])
    assert await told(scene) == ["proposed", "active"]
    async with scene.database.transaction() as session:
        row = await active_placement(session, "l1")
    assert row is not None
    assert row.bank_keeps_contact is False


REFUSED_PROPOSALS: tuple[tuple[dict[str, Any], str], ...] = (
    ({"agency_id": "nobody"}, "contact/agency_not_listed"),
    ({"until_at": "2027-02-01T00:00:00Z"}, "contact/agency_contract_ends_first"),
    ({"commission_kind": "recovery_only"}, "contact/placement_is_wrong"),
    ({"may_entrust_further": True}, "contact/placement_is_wrong"),
    ({"purposes": ["court_service"]}, "contact/placement_is_wrong"),
    ({"until_at": "2026-03-01T00:00:00Z"}, "contact/placement_is_wrong"),
    ({"loan_id": "unknown"}, "contact/unknown_loan"),
    ({"purposes": []}, "http/invalid"),
    ({"data_kinds": ["shoe_size"]}, "http/invalid"),
    ({"commission_basis_points": 10_001}, "http/invalid"),
    ({"return_days": -1}, "http/invalid"),
    ({"until_at": "2026-05-01T00:00:00"}, "http/invalid"),
    ({"by": ""}, "http/invalid"),
)


async def test_a_placement_that_may_not_be_is_refused_and_leaves_nothing(scene: Scene) -> None:
    async with scene.app() as http:
        await scene.overdue("l1", "b1")
        await list_agency(http)
        for changes, code in REFUSED_PROPOSALS:
            body = {**placement(), **changes}
            assert await refused(http, "placements", body) == code, changes
    assert await scene.count("placement") == 0


async def test_an_agency_is_given_nothing_when_its_evaluation_is_old_or_the_debt_another_kind(
    scene: Scene,
) -> None:
    async with scene.app() as http:
        await scene.overdue("l1", "b1")
        await list_agency(http, evaluated_on="2025-03-01")
        assert await refused(http, "placements", placement()) == "contact/agency_evaluation_is_old"
        await list_agency(http, "ag2", products=["card"])
        body = placement(agency_id="ag2")
        assert await refused(http, "placements", body) == "contact/product_not_entrusted"


@pytest.mark.parametrize("disposition", ["covered", "current", "closed", "sold", "written_off"])
async def test_a_debt_that_is_paid_settled_or_sold_is_never_placed(
    scene: Scene, disposition: str
) -> None:
    """US-SALE: 1006.30(b)."""
    async with scene.app() as http:
        await scene.overdue("l1", "b1")
        await list_agency(http)
        await post(http, "placements", placement(), 201)
        await scene.position("l1", 2, disposition, parties=[("b1", Role.BORROWER)])
        assert (await shown(http))["status"] == "ended"
        again = placement("pl2")
        assert await refused(http, "placements", again) == "contact/debt_is_not_placed"


async def test_a_loan_is_placed_once_at_a_time(scene: Scene) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        await list_agency(http, "ag2")
        second = placement("pl2", agency_id="ag2")
        assert await refused(http, "placements", second) == "contact/loan_is_placed"
        differing = placement(return_days=9)
        assert await refused(http, "placements", differing) == "contact/placement_differs"
        await post(http, "placements/pl1/recall", {"reason": "better terms", "by": "officer 4"})
        await place(http, "pl2", agency_id="ag2")
    [last] = (await scene.told("l1", pb.PlacementChanged))[-1:]
    assert [(each.placement_id, each.status) for each in last.placements] == [
        ("pl1", "recall_requested"),
        ("pl2", "active"),
    ]


async def covered(scene: Scene, http: httpx.AsyncClient) -> None:
    await scene.position("l1", 2, "covered", parties=[("b1", Role.BORROWER)])


async def sold(scene: Scene, http: httpx.AsyncClient) -> None:
    await scene.position("l1", 2, "sold", parties=[("b1", Role.BORROWER)])


async def cured(scene: Scene, http: httpx.AsyncClient) -> None:
    await scene.closed("l1")


async def held(scene: Scene, http: httpx.AsyncClient) -> None:
    await place_hold(http, "bank_pause", loan_id="l1")


async def disputed(scene: Scene, http: httpx.AsyncClient) -> None:
    await place_hold(http, "dispute", party_id="b1", loan_id="l1")


async def answered_with_a_dispute(scene: Scene, http: httpx.AsyncClient) -> None:
    reply = {"reply_id": "r1", "party_id": "b1", "loan_id": "l1", "channel": "sms"}
    await post(http, "replies", {**reply, "kinds": ["dispute"], "text": "不是我的"}, 201)


async def linked_to_one_who_is_held(scene: Scene, http: httpx.AsyncClient) -> None:
    """The only party now liable brought a hold along."""
    await place_hold(http, "bankruptcy", party_id="b2")
    await scene.position("l1", 2, parties=[("b2", Role.BORROWER)])


async def called_back(scene: Scene, http: httpx.AsyncClient) -> None:
    await post(http, "placements/pl1/recall", {"reason": "complaints", "by": "officer 4"})


async def delisted(scene: Scene, http: httpx.AsyncClient) -> None:
    await post(http, "agencies/ag1/delist", {"reason": "threats", "by": "officer 4"})


@pytest.mark.parametrize(
    ("happens", "cause"),
    [
        (covered, "payment"),
        (cured, "payment"),
        (sold, "loan_ended"),
        (held, "hold"),
        (linked_to_one_who_is_held, "hold"),
        (disputed, "dispute"),
        (answered_with_a_dispute, "dispute"),
        (called_back, "person"),
        (delisted, "agency"),
    ],
    ids=lambda each: each if isinstance(each, str) else each.__name__,
)
async def test_a_loan_is_called_back_in_the_same_transaction_and_budgets_go_back(
    scene: Scene, happens: Any, cause: str
) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        await post(http, "agencies/ag1/reservations", reservation("a1"), 201)
        await happens(scene, http)
        now = await shown(http)
        assert (now["status"], now["recall_cause"]) == ("recall_requested", cause)
        code = await refused(http, "agencies/ag1/reservations/a1/confirm", {})
        assert code == "contact/not_placed_with_agency"
        [act] = (await get(http, "agencies/ag1/reservations"))["acts"]
        assert act["status"] == "released"
    assert await told(scene) == ["proposed", "active", "recall_requested"]
    assert len(await scene.told("l1", contact_pb2.TouchReleased)) == 1


async def test_a_hold_of_one_party_leaves_the_others_placed_with_the_agency(scene: Scene) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        both = [("b1", Role.BORROWER), ("g1", Role.JOINT_GUARANTOR)]
        await scene.position("l1", 2, parties=both)
        await place_hold(http, "deceased", party_id="b1")
        assert (await shown(http))["status"] == "active"


async def test_a_hold_that_begins_later_calls_the_loan_back_when_it_begins(scene: Scene) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        begins = (NOON + timedelta(days=2)).isoformat()
        await place_hold(http, "breathing_space", loan_id="l1", from_at=begins)
        await look(scene)
        assert (await shown(http))["status"] == "active"
        scene.set_clock(NOON + timedelta(days=2, minutes=1))
        await look(scene)
        assert (await shown(http))["recall_cause"] == "hold"


async def test_a_placement_expires_by_itself_and_its_data_are_receipted_in_full(
    scene: Scene,
) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        scene.set_clock(NOON + timedelta(days=60, minutes=1))
        code = await refused(http, "agencies/ag1/reservations", reservation("late"))
        assert code == "contact/not_placed_with_agency"
        await look(scene)
        assert (await shown(http))["status"] == "expired"
        part = {**RECEIPT, "data_kinds": ["name"]}
        assert await refused(http, "placements/pl1/receipt", part) == "contact/data_are_missing"
        done = await post(http, "placements/pl1/receipt", RECEIPT)
        assert done == await post(http, "placements/pl1/receipt", RECEIPT)
        assert (done["status"], done["data_receipt_by"]) == ("ended", "officer 3")
    [event] = await scene.told("l1", pb.DataReturned)
    assert (event.manner, list(event.data_kinds)) == ("deleted", ["name", "phone"])
    assert await told(scene) == ["proposed", "active", "expired", "ended"]


async def test_a_receipt_that_does_not_come_is_listed_and_raised_once(scene: Scene) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        await called_back(scene, http)
        scene.set_clock(NOON + timedelta(days=6))
        await look(scene)
        assert (await get(http, "placements?missing=receipt"))["placements"] == []
        assert await scene.told("l1", pb.DutyMissed) == []
        scene.set_clock(NOON + timedelta(days=7, minutes=1))
        await look(scene)
        await look(scene)
        [late] = (await get(http, "placements?missing=receipt"))["placements"]
        assert late["placement_id"] == "pl1"
        [missed] = await scene.told("l1", pb.DutyMissed)
        assert (missed.kind, missed.occasion) == ("data_return", "pl1")
        await post(http, "placements/pl1/receipt", RECEIPT)
        assert (await get(http, "placements?missing=receipt"))["placements"] == []
        [duty] = (await get(http, "duties?loan_id=l1"))["duties"]
        assert duty["state"] == "late"
        assert (await shown(http))["status"] == "recalled"
