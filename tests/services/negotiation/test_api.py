"""Promises and answers to offers by HTTP, on the real application and a real database."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from typing import Any

import httpx
import pytest

from chassis.http import create_app
from services.negotiation.activities import Activities
from services.negotiation.api import router
from tests.services.negotiation.scene import (
    BORROWER,
    CONTACT,
    LOAN,
    NOW,
    Scene,
    opened,
    payment,
    position,
)
from tests.services.negotiation.test_activities import OFFER

pytestmark = pytest.mark.database

PROMISES = f"/v1/demo/loans/{LOAN}/promises"
PROMISE: dict[str, Any] = {
    "promise_id": "p-1",
    "party_id": BORROWER,
    "amount_minor": 50_000,
    "currency": "CNY",
    "due_on": "2026-03-09",
}


@pytest.fixture
async def http(scene: Scene) -> AsyncIterator[httpx.AsyncClient]:
    context = scene.context
    app = create_app("negotiation", context.settings, context.database, [router])
    app.state.context = context
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def offer(scene: Scene) -> str:
    await scene.hear(position())
    return (await Activities(scene.context).make_offer(OFFER)).agreement_id


async def test_a_promise_is_taken_and_kept_by_posted_money(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    await scene.hear(opened(2), position())
    taken = await http.post(PROMISES, json=PROMISE)
    assert taken.status_code == 201
    assert (taken.json()["status"], taken.json()["episode"]) == ("active", 2)
    assert taken.json()["judge_at"] == "2026-03-12T16:00:00Z"
    await scene.hear(payment("t-1", 50_000, date(2026, 3, 5)), at=NOW + timedelta(days=3))
    assert [told.change for told in await scene.told()] == ["promised", "kept"]


async def test_the_same_promise_again_is_answered_alike_and_another_under_its_id_refused(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    await scene.hear(position())
    first = await http.post(PROMISES, json=PROMISE)
    again = await http.post(PROMISES, json=PROMISE)
    assert again.json() == first.json() and len(await scene.told()) == 1
    other = await http.post(PROMISES, json={**PROMISE, "amount_minor": 1})
    assert other.json()["code"] == "negotiation/promise_id_reused"


async def test_a_promise_takes_the_place_of_an_open_offer(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    await offer(scene)
    taken = await http.post(PROMISES, json=PROMISE)
    assert taken.json()["rounds"] == 2
    changes = [(told.change, told.kind) for told in await scene.told()]
    assert changes == [("offered", "plan"), ("cancelled", "plan"), ("promised", "promise")]


async def test_a_promise_beside_an_active_one_is_refused(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    await scene.hear(position())
    await http.post(PROMISES, json=PROMISE)
    second = await http.post(PROMISES, json={**PROMISE, "promise_id": "p-2"})
    assert (second.status_code, second.json()["code"]) == (409, "negotiation/agreement_active")


async def test_after_three_broken_promises_in_an_episode_the_fourth_is_refused(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    await scene.hear(opened(1), position())
    now = NOW
    for number in range(4):
        due = (now.date() + timedelta(days=1)).isoformat()
        body = {**PROMISE, "promise_id": f"p-{number}", "due_on": due}
        answer = await http.post(PROMISES, json=body)
        now += timedelta(days=10)
        scene.set_clock(now)
    assert answer.json()["code"] == "negotiation/too_many_broken"
    await scene.hear(opened(2), at=now)
    due = (now.date() + timedelta(days=1)).isoformat()
    fresh = await http.post(PROMISES, json={**PROMISE, "promise_id": "p-9", "due_on": due})
    assert fresh.status_code == 201


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"party_id": CONTACT}, "negotiation/party_not_liable"),
        ({"currency": "USD"}, "negotiation/other_currency"),
        ({"due_on": "2026-03-01"}, "negotiation/due_date_out_of_range"),
        ({"due_on": "2026-06-01"}, "negotiation/due_date_out_of_range"),
        ({"amount_minor": 0}, "http/invalid"),
        ({"amount_minor": 10.5}, "http/invalid"),
        ({"amount_minor": 10**19}, "http/invalid"),
        ({"due_on": "2026-02-31"}, "http/invalid"),
        ({"promise_id": "\x00"}, "http/invalid"),
        ({"surprise": 1}, "http/invalid"),
    ],
)
async def test_a_promise_that_makes_no_sense_is_refused(
    scene: Scene, http: httpx.AsyncClient, change: dict[str, Any], code: str
) -> None:
    await scene.hear(position())
    answer = await http.post(PROMISES, json={**PROMISE, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert await scene.told() == []


async def test_a_promise_for_an_unknown_tenant_or_loan_or_a_current_loan_is_refused(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    unknown = await http.post(PROMISES.replace("demo", "nobody"), json=PROMISE)
    assert unknown.json()["code"] == "negotiation/unknown_tenant"
    assert (await http.post(PROMISES, json=PROMISE)).json()["code"] == "negotiation/unknown_loan"
    await scene.hear(position("current"))
    assert (await http.post(PROMISES, json=PROMISE)).json()["code"] == "negotiation/nothing_owed"
    foreign = await http.post(PROMISES.replace("demo", "uci"), json=PROMISE)
    assert foreign.json()["code"] == "negotiation/unknown_loan"


async def test_an_offer_shows_its_options_and_is_accepted_as_a_plan(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    agreement_id = await offer(scene)
    [shown] = (await http.get(f"/v1/demo/loans/{LOAN}/agreements")).json()["agreements"]
    assert [option["instalments"] for option in shown["options"]] == [3, 6, 12, 24, 36, 48, 60, 1]
    assert all(
        option["total_minor"] == sum(each["amount_minor"] for each in option["schedule"])
        for option in shown["options"]
    )
    choice = {"option": "plan", "party_id": BORROWER, "instalments": 4}
    for _ in range(2):
        accepted = await http.post(f"/v1/demo/offers/{agreement_id}/accept", json=choice)
        assert accepted.status_code == 200, accepted.text
    assert accepted.json()["next_due_on"] == "2026-04-02"
    assert len(accepted.json()["schedule"]) == 4
    assert [told.change for told in await scene.told()] == ["offered", "accepted"]


async def test_an_accepted_settlement_names_what_is_waived_and_is_kept_by_payment(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    agreement_id = await offer(scene)
    choice = {"option": "settlement", "party_id": BORROWER}
    accepted = await http.post(f"/v1/demo/offers/{agreement_id}/accept", json=choice)
    assert (accepted.json()["total_minor"], accepted.json()["waived_minor"]) == (400_000, 100_000)
    await scene.hear(payment("t-1", 400_000, date(2026, 3, 10)), at=NOW + timedelta(days=8))
    told = (await scene.told())[-1]
    assert (told.kind, told.status, told.waived_minor) == ("settlement", "kept", 100_000)


async def test_a_declined_or_expired_offer_cannot_be_accepted(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    agreement_id = await offer(scene)
    path, choice = f"/v1/demo/offers/{agreement_id}", {"option": "plan", "party_id": BORROWER}
    for _ in range(2):
        declined = await http.post(f"{path}/decline", json={"party_id": BORROWER, "reason": "no"})
        assert declined.json()["status"] == "declined"
    late = await http.post(f"{path}/accept", json=choice)
    assert (late.status_code, late.json()["code"]) == (409, "negotiation/offer_closed")
    assert [told.change for told in await scene.told()] == ["offered", "declined"]


async def test_a_plan_longer_than_the_product_allows_or_by_a_stranger_is_refused(
    scene: Scene, http: httpx.AsyncClient
) -> None:
    path = f"/v1/demo/offers/{await offer(scene)}/accept"
    hostile = await http.get("/v1/demo/loans/%00/agreements")
    assert hostile.json()["code"] == "http/invalid"
    choice = {"option": "plan", "party_id": BORROWER, "instalments": 61}
    assert (await http.post(path, json=choice)).json()["code"] == "negotiation/not_offered"
    stranger = {"option": "plan", "party_id": CONTACT}
    answer = await http.post(path, json=stranger)
    assert answer.json()["code"] == "negotiation/party_not_liable"
    foreign = await http.post(path.replace("demo", "uci"), json=choice)
    assert foreign.json()["code"] == "negotiation/unknown_agreement"
