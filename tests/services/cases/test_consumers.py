"""Facts are kept before a case is told, and told again until it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from temporalio.service import RPCError, RPCStatusCode

from chassis.clock import Clock
from chassis.consumer import Record
from chassis.database import Database
from chassis.faults import is_infrastructure
from events.v1 import contact_pb2, ledger_pb2
from interfaces.cases import CloseEpisode
from interfaces.values import ClosingReason
from services.cases.commands.rulebook import Rulebook
from services.cases.consumers import TELL_AGAIN_MAX, Dispatcher
from services.cases.domain.dispatch import FactKind, LoanFact
from tests.builders import position
from tests.services.cases.consumers.test_records import FULL, record
from tests.services.cases.fakes import FakeCases
from tests.services.cases.stories import Story, a_closing, told_position

pytestmark = pytest.mark.database
LOAN = "loan-1"
HOLDS = contact_pb2.HoldsChanged()


@pytest.fixture
def cases() -> FakeCases:
    return FakeCases()


@pytest.fixture
def dispatcher(cases_database: Database, cases: FakeCases) -> Dispatcher:
    return Dispatcher(cases_database, cases)


@pytest.fixture
def story(cases_database: Database, rules: Rulebook, clock: Clock) -> Story:
    return Story(cases_database, rules, clock)


async def take_in(dispatcher: Dispatcher, database: Database, *records: Record) -> None:
    async with database.transaction() as inbox:
        await dispatcher.take_in(inbox, records)


async def test_an_overdue_position_starts_the_loans_case(
    dispatcher: Dispatcher, cases_database: Database, cases: FakeCases
) -> None:
    await take_in(dispatcher, cases_database, record(FULL), record(ledger_pb2.PaymentPosted()))
    assert [told.version for told in cases.running[LOAN]] == [7]


async def test_a_batch_of_other_events_touches_nothing(
    dispatcher: Dispatcher, cases_database: Database, cases: FakeCases
) -> None:
    await take_in(dispatcher, cases_database, record(ledger_pb2.PaymentPosted()))
    assert cases.running == {}


async def test_a_fact_is_kept_though_temporal_is_away_and_told_when_it_comes_again(
    dispatcher: Dispatcher, cases_database: Database, cases: FakeCases, story: Story
) -> None:
    cases.failures = [RPCError("away", RPCStatusCode.UNAVAILABLE, b"")]
    with pytest.raises(RPCError) as fault:
        await take_in(dispatcher, cases_database, record(FULL))
    assert is_infrastructure(fault.value), "the consumer must retry the batch, not park the key"
    assert not (await story.claims("run-1", LOAN)).is_duplicate
    await take_in(dispatcher, cases_database, record(FULL))
    assert [told.version for told in cases.running[LOAN]] == [7]


async def test_one_unreachable_case_does_not_keep_the_others_from_being_told(
    dispatcher: Dispatcher, cases_database: Database, cases: FakeCases
) -> None:
    cases.failures = [RPCError("away", RPCStatusCode.UNAVAILABLE, b"")]
    batch = [told_record(f"loan-{number}") for number in range(5)]
    with pytest.raises(RPCError):
        await take_in(dispatcher, cases_database, *batch)
    assert len(cases.running) == 4


async def test_an_open_case_is_told_every_kind_of_fact(
    dispatcher: Dispatcher, cases_database: Database, cases: FakeCases, story: Story
) -> None:
    await take_in(dispatcher, cases_database, record(FULL))
    await story.claims("run-1", LOAN)
    await take_in(dispatcher, cases_database, record(HOLDS))
    assert [told.kind for told in cases.running[LOAN]] == [FactKind.POSITION, FactKind.HOLDS]


async def test_an_open_episode_without_a_run_is_asked_a_few_times_and_then_left(
    cases_database: Database, story: Story
) -> None:
    asked: list[int] = []

    class NoRun(FakeCases):
        async def tell(self, told: LoanFact) -> bool:
            asked.append(1)
            return False

    await story.keeps(told_position(position(), LOAN))
    await story.claims("run-1", LOAN)
    await take_in(Dispatcher(cases_database, NoRun()), cases_database, record(HOLDS))
    assert len(asked) == TELL_AGAIN_MAX


async def test_a_case_that_closed_in_between_needs_nothing_more(
    cases_database: Database, story: Story
) -> None:
    asked: list[int] = []

    class Closing(FakeCases):
        async def tell(self, told: LoanFact) -> bool:
            asked.append(1)
            await story.closes(_closing())
            return False

    await story.keeps(told_position(position(), LOAN))
    await story.claims("run-1", LOAN)
    await take_in(Dispatcher(cases_database, Closing()), cases_database, record(HOLDS))
    assert len(asked) == 1


def told_record(loan_id: str) -> Record:
    return replace(record(FULL), key=loan_id)


def _closing() -> CloseEpisode:
    return replace(a_closing(1, ClosingReason.ERROR), loan_id=LOAN)
