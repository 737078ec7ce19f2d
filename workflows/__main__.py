"""Runs the worker that carries the cases: `python -m workflows`."""

from __future__ import annotations

import asyncio
import signal
import sys

from temporalio.worker import UnsandboxedWorkflowRunner, Worker

from chassis import telemetry
from chassis.settings import Settings
from chassis.temporal import connect, worker
from interfaces import case
from workflows.case import LoanCase


# No sandbox (decision 0004): the import contracts keep clocks, dice and I/O out of workflow code,
# recorded histories are replayed on every change, and a cold wake-up costs half.
async def serve(settings: Settings, cases_cached_max: int = 2_000) -> None:
    client = await connect(settings)
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    carrier: Worker = worker(
        client,
        case.TASK_QUEUE,
        workflows=[LoanCase],
        settings=settings,
        workflow_runner=UnsandboxedWorkflowRunner(),
        max_cached_workflows=cases_cached_max,
    )
    async with carrier:
        await stop.wait()


def main() -> int:
    telemetry.configure("workflows")
    asyncio.run(serve(Settings()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
