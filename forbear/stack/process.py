"""Starting and stopping a child process so that it never outlives the one who started it."""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from forbear.stack.failures import StackError, explain

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None, use_errno=True)


@dataclass(frozen=True)
class Account:
    """An operating system's user a child runs as, instead of root."""

    name: str
    uid: int
    gid: int


@dataclass(frozen=True)
class Command:
    """All that is needed to start one child, as data."""

    name: str
    argv: tuple[str, ...]
    directory: Path
    log: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    account: Account | None = None
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL


@dataclass
class Child:
    """A started command: its process and the way to end it."""

    command: Command
    process: subprocess.Popen[bytes]

    @property
    def pid(self) -> int:
        """The child's process id."""
        return self.process.pid

    def is_alive(self) -> bool:
        """Whether the process still runs; reaps it if it does not."""
        return self.process.poll() is None

    def stop(self, within_seconds: float = 10.0) -> int:
        """Ask it to end, and end it by force at the bound; answers its return code."""
        if self.is_alive():
            self.process.send_signal(self.command.stop_signal)
        try:
            return self.process.wait(within_seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def last_words(self, lines: int = 12) -> str:
        """The end of its log, for the message that says why it did not start."""
        return tail(self.command.log, lines)


def spawn(command: Command) -> Child:
    """Start the command in a session of its own; call it from a thread that lives as long.

    The kernel sends the orphan signal when the *thread* that forked ends.
    """
    environment = {**os.environ, **command.environment}
    try:
        command.log.parent.mkdir(parents=True, exist_ok=True)
        with command.log.open("ab") as log:
            process = subprocess.Popen(
                command.argv,
                cwd=command.directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=_dies_with_parent(os.getpid(), command.orphan_signal),
                user=command.account.uid if command.account else None,
                group=command.account.gid if command.account else None,
                extra_groups=[] if command.account else None,
            )
    except OSError as failure:
        raise explain(failure, f"starting {command.name}", command.directory) from failure
    return Child(command, process)


def wait_until_ready(child: Child, is_ready: Callable[[], bool], within_seconds: float) -> None:
    """Wait for the child to answer; a child that ended or stays silent is stopped and reported."""
    deadline = time.monotonic() + within_seconds
    while not is_ready():
        if not child.is_alive():
            raise StackError(
                f"{child.command.name} ended with status {child.process.returncode} while it was "
                f"starting; the end of {child.command.log}:\n{child.last_words()}"
            )
        if time.monotonic() > deadline:
            child.stop()
            raise StackError(
                f"{child.command.name} did not answer within {within_seconds:.0f} s; the end of "
                f"{child.command.log}:\n{child.last_words()}"
            )
        time.sleep(0.05)


def run(command: Command, input_text: str = "", within_seconds: float = 120.0) -> str:
    """Run a short command to its end and answer what it printed; a failure is reported."""
    try:
        done = subprocess.run(
            command.argv,
            cwd=command.directory,
            env={**os.environ, **command.environment},
            input=input_text,
            capture_output=True,
            text=True,
            timeout=within_seconds,
            check=False,
            user=command.account.uid if command.account else None,
            group=command.account.gid if command.account else None,
            extra_groups=[] if command.account else None,
        )
    except OSError as failure:
        raise explain(failure, f"running {command.name}", command.directory) from failure
    except subprocess.TimeoutExpired as late:
        raise StackError(f"{command.name} did not end within {within_seconds:.0f} s") from late
    if done.returncode != 0:
        said = (done.stdout + done.stderr).strip()
        raise StackError(f"{command.name} failed with status {done.returncode}:\n{said[-2000:]}")
    return done.stdout


def unprivileged_account(names: tuple[str, ...] = ("postgres", "nobody")) -> Account:
    """The first of the named users this machine has, for what refuses to run as root."""
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    for name in names:
        if name in known:
            return Account(name, known[name].pw_uid, known[name].pw_gid)
    raise StackError(
        f"PostgreSQL refuses to run as root and none of the users {', '.join(names)} exists; "
        "run as an ordinary user, or set FORBEAR_POSTGRES_URL to a cluster of your own"
    )


def tail(log: Path, lines: int) -> str:
    """The last lines of a log that may be large or missing."""
    if not log.exists():
        return "(no log)"
    with log.open("rb") as stream:
        stream.seek(max(0, log.stat().st_size - 64 * 1024))
        text = stream.read().decode("utf-8", "replace")
    return "\n".join(text.splitlines()[-lines:])


def _dies_with_parent(parent: int, orphan_signal: signal.Signals) -> Callable[[], None]:
    def prepare() -> None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(orphan_signal), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return prepare
