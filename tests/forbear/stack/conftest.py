"""A stack's settings on ports nobody uses, and small processes in the place of services."""

from __future__ import annotations

import asyncio
import itertools
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from chassis.settings import PORT_OFFSETS, Settings, settings_from
from forbear.stack import ports
from forbear.stack.parts import Part
from forbear.stack.process import Command

_BASES = itertools.count(20_000 + (os.getpid() % 30) * 400, 100)  # below ephemeral ports
OBEDIENT = "import time; time.sleep(600)"
DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open("deaf", "w").close()
time.sleep(600)
"""

MakePart = Callable[..., Part]


@pytest.fixture
def stack_settings(tmp_path: Path) -> Settings:
    """Settings of a stack of its own: its own state, its own hundred ports."""
    base = next(b for b in _BASES if all(ports.is_free(b + o) for o in PORT_OFFSETS.values()))
    return settings_from(var=tmp_path / "var", port_base=base)


@pytest.fixture
def make_part(tmp_path: Path) -> MakePart:
    """Parts that run a line of Python; ready as soon as they run."""

    def make(name: str, code: str = OBEDIENT, *, taking: tuple[int, ...] = ()) -> Part:
        log = tmp_path / "var" / "logs" / f"{name}.log"
        command = Command(name, (sys.executable, "-c", code), tmp_path, log)
        return Part(name, "", lambda: command, lambda child: child.is_alive(), taking)

    return make


async def until(holds: Callable[[], bool], within_seconds: float = 30.0) -> None:
    """Wait for a condition, and fail at the bound."""
    deadline = time.monotonic() + within_seconds
    while not holds():
        assert time.monotonic() < deadline, f"not within {within_seconds} s: {holds}"
        await asyncio.sleep(0.05)
