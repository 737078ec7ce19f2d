"""`forbear up | down | status | logs | clock`: the stack from the command line."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from chassis.settings import Settings
from forbear.stack import clocks, logs, status
from forbear.stack.failures import StackError, explain
from forbear.stack.process import tail
from forbear.stack.state import end_all, is_supervised, read_state
from forbear.stack.supervisor import Supervisor

_DOWN_SECONDS = 20.0
_DETACHED_UP_SECONDS = 300.0


def register(app: typer.Typer) -> None:
    """Add the stack's commands to the command line."""
    for command in (up, down, show_status, show_logs, clock):
        app.command(name=command.__name__.removeprefix("show_"))(command)


def up(
    detach: Annotated[bool, typer.Option(help="Start in the background and return.")] = False,
    background: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Start PostgreSQL, Kafka, Temporal and every service, and keep them running."""
    settings = Settings()
    if detach:
        _detach(settings)
        return
    say = _speaker(settings, aloud=not background)
    asyncio.run(supervise(Supervisor(settings, say=say), say))


def down() -> None:
    """Stop the stack of this state directory, its leftovers included."""
    run = _run(Settings())
    state = read_state(run)
    if state is None or not (state.leftovers() or is_supervised(run)):
        print("nothing runs here")
        return
    end_all([state.supervisor], _DOWN_SECONDS)
    end_all([part.process for part in state.leftovers() if part.process], 5)
    print("stopped")


def show_status(
    as_json: Annotated[bool, typer.Option("--json", help="For programs.")] = False,
) -> None:
    """Show each part: its state, address, uptime, restarts and memory."""
    report = status.report(_run(Settings()), time.time())
    print(json.dumps(report, indent=1) if as_json else status.table(report))
    if not report["supervised"]:
        raise typer.Exit(1)


def show_logs(
    name: Annotated[str | None, typer.Argument(help="A part's name; all if left out.")] = None,
    follow: Annotated[bool, typer.Option(help="Go on with new lines.")] = False,
    lines: Annotated[int, typer.Option(help="How many of the last lines.")] = 40,
) -> None:
    """Show what the parts wrote."""
    directory = _logs(Settings())
    for line in logs.last(directory, name, lines):
        print(line)
    try:
        for line in logs.follow(directory, name, lambda: follow):
            print(line, flush=True)
    except KeyboardInterrupt:
        return


def clock(
    rate: Annotated[float | None, typer.Option(help="Case seconds in a wall second.")] = None,
    start: Annotated[str | None, typer.Option(help="Case time to set, ISO 8601.")] = None,
) -> None:
    """Show the cases' clock, or set its rate or time; without one, real time holds."""
    settings, now = Settings(), clocks.wall_now()
    reading = clocks.read_clock(settings)
    if reading is not None and not _is_up(settings):
        reading = clocks.resumed(reading, clocks.read_seen(settings), now)
    if rate is None and start is None:
        print(status.clock_line(reading, now))
        return
    kept = reading.rate if reading else 1.0
    chosen = kept if rate is None else rate
    instant = _instant(start)
    clocks.refuse_going_back(settings, instant)
    fresh = clocks.changed(reading, now, chosen, instant)
    clocks.write_clock(settings, fresh)
    told = asyncio.run(clocks.tell_open_cases(settings, fresh)) if _is_up(settings) else set()
    print(f"{status.clock_line(fresh, now)}; {len(told)} open cases were told")


async def supervise(supervisor: Supervisor, say: Callable[[str], None]) -> None:
    """Run the stack until a signal asks for its end."""
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for which in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(which, stopping.set)
    starting = asyncio.create_task(_start(supervisor, say))
    asked = asyncio.create_task(stopping.wait())
    try:
        await asyncio.wait({starting, asked}, return_when=asyncio.FIRST_COMPLETED)
        if starting.done():
            starting.result()
            await asked
        say("stopping")
    finally:
        starting.cancel()
        await supervisor.stop()
    say("stopped")


async def _start(supervisor: Supervisor, say: Callable[[str], None]) -> None:
    await supervisor.start()
    try:
        await supervisor.ready()
    except StackError as late:
        say(f"{late}; the stack goes on trying")
        return
    for part in supervisor.states():
        say(f"{part.name:12} {part.state:8} {part.address}")
    say("the stack is up; Ctrl-C stops it")


def _detach(settings: Settings) -> None:
    run, log = _run(settings), _logs(settings) / "supervisor.log"
    if is_supervised(run):
        print("already up; see `forbear status`")
        return
    process = subprocess.Popen(
        [sys.executable, "-m", "forbear", "up", "--background"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        text=True,
    )
    deadline = time.monotonic() + _DETACHED_UP_SECONDS
    while not _all_up(run, process.pid):
        if process.poll() is not None:
            reason = process.communicate()[1].strip().removeprefix("forbear: ")
            raise StackError(reason or f"the stack did not start:\n{tail(log, 12)}")
        if time.monotonic() > deadline:
            raise StackError(f"not all parts are up yet; see `forbear status` and {log}")
        time.sleep(0.2)
    print("the stack is up; `forbear status` shows it, `forbear down` stops it")


def _all_up(run: Path, supervisor: int) -> bool:
    state = read_state(run)
    if state is None or state.supervisor.pid != supervisor:
        return False
    last = any(part.name == "workflows" for part in state.parts)
    return last and all(part.state in ("up", "outside") for part in state.parts)


def _speaker(settings: Settings, *, aloud: bool) -> Callable[[str], None]:
    log = _logs(settings) / "supervisor.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise explain(failure, "the supervisor's log", log.parent) from failure

    def say(line: str) -> None:
        if aloud:
            print(line, flush=True)
        with suppress(OSError), log.open("a") as stream:  # a full disk silences the file alone
            stream.write(f"{clocks.wall_now():%Y-%m-%dT%H:%M:%SZ} {line}\n")

    return say


def _instant(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as wrong:
        raise StackError(f"--start {text} is no ISO 8601 instant, such as 2026-01-05") from wrong
    return instant if instant.tzinfo else instant.replace(tzinfo=UTC)


def _is_up(settings: Settings) -> bool:
    return is_supervised(_run(settings)) or settings.is_outside("temporal")


def _run(settings: Settings) -> Path:
    return settings.var.resolve() / "run"


def _logs(settings: Settings) -> Path:
    return settings.var.resolve() / "logs"
