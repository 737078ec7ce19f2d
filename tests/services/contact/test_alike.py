"""The gate that whole cases are tested with keeps the promises of the real one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from interfaces.contact import (
    AdoptContacts,
    ContactActivities,
    Release,
    Reservation,
    Touch,
    TouchStatus,
    Withdraw,
)
from interfaces.facts import ProvenContact
from interfaces.values import Channel
from tests.alike import FAKE_AND_REAL, refused
from tests.fakes import FakeContact
from tests.services.contact.scene import NOON, TENANT, Scene, touch_of

AFTERNOON = (NOON + timedelta(hours=1), NOON + timedelta(hours=3))
SMS = touch_of("l1", "b1", "l1/1/1", channel=Channel.SMS)
VISIT = touch_of("l1", "b1", "l1/1/2", channel=Channel.VISIT, people=2)


@dataclass
class Bench:
    """`lag` makes the standing of the loan older than the next act asks for."""

    owner: ContactActivities
    lag: Callable[[Touch], Touch]
    scene: Scene | None = None


@pytest.fixture(params=FAKE_AND_REAL)
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "fake":
        return _fake()
    scene: Scene = request.getfixturevalue("scene")
    return Bench(scene.activities, lambda touch: replace(touch, position_version=2), scene)


@pytest.fixture(autouse=True)
async def overdue(bench: Bench) -> None:
    if bench.scene is not None:
        await bench.scene.overdue("l1", "b1")


async def run(deed: Callable[[Any], Any], command: object) -> Any:
    return await ActivityEnvironment().run(deed, command)


async def test_a_touch_is_made_once_per_key(bench: Bench) -> None:
    made = await run(bench.owner.wish, SMS)
    assert (made.key, made.status) == (SMS.key, TouchStatus.CONFIRMED)
    assert await run(bench.owner.wish, SMS) == made


async def test_an_act_ahead_of_the_standing_waits(bench: Bench) -> None:
    with refused("contact/behind"):
        await run(bench.owner.wish, bench.lag(SMS))


async def test_a_window_is_kept_then_confirmed_on_its_day(bench: Bench) -> None:
    kept = await run(bench.owner.reserve, Reservation(VISIT, *AFTERNOON))
    assert (kept.key, kept.status) == (VISIT.key, TouchStatus.RESERVED)
    assert await run(bench.owner.reserve, Reservation(VISIT, *AFTERNOON)) == kept
    confirmed = await run(bench.owner.confirm, replace(VISIT, at=AFTERNOON[0]))
    assert (confirmed.key, confirmed.status) == (VISIT.key, TouchStatus.CONFIRMED)


async def test_a_window_given_back_is_not_confirmed(bench: Bench) -> None:
    await run(bench.owner.reserve, Reservation(VISIT, *AFTERNOON))
    release = Release(VISIT.key, TENANT, "l1", NOON, "cancelled")
    await run(bench.owner.release, release)
    await run(bench.owner.release, release)
    confirmed = await run(bench.owner.confirm, replace(VISIT, at=AFTERNOON[0]))
    assert confirmed.status is TouchStatus.EXPIRED


async def test_what_a_stopped_case_names_is_ended_once(bench: Bench) -> None:
    command = Withdraw("l1/1/9", TENANT, "l1", 1, NOON, ("l1/1/7",), "a plan is active")
    first = await run(bench.owner.withdraw, command)
    assert [(each.key, each.status) for each in first.ended] == [("l1/1/7", TouchStatus.SUPERSEDED)]
    assert await run(bench.owner.withdraw, command) == first


async def test_what_was_proven_elsewhere_is_taken_over_again_and_again(bench: Bench) -> None:
    contact = ProvenContact("b1", Channel.CALL, NOON - timedelta(days=3), True, True)
    command = AdoptContacts("l1/1/3", TENANT, "l1", 1, NOON, (), (contact,))
    for _ in range(2):
        assert await run(bench.owner.adopt, command) is None


def _fake() -> Bench:
    fake = FakeContact()

    def lag(touch: Touch) -> Touch:
        fake.behind = 1
        return touch

    return Bench(fake, lag)
