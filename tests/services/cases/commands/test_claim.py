"""One delinquency, one episode, one run; and a run gets all it needs to begin."""

from __future__ import annotations

import asyncio
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from chassis.clock import Clock
from chassis.database import Database
from events.v1.case_pb2 import CaseMoved, EpisodeClosed, EpisodeOpened
from interfaces.values import ClosingReason, Disposition
from services.cases.commands.rulebook import NoRule, Rulebook
from services.cases.domain.episodes import FINAL_REASONS
from tests.builders import DUE, OPENED, position
from tests.services.cases.conftest import Told
from tests.services.cases.stories import LOAN, Story, a_closing, told_position

pytestmark = pytest.mark.database
DAY = timedelta(days=1)


@pytest.fixture
def story(cases_database: Database, rules: Rulebook, clock: Clock) -> Story:
    return Story(cases_database, rules, clock)


async def test_a_run_claims_the_first_episode_with_all_it_needs(story: Story, told: Told) -> None:
    await story.keeps(told_position(position()))
    claim = await story.claims("run-1")
    assert (claim.is_duplicate, claim.episode, claim.earlier_episodes) == (False, 1, 0)
    assert claim.opened_at == OPENED
    assert claim.facts is not None and claim.facts.position == position()
    assert claim.strategy is not None and claim.strategy.strategy_id == "consumer-individual"
    assert claim.calendar is not None and claim.calendar.zone == "Asia/Shanghai"
    assert {day.year for day in claim.calendar.holidays} == {2026, 2027, 2028, 2029}
    opened, moved = await told(LOAN)
    assert isinstance(opened, EpisodeOpened) and opened.strategy_id == "consumer-individual"
    assert isinstance(moved, CaseMoved)
    assert (moved.what, moved.seq, moved.to_stage) == ("opened", 0, "assess")


async def test_a_run_that_asks_again_gets_its_episode_again(story: Story, told: Told) -> None:
    await story.keeps(told_position(position()))
    first = await story.claims("run-1")
    assert await story.claims("run-1") == first
    assert len(await told(LOAN)) == 2


async def test_another_run_is_a_duplicate_while_the_episode_is_open(story: Story) -> None:
    await story.keeps(told_position(position()))
    await story.claims("run-1")
    claim = await story.claims("run-2")
    assert claim.is_duplicate
    assert claim.facts is not None and claim.facts.position == position()


async def test_of_many_runs_that_claim_at_once_exactly_one_opens_the_episode(
    story: Story, told: Told
) -> None:
    await story.keeps(told_position(position()))
    claims = await asyncio.gather(*(story.claims(f"run-{number}") for number in range(8)))
    assert [claim.is_duplicate for claim in claims].count(False) == 1
    assert len(await told(LOAN)) == 2


async def test_a_delinquency_that_is_over_has_its_episode_all_the_same(
    story: Story, told: Told
) -> None:
    cured = position(version=2, disposition=Disposition.CURRENT)
    await story.keeps(told_position(position()), told_position(cured))
    claim = await story.claims("run-1")
    assert (claim.is_duplicate, claim.episode) == (False, 1)
    assert claim.facts is not None and claim.facts.position == cured
    opened = (await told(LOAN))[0]
    assert isinstance(opened, EpisodeOpened) and opened.position_version == 1


async def test_of_two_delinquencies_before_the_claim_one_episode_covers_both(
    story: Story, told: Told
) -> None:
    current = Disposition.CURRENT
    for version, disposition in enumerate((Disposition.OVERDUE, current) * 2, start=1):
        await story.keeps(told_position(position(version=version, disposition=disposition)))
    assert not (await story.claims("run-1")).is_duplicate
    assert (await story.closes(a_closing(4, ClosingReason.CURED))).is_closed
    closed = (await told(LOAN))[-1]
    assert isinstance(closed, EpisodeClosed) and closed.position_version == 4
    assert (await story.claims("run-2")).is_duplicate


async def test_a_loan_that_was_never_overdue_opens_nothing(story: Story) -> None:
    current = position(disposition=Disposition.CURRENT)
    await story.keeps(told_position(current))
    claim = await story.claims("run-1")
    assert claim.is_duplicate
    assert claim.facts is not None and claim.facts.position == current


async def test_a_duplicate_that_asks_again_is_judged_anew_so_that_nothing_is_lost(
    story: Story,
) -> None:
    await story.keeps(told_position(position(disposition=Disposition.CURRENT)))
    assert (await story.claims("run-1")).is_duplicate
    await story.keeps(told_position(position(version=2)))
    assert not (await story.claims("run-1")).is_duplicate


async def test_a_redelivered_position_after_the_closing_opens_no_phantom(story: Story) -> None:
    await story.keeps(told_position(position()))
    await story.claims("run-1")
    assert (await story.closes(a_closing(1, ClosingReason.ERROR))).is_closed
    assert await story.keeps(told_position(position())) == []
    assert (await story.claims("run-2")).is_duplicate


async def test_a_reversal_after_the_closing_opens_the_next_episode(story: Story) -> None:
    await story.keeps(told_position(position()))
    await story.claims("run-1")
    await story.keeps(told_position(position(version=2, disposition=Disposition.CURRENT)))
    closed_at = OPENED + 40 * DAY
    assert (await story.closes(a_closing(2, at=closed_at))).is_closed
    await story.keeps(told_position(position(version=3)))
    claim = await story.claims("run-2")
    assert (claim.is_duplicate, claim.episode, claim.earlier_episodes) == (False, 2, 1)
    assert claim.opened_at == closed_at, "an episode opens no earlier than the last one closed"


@pytest.mark.parametrize("reason", sorted(FINAL_REASONS))
async def test_what_ended_for_good_opens_no_new_episode_until_a_later_delinquency(
    story: Story, reason: ClosingReason
) -> None:
    await story.keeps(told_position(position()))
    await story.claims("run-1")
    later_due = position(version=2, oldest_due_on=DUE + 30 * DAY)
    await story.keeps(told_position(later_due))
    assert (await story.closes(a_closing(2, reason))).is_closed
    same = position(version=3, oldest_due_on=DUE + 30 * DAY)
    assert await story.keeps(told_position(same)) == []
    assert (await story.claims("run-2")).is_duplicate
    later = position(version=4, oldest_due_on=DUE + 31 * DAY)
    assert [signal.starts for signal in await story.keeps(told_position(later))] == [True]
    assert (await story.claims("run-3")).episode == 2


async def test_the_product_says_the_limitation_years(story: Story, rules: Rulebook) -> None:
    card = position(product="card", at=OPENED)
    assert rules.choose("uci", card, OPENED).strategy.limitation_years == 15
    assert rules.choose("demo", card, OPENED).strategy.limitation_years == 3


async def test_a_loan_without_a_strategy_waits_for_one(
    story: Story, cases_database: Database
) -> None:
    await story.keeps(told_position(position(product="boat_loan", segment="individual")))
    with pytest.raises(NoRule, match="boat_loan") as refusal:
        await story.claims("run-1")
    assert refusal.value.retryable
    async with cases_database.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM episode"))).scalar_one() == 0


def test_a_year_the_calendar_does_not_cover_is_refused(rules: Rulebook) -> None:
    with pytest.raises(NoRule, match="does not cover 2040"):
        rules.choose("demo", position(), OPENED.replace(year=2040))


def test_the_strategy_is_chosen_on_the_tenants_business_date(rules: Rulebook) -> None:
    treatment = rules.choose(
        "demo", position(), OPENED.replace(year=2025, month=12, day=31, hour=17)
    )
    first = min(treatment.calendar.holidays)
    assert first == date(2026, 1, 1), "at 17:00 UTC it is the next year in Shanghai"
