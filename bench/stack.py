"""How long the whole stack takes to come up and stop, and what it weighs when idle."""

from __future__ import annotations

import asyncio
import tempfile
import time
from pathlib import Path

import psutil

from bench.report import Figure
from chassis.settings import settings_from
from forbear.stack.ports import free_base
from forbear.stack.supervisor import Supervisor

MIB = 1_048_576
IDLE_SECONDS = 20.0


async def measure() -> list[Figure]:
    with tempfile.TemporaryDirectory(prefix="forbear-bench-") as directory:
        settings = settings_from(var=Path(directory), port_base=free_base())
        supervisor = Supervisor(settings)
        started = time.perf_counter()
        async with supervisor:
            up = time.perf_counter() - started
            await asyncio.sleep(IDLE_SECONDS)
            idle = sum(supervisor.memory().values()) / MIB
            stopping = time.perf_counter()
        down = time.perf_counter() - stopping
    machine = psutil.virtual_memory().total / MIB
    return [
        Figure("stack_up", round(up, 1), "s", 0.0, 120.0, is_ceiling=True),
        Figure("stack_idle_pss", round(idle), "MiB", round(machine), 2_048.0, is_ceiling=True),
        Figure("stack_down", round(down, 1), "s", 0.0, 15.0, is_ceiling=True),
    ]
