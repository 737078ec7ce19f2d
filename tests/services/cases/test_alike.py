"""The episodes that whole cases are tested with keep the promises of the real ones."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import pytest

from chassis.service import Context
from interfaces.cases import CasesActivities, ClaimEpisode
from interfaces.facts import Position
from interfaces.values import Disposition
from services.cases.activities import Activities
from tests import builders
from tests.alike import FAKE_AND_REAL
from tests.fakes import FakeCases
from tests.services.cases.stories import LOAN, Story, a_closing, a_move, told_position

OVERDUE, LATER = builders.position(1), builders.position(3)
CURRENT = builders.position(2, disposition=Disposition.CURRENT)


@dataclass
class Bench:
    owner: CasesActivities
    know: Callable[[Position], Awaitable[None]]


@pytest.fixture(params=FAKE_AND_REAL)
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "fake":
        return _fake()
    get = request.getfixturevalue
    database, clock = get("cases_database"), get("clock")
    story = Story(database, get("rules"), clock)

    async def know(position: Position) -> None:
        await story.keeps(told_position(position))

    return Bench(Activities(Context(get("settings"), database, clock)), know)


def claim(run_id: str = "run-1") -> ClaimEpisode:
    return ClaimEpisode("demo", LOAN, run_id)


async def test_an_overdue_loan_has_one_episode_of_one_run(bench: Bench) -> None:
    await bench.know(OVERDUE)
    mine = await bench.owner.claim_episode(claim())
    assert (mine.is_duplicate, mine.episode, mine.earlier_episodes) == (False, 1, 0)
    assert mine.facts is not None and mine.facts.position == OVERDUE
    assert mine.strategy is not None and mine.calendar is not None
    assert (await bench.owner.claim_episode(claim())).episode == 1
    assert (await bench.owner.claim_episode(claim("run-2"))).is_duplicate


async def test_a_loan_that_was_never_overdue_has_none(bench: Bench) -> None:
    await bench.know(CURRENT)
    assert (await bench.owner.claim_episode(claim())).is_duplicate


async def test_a_closing_is_refused_while_a_newer_overdue_position_is_known(bench: Bench) -> None:
    await bench.know(OVERDUE)
    await bench.owner.claim_episode(claim())
    await bench.know(LATER)
    closing = await bench.owner.close_episode(a_closing(2))
    assert not closing.is_closed
    assert closing.facts is not None and closing.facts.position == LATER


async def test_after_its_end_a_new_delinquency_is_the_next_episode(bench: Bench) -> None:
    await bench.know(OVERDUE)
    await bench.owner.claim_episode(claim())
    await bench.owner.record_transition(a_move(1, "remind"))
    await bench.owner.record_transition(a_move(1, "remind"))
    await bench.know(CURRENT)
    assert (await bench.owner.close_episode(a_closing(2))).is_closed
    assert (await bench.owner.claim_episode(claim("run-2"))).is_duplicate
    await bench.know(builders.position(3, oldest_due_on=builders.DUE.replace(year=2027)))
    second = await bench.owner.claim_episode(claim("run-3"))
    assert (second.is_duplicate, second.episode, second.earlier_episodes) == (False, 2, 1)


async def test_a_delinquency_nobody_opened_on_is_opened_on_though_it_passed(bench: Bench) -> None:
    await bench.know(OVERDUE)
    await bench.know(CURRENT)
    opened = await bench.owner.claim_episode(claim())
    assert (opened.is_duplicate, opened.episode) == (False, 1)
    assert opened.facts is not None and opened.facts.position == CURRENT


def _fake() -> Bench:
    fake = FakeCases(builders.strategy(), builders.CALENDAR)

    async def know(position: Position) -> None:
        fake.know(position)

    return Bench(fake, know)
