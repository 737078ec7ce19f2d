"""Acts owed by a date: done by the notice named like them, or raised once when missed."""

from __future__ import annotations

import asyncio
from datetime import UTC, timedelta
from typing import Any

import httpx
import pytest

from events.v1 import contact_placements_pb2 as pb
from interfaces.values import Channel, Purpose
from services.contact.activities.watch import look_once, watch
from tests.services.contact.placing import get, post, refused
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database


def duty(**changes: object) -> dict[str, Any]:
    plain = {
        "loan_id": "l1",
        "party_id": "b1",
        "kind": "arrears",
        "occasion": "2026-03",
        "rule_id": "UK-NOSIA",
        "owed_by": (NOON + timedelta(days=14)).isoformat(),
    }
    return {**plain, **changes}


async def states(http: httpx.AsyncClient, query: str = "") -> list[str]:
    return [each["state"] for each in (await get(http, f"duties{query}"))["duties"]]


async def test_a_notice_that_left_does_the_duty_named_like_it_the_earliest_first(
    scene: Scene,
) -> None:
    async with scene.app() as http:
        await scene.overdue("l1", "b1")
        later = duty(occasion="2026-09", owed_by=(NOON + timedelta(days=190)).isoformat())
        for each in (later, duty(), duty()):
            await post(http, "duties", each, 204)
        notice = {"channel": Channel.EMAIL, "purpose": Purpose.STATUTORY_NOTICE}
        await scene.attempt(touch_of("l1", "b1", "k1", **notice, notice="demand_letter"))
        assert await states(http) == ["owed", "owed"]
        await scene.attempt(touch_of("l1", "b1", "k2", **notice, notice="arrears"))
        assert await states(http) == ["done", "owed"]
        [first, _] = (await get(http, "duties"))["duties"]
        assert (first["occasion"], first["proof"]) == ("2026-03", "k2")
        for attempt in (await get(http, "loans/l1/attempts"))["attempts"]:
            path = f"attempts/{attempt['attempt_id']}/outcome"
            await post(http, path, {"outcome": "delivered"})
        assert await states(http) == ["done", "owed"]


async def test_a_missed_duty_is_raised_once_and_may_still_be_done_late(scene: Scene) -> None:
    async with scene.app() as http:
        await scene.overdue("l1", "b1")
        await post(http, "duties", duty(), 204)
        await post(http, "duties", duty(owed_by=(NOON + timedelta(days=10)).isoformat()), 204)
        scene.set_clock(NOON + timedelta(days=11))
        assert await look_once(scene.context, scene.desk) == 1
        assert await look_once(scene.context, scene.desk) == 0
        [missed] = await scene.told("l1", pb.DutyMissed)
        assert (missed.kind, missed.rule_id, missed.party_id) == ("arrears", "UK-NOSIA", "b1")
        # Once it was told, its date moves no more.
        await post(http, "duties", duty(), 204)
        assert await states(http, "?only_missed=true") == ["missed"]
        settled = {key: duty()[key] for key in ("loan_id", "party_id", "kind", "occasion")}
        done = await post(http, "duties/settle", {**settled, "proof": "letter 12"})
        assert done == await post(http, "duties/settle", {**settled, "proof": "letter 12"})
        assert done["state"] == "late"
        other = {**settled, "because": "it was not owed"}
        assert await refused(http, "duties/settle", other) == "contact/duty_is_settled"
        assert await states(http, "?only_missed=true") == []


async def test_a_duty_that_is_owed_no_more_is_never_raised(scene: Scene) -> None:
    async with scene.app() as http:
        await post(http, "duties", duty(party_id=None), 204)
        settled = {"loan_id": "l1", "kind": "arrears", "occasion": "2026-03"}
        dropped = await post(http, "duties/settle", {**settled, "because": "the debt was paid"})
        assert dropped["state"] == "dropped"
        scene.set_clock(NOON + timedelta(days=30))
        assert await look_once(scene.context, scene.desk) == 0
    assert await scene.told("l1", pb.DutyMissed) == []


async def test_the_watch_sleeps_until_a_duty_is_missed_and_raises_it(scene: Scene) -> None:
    async with scene.app() as http:
        scene.set_clock(NOON)
        soon = (NOON + timedelta(seconds=1)).isoformat()
        await post(http, "duties", duty(owed_by=soon), 204)
        watching = asyncio.create_task(watch(scene.context))
        try:
            async with asyncio.timeout(60):
                while not await scene.told("l1", pb.DutyMissed):  # noqa: ASYNC110 — it is in the database
                    await asyncio.sleep(0.05)
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    [missed] = await scene.told("l1", pb.DutyMissed)
    assert missed.at.ToDatetime(UTC) >= NOON + timedelta(seconds=1)


async def test_bad_input_to_the_duties_doors_is_refused(scene: Scene) -> None:
    async with scene.app() as http:
        for changes in (
            {"kind": "birthday"},
            {"owed_by": "2026-03-16"},
            {"occasion": ""},
            {"loan_id": "a b"},
            {"who": "x"},
        ):
            assert await refused(http, "duties", duty(**changes)) == "http/invalid", changes
        settled = {"loan_id": "l1", "kind": "arrears", "occasion": "2026-03"}
        assert await refused(http, "duties/settle", settled) == "http/invalid"
        both = {**settled, "proof": "p", "because": "b"}
        assert await refused(http, "duties/settle", both) == "http/invalid"
        unknown = {**settled, "proof": "p"}
        assert await refused(http, "duties/settle", unknown) == "contact/unknown_duty"
    assert await scene.count("duty") == 0
