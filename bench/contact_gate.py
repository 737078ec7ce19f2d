"""How many reservations the contact gate judges a second, beside the bare SQL transaction.

Two processes of eight connections each reserve visits for 10,000 debtors at random; then the same
connections run only what any such gate must: lock the debtor, count, insert, commit.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import uvloop

from bench.gate_world import LOANS, NOON, fill, reservation_of
from bench.report import Figure
from chassis.clock import Clock
from chassis.database import Database
from chassis.settings import Settings, settings_from
from forbear.stack.parts import plan
from forbear.stack.ports import free_base
from forbear.stack.supervisor import Supervisor
from services.contact.activities.reserving import Reserving
from services.contact.commands.desk import desk

PROCESSES, CONNECTIONS = 2, 16
SECONDS, WARM_UP_SECONDS = 10.0, 2.0
PER_SECOND, P99_MS = 2_000.0, 25.0
Work = Callable[[int, random.Random], Awaitable[None]]


@dataclass(frozen=True)
class Measured:
    per_second: float
    p50_ms: float
    p99_ms: float


async def figures() -> list[Figure]:
    """On a server of its own, with the settings every local stack has."""
    with tempfile.TemporaryDirectory(prefix="forbear-bench-") as directory:
        settings = settings_from(var=Path(directory), port_base=free_base())
        whole = plan(settings)
        only = tuple(part for part in whole.servers if part.name == "postgres")
        async with Supervisor(settings, stack=replace(whole, servers=only, processes=())):
            await fill(settings)
            bare = await _run(settings, "bare")
            gate = await _run(settings, "gate")
    return [
        Figure("contact_gate", gate.per_second, "1/s", bare.per_second, PER_SECOND),
        Figure("contact_gate_p99", gate.p99_ms, "ms", bare.p99_ms, P99_MS, is_ceiling=True),
    ]


async def _run(settings: Settings, mode: str) -> Measured:
    """Both processes start together; each reports its latencies in seconds."""
    starts_at = time.time() + 4.0
    children = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bench.contact_gate", mode, str(settings.var)),
            *(str(settings.port_base), str(starts_at), str(number)),
        )
        for number in range(PROCESSES)
    ]
    await asyncio.gather(*(child.wait() for child in children))
    files = (_latencies(settings, mode, number) for number in range(PROCESSES))
    latencies = sorted(each for file in files for each in json.loads(file.read_text()))
    return Measured(
        per_second=round(len(latencies) / SECONDS, 1),
        p50_ms=round(latencies[len(latencies) // 2] * 1000, 2),
        p99_ms=round(latencies[int(len(latencies) * 0.99)] * 1000, 2),
    )


async def _worker(mode: str, settings: Settings, starts_at: float, seed: int) -> list[float]:
    own = CONNECTIONS // PROCESSES
    if mode == "gate":
        database = Database(settings.database_url("contact"), pool_max=own)
        try:
            return await _timed(_gate(settings, database), own, starts_at, seed)
        finally:
            await database.dispose()
    url = settings.database_url("contact").replace("+asyncpg", "")
    pool = await asyncpg.create_pool(url, min_size=own, max_size=own)
    try:
        return await _timed(_bare(pool), own, starts_at, seed)
    finally:
        await pool.close()


async def _timed(work: Work, connections: int, starts_at: float, seed: int) -> list[float]:
    """Warm up, then count what begins and ends inside the measured seconds."""
    begins = starts_at + WARM_UP_SECONDS
    ends = begins + SECONDS
    latencies: list[float] = []

    async def one(place: int) -> None:
        dice = random.Random(f"{seed}/{place}")
        number = 0
        await asyncio.sleep(max(0.0, starts_at - time.time()))
        while time.time() < ends:
            number += 1
            started = time.perf_counter()
            await work((seed * 1_000 + place) * 10_000_000 + number, dice)
            if begins <= time.time() < ends:
                latencies.append(time.perf_counter() - started)

    await asyncio.gather(*(one(place) for place in range(connections)))
    return latencies


def _gate(settings: Settings, database: Database) -> Work:
    """As the activity does it: a process' callers share transactions."""
    reserving = Reserving(database, desk(settings, Clock(settings)))

    async def work(number: int, dice: random.Random) -> None:
        await reserving.reserve(reservation_of(dice.randrange(LOANS), number))

    return work


def _bare(pool: asyncpg.Pool) -> Work:
    async def work(number: int, dice: random.Random) -> None:
        debtor = f"b{dice.randrange(LOANS)}"
        async with pool.acquire() as connection, connection.transaction():
            await connection.fetch("SELECT FROM party WHERE party_id = $1 FOR UPDATE", debtor)
            await connection.fetchval(
                "SELECT count(*) FROM bare WHERE debtor_id = $1 AND at > $2",
                debtor,
                NOON - timedelta(days=2),
            )
            await connection.execute(
                "INSERT INTO bare (debtor_id, at, key) VALUES ($1, $2, $3)",
                debtor,
                datetime.now(UTC),  # noqa: TID251 - any instant does
                str(number),
            )

    return work


def main() -> int:
    mode, var, base, starts_at, seed = sys.argv[1:]
    settings = settings_from(var=Path(var), port_base=int(base))
    found = uvloop.run(_worker(mode, settings, float(starts_at), int(seed)))
    _latencies(settings, mode, int(seed)).write_text(json.dumps(found))
    return 0


def _latencies(settings: Settings, mode: str, number: int) -> Path:
    return settings.var / f"{mode}-{number}.json"


if __name__ == "__main__":
    sys.exit(main())
