"""Moves are recorded once, and an end only if nothing newer speaks against it."""

from __future__ import annotations

import pytest

from chassis.clock import Clock
from chassis.database import Database
from chassis.errors import Conflict, NotFound
from events.v1.case_pb2 import CaseMoved, EpisodeClosed
from interfaces.values import ClosingReason, Disposition
from services.cases import store
from services.cases.commands import moves
from services.cases.commands.rulebook import Rulebook
from tests.builders import OPENED, position
from tests.services.cases.conftest import Told
from tests.services.cases.stories import LOAN, Story, a_closing, a_move, told_position

pytestmark = pytest.mark.database


@pytest.fixture
async def story(cases_database: Database, rules: Rulebook, clock: Clock) -> Story:
    """A loan whose first episode is open."""
    begun = Story(cases_database, rules, clock)
    await begun.keeps(told_position(position()))
    await begun.claims("run-1")
    return begun


async def the_episode(database: Database) -> store.Episode:
    async with database.transaction() as session:
        known = await store.episode(session, LOAN, 1)
    assert known is not None
    return known


async def test_a_move_is_recorded_told_and_shown_once_however_often_it_is_sent(
    story: Story, cases_database: Database, told: Told
) -> None:
    for _ in range(3):
        await story.moves(a_move(1, "remind"))
    moved = (await told(LOAN))[2:]
    assert [type(event) for event in moved] == [CaseMoved]
    assert (await the_episode(cases_database)).stage == "remind"


async def test_the_stage_may_fall_and_the_furthest_stage_stays(
    story: Story, cases_database: Database
) -> None:
    for seq, stage in enumerate(("remind", "legal", "follow_up"), start=1):
        await story.moves(a_move(seq, stage))
    episode = await the_episode(cases_database)
    assert (episode.stage, episode.furthest_stage) == ("follow_up", "legal")


async def test_a_rung_climbed_without_its_notice_is_the_stage_people_see(
    story: Story, cases_database: Database
) -> None:
    await story.moves(a_move(1, "follow_up", what="notice_waived"))
    assert (await the_episode(cases_database)).stage == "follow_up"


async def test_a_pause_changes_no_stage(story: Story, cases_database: Database) -> None:
    await story.moves(a_move(1, "legal", what="paused"))
    assert (await the_episode(cases_database)).furthest_stage == "assess"


async def test_a_number_belongs_to_one_move(story: Story) -> None:
    await story.moves(a_move(1, "remind"))
    with pytest.raises(Conflict, match="needs a number of its own"):
        await story.moves(a_move(1, "remind", key="another/key"))


async def test_a_move_of_an_episode_nobody_claimed_is_refused(story: Story) -> None:
    stranger = a_closing(1, episode=2)
    with pytest.raises(NotFound, match="has no episode 2"):
        await story.closes(stranger)


async def test_a_closing_is_told_once(story: Story, cases_database: Database, told: Told) -> None:
    for _ in range(2):
        assert (await story.closes(a_closing(1))).is_closed
    closed = [event for event in await told(LOAN) if isinstance(event, EpisodeClosed)]
    assert [(event.reason, event.position_version) for event in closed] == [("cured", 1)]
    assert (await the_episode(cases_database)).furthest_stage == "remind"


async def test_a_closing_that_a_newer_position_contradicts_gets_all_facts(story: Story) -> None:
    newer = position(version=2, disposition=Disposition.SOLD)
    await story.keeps(told_position(newer))
    closing = await story.closes(a_closing(1))
    assert not closing.is_closed
    assert closing.facts is not None and closing.facts.position == newer


async def test_a_refused_closing_may_be_asked_again_under_its_key(story: Story) -> None:
    await story.keeps(told_position(position(version=2)))
    assert not (await story.closes(a_closing(1))).is_closed
    await story.keeps(told_position(position(version=3, disposition=Disposition.CURRENT)))
    assert (await story.closes(a_closing(1))).is_closed


async def test_a_newer_position_that_agrees_does_not_hinder_the_closing(story: Story) -> None:
    await story.keeps(told_position(position(version=2, disposition=Disposition.CURRENT)))
    assert (await story.closes(a_closing(1, ClosingReason.CURED))).is_closed


async def test_an_abandoned_episode_is_closed_by_a_person_and_the_next_may_open(
    story: Story, cases_database: Database, told: Told
) -> None:
    async with cases_database.transaction() as session:
        await moves.close_abandoned(session, "demo", LOAN, "terminated by hand", OPENED)
    closed = (await told(LOAN))[-1]
    assert isinstance(closed, EpisodeClosed) and closed.reason == "error"
    await story.keeps(told_position(position(version=2)))
    assert (await story.claims("run-2")).episode == 2


async def test_another_tenants_loan_has_no_episode_to_close(
    story: Story, cases_database: Database
) -> None:
    async with cases_database.transaction() as session:
        with pytest.raises(NotFound, match="no open episode"):
            await moves.close_abandoned(session, "uci", LOAN, "mine", OPENED)
