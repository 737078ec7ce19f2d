"""The door for workflows keeps its promises in `interfaces/cases.py`."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.testing import ActivityEnvironment

from chassis.clock import Clock
from chassis.database import Database
from chassis.errors import NotFound
from chassis.service import Context
from chassis.settings import Settings
from chassis.temporal import DATA_CONVERTER, activities_of
from interfaces.cases import ClaimEpisode, EpisodeClaim
from services.cases.activities import Activities
from services.cases.commands.rulebook import Rulebook
from tests.builders import position
from tests.services.cases.stories import LOAN, Story, a_closing, a_move, told_position

pytestmark = pytest.mark.database


@pytest.fixture
def activities(cases_database: Database, settings: Settings, clock: Clock) -> Activities:
    return Activities(Context(settings, cases_database, clock))


async def run(activity: Any, command: object) -> Any:
    return await ActivityEnvironment().run(activity, command)


async def test_an_episode_is_claimed_moved_and_closed(
    activities: Activities, cases_database: Database, rules: Rulebook, clock: Clock
) -> None:
    await Story(cases_database, rules, clock).keeps(told_position(position()))
    claim = await run(activities.claim_episode, ClaimEpisode("demo", LOAN, "run-1"))
    assert claim.episode == 1
    await run(activities.record_transition, a_move(1, "remind"))
    assert (await run(activities.close_episode, a_closing(1))).is_closed


async def test_what_a_run_gets_survives_the_way_through_temporal(
    activities: Activities, cases_database: Database, rules: Rulebook, clock: Clock
) -> None:
    await Story(cases_database, rules, clock).keeps(told_position(position()))
    claim = await run(activities.claim_episode, ClaimEpisode("demo", LOAN, "run-1"))
    payloads = await DATA_CONVERTER.encode([claim])
    assert await DATA_CONVERTER.decode(payloads, [EpisodeClaim]) == [claim]
    assert len(payloads[0].data) < 16_000, "a claim stays small: it lies in every case's history"


async def test_a_move_of_an_unknown_episode_is_rejected_by_its_code(
    activities: Activities,
) -> None:
    with pytest.raises(NotFound) as refusal:
        await run(activities.record_transition, a_move(1, "remind"))
    assert refusal.value.code == "cases/unknown_episode"


def test_all_three_activities_are_served(activities: Activities) -> None:
    names = {
        getattr(each, "__temporal_activity_definition").name for each in activities_of(activities)
    }
    assert names == {"cases.claim_episode", "cases.record_transition", "cases.close_episode"}
