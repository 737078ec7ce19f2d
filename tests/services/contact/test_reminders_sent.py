"""A reminder at the gate and beyond: put off, missed, unwanted, and sent once whatever dies."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from events.v1 import contact_pb2, contact_placements_pb2
from interfaces.values import Channel
from services.contact.activities import do_owed
from services.contact.activities.owed_acts import pause
from services.contact.consumers import receive_instalments
from services.contact.domain.points import OptOut
from services.contact.store import people
from tests.services.contact.reminding import (
    AS_BORROWER,
    DAY,
    OWED_BY,
    THEN,
    act,
    current,
    due,
    hold,
    instalment,
    lease_is_over,
    rows,
    sent,
)
from tests.services.contact.scene import NOON, DyingGateway, Scene

pytestmark = pytest.mark.database


async def test_a_refusal_puts_it_off_to_the_instant_that_the_gate_names(scene: Scene) -> None:
    await current(scene)
    await due(scene, instalment())
    until = THEN + DAY
    await hold(scene, until)
    scene.set_clock(THEN)
    assert await act(scene) == 1
    [duty] = await rows(scene)
    assert duty.planned_at == until and duty.put_off_because.startswith("HOLD: held: complaint")
    assert await sent(scene) == [] and await act(scene) == 0
    scene.set_clock(until)
    assert await act(scene) == 1
    [duty] = await rows(scene)
    assert duty.done_at is not None and len(await sent(scene)) == 1


async def test_what_is_refused_until_its_day_is_missed_raised_and_never_sent_late(
    scene: Scene,
) -> None:
    await current(scene)
    await due(scene, instalment())
    await hold(scene, OWED_BY + DAY)
    scene.set_clock(THEN)
    await act(scene)
    [duty] = await rows(scene)
    assert duty.planned_at is None and duty.dropped_at is None
    scene.set_clock(OWED_BY + DAY * 2)
    assert await act(scene) == 0
    [missed] = await scene.told("l1", contact_placements_pb2.DutyMissed)
    assert (missed.kind, missed.rule_id) == ("pre_due", "CN-CARD-67")
    assert await sent(scene) == []


async def test_an_outage_over_the_due_day_sends_nothing_late(scene: Scene) -> None:
    await current(scene)
    await due(scene, instalment())
    scene.set_clock(OWED_BY + timedelta(hours=12))
    await act(scene)
    assert await sent(scene) == []
    assert len(await scene.told("l1", contact_placements_pb2.DutyMissed)) == 1


async def test_who_wants_no_messages_is_owed_no_reminder(scene: Scene) -> None:
    await current(scene)
    await due(scene, instalment())
    async with scene.database.transaction() as session:
        for channel in (Channel.SMS, Channel.EMAIL):
            await people.opt_out(session, "b1", OptOut(channel, ""), "r1", NOON)
    scene.set_clock(THEN)
    await act(scene)
    [duty] = await rows(scene)
    assert "OPT-OUT" in duty.dropped_because and await sent(scene) == []
    assert await scene.told("l1", contact_placements_pb2.DutyMissed) == []


async def test_of_two_channels_the_one_that_is_allowed_is_taken(scene: Scene) -> None:
    await current(scene)
    await due(scene, instalment())
    async with scene.database.transaction() as session:
        await people.opt_out(session, "b1", OptOut(Channel.SMS, ""), "r1", NOON)
    scene.set_clock(THEN)
    await act(scene)
    assert [message.channel for message in await sent(scene)] == [Channel.EMAIL]


@pytest.mark.parametrize("takes_it", [True, False])
async def test_a_sender_that_dies_reminds_once(scene: Scene, takes_it: bool) -> None:
    await current(scene)
    await due(scene, instalment())
    scene.set_clock(THEN)
    await act(scene, DyingGateway(scene.gateway, takes_it=takes_it))
    await lease_is_over(scene)
    await act(scene)
    [duty] = await rows(scene)
    assert duty.done_at is not None and len(await sent(scene)) == 1
    assert len(await scene.told("l1", contact_pb2.TouchConfirmed)) == 1


async def test_a_message_that_left_before_its_sender_died_is_recorded_though_the_loan_fell_behind(
    scene: Scene,
) -> None:
    await current(scene)
    await due(scene, instalment())
    scene.set_clock(THEN)
    await act(scene, DyingGateway(scene.gateway, takes_it=True))
    await scene.position("l1", 2, "overdue", AS_BORROWER)
    await lease_is_over(scene)
    await act(scene)
    assert len(await sent(scene)) == 1
    [recorded] = await scene.told("l1", contact_pb2.AttemptRecorded)
    assert recorded.outcome == "sent"
    assert await act(scene) == 0


async def test_one_that_never_left_is_withdrawn_when_the_loan_falls_behind(scene: Scene) -> None:
    await current(scene)
    await due(scene, instalment())
    scene.set_clock(THEN)
    await act(scene, DyingGateway(scene.gateway, takes_it=False))
    await scene.position("l1", 2, "overdue", AS_BORROWER)
    await lease_is_over(scene)
    await act(scene)
    [released] = await scene.told("l1", contact_pb2.TouchReleased)
    assert released.because == "the loan is overdue" and await sent(scene) == []


async def test_a_parked_loan_is_not_written_to(scene: Scene) -> None:
    await current(scene)
    await due(scene, instalment())
    await scene.park("l1")
    scene.set_clock(THEN)
    assert await act(scene) == 1
    [duty] = await rows(scene)
    assert duty.done_at is None and duty.lease_wall_at is not None and await sent(scene) == []


async def test_a_fact_and_a_sending_that_race_remind_once(scene: Scene) -> None:
    await current(scene)
    await due(scene, instalment())
    scene.set_clock(THEN)

    async def hear() -> None:
        async with scene.database.transaction() as session:
            await receive_instalments(session, scene.desk, [instalment()])

    await asyncio.gather(*(act(scene) for _ in range(3)), *(hear() for _ in range(3)))
    assert len(await sent(scene)) == 1


async def test_the_loop_does_what_is_planned(scene: Scene) -> None:
    await current(scene)
    await due(scene, instalment())
    scene.set_clock(THEN)
    doing = asyncio.create_task(do_owed(scene.context, scene.gateway))
    try:
        async with asyncio.timeout(60):
            while not await sent(scene):  # noqa: ASYNC110 — it is in the database
                await asyncio.sleep(0.05)
    finally:
        doing.cancel()
        await asyncio.gather(doing, return_exceptions=True)


async def test_a_fast_clock_is_looked_at_more_often(scene: Scene) -> None:
    assert pause(scene.context, None) == timedelta(seconds=5)
    scene.set_clock(NOON, rate=144_000)
    assert pause(scene.context, None) == timedelta(milliseconds=500)
    assert pause(scene.context, NOON - DAY) < timedelta(milliseconds=500)
