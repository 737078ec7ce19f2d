"""A transaction ends at its edge, and migrations run once whoever starts first."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sqlalchemy import text

from chassis.database import Database
from tests.conftest import NewDatabase

pytestmark = pytest.mark.database
_IDLE = text(
    """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND state LIKE 'idle in transaction%'"""
)
MIGRATIONS = Path(__file__).with_name("sample_service") / "migrations"


async def test_a_block_that_raises_leaves_nothing(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as session:
            await session.execute(text("INSERT INTO stream VALUES ('t', 'a')"))
            raise RuntimeError
    async with database.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM stream"))).scalar_one() == 0


async def test_one_who_is_cancelled_leaves_no_transaction_open(database: Database) -> None:
    is_inside = asyncio.Event()

    async def wait_inside() -> None:
        async with database.transaction() as session:
            await session.execute(text("INSERT INTO stream VALUES ('t', 'a')"))
            is_inside.set()
            await asyncio.Event().wait()

    waiting = asyncio.create_task(wait_inside())
    await is_inside.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    async with database.transaction() as session:
        assert (await session.execute(text("SELECT count(*) FROM stream"))).scalar_one() == 0
        assert (await session.execute(_IDLE)).scalar_one() == 0


async def test_several_processes_migrate_at_once_and_again(new_database: NewDatabase) -> None:
    database = await new_database(MIGRATIONS)
    others = [Database(database.url) for _ in range(3)]
    async with database.transaction() as session:
        for table in ("noted", "alembic_version", "outbox", "outbox_dead", "stream", "inbox"):
            await session.execute(text(f"DROP TABLE {table}"))
        for table in ("inbox_parked", "idempotency", "business_result"):
            await session.execute(text(f"DROP TABLE {table}"))
    await asyncio.gather(*(other.migrate(MIGRATIONS) for other in others))
    await database.migrate(MIGRATIONS)
    async with database.transaction() as session:
        rows = await session.execute(text("SELECT version_num FROM alembic_version"))
        assert rows.scalars().all() == ["0001"]
        await session.execute(text("SELECT * FROM noted, outbox, inbox"))
    await asyncio.gather(*(other.dispose() for other in others))


async def test_a_session_speaks_utc_and_has_its_bounds(database: Database) -> None:
    async with database.transaction() as session:
        for setting, expected in (("timezone", "UTC"), ("lock_timeout", "10s"), ("jit", "off")):
            assert (await session.execute(text(f"SHOW {setting}"))).scalar_one() == expected
    assert await database.healthy()


async def test_a_connection_the_server_closed_is_replaced_before_anyone_uses_it(
    database: Database,
) -> None:
    async with database.transaction() as session:
        own = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    other = Database(database.url)
    async with other.transaction() as session:
        # With a timeout it waits until the other one is gone.
        ended = text("SELECT pg_terminate_backend(:pid, 10000)")
        assert (await session.execute(ended, {"pid": own})).scalar_one()
    await other.dispose()
    assert await _backend(database) != own


async def _backend(database: Database) -> int:
    async with database.transaction() as session:
        return int((await session.execute(text("SELECT pg_backend_pid()"))).scalar_one())
