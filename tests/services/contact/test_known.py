"""What the service knows reaches the judge; what nobody knows stands against an act."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from events.v1.legal_pb2 import MatterChanged
from interfaces.contact import TouchStatus
from interfaces.values import Channel, Purpose, Role
from services.contact.commands import verdicts
from services.contact.commands.desk import Desk
from services.contact.commands.verdicts import AskVerdict, Told
from services.contact.consumers import follow_standing
from services.contact.settings import Tenants
from tests.services.contact.customer import get, post, word
from tests.services.contact.scene import NOON, TENANT, Scene, record, touch_of

pytestmark = pytest.mark.database

DAY = timedelta(days=1)


def american(scene: Scene) -> Desk:
    """The same desk, of a bank under American law."""
    tenant = replace(scene.desk.tenants.get(TENANT), law=("us-reg-f",))
    return replace(scene.desk, tenants=Tenants({TENANT: tenant}))


async def asked(scene: Scene, purpose: Purpose, channel: Channel = Channel.LETTER) -> Told:
    query = AskVerdict(TENANT, "b1", "l1", channel, purpose, NOON + timedelta(hours=10))
    async with scene.database.transaction() as session:
        return await verdicts.ask(session, american(scene), query)


async def matter(scene: Scene, version: int, expires_on: str, loan_id: str = "l1") -> None:
    told = record(loan_id, MatterChanged(limitation_expires_on=expires_on), version)
    async with scene.database.transaction() as session:
        await follow_standing(session, scene.desk, [told])


async def facts(scene: Scene) -> dict[str, Any]:
    kept: dict[str, Any] = (await get(scene, "loans/l1/verdicts"))["verdicts"][-1]["facts"]
    return kept


async def test_nobody_is_sued_while_limitation_is_unknown_or_expired(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    unknown = await asked(scene, Purpose.COURT_SERVICE)
    assert unknown.verdict.rule_id == "US-TIMEBAR"
    assert "nobody knows" in unknown.verdict.because
    await matter(scene, 2, "2027-01-01")
    assert (await asked(scene, Purpose.COURT_SERVICE)).verdict.is_allowed
    # What an older record says is not taken back to; a newer one counts, and so does its silence.
    await matter(scene, 1, "2020-01-01")
    assert (await asked(scene, Purpose.COURT_SERVICE)).verdict.is_allowed
    await matter(scene, 3, "2026-03-01")
    barred = await asked(scene, Purpose.COURT_SERVICE)
    assert (barred.verdict.rule_id, barred.verdict.is_allowed) == ("US-TIMEBAR", False)
    await matter(scene, 4, "")
    assert not (await asked(scene, Purpose.COURT_SERVICE)).verdict.is_allowed
    assert (await asked(scene, Purpose.REMINDER)).verdict.is_allowed


async def test_limitation_outlives_later_positions_and_may_come_first(scene: Scene) -> None:
    await matter(scene, 1, "2027-01-01")
    await scene.overdue("l1", "b1")
    await scene.position("l1", 2, parties=[("b1", Role.BORROWER)])
    known = (await asked(scene, Purpose.COURT_SERVICE)).known
    assert known.loans[0].limitation_expires_on == date(2027, 1, 1)


async def test_where_a_person_lives_is_unknown_and_a_states_rules_are_kept(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    talk = touch_of("l1", "b1", at=NOON)
    outcome = await scene.attempt(talk)
    async with scene.app() as http:
        path = f"/v1/demo/attempts/{outcome.attempt_id}/outcome"
        assert (await http.post(path, json={"outcome": "effective"})).status_code < 300
    told = await asked(scene, Purpose.COLLECTION, Channel.CALL)
    assert told.known.region == "unknown"
    assert not told.verdict.is_allowed
    assert told.verdict.rule_id in ("US-7IN7-B", "US-TIME")
    assert "US-7IN7-B" in {each.article.rule_id for each in told.verdict.findings}


async def test_where_a_person_was_found_to_live_counts_beside_what_the_bank_says(
    scene: Scene,
) -> None:
    await scene.overdue("l1", "b1")
    phone = (await get(scene, "parties/b1/points"))["points"][0]["point_id"]
    moved = word("zone_set", point_id=phone, time_zone="Europe/London")
    await post(scene, "parties/b1/words", moved)
    night = await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS))
    assert (night.rule_id, night.next_allowed_at) == ("CN-TIME-1", NOON + timedelta(hours=4))


async def test_notices_and_the_first_communication_are_among_the_facts(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    unheard = await facts_of_call(scene)
    assert "notices" not in unheard and "first_communication_at" not in unheard["loans"][0]
    notice = touch_of(
        "l1", "b1", channel=Channel.EMAIL, purpose=Purpose.STATUTORY_NOTICE, notice="arrears"
    )
    other = replace(notice, key="other", notice="demand_letter")
    for each in (notice, other):
        assert (await scene.attempt(each)).status is TouchStatus.CONFIRMED
    heard = await facts_of_call(scene)
    [given] = heard["notices"]
    assert (given["kind"], given["loan"], given["party"]) == ("arrears", "l1", "b1")
    assert heard["loans"][0]["first_communication_at"] == NOON.isoformat()
    assert "region" not in heard["party"], "no pack of this bank asks for it"


async def facts_of_call(scene: Scene) -> dict[str, Any]:
    """As they were when a call was judged, a day later and refused for its hour."""
    night = NOON + DAY + timedelta(hours=12)
    refused = await scene.attempt(touch_of("l1", "b1", at=night))
    assert refused.status is TouchStatus.REFUSED
    return await facts(scene)


@pytest.mark.parametrize("written", ["+61 2 9999 1234", "0061 2 9999 1234"])
async def test_who_leaves_a_foreign_number_is_called_by_day_there_too(
    scene: Scene, written: str
) -> None:
    await scene.person("b1", ("phone", written), zone="")
    await scene.position("l1", parties=[("b1", Role.BORROWER)])
    await scene.opened("l1")
    evening = NOON + timedelta(hours=8, minutes=30)  # 20:30 in Shanghai, 23:30 in Hobart
    refused = await scene.attempt(touch_of("l1", "b1", channel=Channel.SMS, at=evening))
    assert refused.rule_id == "CN-TIME-1"
    assert "Australia" in refused.because
