"""The fake cases and the real ones answer alike."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace

import pytest
from temporalio import workflow
from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import AddSearchAttributesRequest
from temporalio.client import Client
from temporalio.common import SearchAttributeKey
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from chassis.clock import Clock
from chassis.errors import Conflict
from chassis.settings import Settings
from interfaces import case
from interfaces.facts import Holds, Position
from services.cases.domain.dispatch import FactKind, LoanFact
from services.cases.gateways import Cases, Order, TemporalCases
from tests.builders import OPENED, position
from tests.services.cases.fakes import FakeCases

ATTRIBUTES = {
    case.TENANT: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    case.PRODUCT: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    case.CASE_STAGE: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    case.BUCKET: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
    case.BALANCE: IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE,
    case.DELINQUENT_SINCE: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
}
Versions = Callable[[str], Awaitable[list[int]]]


@workflow.defn(name=case.WORKFLOW_TYPE, sandboxed=False)
class PlainCase:
    """Keeps what it was told until it is ordered to close."""

    @workflow.init
    def __init__(self, start: case.CaseStart) -> None:
        self._versions: list[int] = []
        self._is_closed = False

    @workflow.run
    async def run(self, start: case.CaseStart) -> None:
        await workflow.wait_condition(lambda: self._is_closed)

    @workflow.signal(name=case.POSITION_CHANGED)
    def position_changed(self, position: Position) -> None:
        self._versions.append(position.version)

    @workflow.signal(name=case.HOLDS_CHANGED)
    def holds_changed(self, holds: Holds) -> None:
        self._versions.append(holds.version)

    @workflow.query
    def versions(self) -> list[int]:
        return self._versions

    @workflow.update(name=case.CLOSE_CASE)
    def close_case(self, order: case.CloseCase) -> None:
        self._is_closed = True

    @close_case.validator
    def _may_close(self, order: case.CloseCase) -> None:
        if not order.reason.strip():
            raise ValueError("say why")


@dataclass(frozen=True)
class Bench:
    """Either kind of cases, with a way to see what a running case was told."""

    cases: Cases
    versions: Versions


@pytest.fixture
async def server(temporal: WorkflowEnvironment) -> AsyncIterator[Client]:
    client = temporal.client
    await _register(client)
    async with Worker(client, task_queue=case.TASK_QUEUE, workflows=[PlainCase]):
        yield client


@pytest.fixture(params=["fake", pytest.param("real", marks=pytest.mark.stack)])
def bench(request: pytest.FixtureRequest, settings: Settings) -> Bench:
    if request.param == "fake":
        return _fake_bench()
    return _real_bench(request.getfixturevalue("server"), Clock(settings))


@pytest.fixture
def fact() -> LoanFact:
    return LoanFact("demo", f"loan{uuid.uuid4().hex}", FactKind.POSITION, position())


async def test_an_overdue_position_starts_a_case_once_and_is_told_to_it_after(
    bench: Bench, fact: LoanFact
) -> None:
    await bench.cases.start_or_tell(fact)
    await bench.cases.start_or_tell(replace(fact, fact=position(version=2)))
    assert await bench.versions(fact.loan_id) == [1, 2]


async def test_a_fact_for_a_case_that_does_not_run_is_told_to_nobody(
    bench: Bench, fact: LoanFact
) -> None:
    holds = LoanFact("demo", fact.loan_id, FactKind.HOLDS, Holds(5, OPENED))
    assert not await bench.cases.tell(holds)
    await bench.cases.start_or_tell(fact)
    assert await bench.cases.tell(holds)
    assert await bench.versions(fact.loan_id) == [1, 5]


async def test_only_a_running_case_carries_out_an_order_and_a_repetition_is_answered_alike(
    bench: Bench, fact: LoanFact
) -> None:
    order = Order("order-1", case.CLOSE_CASE, case.CloseCase("opened in error", "an officer"))
    assert not await bench.cases.order("demo", fact.loan_id, order)
    await bench.cases.start_or_tell(fact)
    assert await bench.cases.order("demo", fact.loan_id, order)
    assert await bench.cases.order("demo", fact.loan_id, order)


async def test_a_closed_case_is_started_again_by_the_next_overdue_position(
    bench: Bench, fact: LoanFact
) -> None:
    await bench.cases.start_or_tell(fact)
    order = Order("order-1", case.CLOSE_CASE, case.CloseCase("opened in error", "an officer"))
    assert await bench.cases.order("demo", fact.loan_id, order)
    await bench.cases.start_or_tell(replace(fact, fact=position(version=2)))
    assert await bench.versions(fact.loan_id) == [2]


async def test_an_order_the_case_refuses_says_why(bench: Bench, fact: LoanFact) -> None:
    await bench.cases.start_or_tell(fact)
    order = Order("order-1", case.CLOSE_CASE, case.CloseCase(" ", "an officer"))
    with pytest.raises(Conflict, match="say why"):
        await bench.cases.order("demo", fact.loan_id, order)


@pytest.mark.stack
async def test_a_new_case_is_listed_with_what_people_filter_on(
    server: Client, settings: Settings, fact: LoanFact
) -> None:
    await TemporalCases(lambda: _given(server), Clock(settings)).start_or_tell(fact)
    handle = server.get_workflow_handle(case.workflow_id("demo", fact.loan_id))
    described = await handle.describe()
    found = described.typed_search_attributes
    shown = [found.get(key) for key in (case.TENANT, case.PRODUCT, case.CASE_STAGE, case.BUCKET)]
    assert shown == ["demo", "consumer_loan", "assess", "M1"]
    assert found.get(case.BALANCE) == 12_000.0
    summary = await described.static_summary()
    assert summary == "consumer_loan (individual), overdue since 2026-03-02"


def _fake_bench() -> Bench:
    fake = FakeCases()

    async def versions(loan_id: str) -> list[int]:
        return [told.version for told in fake.running[loan_id]]

    return Bench(fake, versions)


def _real_bench(client: Client, clock: Clock) -> Bench:
    async def versions(loan_id: str) -> list[int]:
        handle = client.get_workflow_handle(case.workflow_id("demo", loan_id))
        return await handle.query(PlainCase.versions)

    return Bench(TemporalCases(lambda: _given(client), clock), versions)


async def _given(client: Client) -> Client:
    return client


async def _register(client: Client) -> None:
    for key, kind in ATTRIBUTES.items():
        request = AddSearchAttributesRequest(
            namespace=client.namespace, search_attributes={_name(key): kind}
        )
        await client.operator_service.add_search_attributes(request)


def _name(key: object) -> str:
    assert isinstance(key, SearchAttributeKey)
    return key.name
