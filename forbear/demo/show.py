"""One demo from the first process to the report: set up, play, fall quiet, judge."""

from __future__ import annotations

import asyncio
import json
import signal
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from chassis.clock import Clock
from chassis.settings import Settings
from forbear.demo.busy import busy_cases
from forbear.demo.evidence import Injected, gather
from forbear.demo.pace import Pace, rate
from forbear.demo.post import post_office
from forbear.demo.quiet import Gauge, Lag
from forbear.demo.report import Course, failures, report
from forbear.demo.view import Scene, View, show_addresses, show_report
from forbear.demo.watch import Watch
from forbear.portfolio.planned import Portfolio
from forbear.portfolio.player import Progress, play
from forbear.stack import clocks, parts
from forbear.stack.state import write_json
from forbear.stack.supervisor import Supervisor
from interfaces.clock import ClockReading

_INTERRUPTED = 130
_QUIET_WITHIN_SECONDS = 240.0
_QUIET_LOOKS = 3
_LOOK_SECONDS = 2.0
_PACE_EVERY_SECONDS = 4.0
_TOLD_PER_SECOND = 50


@dataclass(frozen=True)
class Show:
    """What is played, on which stack, how fast; `directory` holds a scripted portfolio."""

    settings: Settings
    portfolio: Portfolio
    tenant: str
    directory: Path | None
    pace: Pace
    exits: bool


async def play_show(show: Show, console: Console) -> int:
    """0 if every check held, 1 otherwise; without `exits` it stays up until a signal comes."""
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    starts_at, _ = _times(show)
    clocks.write_clock(show.settings, clocks.changed(None, clocks.wall_now(), 1.0, starts_at))
    supervisor = Supervisor(show.settings, say=lambda line: console.print(line, markup=False))
    try:
        if not await _is_up(show, supervisor, stop):
            return _INTERRUPTED
        show_addresses(console, show.settings)
        held = await _Play(show, supervisor, console, stop).run()
        if held is None:
            return _INTERRUPTED
        if not show.exits:
            console.print("the stack stays up; Ctrl-C stops it")
            await stop.wait()
    finally:
        await supervisor.stop()
    return 0 if held else 1


async def _is_up(show: Show, supervisor: Supervisor, stop: asyncio.Event) -> bool:
    """Bring the stack and the people up; false if a signal came first."""
    starting = asyncio.create_task(_bring_up(show, supervisor))
    asked = asyncio.create_task(stop.wait())
    await asyncio.wait({starting, asked}, return_when=asyncio.FIRST_COMPLETED)
    asked.cancel()
    if starting.done():
        starting.result()
        return not stop.is_set()
    starting.cancel()
    await asyncio.gather(starting, return_exceptions=True)
    return False


async def _bring_up(show: Show, supervisor: Supervisor) -> None:
    await supervisor.start()
    await supervisor.add(post_office(show.settings, show.tenant))
    await supervisor.ready()
    await supervisor.add(_people(show))


class _Play:
    def __init__(
        self, show: Show, supervisor: Supervisor, console: Console, stop: asyncio.Event
    ) -> None:
        self._show, self._console, self._stop = show, console, stop
        self._clock = Clock(show.settings)
        self._scene = Scene(total=show.portfolio.total, seconds_per_day=show.pace.seconds_per_day)
        self._gauge = Gauge(show.settings, show.tenant, has_people=True)
        self._watch = Watch(show.settings, show.tenant, supervisor, self._scene)
        self._paced_at = 0.0
        self._readings: list[ClockReading] = []

    async def run(self) -> bool | None:
        """Whether all checks held; None if a signal ended the play early."""
        await self._gauge.open()
        began = time.monotonic()
        try:
            with View(self._console) as view:
                await self._play(view)
                if self._stop.is_set():
                    return None
                lag, left = await self._fall_quiet(view)
            seconds, peak = time.monotonic() - began, self._watch.peak_pss_bytes
            course = Course(seconds, peak, left, tuple(self._readings))
            return await self._judge(course, lag)
        finally:
            await self._watch.close()
            await self._gauge.close()

    async def _play(self, view: View) -> None:
        self._scene.phase = "playing"
        await self._set_rate(rate(self._show.pace.seconds_per_day))
        _, ends_at = _times(self._show)
        facts = self._show.portfolio.facts
        bootstrap = self._show.settings.kafka_bootstrap
        sending = asyncio.create_task(
            play(facts, bootstrap, self._clock, self._progressed, self._stop)
        )
        try:
            while not (sending.done() and self._clock.now() >= ends_at) and not self._stop.is_set():
                await self._look(view)
                await self._adapt()
                await self._pause()
            await sending
        finally:
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending
        if not self._stop.is_set():
            await self._set_rate(1.0)

    async def _set_rate(self, wished: float) -> None:
        await clocks.set_rate(self._show.settings, wished)
        self._readings.append(self._clock.reading())

    async def _pause(self) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_SECONDS):
                await self._stop.wait()

    async def _fall_quiet(self, view: View) -> tuple[Lag, str]:
        """Wait until nothing moves any more; answers the last lag and, late, what is left."""
        self._scene.phase = "waiting until all lag is zero"
        deadline = time.monotonic() + _QUIET_WITHIN_SECONDS
        quiet, ends, busy = 0, -1, 0
        while True:
            lag = await self._look(view)
            is_still = lag.is_zero and lag.ends == ends
            busy = await busy_cases(self._show.settings) if is_still else 0
            quiet = quiet + 1 if is_still and not busy else 0
            ends = lag.ends
            if quiet >= _QUIET_LOOKS:
                return lag, ""
            if time.monotonic() > deadline or self._stop.is_set():
                return lag, f"{lag}, busy cases {busy}"
            await self._pause()

    async def _judge(self, course: Course, lag: Lag) -> bool:
        injected = _injected(self._show.directory)
        evidence = await gather(self._show.settings, self._show.tenant, injected, course, lag)
        summary: dict[str, Any] = report(evidence)
        write_json(self._show.settings.var.parent / "report.json", summary)
        show_report(self._console, summary, failures(evidence))
        show_addresses(self._console, self._show.settings)
        return bool(summary["ok"])

    def _progressed(self, progress: Progress) -> None:
        self._scene.sent = progress.sent

    async def _look(self, view: View) -> Lag:
        lag = await self._gauge.lag(self._clock.wall())
        self._scene.at = f"{self._clock.now():%Y-%m-%d %H:%M}"
        self._scene.lag, self._scene.waiting = str(lag), lag.waiting
        await self._watch.look()
        view.show(self._scene)
        return lag

    async def _adapt(self) -> None:
        now = time.monotonic()
        # Each change is told to every open case, so with many of them it is made more rarely.
        every = max(_PACE_EVERY_SECONDS, self._scene.cases.get("open", 0) / _TOLD_PER_SECOND)
        if not self._show.pace.is_adaptive or now - self._paced_at < every:
            return
        self._paced_at = now
        wished = self._show.pace.next(self._scene.seconds_per_day, self._scene.waiting)
        if wished != self._scene.seconds_per_day:
            self._scene.seconds_per_day = wished
            await self._set_rate(rate(wished))


def _people(show: Show) -> parts.Part:
    script = ("--script", str(show.directory / "script.yaml")) if show.directory else ()
    module = ("forbear.borrowers", "--tenant", show.tenant, *script)
    return parts.python(show.settings, "borrowers", *module)


def _times(show: Show) -> tuple[datetime, datetime]:
    """When the play begins and ends on the case clock."""
    expected = _expected(show.directory)
    if expected:
        instants = (datetime.fromisoformat(expected[name]) for name in ("starts_at", "ends_at"))
        starts_at, ends_at = instants
        return starts_at, ends_at
    now = datetime.now(UTC)  # noqa: TID251 - an empty portfolio plays from now to now
    return show.portfolio.starts_at or now, show.portfolio.ends_at or now


def _injected(directory: Path | None) -> Injected:
    expected = _expected(directory)
    return Injected(expected.get("injected"), must_occur_all=bool(expected))


def _expected(directory: Path | None) -> dict[str, Any]:
    file = directory / "expected.json" if directory else None
    if file is None or not file.exists():
        return {}
    content: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return content
