"""Asks Temporal what waits for a worker, and whether any case is in the middle of something."""

from __future__ import annotations

import asyncio

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest
from temporalio.client import Client
from temporalio.service import RPCError

from chassis.settings import Settings
from chassis.temporal import connect
from interfaces import cases, contact, field_visit, legal, negotiation
from interfaces.case import TASK_QUEUE, WORKFLOW_TYPE

_OPEN = f'ExecutionStatus="Running" AND WorkflowType="{WORKFLOW_TYPE}"'
_AT_ONCE = 16
_WORKFLOW = TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW
_ACTIVITY = TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY
_QUEUES = (
    (TASK_QUEUE, _WORKFLOW),
    *((each.TASK_QUEUE, _ACTIVITY) for each in (cases, contact, negotiation, field_visit, legal)),
)


async def waiting_tasks(client: Client) -> int | None:
    """Tasks that no worker has taken yet, over all queues of the stack; None without an answer."""
    try:
        return sum([await _backlog(client, name, kind) for name, kind in _QUEUES])
    except RPCError:
        return None


async def _backlog(client: Client, name: str, kind: TaskQueueType.ValueType) -> int:
    asked = DescribeTaskQueueRequest(
        namespace=client.namespace,
        task_queue=TaskQueue(name=name),
        task_queue_type=kind,
        report_stats=True,
    )
    answer = await client.workflow_service.describe_task_queue(asked)
    return answer.stats.approximate_backlog_count


async def busy_cases(settings: Settings) -> int:
    """How many running cases have an activity or a workflow task pending."""
    client = await connect(settings)
    gate = asyncio.Semaphore(_AT_ONCE)
    async with asyncio.TaskGroup() as asked:
        tasks = [
            asked.create_task(_is_busy(client, case.id, gate))
            async for case in client.list_workflows(_OPEN)
        ]
    return sum(task.result() for task in tasks)


async def _is_busy(client: Client, workflow_id: str, gate: asyncio.Semaphore) -> bool:
    async with gate:
        try:
            raw = (await client.get_workflow_handle(workflow_id).describe()).raw_description
        except RPCError:
            # It ended between being listed and being asked.
            return False
    return bool(raw.pending_activities) or raw.HasField("pending_workflow_task")
