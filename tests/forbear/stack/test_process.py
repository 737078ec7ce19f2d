"""Children start, report, end, and never outlive the one who started them."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from forbear.stack.failures import StackError, explain
from forbear.stack.process import Command, run, spawn, wait_until_ready
from forbear.stack.state import started_at

_SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")
_PARENT = """
import sys, time
from pathlib import Path
from forbear.stack.process import Command, spawn
here = Path(sys.argv[1])
child = spawn(Command("child", (sys.executable, "-c", "import time; time.sleep(600)"), here,
              here / "child.log"))
print(child.pid, flush=True)
time.sleep(600)
"""


def _command(directory: Path, argv: tuple[str, ...]) -> Command:
    return Command("child", argv, directory, directory / "child.log")


def test_a_child_dies_with_its_killed_parent(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", _PARENT, str(tmp_path)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": os.getcwd()},
    )
    assert parent.stdout is not None
    with parent.stdout:
        pid = int(parent.stdout.readline())
    assert started_at(pid)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 10
    while started_at(pid):
        assert time.monotonic() < deadline, "the child outlived its parent"
        time.sleep(0.02)


def test_a_child_that_ends_while_starting_is_reported_with_its_last_words(tmp_path: Path) -> None:
    child = spawn(_command(tmp_path, (sys.executable, "-c", "raise SystemExit('no such thing')")))
    with pytest.raises(StackError, match=r"ended with status 1.*\n.*no such thing"):
        wait_until_ready(child, lambda: False, within_seconds=10)


def test_a_silent_child_is_stopped_at_the_bound(tmp_path: Path) -> None:
    child = spawn(_command(tmp_path, _SLEEP))
    with pytest.raises(StackError, match="did not answer within 0 s"):
        wait_until_ready(child, lambda: False, within_seconds=0.2)
    assert not child.is_alive()


def test_a_child_that_ignores_the_request_is_ended_by_force(tmp_path: Path) -> None:
    deaf = (
        "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
        "open('deaf', 'w').close(); time.sleep(600)"
    )
    child = spawn(_command(tmp_path, (sys.executable, "-c", deaf)))
    wait_until_ready(child, (tmp_path / "deaf").exists, within_seconds=10)
    assert child.stop(within_seconds=0.2) == -signal.SIGKILL


def test_a_failed_command_is_reported_with_what_it_said(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="child failed with status 3:\nbroken"):
        run(_command(tmp_path, (sys.executable, "-c", "print('broken'); raise SystemExit(3)")))


def test_a_missing_program_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="starting child failed"):
        spawn(_command(tmp_path, ("/nowhere/at/all",)))


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_with_what_to_do(code: int) -> None:
    failure = explain(OSError(code, os.strerror(code)), "the log", Path("/var/x"))
    assert "free at least 1 GiB" in str(failure)
    assert "FORBEAR_VAR" in str(failure)


def test_a_forbidden_directory_is_told_with_what_to_do() -> None:
    failure = explain(PermissionError(errno.EACCES, "Permission denied"), "it", Path("/x"))
    assert "FORBEAR_VAR" in str(failure)
    assert "FORBEAR_CACHE" in str(failure)
