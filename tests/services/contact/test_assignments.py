"""Who bought a debt is told to whoever owes it, with all that the law asks for, or never at all."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from chassis.inbox import Record
from events.v1.bank_pb2 import Assignee, LoanFact, LoanSold
from events.v1.contact_placements_pb2 import DutyMissed
from events.v1.intake_pb2 import LoanFactAccepted
from interfaces.values import Channel, Purpose
from services.contact.consumers import receive_facts
from services.contact.domain import announced
from tests.services.contact.placing import post, refused
from tests.services.contact.reminding import AS_BORROWER, act, due, instalment, rows, sent, words_of
from tests.services.contact.scene import NOON, Scene, record, touch_of

pytestmark = pytest.mark.database
BUYER = "东方资产管理公司"
WHOLE: Mapping[str, Any] = {
    "name": BUYER,
    "address": "北京市示例路 1 号",
    "phone": "400-123-4567",
    "purpose": "持有并管理受让的债权",
    "data_kinds": ["name", "phone", "amounts"],
}


def sale(on: str = "2026-03-01", sequence: int = 0, **assignee: Any) -> Record:
    sold = LoanSold(on=on, assignee=Assignee(**assignee) if assignee else None)
    return record("l1", LoanFactAccepted(fact=LoanFact(sold=sold), sequence=sequence))


async def tell(scene: Scene, *told: Record) -> None:
    async with scene.database.transaction() as session:
        await receive_facts(session, scene.desk, told)


async def sold(scene: Scene, version: int = 2) -> None:
    """The borrower can be written to by mail alone."""
    await scene.person("b1", ("email", "b1@example.test"))
    await scene.position("l1", version, "sold", AS_BORROWER)


async def test_the_notice_names_the_buyer_how_to_reach_it_what_for_and_which_data(
    scene: Scene,
) -> None:
    await tell(scene, sale(**WHOLE))
    await sold(scene)
    await act(scene)
    [letter] = await sent(scene)
    assert (letter.channel, letter.notice) == (Channel.EMAIL, "assignment")
    words = await words_of(scene)
    for owed in (
        BUYER,
        "400-123-4567、北京市示例路 1 号",
        WHOLE["purpose"],
        "姓名、电话号码、欠款金额",
    ):
        assert owed in words
    assert "10,000.00 CNY" in words and "2026-03-01" in words
    [duty] = await rows(scene)
    assert duty.done_at is not None and duty.proof == letter.key


async def test_without_a_buyer_the_duty_stays_and_says_what_is_missing(scene: Scene) -> None:
    await sold(scene)
    scene.set_clock(NOON + timedelta(hours=1))
    await act(scene)
    [duty] = await rows(scene)
    assert (duty.planned_at, duty.put_off_because) == (None, announced.NO_ASSIGNEE)
    [missed] = await scene.told("l1", DutyMissed)
    assert missed.because == announced.NO_ASSIGNEE and "settle the duty" in missed.because
    assert await sent(scene) == []


async def test_what_is_told_by_halves_is_asked_for_and_then_sent(scene: Scene) -> None:
    await sold(scene)
    await tell(scene, sale(name=BUYER, data_kinds=["name", "shoe_size"]))
    [duty] = await rows(scene)
    assert duty.planned_at is None
    for missing in ("purpose", "one of address, phone and email", "not ['shoe_size']"):
        assert missing in duty.put_off_because
    assert "data_kinds, " not in duty.put_off_because
    await tell(scene, sale(**WHOLE))
    assert await act(scene) == 1
    assert BUYER in await words_of(scene)


async def test_a_name_breaks_no_line_whatever_it_holds(scene: Scene) -> None:
    strange = {**WHOLE, "name": "East\x00 Asset\r\nManagement", "data_kinds": ["name", "na\x00me"]}
    await tell(scene, sale(**strange))
    await sold(scene)
    [duty] = await rows(scene)
    assert "not ['na me']" in duty.put_off_because
    await tell(scene, sale(**{**strange, "data_kinds": ["name"]}))
    await act(scene)
    assert "East Asset Management" in await words_of(scene)


async def test_an_older_word_and_the_same_sale_without_its_buyer_take_nothing_back(
    scene: Scene,
) -> None:
    await tell(scene, sale(sequence=5, **WHOLE), sale(sequence=6))
    await tell(scene, sale(sequence=4, **{**WHOLE, "name": "Another"}))
    await sold(scene)
    await act(scene)
    assert BUYER in await words_of(scene)


async def test_another_sale_is_never_told_with_the_buyer_of_the_first(scene: Scene) -> None:
    await tell(scene, sale(**WHOLE))
    await tell(scene, sale(on="2026-03-02"))
    await sold(scene)
    assert await act(scene) == 0
    [duty] = await rows(scene)
    assert duty.put_off_because == announced.NO_ASSIGNEE


async def test_a_buyer_found_wanting_meanwhile_is_not_named(scene: Scene) -> None:
    await tell(scene, sale(**WHOLE))
    await sold(scene)
    await tell(scene, sale(name=BUYER))
    assert await act(scene) == 1
    [duty] = await rows(scene)
    assert "purpose" in duty.put_off_because and duty.planned_at is None
    assert await sent(scene) == []


async def test_sales_and_instalments_come_in_one_batch(scene: Scene) -> None:
    await tell(scene, instalment(), sale(**WHOLE))
    await due(scene, instalment(number=2))
    async with scene.database.transaction() as session:
        await receive_facts(session, scene.desk, [])
    assert await scene.count("assignment") == 1 and await scene.count("instalment") == 2


async def test_a_case_that_names_the_text_gets_its_purposes_own(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    notice = touch_of(
        "l1",
        "b1",
        channel=Channel.EMAIL,
        purpose=Purpose.STATUTORY_NOTICE,
        template="assignment_notice",
    )
    await scene.attempt(notice)
    words = await words_of(scene)
    assert "{{" not in words and "1,234.56 CNY" in words


@pytest.mark.parametrize("language, kinds", [("en", "name, telephone"), ("zh-CN", "姓名、电话")])
async def test_the_texts_that_name_somebody_are_previewed(
    scene: Scene, language: str, kinds: str
) -> None:
    async with scene.app() as http:
        asked: dict[str, Any] = {"language": language, "channel": "letter"}
        shown = await post(http, "templates/assignment_notice/preview", asked)
        text = " ".join(section["text"] for section in shown["sections"])
        assert "Example Asset Management" in text and kinds in text
        agency = {**asked, "agency": {"name": "Second Agency"}}
        shown = await post(http, "templates/agent_intimation/preview", agency)
        assert "Second Agency" in shown["body"]
        half = {**asked, "assignee": {"data_kinds": ["shoe_size"]}}
        path = "templates/assignment_notice/preview"
        assert await refused(http, path, half) == "contact/assignee_incomplete"
