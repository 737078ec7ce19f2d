"""A reminder before the due day: owed, moved, done or dropped, and never a case."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from events.v1 import contact_pb2, contact_placements_pb2
from interfaces.values import Channel
from tests.services.contact.reminding import (
    AS_BORROWER,
    DAY,
    DUE_ON,
    OWED_BY,
    PLANNED_DAY,
    THEN,
    act,
    current,
    due,
    instalment,
    payment,
    reversal,
    rows,
    sent,
    words_of,
)
from tests.services.contact.scene import NOON, Scene

pytestmark = pytest.mark.database


async def test_an_instalment_to_come_is_reminded_of_days_before_and_opens_no_case(
    scene: Scene,
) -> None:
    await current(scene)
    await due(scene, instalment(), instalment())
    await due(scene, instalment())
    [duty] = await rows(scene)
    assert (duty.rule_id, duty.kind, duty.party_id) == ("CN-CARD-67", "pre_due", "b1")
    assert duty.owed_by == OWED_BY
    assert PLANNED_DAY + timedelta(hours=9) <= duty.planned_at < PLANNED_DAY + timedelta(hours=11)
    assert await act(scene) == 0
    scene.set_clock(THEN)
    assert await act(scene) == 1
    assert await act(scene) == 0
    [message] = await sent(scene)
    assert (message.channel, message.purpose) == (Channel.SMS, "reminder")
    words = await words_of(scene)
    assert "500.00 CNY" in words and "2026-03-20" in words and "1,234.56" not in words
    [duty] = await rows(scene)
    [told] = await scene.told("l1", contact_pb2.TouchConfirmed)
    assert THEN <= duty.done_at < THEN + timedelta(minutes=5)
    assert duty.proof == told.key and duty.planned_at is None
    assert (told.template, told.episode) == ("pre_due", 0)
    types = await scene.types_told("l1")
    assert "StandingChanged" not in types and "ContactProgressed" not in types
    # The same fact again, a further instalment a month later, and the due day itself.
    await due(scene, instalment(), instalment(number=2, due_on=date(2026, 4, 17)))
    scene.set_clock(OWED_BY + DAY)
    await act(scene)
    assert [row.done_at is not None for row in await rows(scene)] == [True, False]
    assert await scene.told("l1", contact_placements_pb2.DutyMissed) == []


async def test_each_instalment_has_a_reminder_of_its_own_however_close_they_are(
    scene: Scene,
) -> None:
    await current(scene)
    weekly = [instalment(number=n, due_on=DUE_ON + DAY * 7 * n) for n in range(3)]
    await due(scene, *weekly)
    for number in range(3):
        scene.set_clock(THEN + DAY * 7 * number)
        assert await act(scene) == 1
        await due(scene, *weekly)
    assert len(await sent(scene)) == 3
    assert all(row.done_at is not None for row in await rows(scene))


async def test_instalments_told_before_their_loan_wait_for_its_position(scene: Scene) -> None:
    await due(scene, instalment())
    assert await rows(scene) == []
    await current(scene)
    assert len(await rows(scene)) == 1


async def test_a_moved_instalment_moves_its_reminder_and_an_older_word_does_not(
    scene: Scene,
) -> None:
    await current(scene)
    await due(scene, instalment(sequence=5))
    await due(scene, instalment(sequence=6, due_on=DUE_ON + DAY * 10))
    await due(scene, instalment(sequence=5))
    [duty] = await rows(scene)
    assert duty.owed_by == OWED_BY + DAY * 10
    assert duty.planned_at >= PLANNED_DAY + DAY * 10
    await due(scene, instalment(sequence=7, due_on=date(2026, 3, 1)))
    [duty] = await rows(scene)
    assert duty.dropped_because == "the instalment due on 2026-03-01 asks for none any more"


async def test_what_is_told_on_its_day_or_later_owes_no_reminder(scene: Scene) -> None:
    await current(scene)
    today = NOON.date()
    await due(scene, instalment(due_on=today), instalment(number=2, due_on=today - DAY))
    assert await rows(scene) == []


async def test_what_is_paid_before_its_day_is_not_reminded_of_unless_it_is_taken_back(
    scene: Scene,
) -> None:
    await current(scene)
    await due(scene, instalment())
    await scene.tell(payment(20_000, date(2026, 3, 5)))
    [duty] = await rows(scene)
    assert duty.dropped_at is None
    await scene.tell(payment(30_000, date(2026, 3, 6), name="t2"))
    [duty] = await rows(scene)
    assert duty.dropped_because == "the instalment was paid before its day"
    scene.set_clock(THEN)
    assert await act(scene) == 0
    await scene.tell(reversal(name="t2"), reversal(name="t2"))
    [duty] = await rows(scene)
    assert duty.dropped_at is None and duty.dropped_because == ""
    assert await act(scene) == 1
    assert "300.00 CNY" in await words_of(scene)


async def test_what_a_person_dropped_stays_dropped(scene: Scene) -> None:
    await current(scene)
    await due(scene, instalment())
    settled = {"loan_id": "l1", "party_id": "b1", "kind": "pre_due", "occasion": "instalment-1"}
    async with scene.app() as http:
        answer = await http.post("/v1/demo/duties/settle", json={**settled, "because": "agreed"})
        assert answer.status_code == 200, answer.text
        await due(scene, instalment(due_on=DUE_ON + DAY))
        scene.set_clock(THEN + DAY)
        assert await act(scene) == 0
        [shown] = (await http.get("/v1/demo/duties")).json()["duties"]
    assert (shown["state"], shown["dropped_because"]) == ("dropped", "agreed")


async def test_an_overdue_loan_gets_no_reminder_of_what_comes_until_it_is_current(
    scene: Scene,
) -> None:
    await current(scene)
    await due(scene, instalment())
    await scene.position("l1", 2, "overdue", AS_BORROWER)
    [duty] = await rows(scene)
    assert duty.dropped_because == "the loan is overdue"
    scene.set_clock(THEN)
    assert await act(scene) == 0
    await scene.position("l1", 3, "current", AS_BORROWER, oldest_due_on="")
    assert await act(scene) == 1
    assert len(await sent(scene)) == 1


@pytest.mark.parametrize("ending", ["closed", "sold", "recalled", "written_off"])
async def test_a_loan_that_ended_gets_none(scene: Scene, ending: str) -> None:
    await current(scene)
    await due(scene, instalment())
    await scene.position("l1", 2, ending, AS_BORROWER)
    reminders = [row for row in await rows(scene) if row.kind == "pre_due"]
    assert [row.dropped_because for row in reminders] == [f"the loan is {ending}"]
    scene.set_clock(THEN)
    assert await act(scene) == 0


async def test_guarantors_are_not_reminded_and_co_borrowers_are(scene: Scene) -> None:
    await current(scene)
    parties = [*AS_BORROWER, ("c1", "co_borrower"), ("g1", "joint_guarantor"), ("x1", "contact")]
    await scene.position("l1", 2, "current", parties, oldest_due_on="")  # type: ignore[arg-type]
    await due(scene, instalment())
    assert [row.party_id for row in await rows(scene)] == ["b1", "c1"]
    await scene.position("l1", 3, "current", AS_BORROWER, oldest_due_on="")
    dropped = {row.party_id: row.dropped_because for row in await rows(scene)}
    assert dropped["b1"] == "" and "asks for none" in dropped["c1"]
