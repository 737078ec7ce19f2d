"""Two loans of one debtor race for the last call of the day, again and again."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from interfaces.contact import Release, TouchStatus
from tests.services.contact.scene import NOON, TENANT, Scene, touch_of

pytestmark = pytest.mark.database
AFTERNOON = (NOON + timedelta(hours=1), NOON + timedelta(hours=3))
RESERVED, REFUSED = TouchStatus.RESERVED, TouchStatus.REFUSED


async def two_loans(scene: Scene, number: int) -> tuple[str, str, str]:
    """A debtor with two loans who was called twice today: one call is left."""
    debtor, first, second = f"b{number}", f"l{number}a", f"l{number}b"
    await scene.overdue(first, debtor)
    await scene.overdue(second, debtor)
    for loan in (first, second):
        outcome = await scene.reserve(touch_of(loan, debtor, f"{loan}/early"), AFTERNOON)
        assert outcome.status is RESERVED
    return debtor, first, second


async def test_of_two_loans_racing_for_the_last_call_exactly_one_wins(scene: Scene) -> None:
    for number in range(30):
        debtor, *loans = await two_loans(scene, number)
        racing = [scene.reserve(touch_of(loan, debtor), AFTERNOON) for loan in loans]
        statuses = [outcome.status for outcome in await asyncio.gather(*racing)]
        assert sorted(statuses) == sorted([RESERVED, REFUSED])


async def test_debtors_race_side_by_side_without_taking_each_others_calls(scene: Scene) -> None:
    known = [await two_loans(scene, number) for number in range(8)]
    racing = [(debtor, loan) for _ in range(2) for debtor, *loans in known for loan in loans]
    outcomes = await asyncio.gather(
        *(scene.reserve(touch_of(loan, debtor), AFTERNOON) for debtor, loan in racing)
    )
    winners = [
        debtor
        for (debtor, _), outcome in zip(racing, outcomes, strict=True)
        if outcome.status is RESERVED
    ]
    assert sorted(winners) == sorted(debtor for debtor, *_ in known)


async def test_a_call_given_back_while_two_loans_race_is_taken_at_most_once(scene: Scene) -> None:
    for number in range(15):
        debtor, first, second = await two_loans(scene, number)
        last = await scene.reserve(touch_of(first, debtor, f"{first}/last"), AFTERNOON)
        assert last.status is RESERVED
        release = Release(f"{first}/last", TENANT, first, NOON, "the collector is ill")
        _, *outcomes = await asyncio.gather(
            ActivityEnvironment().run(scene.activities.release, release),
            scene.reserve(touch_of(first, debtor), AFTERNOON),
            scene.reserve(touch_of(second, debtor), AFTERNOON),
        )
        statuses = [outcome.status for outcome in outcomes]
        assert statuses.count(RESERVED) <= 1
        again = await scene.reserve(touch_of(second, debtor), AFTERNOON)
        assert (again.status is RESERVED) == (statuses.count(RESERVED) == 0)
