"""Downtime does not count, and whoever sleeps by the clock is told when it changes."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some
from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from chassis.settings import Settings, settings_from
from forbear.stack import clocks
from forbear.stack.failures import StackError
from forbear.stack.parts import Plan
from forbear.stack.supervisor import Supervisor
from interfaces.case import CLOCK_CHANGED, WORKFLOW_TYPE
from interfaces.clock import ClockReading
from tests.forbear.stack.conftest import MakePart

_WALL = datetime(2026, 3, 1, 12, tzinfo=UTC)
_CASE = datetime(2005, 4, 1, tzinfo=UTC)
# A month at these rates still ends before the year 9999.
_rates = some.floats(min_value=0.5, max_value=50_000)
_spans = some.timedeltas(min_value=timedelta(0), max_value=timedelta(days=30))


@workflow.defn(name=WORKFLOW_TYPE)
class SleepingCase:
    """Stands for a case: ends when it is told a clock."""

    def __init__(self) -> None:
        self._told: ClockReading | None = None

    @workflow.run
    async def run(self) -> float:
        await workflow.wait_condition(lambda: self._told is not None)
        return self._told.rate if self._told else 0.0

    @workflow.signal(name=CLOCK_CHANGED)
    def clock_changed(self, reading: ClockReading) -> None:
        self._told = reading


@given(rate=_rates, ran=_spans, down=_spans)
def test_the_clock_goes_on_where_it_was_last_seen(
    rate: float, ran: timedelta, down: timedelta
) -> None:
    reading = ClockReading(_WALL, _CASE, rate)
    stopped = _WALL + ran
    seen = {"wall": stopped.isoformat(), "case": reading.case_time(stopped).isoformat()}
    going_on = clocks.resumed(reading, seen, stopped + down)
    assert going_on.case_time(stopped + down) == reading.case_time(stopped)
    assert going_on.rate == rate


def test_a_clock_set_while_the_stack_was_down_starts_at_its_own_beginning() -> None:
    reading = ClockReading(_WALL, _CASE, 14_400)
    before = {"wall": (_WALL - timedelta(hours=1)).isoformat(), "case": "2024-01-01T00:00:00+00:00"}
    for seen in (before, None):
        assert clocks.resumed(reading, seen, _WALL + timedelta(days=1)).case_epoch == _CASE


@given(rate=_rates, ran=_spans, slower=_rates)
def test_a_change_of_rate_moves_no_hand(rate: float, ran: timedelta, slower: float) -> None:
    reading = ClockReading(_WALL, _CASE, rate)
    changed = clocks.changed(reading, _WALL + ran, slower, None)
    assert changed.case_time(_WALL + ran) == reading.case_time(_WALL + ran)
    assert changed.rate == slower


def test_without_a_clock_file_nothing_is_noted_and_nobody_is_told(settings: Settings) -> None:
    clocks.note_seen(settings, _WALL)
    assert clocks.read_seen(settings) is None
    assert asyncio.run(clocks.resume(settings)) == 0


def test_what_was_seen_is_read_again(settings: Settings) -> None:
    (settings.var / "run").mkdir(parents=True)
    clocks.write_clock(settings, ClockReading(_WALL, _CASE, 2.0))
    clocks.note_seen(settings, _WALL + timedelta(hours=1))
    assert clocks.read_seen(settings) == {
        "wall": "2026-03-01T13:00:00+00:00",
        "case": "2005-04-01T02:00:00+00:00",
    }


@pytest.mark.parametrize("rate", [0.0, -1.0, float("inf"), float("nan")])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    with pytest.raises(StackError, match="is no rate"):
        clocks.changed(None, _WALL, rate, None)


def test_cases_are_not_taken_back_in_time(settings: Settings) -> None:
    (settings.var / "run").mkdir(parents=True)
    clocks.refuse_going_back(settings, _CASE)
    clocks.write_clock(settings, ClockReading(_WALL, _CASE, 2.0))
    clocks.note_seen(settings, _WALL)
    clocks.refuse_going_back(settings, _CASE)
    with pytest.raises(StackError, match="the cases have already seen"):
        clocks.refuse_going_back(settings, _CASE - timedelta(seconds=1))


@pytest.mark.stack
async def test_every_open_case_is_told_the_new_clock_even_with_no_worker_running(
    temporal: WorkflowEnvironment, settings: Settings, task_queue: str
) -> None:
    address = temporal.client.service_client.config.target_host
    here = settings_from(
        var=settings.var,
        clock_file=settings.clock_file,
        temporal_address=address,
        temporal_namespace=temporal.client.namespace,
    )
    handles = [
        await temporal.client.start_workflow(
            WORKFLOW_TYPE, id=f"case-{task_queue}-{n}", task_queue=task_queue, result_type=float
        )
        for n in range(3)
    ]
    await _until_listed(temporal, 3)
    assert await clocks.set_rate(here, 77.0) == 3
    async with Worker(
        temporal.client,
        task_queue=task_queue,
        workflows=[SleepingCase],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        assert [await handle.result() for handle in handles] == [77.0] * 3


@pytest.mark.stack
async def test_a_second_up_goes_on_from_the_time_last_seen_and_tells_cases_before_workers_start(
    temporal: WorkflowEnvironment, stack_settings: Settings, make_part: MakePart, task_queue: str
) -> None:
    address = temporal.client.service_client.config.target_host
    here = settings_from(
        var=stack_settings.var,
        port_base=stack_settings.port_base,
        temporal_address=address,
        temporal_namespace=temporal.client.namespace,
    )
    plan = Plan((), (make_part("workflows"),), {"temporal": address})
    here.var.mkdir()
    clocks.write_clock(here, ClockReading(_WALL, _CASE, 3600))
    handle = await temporal.client.start_workflow(
        WORKFLOW_TYPE, id=f"case-{task_queue}", task_queue=task_queue
    )
    await _until_listed(temporal, 1)
    async with Supervisor(here, stack=plan):
        pass
    seen = clocks.read_seen(here)
    assert seen is not None
    async with Supervisor(here, stack=plan) as supervisor:
        reading = clocks.read_clock(here)
        started = supervisor.states()[-1].since
    assert reading is not None
    assert reading.case_epoch == datetime.fromisoformat(seen["case"])
    told = [e.event_time.ToDatetime(UTC) async for e in handle.fetch_history_events()][-1]
    await handle.terminate()
    assert reading.wall_epoch < told < datetime.fromtimestamp(started, UTC)


async def _until_listed(temporal: WorkflowEnvironment, count: int) -> None:
    query = f'ExecutionStatus="Running" AND WorkflowType="{WORKFLOW_TYPE}"'
    deadline = time.monotonic() + 20
    while (await temporal.client.count_workflows(query)).count < count:
        assert time.monotonic() < deadline, "the cases are not listed"
        await asyncio.sleep(0.05)
