"""Asks Temporal whether any case is in the middle of something."""

from __future__ import annotations

import asyncio

from temporalio.client import Client
from temporalio.service import RPCError

from chassis.settings import Settings
from chassis.temporal import connect
from interfaces.case import WORKFLOW_TYPE

_OPEN = f'ExecutionStatus="Running" AND WorkflowType="{WORKFLOW_TYPE}"'
_AT_ONCE = 16


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
