"""Drives a real LoanCase on the time-skipping test server against fake services."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import temporalio.api.operatorservice.v1 as operator_v1
from temporalio.client import WorkflowHandle
from temporalio.common import SearchAttributeKey
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from chassis.temporal import DATA_CONVERTER, activities_of
from interfaces import case
from interfaces.clock import REAL_TIME, ClockReading
from interfaces.facts import Fact, Position
from tests import builders
from tests.conftest import venv_binary
from tests.fakes import FakeCases, FakeServices
from workflows.case import LoanCase

SIGNAL_OF = {
    "Position": case.POSITION_CHANGED,
    "Holds": case.HOLDS_CHANGED,
    "ContactProgress": case.CONTACT_PROGRESSED,
    "Agreement": case.AGREEMENT_CHANGED,
    "Visit": case.VISIT_CHANGED,
    "Matter": case.MATTER_CHANGED,
}


@asynccontextmanager
async def skipping() -> AsyncIterator[WorkflowEnvironment]:
    """A test server whose clock jumps; one per test, since it has one clock for all."""
    async with await WorkflowEnvironment.start_time_skipping(
        test_server_existing_path=str(venv_binary("temporal-test-server")),
        data_converter=DATA_CONVERTER,
        test_server_startup_timeout=timedelta(seconds=30),
    ) as environment:
        keys = [value for value in vars(case).values() if isinstance(value, SearchAttributeKey)]
        await environment.client.operator_service.add_search_attributes(
            operator_v1.AddSearchAttributesRequest(
                namespace=environment.client.namespace,
                search_attributes={key.name: int(key.indexed_value_type) for key in keys},  # type: ignore[misc]
            )
        )
        yield environment


@dataclass
class Play:
    """One loan's case and the services around it."""

    environment: WorkflowEnvironment
    services: FakeServices
    handle: WorkflowHandle[LoanCase, case.CaseOutcome]
    version: int = 1
    clock: ClockReading = REAL_TIME

    async def now(self) -> datetime:
        return await self.environment.get_current_time()

    async def after(self, **delta: int) -> datetime:
        await self.environment.sleep(timedelta(**delta))
        return await self.now()

    async def position(self, **changes: object) -> Position:
        """The bank's next word, stored by cases and signalled, as on the real stack."""
        self.version += 1
        position = builders.position(self.version, at=await self.now(), **changes)
        self.services.cases.know(position)
        await self.tell(position)
        return position

    async def tell(self, fact: Fact) -> None:
        await self.handle.signal(SIGNAL_OF[type(fact).__name__], fact)

    async def outcome(self) -> case.CaseOutcome:
        return await self.handle.result()


@asynccontextmanager
async def opened(cached_max: int = 100, **changes: object) -> AsyncIterator[Play]:
    """An overdue loan whose case has just been started by signal-with-start."""
    async with skipping() as environment, AsyncExitStack() as stack:
        services = FakeServices(FakeCases(builders.strategy(), builders.CALENDAR))
        for queue, service in services.by_queue().items():
            await stack.enter_async_context(
                Worker(
                    environment.client, task_queue=queue, activities=list(activities_of(service))
                )
            )
        await stack.enter_async_context(
            Worker(
                environment.client,
                task_queue=case.TASK_QUEUE,
                workflows=[LoanCase],
                workflow_runner=UnsandboxedWorkflowRunner(),
                max_cached_workflows=cached_max,
            )
        )
        yield await _start(environment, services, changes)


async def _start(
    environment: WorkflowEnvironment, services: FakeServices, changes: dict[str, object]
) -> Play:
    now = await environment.get_current_time()
    first = builders.position(1, at=now, oldest_due_on=now.date() - timedelta(days=1))
    first = replace(first, **changes)  # type: ignore[arg-type]
    services.cases.know(first)
    handle = await environment.client.start_workflow(
        LoanCase.run,
        case.CaseStart("demo", "loan0001", REAL_TIME),
        id=case.workflow_id("demo", "loan0001"),
        task_queue=case.TASK_QUEUE,
        start_signal=case.POSITION_CHANGED,
        start_signal_args=[first],
    )
    return Play(environment, services, handle)
