"""What counts as waiting: records, events, people, and tasks that no worker has taken."""

from __future__ import annotations

import asyncio
import uuid

import pytest
from temporalio.testing import WorkflowEnvironment

from forbear.demo.busy import waiting_tasks
from forbear.demo.quiet import Lag
from interfaces.case import TASK_QUEUE, WORKFLOW_TYPE


def test_nothing_is_quiet_while_tasks_wait_or_a_part_is_silent() -> None:
    assert Lag().is_zero
    assert not Lag(tasks=1).is_zero
    assert not Lag(silent=("kafka",)).is_zero
    assert Lag(outbox=1, records={"cases": 2}, people=3, tasks=4).waiting == 10


@pytest.mark.stack
async def test_a_case_that_no_worker_has_taken_counts_as_a_waiting_task(
    temporal: WorkflowEnvironment,
) -> None:
    before = await waiting_tasks(temporal.client)
    handle = await temporal.client.start_workflow(
        WORKFLOW_TYPE, id=f"case-{uuid.uuid4()}", task_queue=TASK_QUEUE
    )
    waiting = before
    async with asyncio.timeout(20):
        while waiting == before:
            waiting = await waiting_tasks(temporal.client)
            await asyncio.sleep(0.05)
    await handle.terminate()
    assert before is not None
    assert waiting == before + 1
