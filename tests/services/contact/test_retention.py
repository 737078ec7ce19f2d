"""What may be deleted, what not yet and why; deletions leave receipts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from interfaces.values import Role
from services.contact.commands import retention
from services.contact.commands.retention import Listing
from services.contact.domain.law.retention import RecordKind
from services.contact.settings import Tenants
from tests.services.contact.placing import get, placed_loan, post, refused, reservation
from tests.services.contact.scene import NOON, Scene

pytestmark = pytest.mark.database
DELETION = {"references": ["ag1/rec-1"], "years": 2, "evidence": "log 9", "by": "archivist"}


async def recorded_call(scene: Scene, http: httpx.AsyncClient) -> None:
    await placed_loan(scene, http)
    window = (NOON, NOON + timedelta(hours=2))
    await post(http, "agencies/ag1/reservations", reservation("a1", window=window), 201)
    await post(http, "agencies/ag1/reservations/a1/confirm", {})
    said = {"outcome": "right_party", "recording": "rec-1"}
    await post(http, "agencies/ag1/reservations/a1/outcome", said)


async def cleared(scene: Scene) -> None:
    await scene.position("l1", 2, "closed", parties=[("b1", Role.BORROWER)])
    await scene.closed("l1", reason="cured")


async def due(http: httpx.AsyncClient, kind: str, at: str, more: str = "") -> list[Any]:
    found: list[Any] = (await get(http, f"retention?kind={kind}&years=2&at={at}{more}"))["records"]
    return found


async def test_a_recording_goes_only_after_the_longest_reason_and_leaves_a_receipt(
    scene: Scene,
) -> None:
    async with scene.app() as http:
        await recorded_call(scene, http)
        [kept] = await due(http, "recording", "2040-01-01")
        assert (kept["may_be_deleted"], kept["because"]) == (False, "the debt is not cleared")
        await cleared(scene)
        # Limitation of a consumer loan is three years, and the call may have begun it anew.
        [kept] = await due(http, "recording", "2029-03-01")
        assert (kept["may_be_deleted"], kept["kept_until"]) == (False, "2029-03-02")
        assert (await due(http, "recording", "2029-03-02"))[0]["may_be_deleted"] is True
        code = await refused(http, "retention/deletions", DELETION)
        assert code == "contact/recording_is_kept"
        scene.set_clock(NOON + timedelta(days=365 * 3 + 1))
        hold = {"legal_hold_id": "lh1", "loan_id": "l1", "reason": "suit 4", "by": "counsel"}
        placed = await post(http, "retention/legal-holds", hold, 201)
        assert placed == await post(http, "retention/legal-holds", hold, 201)
        other = {**hold, "loan_id": "l2"}
        code = await refused(http, "retention/legal-holds", other)
        assert code == "contact/legal_hold_differs"
        [kept] = await due(http, "recording", "2040-01-01")
        assert kept["because"] == "legal hold lh1"
        mistyped = {**hold, "legal_hold_id": "lh2", "loan_id": "l11"}
        assert await refused(http, "retention/legal-holds", mistyped) == "contact/unknown_loan"
        code = await refused(http, "retention/deletions", DELETION)
        assert code == "contact/recording_is_kept"
        await post(http, "retention/legal-holds/lh1/end", {"by": "counsel"})
        first = await post(http, "retention/deletions", DELETION)
        assert first == await post(http, "retention/deletions", DELETION)
        [receipt] = first["deletions"]
        assert (receipt["deleted_by"], receipt["evidence"]) == ("archivist", "log 9")
        assert await due(http, "recording", "2040-01-01") == []


async def test_replies_and_attempts_are_listed_and_verdicts_are_kept_for_ever(
    scene: Scene,
) -> None:
    async with scene.app() as http:
        await recorded_call(scene, http)
        reply = {"reply_id": "r1", "party_id": "b1", "loan_id": "l1", "channel": "sms"}
        await post(http, "replies", {**reply, "kinds": ["question"], "text": "多少钱"}, 201)
        await cleared(scene)
        for kind in ("reply", "attempt"):
            [record] = await due(http, kind, "2029-03-03")
            assert record["may_be_deleted"] is True, kind
            [record] = await due(http, kind, "2029-03-01")
            assert record["may_be_deleted"] is False, kind
        verdicts = await due(http, "verdict", "2199-01-01")
        assert len(verdicts) == 2
        assert not any(each["may_be_deleted"] for each in verdicts)
        page = await due(http, "verdict", "2199-01-01", f"&after={verdicts[0]['record_id']}")
        assert page == verdicts[1:]


async def test_years_may_count_from_the_last_collection_activity(scene: Scene) -> None:
    """US-REC: three years after the last collection activity on the debt."""
    async with scene.app() as http:
        await recorded_call(scene, http)
        scene.set_clock(NOON + timedelta(days=50))
        window = (NOON + timedelta(days=50), NOON + timedelta(days=50, hours=1))
        await post(http, "agencies/ag1/reservations", reservation("a2", window=window), 201)
        await cleared(scene)
        more = "&counts_from_last_activity=true"
        path = "retention?kind=recording&years=10&at=2036-03-03"
        [by_call] = (await get(http, path))["records"]
        [by_activity] = (await get(http, path + more))["records"]
        assert (by_call["kept_until"], by_activity["kept_until"]) == ("2036-03-02", "2036-04-21")


async def test_bad_input_to_the_retention_doors_is_refused(scene: Scene) -> None:
    async with scene.app() as http:
        for changes, code in (
            ({}, "contact/unknown_recording"),
            ({"references": []}, "http/invalid"),
            ({"years": 0}, "http/invalid"),
            ({"evidence": ""}, "http/invalid"),
        ):
            assert await refused(http, "retention/deletions", {**DELETION, **changes}) == code
        gone = await refused(http, "retention/legal-holds/none/end", {"by": "counsel"})
        assert gone == "contact/unknown_legal_hold"
        for query in ("kind=recording&years=0&at=2026-01-01", "kind=x&years=2&at=2026-01-01"):
            assert (await http.get(f"/v1/demo/retention?{query}")).status_code == 422
        answer = await http.get("/v1/demo/retention?kind=verdict&years=2&at=2026-01-01&after=x")
        assert answer.json()["code"] == "contact/page_is_wrong"


async def test_the_packs_say_how_long_and_a_caller_cannot_shorten_it(scene: Scene) -> None:
    async with scene.app() as http:
        await recorded_call(scene, http)
        await cleared(scene)
        for years in ("", "&years=1", "&years=2"):
            path = f"retention?kind=recording&at=2029-03-01{years}"
            [kept] = (await get(http, path))["records"]
            assert (kept["may_be_deleted"], kept["kept_until"]) == (False, "2029-03-02"), years
        scene.set_clock(NOON + timedelta(days=365 * 2 + 1))
        for asked in ({"years": 1}, {}):
            body = {**{k: v for k, v in DELETION.items() if k != "years"}, **asked}
            assert await refused(http, "retention/deletions", body) == "contact/recording_is_kept"


async def test_the_years_of_the_tenants_own_configuration_cannot_shorten_limitation(
    scene: Scene,
) -> None:
    """CN-LIM-1 stands in the pack; whoever writes one year into a product deletes nothing by it."""
    async with scene.app() as http:
        await recorded_call(scene, http)
        await cleared(scene)
    tenant = scene.desk.tenants.get("demo")
    products = {name: replace(each, limitation_years=1) for name, each in tenant.products.items()}
    short = replace(scene.desk, tenants=Tenants({"demo": replace(tenant, products=products)}))
    page = Listing("demo", RecordKind.RECORDING, date(2029, 3, 1), "", 10)
    async with scene.database.transaction() as session:
        [record] = await retention.due(session, short, page)
    assert record.retention.until == date(2029, 3, 2)


async def test_a_sold_debt_is_not_cleared(scene: Scene) -> None:
    """CN-CARD-70: until the debt is cleared, to whomever it is owed by then."""
    async with scene.app() as http:
        await recorded_call(scene, http)
        await scene.position("l1", 2, "sold", parties=[("b1", Role.BORROWER)])
        await scene.closed("l1", reason="sold")
        [kept] = await due(http, "recording", "2199-01-01")
        assert (kept["may_be_deleted"], kept["because"]) == (False, "the debt is not cleared")


@pytest.mark.parametrize(
    ("needed_for", "because"),
    [
        ("complaint", "open complaint g1"),
        ("dispute", "open dispute g1"),
        ("dispute hold", "dispute hold h1"),
        ("bankruptcy", "bankruptcy hold h1"),
        ("case", "the open case"),
    ],
)
async def test_what_is_still_argued_about_is_not_deleted(
    scene: Scene, needed_for: str, because: str
) -> None:
    async with scene.app() as http:
        await recorded_call(scene, http)
        await scene.position("l1", 2, "closed", parties=[("b1", Role.BORROWER)])
        if needed_for != "case":
            await scene.closed("l1", reason="cured")
        if needed_for in ("complaint", "dispute"):
            said = {"grievance_id": "g1", "kind": needed_for, "party_id": "b1", "by": "clerk"}
            loan = {"loan_id": "l1"} if needed_for == "dispute" else {}
            await post(http, "grievances", {**said, **loan, "evidence": "letter 4"}, 201)
        elif needed_for != "case":
            kind = needed_for.split()[0]
            hold = {"hold_id": "h1", "kind": kind, "party_id": "b1", "by": "clerk"}
            await post(http, "holds", {**hold, "evidence": "letter 4"}, 201)
        scene.set_clock(NOON + timedelta(days=365 * 20))
        for kind in ("recording", "attempt"):
            [kept] = await due(http, kind, "2199-01-01")
            assert kept["may_be_deleted"] is False
            assert because in kept["because"]
        code = await refused(http, "retention/deletions", DELETION)
        assert code == "contact/recording_is_kept"
