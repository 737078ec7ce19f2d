"""Who bought the debts it collects acts as a debt buyer, and owes the validation notice itself."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
import yaml

from interfaces.contact import TouchStatus
from interfaces.tenant import parse_tenant
from interfaces.values import Capacity, Channel, Purpose, Role
from services.contact.commands import occasions
from services.contact.commands.calls import inbound
from services.contact.commands.calls.inbound import ReceiveCall
from services.contact.commands.desk import Desk
from services.contact.commands.owing import Addressed
from services.contact.settings import Tenants
from tests.services.contact.placing import get
from tests.services.contact.reminding import act, rows
from tests.services.contact.scene import NOON, TENANT, Scene, touch_of

TENANTS = Path("config/tenants")
DAY = timedelta(days=1)


def buyer(scene: Scene, capacity: Capacity = Capacity.DEBT_BUYER) -> Desk:
    tenant = replace(scene.desk.tenants.get(TENANT), law=("us-reg-f",), capacity=capacity)
    scene.desk = replace(scene.desk, tenants=Tenants({TENANT: tenant}))
    scene.activities._desk = scene.desk
    return scene.desk


def test_a_tenant_says_whether_it_bought_its_debts() -> None:
    raw = yaml.safe_load((TENANTS / "demo.yaml").read_text(encoding="utf-8"))
    assert parse_tenant(raw).acting_as(Capacity.CREDITOR) is Capacity.CREDITOR
    schema = jsonschema.Draft202012Validator(json.loads((TENANTS / "schema.json").read_text()))
    bought = raw | {"capacity": "debt_buyer"}
    schema.validate(bought)
    assert parse_tenant(bought).acting_as(Capacity.CREDITOR) is Capacity.DEBT_BUYER
    assert parse_tenant(bought).acting_as(Capacity.AGENCY) is Capacity.AGENCY
    # An agency is no tenant: it acts for one.
    assert not schema.is_valid(raw | {"capacity": "agency"})


@pytest.mark.database
@pytest.mark.parametrize("channel", [Channel.EMAIL, Channel.CALL])
async def test_its_first_act_owes_the_validation_notice_within_five_days(
    scene: Scene, channel: Channel
) -> None:
    """12 CFR 1006.34(a)(1)(i)(B): within five days of the initial communication."""
    buyer(scene)
    await scene.overdue("l1", "b1")
    at = NOON
    for by, later in ((channel, at), (Channel.EMAIL, at + timedelta(minutes=1))):
        touch = touch_of("l1", "b1", channel=by, at=later)
        assert (await scene.attempt(touch)).status is TouchStatus.CONFIRMED
    [duty] = await rows(scene)
    assert (duty.rule_id, duty.kind, duty.party_id) == ("US-VALID", "validation", "b1")
    assert duty.owed_by == at + DAY * 5 and duty.planned_at is None
    assert "settle the duty" in duty.put_off_because
    notice = touch_of(
        "l1",
        "b1",
        "l1/1/notice",
        channel=Channel.LETTER,
        purpose=Purpose.STATUTORY_NOTICE,
        notice="validation",
        at=at + DAY,
    )
    scene.set_clock(at + DAY)
    await scene.attempt(notice)
    [duty] = await rows(scene)
    assert (duty.done_at is not None, duty.proof) == (True, "l1/1/notice")
    scene.set_clock(at + DAY * 30)
    await act(scene)
    assert len(await rows(scene)) == 1


@pytest.mark.database
async def test_its_acts_are_judged_and_kept_in_its_own_capacity(scene: Scene) -> None:
    buyer(scene)
    await scene.overdue("l1", "b1")
    at = NOON
    await scene.attempt(touch_of("l1", "b1", channel=Channel.EMAIL, at=at))
    async with scene.app() as http:
        [kept] = (await get(http, "loans/l1/verdicts"))["verdicts"]
    assert kept["facts"]["act"]["capacity"] == "debt_buyer"


@pytest.mark.database
async def test_a_call_that_came_in_first_owes_it_too(scene: Scene) -> None:
    desk = buyer(scene)
    await scene.overdue("l1", "b1")
    command = ReceiveCall(TENANT, "in-1", "c-1", party_id="b1")
    async with scene.database.transaction() as session:
        await inbound.receive(session, desk, command, NOON)
    [duty] = await rows(scene)
    assert (duty.rule_id, duty.owed_by) == ("US-VALID", NOON + DAY * 5)


@pytest.mark.database
async def test_a_bank_owes_none_for_its_own_loans_nor_a_buyer_to_a_third_party(
    scene: Scene,
) -> None:
    buyer(scene, Capacity.CREDITOR)
    await scene.overdue("l1", "b1")
    await scene.attempt(touch_of("l1", "b1", channel=Channel.EMAIL))
    assert await rows(scene) == []
    desk = buyer(scene)
    asked = Addressed(TENANT, "l1", "", "x1", Role.CONTACT, Capacity.DEBT_BUYER)
    for to, owed in ((asked, 0), (replace(asked, party_id="b1", role=Role.BORROWER), 1)):
        async with scene.database.transaction() as session:
            await occasions.communicated(session, desk, to, NOON)
        assert len(await rows(scene)) == owed
