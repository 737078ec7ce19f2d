"""Nothing a service told is lost between the store, the open episode and the closing one."""

from __future__ import annotations

import asyncio

import pytest
from sqlalchemy import text

from chassis.clock import Clock
from chassis.database import Database
from interfaces.cases import ClaimEpisode
from interfaces.facts import Holds
from interfaces.values import ClosingReason, Disposition
from services.cases.commands import claim, facts, moves
from services.cases.commands.rulebook import Rulebook
from services.cases.domain.dispatch import FactKind, LoanFact
from tests.builders import OPENED, position
from tests.services.cases.stories import LOAN, Story, a_closing, told_position

pytestmark = pytest.mark.database
CURRENT = Disposition.CURRENT
WAITING_SECONDS_MAX = 5.0


@pytest.fixture
def story(cases_database: Database, rules: Rulebook, clock: Clock) -> Story:
    return Story(cases_database, rules, clock)


def holds(version: int, loan_id: str = LOAN) -> LoanFact:
    return LoanFact("demo", loan_id, FactKind.HOLDS, Holds(version, OPENED))


async def test_an_older_fact_changes_nothing_and_is_told_to_nobody(story: Story) -> None:
    await story.keeps(told_position(position(version=3)))
    assert await story.keeps(told_position(position(version=2))) == []
    known = (await story.claims("run-1")).facts
    assert known is not None and known.position == position(version=3)


async def test_a_redelivered_fact_is_told_again_for_the_first_time_may_have_died(
    story: Story,
) -> None:
    first = await story.keeps(told_position(position()))
    assert [signal.starts for signal in first] == [True]
    assert await story.keeps(told_position(position())) == first


async def test_a_loan_that_is_current_costs_no_signal(story: Story) -> None:
    assert await story.keeps(told_position(position(disposition=CURRENT)), holds(1)) == []


async def test_an_end_before_the_episode_was_opened_starts_the_case_too(story: Story) -> None:
    cured = told_position(position(version=2, disposition=CURRENT))
    signals = await story.keeps(told_position(position()), cured)
    assert [(signal.told, signal.starts) for signal in signals] == [(cured, True)]
    assert await story.keeps(cured) == signals, "the first time may have died before it was told"
    await story.claims("run-1")
    assert [signal.starts for signal in await story.keeps(cured)] == [False]


async def test_a_hold_placed_before_the_loan_was_ever_overdue_reaches_the_claim(
    story: Story,
) -> None:
    await story.keeps(holds(7))
    await story.keeps(told_position(position()))
    known = (await story.claims("run-1")).facts
    assert known is not None and known.holds == Holds(7, OPENED)


async def test_a_batch_mixes_loans_and_kinds(story: Story) -> None:
    await story.keeps(told_position(position()))
    await story.claims("run-1")
    signals = await story.keeps(
        holds(1),
        holds(2),
        told_position(position(), "loan0002"),
        told_position(position(version=2, disposition=CURRENT), "loan0002"),
        told_position(position(version=2, disposition=CURRENT)),
        holds(1, "loan0003"),
    )
    told = {(s.told.loan_id, s.told.kind, s.told.version, s.starts) for s in signals}
    assert told == {
        (LOAN, FactKind.HOLDS, 2, False),
        (LOAN, FactKind.POSITION, 2, False),
        ("loan0002", FactKind.POSITION, 2, True),
    }


async def test_a_payment_taken_back_opens_what_ended_for_good_though_a_snapshot_follows_at_once(
    story: Story,
) -> None:
    await story.keeps(told_position(position()))
    await story.claims("run-1")
    assert (await story.closes(a_closing(1, ClosingReason.SETTLED))).is_closed
    assert await story.keeps(told_position(position(version=2))) == []
    bounced = position(version=3, reasons=("payment_reversed",))
    signals = await story.keeps(told_position(bounced), told_position(position(version=4)))
    assert [(signal.told.version, signal.starts) for signal in signals] == [(4, True)]
    assert (await story.claims("run-2")).episode == 2


async def test_a_closing_that_waits_behind_a_new_overdue_position_is_refused(
    story: Story, cases_database: Database
) -> None:
    """The position holds the loan's stream, the closing waits for it and then sees it."""
    await story.keeps(told_position(position()))
    await story.claims("run-1")
    async with cases_database.transaction() as session:
        newer = told_position(position(version=2))
        signals = await facts.keep_facts(session, [newer])
        closing = asyncio.create_task(story.closes(a_closing(1, ClosingReason.TIME_BARRED)))
        await _until_somebody_waits(cases_database)
    answer = await closing
    assert [signal.told.version for signal in signals] == [2]
    assert not answer.is_closed
    assert answer.facts is not None and answer.facts.position == position(version=2)


async def test_an_overdue_position_that_waits_behind_a_closing_opens_the_next_episode(
    story: Story, cases_database: Database
) -> None:
    """The closing holds the loan's stream, the position waits for it and then finds it closed."""
    await story.keeps(told_position(position()))
    await story.claims("run-1")
    async with cases_database.transaction() as session:
        answer = await moves.close_episode(session, a_closing(1), OPENED)
        newer = asyncio.create_task(story.keeps(told_position(position(version=2))))
        await _until_somebody_waits(cases_database)
    assert answer.is_closed
    assert [(s.told.version, s.starts) for s in await newer] == [(2, True)]
    following = await story.claims("run-2")
    assert (following.is_duplicate, following.episode) == (False, 2)


async def test_a_hold_that_waits_behind_a_claim_is_told_to_the_case(
    story: Story, cases_database: Database, rules: Rulebook, clock: Clock
) -> None:
    await story.keeps(told_position(position()))
    async with cases_database.transaction() as session:
        command = ClaimEpisode("demo", LOAN, "run-1")
        claimed = await claim.claim_episode(session, rules, clock, command)
        newer = asyncio.create_task(story.keeps(holds(1)))
        await _until_somebody_waits(cases_database)
    assert claimed.facts is not None and claimed.facts.holds is None
    assert [(s.told.kind, s.starts) for s in await newer] == [(FactKind.HOLDS, False)]


async def _until_somebody_waits(database: Database) -> None:
    query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(WAITING_SECONDS_MAX):
        while True:
            async with database.transaction() as session:
                if (await session.execute(query)).scalar_one():
                    return
            await asyncio.sleep(0.01)
