"""Reminders of several loans of one party that fall together are one message, judged per loan."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from events.v1 import contact_pb2
from interfaces.values import Channel, Role
from services.contact.domain.duties import TOGETHER_MAX
from services.contact.domain.points import OptOut
from services.contact.store import people
from tests.services.contact.reminding import (
    AS_BORROWER,
    DAY,
    DUE_ON,
    THEN,
    act,
    current,
    due,
    hold,
    instalment,
    lease_is_over,
    payment,
    reversal,
    rows,
    sent,
    words_of,
)
from tests.services.contact.scene import NOON, DyingGateway, Scene

pytestmark = pytest.mark.database


async def owed(scene: Scene, *loan_ids: str) -> None:
    """An instalment of each of these loans of one borrower, all due on one day."""
    for loan_id in loan_ids:
        await current(scene, loan_id)
    await due(scene, *(instalment(loan_id) for loan_id in loan_ids))
    scene.set_clock(THEN)


async def made(scene: Scene) -> list[Any]:
    query = text("SELECT attempt_id, status, loan_ids FROM attempt ORDER BY from_at, key")
    async with scene.database.transaction() as session:
        return [tuple(row) for row in await session.execute(query)]


async def test_reminders_of_one_day_are_one_message_that_names_each(scene: Scene) -> None:
    await current(scene, "l1")
    await current(scene, "l2")
    await due(scene, instalment("l1"), instalment("l2", due_on=DUE_ON))
    first, second = await rows(scene)
    assert first.planned_at == second.planned_at
    await scene.tell(payment(20_000, NOON.date(), "l2"))
    scene.set_clock(THEN)
    assert await act(scene) == 1
    words = await words_of(scene)
    assert "500.00 CNY" in words and "300.00 CNY" in words
    assert words.count("2026-03-20") == 3  # once in the subject
    first, second = await rows(scene)
    assert first.done_at == second.done_at is not None
    assert first.proof == second.proof != ""
    [(attempt_id, status, loan_ids)] = await made(scene)
    assert (status, loan_ids) == ("sent", ["l1", "l2"])
    for loan_id in ("l1", "l2"):
        [told] = await scene.told(loan_id, contact_pb2.TouchConfirmed)
        assert told.attempt_id == attempt_id
        assert len(await scene.told(loan_id, contact_pb2.AttemptRecorded)) == 1
    assert await scene.count("verdict") == 2
    assert await act(scene) == 0


async def test_a_loan_that_is_held_is_left_out_and_put_off_by_itself(scene: Scene) -> None:
    await owed(scene, "l1", "l2")
    until = THEN + DAY
    await hold(scene, until)
    assert await act(scene) == 2
    [message] = await sent(scene)
    assert message.loan_id == "l2" and "- " not in await words_of(scene)
    first, second = await rows(scene)
    assert (first.done_at, first.planned_at) == (None, until) and second.done_at is not None
    scene.set_clock(until)
    assert await act(scene) == 1
    assert [message.loan_id for message in await sent(scene)] == ["l2", "l1"]


async def test_what_every_channel_refuses_is_put_off_for_each(scene: Scene) -> None:
    await owed(scene, "l1", "l2")
    async with scene.database.transaction() as session:
        for channel in (Channel.SMS, Channel.EMAIL):
            await people.opt_out(session, "b1", OptOut(channel, ""), "r1", NOON)
    assert await act(scene) == 1
    assert ["OPT-OUT" in row.dropped_because for row in await rows(scene)] == [True, True]
    assert await sent(scene) == []


async def test_parties_have_messages_of_their_own(scene: Scene) -> None:
    await owed(scene, "l1")
    await scene.person("b2", ("phone", "+8613900000002"))
    parties = [*AS_BORROWER, ("b2", Role.CO_BORROWER)]
    await scene.position("l1", 2, "current", parties, oldest_due_on="")
    assert await act(scene) == 2
    assert sorted(message.party_id for message in await sent(scene)) == ["b1", "b2"]


async def test_more_than_one_message_holds_are_several(scene: Scene) -> None:
    await owed(scene, *(f"l{number:02}" for number in range(TOGETHER_MAX + 3)))
    assert await act(scene) == 2
    assert [len(loan_ids) for _, _, loan_ids in await made(scene)] == [TOGETHER_MAX, 3]


async def test_two_senders_at_once_send_one_message(scene: Scene) -> None:
    await owed(scene, "l1", "l2", "l3")
    await asyncio.gather(*(act(scene) for _ in range(4)))
    assert len(await sent(scene)) == 1
    assert all(row.done_at is not None for row in await rows(scene))


@pytest.mark.parametrize("takes_it", [True, False])
async def test_a_sender_that_dies_reminds_of_all_once(scene: Scene, takes_it: bool) -> None:
    await owed(scene, "l1", "l2")
    await act(scene, DyingGateway(scene.gateway, takes_it=takes_it))
    await lease_is_over(scene)
    assert await act(scene) == 1
    assert len(await sent(scene)) == 1
    assert [row.done_at is not None for row in await rows(scene)] == [True, True]
    for loan_id in ("l1", "l2"):
        assert len(await scene.told(loan_id, contact_pb2.TouchConfirmed)) == 1


async def test_a_loan_stopped_before_the_message_left_is_not_in_it(scene: Scene) -> None:
    await owed(scene, "l1", "l2")
    await act(scene, DyingGateway(scene.gateway, takes_it=False))
    [(attempt_id, *_)] = await made(scene)
    await scene.tell(payment(50_000, NOON.date(), "l1"))
    await lease_is_over(scene)
    assert await act(scene) == 1
    assert await made(scene) == [(attempt_id, "sent", ["l2"])]
    [released] = await scene.told("l1", contact_pb2.TouchReleased)
    assert released.because == "the instalment was paid before its day"
    assert await scene.told("l2", contact_pb2.TouchReleased) == []
    # Taken back, the payment leaves it owed, in a message of its own.
    await scene.tell(reversal("l1"))
    assert await act(scene) == 1
    assert [loan_ids for *_, loan_ids in await made(scene)] == [["l2"], ["l1"]]
    assert all(row.done_at is not None for row in await rows(scene))


async def test_what_joins_while_a_message_is_in_doubt_is_not_put_into_it(scene: Scene) -> None:
    await owed(scene, "l1", "l2")
    await act(scene, DyingGateway(scene.gateway, takes_it=True))
    await current(scene, "l3")
    await due(scene, instalment("l3"))
    assert await act(scene) == 1
    await lease_is_over(scene)
    assert await act(scene) == 1
    assert [loan_ids for *_, loan_ids in await made(scene)] == [["l1", "l2"], ["l3"]]
    assert len(await sent(scene)) == 2


async def test_a_loan_whose_records_wait_keeps_no_other_waiting(scene: Scene) -> None:
    await owed(scene, "l1", "l2")
    await scene.park("l1")
    assert await act(scene) == 1
    first, second = await rows(scene)
    assert first.done_at is None and first.lease_wall_at is not None
    assert second.done_at is not None
    async with scene.database.transaction() as session:
        await session.execute(text("UPDATE inbox_parked SET skipped_at = now()"))
    await lease_is_over(scene)
    assert await act(scene) == 1
    assert [loan_ids for *_, loan_ids in await made(scene)] == [["l2"], ["l1"]]


async def test_a_loan_whose_records_wait_after_a_try_is_reminded_of_later(scene: Scene) -> None:
    await owed(scene, "l1", "l2")
    await act(scene, DyingGateway(scene.gateway, takes_it=False))
    await scene.park("l1")
    await lease_is_over(scene)
    assert await act(scene) == 1
    async with scene.database.transaction() as session:
        await session.execute(text("UPDATE inbox_parked SET skipped_at = now()"))
    await lease_is_over(scene)
    assert await act(scene) == 1
    assert [loan_ids for *_, loan_ids in await made(scene)] == [["l2"], ["l1"]]
    assert len(await sent(scene)) == 2


async def test_an_address_that_the_provider_refuses_is_refused_for_all(scene: Scene) -> None:
    await scene.person("b1", ("email", "nobody@bank.invalid"))
    for loan_id in ("l1", "l2"):
        await scene.position(loan_id, 1, "current", AS_BORROWER, oldest_due_on="")
    await due(scene, instalment("l1"), instalment("l2"))
    scene.set_clock(THEN)
    await act(scene)
    assert [status for _, status, _ in await made(scene)] == ["undeliverable"]
    put_off = [(row.done_at, row.round, row.put_off_because) for row in await rows(scene)]
    assert put_off == [(None, 1, "the provider refused the address")] * 2
