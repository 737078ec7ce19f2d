"""The fast clock of a play: downtime does not count, and every open case is told of a change."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from chassis.clock import format_reading, parse_reading
from chassis.settings import Settings
from chassis.temporal import connect
from forbear.stack.failures import StackError
from forbear.stack.state import write_json
from interfaces.case import CLOCK_CHANGED, WORKFLOW_TYPE
from interfaces.clock import ClockReading

_OPEN_CASES = f'ExecutionStatus="Running" AND WorkflowType="{WORKFLOW_TYPE}"'
_SIGNALS_AT_ONCE = 32
_LISTING_LAG_SECONDS = 1.0
_TELL_AGAIN_SECONDS = (1.0, 2.0, 4.0, 8.0, 16.0)
_PASSING = frozenset(
    {
        RPCStatusCode.DEADLINE_EXCEEDED,
        RPCStatusCode.UNAVAILABLE,
        RPCStatusCode.RESOURCE_EXHAUSTED,
        RPCStatusCode.CANCELLED,
    }
)


def wall_now() -> datetime:
    """Wall time, which only paces; what is judged is judged by case time."""
    return datetime.now(UTC)  # noqa: TID251 - paces, never judges


def read_clock(settings: Settings) -> ClockReading | None:
    """The clock as written, or nothing where real time holds."""
    if not settings.clock_file.exists():
        return None
    return parse_reading(settings.clock_file.read_text())


def write_clock(settings: Settings, reading: ClockReading) -> None:
    """Put a clock in force for every process that reads the file."""
    settings.clock_file.parent.mkdir(parents=True, exist_ok=True)
    write_json(settings.clock_file, json.loads(format_reading(reading)))


def note_seen(settings: Settings, wall: datetime) -> None:
    """Remember what time the cases had, for the day the machine stops without a word."""
    reading = read_clock(settings)
    if reading is not None:
        seen = {"wall": wall.isoformat(), "case": reading.case_time(wall).isoformat()}
        write_json(_seen_file(settings), seen)


def resumed(reading: ClockReading, seen: dict[str, str] | None, wall: datetime) -> ClockReading:
    """The clock that goes on at `wall` from where it was last seen running.

    A clock set after it was last seen starts at its own beginning.
    """
    case = reading.case_epoch
    if seen is not None and datetime.fromisoformat(seen["wall"]) >= reading.wall_epoch:
        case = datetime.fromisoformat(seen["case"])
    return ClockReading(wall_epoch=wall, case_epoch=case, rate=reading.rate)


def changed(
    reading: ClockReading | None, wall: datetime, rate: float, start: datetime | None
) -> ClockReading:
    """The clock with another rate from `wall` on, and at another time if `start` says so."""
    if not 0 < rate < float("inf"):
        raise StackError(f"a rate of {rate:g} is no rate; give a positive number, 1 for real speed")
    case = start or (wall if reading is None else reading.case_time(wall))
    return ClockReading(wall_epoch=wall, case_epoch=case, rate=rate)


def refuse_going_back(settings: Settings, start: datetime | None) -> None:
    """Cases that have seen a time cannot be taken back before it."""
    seen = read_seen(settings)
    if start is not None and seen is not None and start < datetime.fromisoformat(seen["case"]):
        raise StackError(
            f"the cases have already seen {seen['case']}, and {start.isoformat()} is before it; "
            f"choose a later time, or begin a new play with an empty FORBEAR_VAR"
        )


async def resume(settings: Settings) -> int:
    """After downtime: set the clock to go on, then tell every open case. Before workers start."""
    reading = read_clock(settings)
    if reading is None:
        return 0
    going_on = resumed(reading, read_seen(settings), wall_now())
    write_clock(settings, going_on)
    note_seen(settings, going_on.wall_epoch)
    return len(await tell_open_cases(settings, going_on))


async def set_rate(settings: Settings, rate: float) -> int:
    """Change the rate of a running play; answers how many open cases were told."""
    reading = changed(read_clock(settings), wall_now(), rate, None)
    write_clock(settings, reading)
    told = await tell_open_cases(settings, reading)
    # A case that started while the clock was written may not have been listed yet.
    await asyncio.sleep(_LISTING_LAG_SECONDS)
    since = reading.wall_epoch - timedelta(seconds=_LISTING_LAG_SECONDS)
    return len(told | await tell_open_cases(settings, reading, since))


async def tell_open_cases(
    settings: Settings, reading: ClockReading, since: datetime | None = None
) -> set[str]:
    """Signal the clock to every open case, or to those that started `since` then, and answer which
    were told; one that ends meanwhile needs no clock."""
    client = await connect(settings)
    gate = asyncio.Semaphore(_SIGNALS_AT_ONCE)
    async with asyncio.TaskGroup() as signals:
        asked = {
            workflow_id: signals.create_task(_tell(client, workflow_id, reading, gate))
            async for workflow_id in _open_cases(client, since)
        }
    return {workflow_id for workflow_id, telling in asked.items() if telling.result()}


def read_seen(settings: Settings) -> dict[str, str] | None:
    """When the clock was last seen running, on the wall and in the cases."""
    file = _seen_file(settings)
    if not file.exists():
        return None
    seen: dict[str, str] = json.loads(file.read_text())
    return seen


async def _open_cases(client: Client, since: datetime | None) -> AsyncIterator[str]:
    started = f' AND StartTime >= "{since.isoformat()}"' if since else ""
    async for execution in client.list_workflows(_OPEN_CASES + started):
        yield execution.id


async def _tell(
    client: Client, workflow_id: str, reading: ClockReading, gate: asyncio.Semaphore
) -> bool:
    """A busy server is asked again: the same clock told twice changes nothing."""
    async with gate:
        for pause in (*_TELL_AGAIN_SECONDS, None):
            try:
                await client.get_workflow_handle(workflow_id).signal(CLOCK_CHANGED, reading)
            except RPCError as refusal:
                if refusal.status == RPCStatusCode.NOT_FOUND:
                    return False
                if pause is None or refusal.status not in _PASSING:
                    raise StackError(
                        f"the case {workflow_id} could not be told the new clock: {refusal.message}"
                    ) from refusal
                await asyncio.sleep(pause)
            else:
                return True
    return False


def _seen_file(settings: Settings) -> Path:
    return settings.var / "run" / "clock_seen.json"
