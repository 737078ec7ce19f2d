"""What the supervisor leaves behind names processes so that no other can be mistaken for them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from forbear.stack.failures import StackError
from forbear.stack.state import (
    Identity,
    Lock,
    PartState,
    StackState,
    end_all,
    identify,
    is_supervised,
    read_state,
    write_state,
)


def _state(process: Identity | None) -> StackState:
    return StackState(identify(os.getpid()), (PartState("kafka", "up", "x:1", process, 1.5, 2),))


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    for process in (None, identify(os.getpid())):
        write_state(tmp_path, _state(process))
        assert read_state(tmp_path) == _state(process)


def test_a_process_id_that_began_at_another_time_is_not_the_same_process(tmp_path: Path) -> None:
    mine = identify(os.getpid())
    assert mine.is_alive()
    assert not Identity(mine.pid, "another boot/1").is_alive()
    assert _state(Identity(mine.pid, "another boot/1")).leftovers() == ()


def test_leftovers_are_ended_and_others_are_spared() -> None:
    sleeper = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
    identity = identify(sleeper.pid)
    end_all([Identity(sleeper.pid, "another boot/1")], within_seconds=0)
    assert sleeper.poll() is None
    end_all([identity], within_seconds=10)
    assert sleeper.wait(10) == -signal.SIGTERM


def test_a_second_supervisor_is_refused_until_the_first_lets_go(tmp_path: Path) -> None:
    run = tmp_path / "run"
    first, second = Lock(run), Lock(run)
    first.acquire()
    write_state(run, _state(None))
    with pytest.raises(StackError, match=f"already supervised by pid {os.getpid()}"):
        second.acquire()
    assert is_supervised(run)
    first.release()
    second.acquire()
    second.release()
    assert not is_supervised(run)
