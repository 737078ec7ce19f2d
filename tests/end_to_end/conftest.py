"""One stack for all of these tests, started as a person starts it, its clock at a day in 6 s."""

from __future__ import annotations

import itertools
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chassis.settings import PORT_OFFSETS, settings_from
from forbear.stack import clocks, ports
from interfaces.clock import ClockReading
from tests.end_to_end.running import RATE, RunningStack

_START = datetime(2026, 3, 2, tzinfo=UTC)
_BASES = itertools.count(10_000 + (os.getpid() % 90) * 100, 100)  # below ephemeral ports


@pytest.fixture(scope="session")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningStack]:
    given = os.environ.get("FORBEAR_TEST_PORT_BASE")
    base = int(given) if given else next(filter(_is_free, _BASES))
    var = tmp_path_factory.mktemp("stack")
    running = RunningStack(settings_from(var=Path(var), port_base=base))
    clocks.write_clock(running.settings, ClockReading(clocks.wall_now(), _START, RATE))
    try:
        await running.up()
        yield running
    finally:
        await running.down()


@pytest.fixture(autouse=True)
async def at_the_usual_rate(stack: RunningStack) -> None:
    """A test that slowed the clock leaves it; the next one sets it again."""
    if stack.reading().rate != RATE:
        await stack.run_at(RATE)


def _is_free(base: int) -> bool:
    return all(ports.is_free(base + offset) for offset in PORT_OFFSETS.values())
