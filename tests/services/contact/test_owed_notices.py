"""Notices of arrears, assignment, validation and of an agent: owed by what contact hears."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from events.v1 import contact_pb2, contact_placements_pb2
from interfaces.contact import TouchStatus
from interfaces.values import Capacity, Channel, Role
from services.contact.commands import agency_acts, placements
from services.contact.commands.agency_acts import ActNamed
from services.contact.commands.owing import Addressed, rules_of
from services.contact.commands.placements import DecidePlacement, RecallPlacement
from services.contact.domain.law.owed import Since
from services.contact.settings import Tenants
from tests.services.contact.placing import (
    AFTERNOON,
    list_agency,
    placed_loan,
    placement,
    post,
    reservation,
)
from tests.services.contact.reminding import AS_BORROWER, act, due, instalment, rows, sent, words_of
from tests.services.contact.scene import NOON, TENANT, Scene, touch_of

pytestmark = pytest.mark.database
DAY = timedelta(days=1)
# Two payments are missed once the 1st of March has passed in Shanghai.
SECOND_MISSED = datetime(2026, 3, 1, 16, tzinfo=UTC)


def under(scene: Scene, *law: str) -> Scene:
    tenant = replace(scene.desk.tenants.get(TENANT), law=law)
    scene.desk = replace(scene.desk, tenants=Tenants({TENANT: tenant}))
    return scene


def written(scene: Scene, template_id: str) -> Scene:
    """The bank has a text of its own for this notice."""
    library = scene.desk.library
    demand = library.find("written_demand", "zh-CN")
    assert demand is not None
    own = replace(demand, id=template_id)
    scene.desk = replace(scene.desk, library=replace(library, templates=(*library.templates, own)))
    return scene


async def test_two_missed_payments_owe_a_notice_in_fourteen_days_and_again_in_six_months(
    scene: Scene,
) -> None:
    written(under(scene, "uk-conc"), "arrears_notice")
    await scene.overdue("l1", "b1")
    [duty] = await rows(scene)
    assert (duty.rule_id, duty.kind) == ("UK-NOSIA", "arrears")
    assert duty.owed_by == SECOND_MISSED + DAY * 14
    assert await act(scene) == 1
    [letter] = await sent(scene)
    assert (letter.channel, letter.notice) == (Channel.LETTER, "arrears")
    await scene.position("l1", 2, parties=AS_BORROWER)
    [first, again] = await rows(scene)
    assert first.done_at is not None and first.proof == letter.key
    assert again.owed_by.date() == date(2026, 9, 2)
    assert again.planned_at >= again.owed_by - DAY * 14
    await scene.position("l1", 3, "current", AS_BORROWER, oldest_due_on="")
    [_, again] = await rows(scene)
    assert again.dropped_because == "the loan is current"


async def test_the_second_missed_payment_is_the_one_the_bank_told_of(scene: Scene) -> None:
    under(scene, "uk-conc")
    weekly = [date(2026, 2, 1) + DAY * 7 * week for week in range(3)]
    await due(scene, *(instalment(number=n, due_on=on) for n, on in enumerate(weekly, 1)))
    await scene.overdue("l1", "b1")
    [duty] = await rows(scene)
    assert duty.owed_by == datetime(2026, 2, 8, 16, tzinfo=UTC) + DAY * 14


async def test_a_notice_given_before_two_payments_were_missed_is_not_the_one_owed(
    scene: Scene,
) -> None:
    under(scene, "uk-conc")
    await scene.overdue("l1", "b1")
    await scene.position("l1", 2, parties=AS_BORROWER, oldest_due_on="2026-02-20")
    early = touch_of("l1", "b1", channel=Channel.EMAIL, notice="arrears", position_version=2)
    assert (await scene.attempt(early)).status is TouchStatus.CONFIRMED
    [duty] = [row for row in await rows(scene) if row.dropped_at is None]
    assert duty.done_at is None
    in_time = replace(early, key="l1/again", at=NOON + 31 * DAY)
    assert SECOND_MISSED < in_time.at < duty.owed_by
    assert (await scene.attempt(in_time)).status is TouchStatus.CONFIRMED
    [duty] = [row for row in await rows(scene) if row.dropped_at is None]
    assert duty.proof == "l1/again"


async def test_arrears_that_begin_later_are_counted_anew(scene: Scene) -> None:
    under(scene, "uk-conc")
    await scene.overdue("l1", "b1")
    await scene.position("l1", 2, parties=AS_BORROWER, oldest_due_on="2026-02-20")
    [first, second] = await rows(scene)
    assert first.dropped_because == "other arrears are counted now"
    assert second.owed_by == datetime(2026, 3, 20, 16, tzinfo=UTC) + DAY * 14


async def test_without_a_text_of_the_bank_a_notice_is_left_to_people_and_raised(
    scene: Scene,
) -> None:
    under(scene, "uk-conc")
    await scene.overdue("l1", "b1")
    [duty] = await rows(scene)
    assert duty.planned_at is None
    scene.set_clock(duty.owed_by + DAY)
    assert await act(scene) == 0 and await sent(scene) == []
    [missed] = await scene.told("l1", contact_placements_pb2.DutyMissed)
    assert missed.rule_id == "UK-NOSIA"
    assert missed.because.startswith("there is no text arrears_notice: ")
    # That it was missed stays, though the loan is paid.
    await scene.position("l1", 2, "closed", AS_BORROWER)
    [duty] = await rows(scene)
    assert duty.dropped_at is None


async def test_debt_that_is_sold_is_told_of_at_once(scene: Scene) -> None:
    written(scene, "assignment_notice")
    await scene.overdue("l1", "b1")
    parties = [*AS_BORROWER, ("g1", Role.JOINT_GUARANTOR), ("x1", Role.CONTACT)]
    await scene.position("l1", 2, "sold", parties)
    await scene.position("l1", 3, "sold", parties)
    owed = await rows(scene)
    assert [(row.rule_id, row.party_id) for row in owed] == [
        ("CN-PIPL-2", "b1"),
        ("CN-PIPL-2", "g1"),
    ]
    await act(scene)
    [letter] = await sent(scene)
    assert (letter.party_id, letter.notice) == ("b1", "assignment")
    told = await scene.told("l1", contact_placements_pb2.DutyMissed)
    assert {missed.party_id for missed in told} <= {"b1", "g1"}
    [first, second] = await rows(scene)
    assert first.done_at is not None and second.done_at is None
    # The guarantor cannot be reached yet.
    assert "NO-POINT" in second.put_off_because and second.planned_at > NOON


async def test_an_agencys_first_act_owes_the_validation_notice_and_its_next_none(
    scene: Scene,
) -> None:
    async with scene.app() as http:
        await placed_loan(scene, http)
        for act_id in ("a1", "a2"):
            await post(http, "agencies/ag1/reservations", reservation(act_id), 201)
        under(scene, "us-reg-f")
        for act_id, at in (("a1", AFTERNOON[0]), ("a2", AFTERNOON[0] + timedelta(hours=1))):
            scene.set_clock(at)
            async with scene.database.transaction() as session:
                named = ActNamed(TENANT, "ag1", act_id)
                await agency_acts.confirm(session, scene.desk, named, at)
        [duty] = await rows(scene)
        assert (duty.rule_id, duty.kind, duty.party_id) == ("US-VALID", "validation", "b1")
        # It is the agency's own act: contact does not do it, and says so when it is missed.
        assert duty.owed_by == AFTERNOON[0] + DAY * 5 and duty.planned_at is None
        settled = {"loan_id": "l1", "party_id": "b1", "kind": "validation"}
        body = {**settled, "occasion": duty.occasion, "proof": "notice 7"}
        assert (await post(http, "duties/settle", body))["state"] == "done"


async def test_a_bank_that_collects_for_itself_owes_no_validation_notice(scene: Scene) -> None:
    desk = under(scene, "us-reg-f").desk
    bank = Addressed(TENANT, "l1", "consumer_loan", "b1", Role.BORROWER)
    agency = replace(bank, capacity=Capacity.AGENCY, agency="ag1")
    assert rules_of(desk, bank, list(Since), NOON) == ()
    [rule] = rules_of(desk, agency, list(Since), NOON)
    assert rule.article.rule_id == "US-VALID"


async def test_borrowers_are_to_hear_of_an_agent_before_it_comes(scene: Scene) -> None:
    written(under(scene, "in-rbi"), "agent_intimation")
    await scene.overdue("l1", "b1")
    comes_at = NOON + DAY * 5
    async with scene.app() as http:
        await list_agency(http)
        await post(http, "placements", placement(from_at=comes_at.isoformat()), 201)
    decision = DecidePlacement(TENANT, "pl1", True, "officer 2")
    async with scene.database.transaction() as session:
        await placements.decide(session, scene.desk, decision, NOON)
        await placements.decide(session, scene.desk, decision, NOON)
    [duty] = await rows(scene)
    assert (duty.rule_id, duty.owed_by, duty.occasion) == ("IN-2026", comes_at, "pl1")
    await act(scene)
    [letter] = await sent(scene)
    assert letter.notice == "agent_intimation"
    assert len(await scene.told("l1", contact_pb2.TouchConfirmed)) == 1


async def test_the_notice_names_the_agency_as_the_white_list_does(scene: Scene) -> None:
    under(scene, "in-rbi")
    await scene.overdue("l1", "b1")
    await scene.person("b1", ("email", "b1@example.test"), sequence=2)
    async with scene.app() as http:
        await list_agency(http)
        await post(http, "placements", placement(from_at=(NOON + DAY * 5).isoformat()), 201)
    async with scene.database.transaction() as session:
        decision = DecidePlacement(TENANT, "pl1", True, "officer 2")
        await placements.decide(session, scene.desk, decision, NOON)
    assert await act(scene) == 1
    words = await words_of(scene)
    assert "First Agency" in words and "2026-03-07" in words and "ag1" not in words


async def test_an_agent_that_is_called_back_need_not_be_announced(scene: Scene) -> None:
    under(scene, "in-rbi")
    await scene.overdue("l1", "b1")
    async with scene.app() as http:
        await list_agency(http)
        await post(http, "placements", placement(from_at=(NOON + DAY).isoformat()), 201)
    async with scene.database.transaction() as session:
        decision = DecidePlacement(TENANT, "pl1", True, "officer 2")
        await placements.decide(session, scene.desk, decision, NOON)
        gone = RecallPlacement(TENANT, "pl1", "a mistake", "officer 1")
        await placements.recall(session, gone, NOON)
    kinds = {row.kind: row.dropped_because for row in await rows(scene)}
    assert kinds["agent_intimation"] == "placement pl1 is recall_requested"
    assert kinds["data_return"] == ""
