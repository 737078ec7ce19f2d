"""What the supervisor leaves in `var/run`, so that others find it and its leftovers."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from forbear.stack.failures import StackError, explain

_PROBE_SECONDS = 0.5  # `is_supervised` holds the lock for a moment; that is not a supervisor


@dataclass(frozen=True)
class Identity:
    """A process that cannot be mistaken for a later one with the same id."""

    pid: int
    started: str

    def is_alive(self) -> bool:
        """Whether this very process still runs (a zombie does not)."""
        return started_at(self.pid) == self.started

    def send(self, which: signal.Signals) -> None:
        """Signal it if it is still the same process."""
        if not self.is_alive():
            return
        try:
            os.kill(self.pid, which)
        except ProcessLookupError:
            return
        except PermissionError as failure:
            raise StackError(
                f"process {self.pid} belongs to another user; stop it as that user or as root"
            ) from failure


@dataclass(frozen=True)
class PartState:
    """One line of `forbear status`."""

    name: str
    state: str
    address: str
    process: Identity | None = None
    since: float = 0.0
    restarts: int = 0


@dataclass(frozen=True)
class StackState:
    """Who supervises, and how each part fares."""

    supervisor: Identity
    parts: tuple[PartState, ...]

    def leftovers(self) -> tuple[PartState, ...]:
        """The parts whose process outlived their supervisor."""
        return tuple(part for part in self.parts if part.process and part.process.is_alive())


class Lock:
    """Held by the one supervisor of a state directory; the kernel frees it when that dies."""

    def __init__(self, run: Path) -> None:
        self._run = run
        self._file: IO[str] | None = None

    def acquire(self) -> None:
        """Refuse if another supervisor holds this directory."""
        try:
            self._run.mkdir(parents=True, exist_ok=True)
            self._file = (self._run / "supervisor.lock").open("a")
        except OSError as failure:
            raise explain(failure, "the supervisor's lock", self._run) from failure
        deadline = time.monotonic() + _PROBE_SECONDS
        while not _try_lock(self._file):
            if time.monotonic() > deadline:
                self.release()
                raise StackError(
                    f"{self._run.parent} is already supervised by {_supervisor_of(self._run)}; "
                    "use `forbear status`, stop it with `forbear down`, or set FORBEAR_VAR to "
                    "another directory (and FORBEAR_PORT_BASE to other ports)"
                )
            time.sleep(0.05)

    def release(self) -> None:
        """Let the next supervisor in."""
        if self._file is not None:
            self._file.close()
            self._file = None


def is_supervised(run: Path) -> bool:
    """Whether a supervisor holds this directory now."""
    lock = run / "supervisor.lock"
    if not lock.exists():
        return False
    with lock.open() as file:
        return not _try_lock(file)


def write_state(run: Path, state: StackState) -> None:
    """Replace the state file in one step."""
    write_json(run / "supervisor.json", asdict(state))


def read_state(run: Path) -> StackState | None:
    """What the last supervisor wrote, or nothing."""
    file = run / "supervisor.json"
    if not file.exists():
        return None
    fields = json.loads(file.read_text())
    return StackState(
        Identity(**fields["supervisor"]), tuple(_part(part) for part in fields["parts"])
    )


def write_json(file: Path, fields: object) -> None:
    """Write so that a reader sees the old text or the new, never half."""
    partial = file.with_name(f"{file.name}.{os.getpid()}")
    try:
        partial.write_text(json.dumps(fields, indent=1))
        partial.replace(file)
    except OSError as failure:
        raise explain(failure, file.name, file.parent) from failure


def end_all(processes: Iterable[Identity], within_seconds: float) -> None:
    """Ask each to end, then end by force, by process id and start time."""
    alive = [process for process in processes if process.is_alive()]
    for process in alive:
        process.send(signal.SIGTERM)
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline and any(process.is_alive() for process in alive):
        time.sleep(0.05)
    for process in alive:
        process.send(signal.SIGKILL)


def identify(pid: int) -> Identity:
    """The identity of a process that runs now."""
    return Identity(pid, started_at(pid))


def started_at(pid: int) -> str:
    """Boot and clock tick of a process's start; empty if it is gone or only a zombie."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    fields = status.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else f"{_boot()}/{fields[19]}"


def _try_lock(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _part(fields: dict[str, object]) -> PartState:
    process = fields.pop("process")
    identity = Identity(**process) if isinstance(process, dict) else None
    return PartState(**fields, process=identity)  # type: ignore[arg-type]


def _supervisor_of(run: Path) -> str:
    state = read_state(run)
    return "another supervisor" if state is None else f"pid {state.supervisor.pid}"
