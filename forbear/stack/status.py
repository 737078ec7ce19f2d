"""What `forbear status` shows, as plain values and as a table."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TypedDict

from forbear.stack import memory
from forbear.stack.state import PartState, is_supervised, read_state
from interfaces.clock import ClockReading

_BUDGET_MIB = 2048
_COLUMNS = "{:12} {:10} {:>8} {:>9} {:>8} {:>8}  {}"


class Line(TypedDict):
    """One part; a part outside has no process."""

    name: str
    state: str
    pid: int | None
    uptime_seconds: int
    restarts: int
    pss_mib: int
    address: str


class Report(TypedDict):
    """All parts, and what they cost in memory against the budget."""

    supervised: bool
    parts: list[Line]
    total_pss_mib: int
    budget_mib: int


def report(run: Path, wall_seconds: float) -> Report:
    """The parts of the stack whose state is in `run`, measured now."""
    state, supervised = read_state(run), is_supervised(run)
    lines: list[Line] = []
    if state is not None:
        lines = [_line(part, wall_seconds, supervised) for part in state.parts]
        if supervised:
            lines.append(_supervisor_line(state.supervisor.pid))
    total = sum(line["pss_mib"] for line in lines)
    return {
        "supervised": supervised,
        "parts": lines,
        "total_pss_mib": total,
        "budget_mib": _BUDGET_MIB,
    }


def table(shown: Report) -> str:
    """The report for a person."""
    rows = [_COLUMNS.format("NAME", "STATE", "PID", "UPTIME", "RESTARTS", "PSS MiB", "ADDRESS")]
    rows += [_row(line) for line in shown["parts"]]
    rows.append(f"memory: {shown['total_pss_mib']} MiB of {shown['budget_mib']} MiB")
    if not shown["supervised"]:
        rows.append("no supervisor runs here; start one with `forbear up`")
    return "\n".join(rows)


def clock_line(reading: ClockReading | None, wall: datetime) -> str:
    """The cases' clock in a sentence."""
    if reading is None:
        return "real time (no clock file)"
    shown = reading.case_time(wall)
    return f"case time {shown:%Y-%m-%dT%H:%M:%SZ}, {reading.rate:g} times as fast as the wall"


def _line(part: PartState, wall_seconds: float, supervised: bool) -> Line:
    alive = part.process is not None and part.process.is_alive()
    pid = part.process.pid if part.process is not None and alive else None
    return {
        "name": part.name,
        "state": _shown_state(part.state, alive, supervised),
        "pid": pid,
        "uptime_seconds": int(wall_seconds - part.since) if alive else 0,
        "restarts": part.restarts,
        "pss_mib": memory.share_bytes(pid) // 1024**2 if pid else 0,
        "address": part.address,
    }


def _shown_state(written: str, alive: bool, supervised: bool) -> str:
    """What was written last holds no longer where the process, or whoever wrote it, is gone."""
    if written in ("outside", "stopped"):
        return written
    if not supervised:
        return "orphaned" if alive else "dead"
    return "dead" if written == "up" and not alive else written


def _supervisor_line(pid: int) -> Line:
    return {
        "name": "supervisor",
        "state": "up",
        "pid": pid,
        "uptime_seconds": 0,
        "restarts": 0,
        "pss_mib": memory.own_bytes(pid) // 1024**2,
        "address": "",
    }


def _row(line: Line) -> str:
    uptime = _duration(line["uptime_seconds"]) if line["uptime_seconds"] else ""
    memory_share = str(line["pss_mib"]) if line["pid"] else ""
    return _COLUMNS.format(
        line["name"],
        line["state"],
        line["pid"] or "",
        uptime,
        line["restarts"],
        memory_share,
        line["address"],
    ).rstrip()


def _duration(seconds: int) -> str:
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}"
