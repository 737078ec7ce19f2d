"""Reservations that share a transaction are answered as if each had its own."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import text
from temporalio.testing import ActivityEnvironment

from chassis.errors import Behind, Invalid
from events.v1 import contact_pb2 as pb
from interfaces.contact import Reservation, Touch, TouchOutcome, TouchStatus
from services.contact.activities.reserving import AT_ONCE, TOGETHER_MAX, Reserving
from tests.services.contact.scene import NOON, Scene, touch_of

pytestmark = pytest.mark.database
AFTERNOON = (NOON + timedelta(hours=1), NOON + timedelta(hours=3))
_SECONDS_MAX = 60.0


def planned(touch: Touch) -> Reservation:
    return Reservation(touch, *AFTERNOON)


async def ask(scene: Scene, commands: Sequence[Reservation]) -> list[TouchOutcome | BaseException]:
    """All of one process, at the same time."""

    async def one(command: Reservation) -> TouchOutcome:
        return await ActivityEnvironment().run(scene.activities.reserve, command)

    async with asyncio.timeout(_SECONDS_MAX):
        return await asyncio.gather(*map(one, commands), return_exceptions=True)


def status_of(answer: TouchOutcome | BaseException) -> str:
    return answer.status if isinstance(answer, TouchOutcome) else type(answer).__name__


async def transactions(scene: Scene) -> int:
    """In which attempts were kept."""
    async with scene.database.transaction() as session:
        query = text("SELECT count(DISTINCT CAST(xmin AS text)) FROM attempt")
        return int((await session.execute(query)).scalar_one())


async def test_debtors_who_are_reserved_at_once_share_few_transactions(scene: Scene) -> None:
    count = TOGETHER_MAX * 2
    for number in range(count):
        await scene.overdue(f"l{number}", f"b{number}")
    touches = [touch_of(f"l{number}", f"b{number}") for number in range(count)]
    answers = await ask(scene, [planned(touch) for touch in touches])
    assert Counter(map(status_of, answers)) == {TouchStatus.RESERVED: count}
    keys = [answer.key for answer in answers if isinstance(answer, TouchOutcome)]
    assert keys == [touch.key for touch in touches]
    assert await transactions(scene) <= 2 + AT_ONCE
    assert await ask(scene, [planned(touch) for touch in touches]) == answers


async def test_a_debtors_own_never_share_one(scene: Scene) -> None:
    """Three calls a day: the fourth must have seen the third."""
    debtors = range(6)
    for number in debtors:
        await scene.overdue(f"l{number}", f"b{number}")
    touches = [touch_of(f"l{n}", f"b{n}", f"k{n}/{turn}") for turn in range(8) for n in debtors]
    answers = await ask(scene, [planned(touch) for touch in touches])
    kept = Counter(
        touch.party_id
        for touch, answer in zip(touches, answers, strict=True)
        if status_of(answer) == TouchStatus.RESERVED
    )
    assert kept == {f"b{number}": 3 for number in debtors}
    for number in debtors:
        assert len(await scene.told(f"l{number}", pb.TouchRefused)) == 5


async def test_what_is_wrong_with_one_is_told_to_it_alone(scene: Scene) -> None:
    for number in range(3):
        await scene.overdue(f"l{number}", f"b{number}")
    unheard_of = touch_of("l9", "b9")
    backwards = Reservation(touch_of("l1", "b1"), *reversed(AFTERNOON))
    commands = [
        planned(touch_of("l0", "b0")),
        backwards,
        planned(unheard_of),
        planned(touch_of("l2", "b2")),
    ]
    answers = await ask(scene, commands)
    kinds = [TouchStatus.RESERVED, Invalid.__name__, Behind.__name__, TouchStatus.RESERVED]
    assert list(map(status_of, answers)) == kinds


async def test_what_the_database_cannot_take_of_one_keeps_no_other_back(scene: Scene) -> None:
    for number in range(3):
        await scene.overdue(f"l{number}", f"b{number}")
    touches = [touch_of("l0", "b0"), touch_of("l1", "b1", "no\x00text"), touch_of("l2", "b2")]
    answers = await ask(scene, [planned(touch) for touch in touches])
    kinds = [TouchStatus.RESERVED, "DBAPIError", TouchStatus.RESERVED]
    assert list(map(status_of, answers)) == kinds


async def test_who_asks_when_the_last_was_just_answered_is_answered_too(scene: Scene) -> None:
    """A worker that is ending must not be counted on."""
    reserving = Reserving(scene.database, scene.desk, at_once=1)
    debtors = range(3)
    for number in debtors:
        await scene.overdue(f"l{number}", f"b{number}")

    async def in_turn(number: int) -> None:
        for turn in range(10):
            touch = touch_of(f"l{number}", f"b{number}", f"k{number}/{turn}")
            await reserving.reserve(planned(touch))

    async with asyncio.timeout(_SECONDS_MAX):
        await asyncio.gather(*map(in_turn, debtors))


async def test_one_who_is_cancelled_takes_nobody_along(scene: Scene) -> None:
    for number in range(4):
        await scene.overdue(f"l{number}", f"b{number}")
    commands = [planned(touch_of(f"l{number}", f"b{number}")) for number in range(4)]
    leaving = asyncio.create_task(ActivityEnvironment().run(scene.activities.reserve, commands[0]))
    others = asyncio.create_task(ask(scene, commands[1:]))
    await asyncio.sleep(0)
    leaving.cancel()
    assert set(map(status_of, await others)) == {TouchStatus.RESERVED}
    assert list(map(status_of, await ask(scene, commands[:1]))) == [TouchStatus.RESERVED]
