"""Agencies act under the bank's own gate, on loans placed with them alone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from interfaces.contact import TouchStatus
from interfaces.values import Purpose, Role
from tests.services.contact.placing import (
    AFTERNOON,
    get,
    list_agency,
    place,
    placed_loan,
    post,
    refused,
    reservation,
)
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database


async def two_agencies(scene: Scene, http: Any) -> None:
    """Two loans of one debtor, each with an agency of its own."""
    await scene.overdue("l1", "b1")
    await scene.position("l2", parties=[("b1", Role.BORROWER)])
    await scene.opened("l2")
    for number in ("1", "2"):
        await list_agency(http, f"ag{number}")
        await place(http, f"pl{number}", f"l{number}", f"ag{number}", bank_keeps_contact=True)


async def test_lender_and_two_agencies_together_get_three_connected_calls_a_day(
    scene: Scene,
) -> None:
    async with scene.app() as http:
        await two_agencies(scene, http)
        own = await scene.reserve(touch_of("l1", "b1", "own"), AFTERNOON)
        assert own.status is TouchStatus.RESERVED
        for agency, loan in (("ag1", "l1"), ("ag2", "l2")):
            kept = await post(http, f"agencies/{agency}/reservations", reservation("a", loan), 201)
            assert kept["status"] == "reserved"
        fourth = await post(http, "agencies/ag2/reservations", reservation("b", "l2"), 201)
        assert (fourth["status"], fourth["rule_id"]) == ("refused", "CN-FREQ-1")
        assert fourth["next_allowed_at"] == "2026-03-03T00:00:00Z"  # 08:00 in Shanghai
        own = await scene.reserve(touch_of("l2", "b1", "own2"), AFTERNOON)
        assert (own.status, own.rule_id) == (TouchStatus.REFUSED, "CN-FREQ-1")


async def test_of_forty_racing_calls_of_lender_and_agencies_exactly_three_are_kept(
    scene: Scene,
) -> None:
    async with scene.app() as http:
        await two_agencies(scene, http)
        asked = [
            post(http, f"agencies/ag{n}/reservations", reservation(f"a{i}", f"l{n}"), 201)
            for i in range(15)
            for n in (1, 2)
        ]
        own = [scene.reserve(touch_of("l1", "b1", f"own{i}"), AFTERNOON) for i in range(10)]
        of_agencies, of_lender = await asyncio.gather(asyncio.gather(*asked), asyncio.gather(*own))
    statuses = [each["status"] for each in of_agencies] + [each.status for each in of_lender]
    assert (statuses.count("reserved"), statuses.count("refused")) == (3, 37)


async def test_an_act_is_reserved_confirmed_and_reported_once_under_the_agencys_own_id(
    scene: Scene,
) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        window = (NOON, NOON + timedelta(hours=2))
        body = reservation("a1", window=window)
        first = await post(http, "agencies/ag1/reservations", body, 201)
        assert first == await post(http, "agencies/ag1/reservations", body, 201)
        changed = reservation("a1", window=window, channel="visit")
        assert await refused(http, "agencies/ag1/reservations", changed) == "contact/act_differs"
        confirmed = await post(http, "agencies/ag1/reservations/a1/confirm", {})
        assert confirmed["status"] == "confirmed"
        assert confirmed == await post(http, "agencies/ag1/reservations/a1/confirm", {})
        said = {"outcome": "right_party", "recording": "rec-1"}
        act = await post(http, "agencies/ag1/reservations/a1/outcome", said)
        assert (act["status"], act["outcome"]) == ("sent", "right_party")
        [shown] = (await get(http, "agencies/ag1/reservations"))["acts"]
        assert shown == act
        assert (await get(http, "agencies/ag2/reservations"))["acts"] == []
    assert await scene.count("attempt") == 1


async def test_a_released_act_gives_its_budget_back_and_cannot_be_confirmed(scene: Scene) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        for number in range(3):
            await post(http, "agencies/ag1/reservations", reservation(f"a{number}"), 201)
        await post(http, "agencies/ag1/reservations/a0/release", {}, 204)
        again = await post(http, "agencies/ag1/reservations", reservation("a3"), 201)
        assert again["status"] == "reserved"
        late = await post(http, "agencies/ag1/reservations/a0/confirm", {})
        assert late["status"] == "expired"


UNCOVERED: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("ag2", {}, "contact/not_placed_with_agency"),
    ("ag1", {"loan_id": "l9"}, "contact/not_placed_with_agency"),
    ("ag1", {"purpose": "locate"}, "contact/purpose_not_entrusted"),
    ("ag1", {"party_id": "stranger"}, "contact/party_not_of_loan"),
    ("ag1", {"window_until": "2026-09-01T00:00:00Z"}, "contact/outside_placement"),
    ("ag1", {"window_until": "2026-03-02T05:00:00Z"}, "contact/window_is_empty"),
    ("ag1", {"channel": "pigeon"}, "http/invalid"),
    ("ag1", {"act_id": "a/1"}, "http/invalid"),
    ("ag1", {"window_from": "2026-03-02T05:00:00"}, "http/invalid"),
    ("ag1", {"amount": 1}, "http/invalid"),
)


async def test_a_reservation_that_the_placement_does_not_cover_is_refused_and_leaves_nothing(
    scene: Scene,
) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        for agency, changes, code in UNCOVERED:
            body = reservation("a1") | changes
            assert await refused(http, f"agencies/{agency}/reservations", body) == code, changes
    assert await scene.count("attempt") == 0
    assert await scene.count("agency_act") == 0


async def test_a_refusal_does_not_tell_the_agency_why_a_person_may_not_be_reached(
    scene: Scene,
) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        await scene.position("l1", 2, parties=[("b1", Role.BORROWER), ("g1", Role.JOINT_GUARANTOR)])
        hold = {"hold_id": "h1", "kind": "bankruptcy", "party_id": "b1", "loan_id": "l1"}
        await post(http, "holds", {**hold, "evidence": "e", "by": "o"}, 201)
        answer = await http.post(
            "/v1/demo/agencies/ag1/reservations", json=reservation("a1", party_id="b1")
        )
        assert answer.json()["status"] == "refused"
        assert "bankruptcy" not in answer.text


async def test_a_hold_may_keep_agencies_alone_from_one_party(scene: Scene) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        both = [("b1", Role.BORROWER), ("g1", Role.JOINT_GUARANTOR)]
        await scene.person("g1", ("phone", "+86-900-7"))
        await scene.position("l1", 2, parties=both)
        window = (NOON, NOON + timedelta(hours=2))
        for party in ("b1", "g1"):
            body = reservation(f"early-{party}", party_id=party, window=window)
            kept = await post(http, "agencies/ag1/reservations", body, 201)
            assert kept["status"] == "reserved", party
        hold = {"hold_id": "h1", "kind": "bank_pause", "party_id": "b1", "blocks": ["agency"]}
        await post(http, "holds", {**hold, "evidence": "e", "by": "o"}, 201)
        path = "agencies/ag1/reservations"
        code = await refused(http, f"{path}/early-b1/confirm", {})
        assert code == "contact/agencies_kept_away"
        code = await refused(http, path, reservation("later"))
        assert code == "contact/agencies_kept_away"
        assert (await post(http, f"{path}/early-g1/confirm", {}))["status"] == "confirmed"
        notice = touch_of("l1", "b1", "own", position_version=2, purpose=Purpose.STATUTORY_NOTICE)
        own = await scene.reserve(notice, AFTERNOON)
        assert own.status is TouchStatus.RESERVED


async def test_an_agency_whose_evaluation_grew_old_may_not_act(scene: Scene) -> None:
    async with scene.app() as http:
        await scene.overdue("l1", "b1")
        await list_agency(http, evaluated_on="2025-03-10")
        await place(http)
        kept = await post(http, "agencies/ag1/reservations", reservation("a1"), 201)
        assert kept["status"] == "reserved"
        scene.set_clock(NOON + timedelta(days=9))
        window = (NOON + timedelta(days=9), NOON + timedelta(days=9, hours=1))
        body = reservation("a2", window=window)
        code = await refused(http, "agencies/ag1/reservations", body)
        assert code == "contact/agency_evaluation_is_old"
        await list_agency(http, evaluated_on="2026-03-10")
        again = await post(http, "agencies/ag1/reservations", body, 201)
        assert again["status"] == "reserved"


async def test_an_outcome_is_not_dated_ahead_and_belongs_to_an_act_of_the_agency(
    scene: Scene,
) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        window = (NOON, NOON + timedelta(hours=2))
        await post(http, "agencies/ag1/reservations", reservation("a1", window=window), 201)
        path = "agencies/ag1/reservations/a1/outcome"
        said = {"outcome": "no_answer"}
        assert await refused(http, path, said) == "contact/unknown_attempt"
        await post(http, "agencies/ag1/reservations/a1/confirm", {})
        ahead = said | {"at": (NOON + timedelta(days=1)).isoformat()}
        assert await refused(http, path, ahead) == "contact/outcome_is_early"
        other = "agencies/ag2/reservations/a1/outcome"
        assert await refused(http, other, said) == "contact/unknown_act"
        assert await refused(http, path, {"outcome": "delivered"}) == "contact/outcome_does_not_fit"


async def test_a_hand_over_is_complete_only_with_every_act_its_outcome_and_its_recording(
    scene: Scene,
) -> None:
    window = (NOON, NOON + timedelta(hours=2))
    async with scene.app() as http:
        await placed_loan(scene, http)
        for act in ("a1", "a2", "a3"):
            await post(http, "agencies/ag1/reservations", reservation(act, window=window), 201)
            await post(http, f"agencies/ag1/reservations/{act}/confirm", {})
        await post(http, "agencies/ag1/reservations/a1/outcome", {"outcome": "connected"})
        scene.set_clock(NOON + timedelta(days=1))
        period = {"from_at": NOON.isoformat(), "until_at": (NOON + timedelta(hours=3)).isoformat()}
        batch = {"hand_over_id": "h1", **period, "by": "agency clerk"}
        records: list[dict[str, Any]] = [{"act_id": "a1"}, {"act_id": "a2"}, {"act_id": "a9"}]
        lacking = await post(http, "agencies/ag1/hand-overs", {**batch, "records": records}, 201)
        assert lacking["is_complete"] is False
        assert lacking["gaps"] == {
            "a1": "it connected, and its recording is missing",
            "a2": "how it turned out is missing",
            "a3": "its record is missing",
            "a9": "no such act of the period is known",
        }
        records = [
            {"act_id": "a1", "recording": "rec-1"},
            {"act_id": "a2", "outcome": "right_party", "recording": "rec-2"},
            {"act_id": "a3", "outcome": "no_answer"},
        ]
        whole = {**batch, "hand_over_id": "h2", "records": records}
        assert (await post(http, "agencies/ag1/hand-overs", whole, 201))["is_complete"] is True
        again = await post(http, "agencies/ag1/hand-overs", whole, 201)
        assert again["gaps"] == {}
        differing = {**whole, "records": records[:1]}
        code = await refused(http, "agencies/ag1/hand-overs", differing)
        assert code == "contact/hand_over_differs"
        twice = {**batch, "hand_over_id": "h3", "records": [records[0], records[0]]}
        assert await refused(http, "agencies/ag1/hand-overs", twice) == "contact/hand_over_is_wrong"
        stolen = [records[0], {**records[1], "recording": "rec-1"}, records[2]]
        code = await refused(
            http, "agencies/ag1/hand-overs", {**batch, "hand_over_id": "h4", "records": stolen}
        )
        assert code == "contact/recording_is_of_another"
    assert await scene.count("recording") == 2


async def test_a_confirmation_racing_a_payment_comes_before_the_recall_or_not_at_all(
    scene: Scene,
) -> None:
    window = (NOON, NOON + timedelta(hours=2))
    async with scene.app() as http:
        await placed_loan(scene, http)
        for act in ("a1", "a2", "a3"):
            await post(http, "agencies/ag1/reservations", reservation(act, window=window), 201)
        answers = await asyncio.gather(
            http.post("/v1/demo/agencies/ag1/reservations/a1/confirm"),
            http.post("/v1/demo/agencies/ag1/reservations/a2/confirm"),
            scene.position("l1", 2, "covered", parties=[("b1", Role.BORROWER)]),
            http.post("/v1/demo/agencies/ag1/reservations/a3/confirm"),
        )
        acts = (await get(http, "agencies/ag1/reservations"))["acts"]
    confirmed = [each for each in answers if each is not None and each.status_code == 200]
    types = await scene.types_told("l1")
    recalled_at = max(at for at, name in enumerate(types) if name == "PlacementChanged")
    confirmed_at = [at for at, name in enumerate(types) if name == "TouchConfirmed"]
    assert len(confirmed_at) == len(confirmed)
    assert all(at < recalled_at for at in confirmed_at)
    assert sorted(act["status"] for act in acts) == sorted(
        ["sent"] * len(confirmed) + ["released"] * (3 - len(confirmed))
    )
