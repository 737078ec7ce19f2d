"""One request is one transaction: it begins and ends here, at the edge, and nowhere else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import InvalidatePoolError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession, create_async_engine

from chassis import idempotency, inbox, outbox

CHASSIS_SQL = [*outbox.CHASSIS_SQL, *inbox.CHASSIS_SQL, *idempotency.CHASSIS_SQL]
COMMAND_TIMEOUT_SECONDS = 30.0
_MIGRATION_LOCK = 0x666F7262
_SERVER_SETTINGS = {
    "timezone": "UTC",
    "jit": "off",
    "lock_timeout": "10s",
    "idle_in_transaction_session_timeout": "60s",
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


class Database:
    """A service's own database: a small pool, and transactions that wake the relay."""

    def __init__(self, url: str, pool_max: int = 4) -> None:
        self.url = url
        self.on_append: list[Callable[[], None]] = []
        self._engine = create_async_engine(
            url,
            pool_size=pool_max,
            max_overflow=0,
            pool_timeout=10,
            hide_parameters=True,
            connect_args={
                "timeout": 10,
                "command_timeout": COMMAND_TIMEOUT_SECONDS,
                "server_settings": _SERVER_SETTINGS,
            },
        )
        event.listen(self._engine.sync_engine, "checkout", _begin)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Commit when the block ends, roll back when it raises."""
        session = AsyncSession(self._engine, expire_on_commit=False)
        try:
            yield session
            await session.commit()
        except BaseException:
            async with session:  # its end is awaited even by one who is cancelled
                raise
        session.sync_session.close()  # a committed one holds no connection
        if session.info.get(outbox.APPENDED):
            for wake in self.on_append:
                wake()

    async def healthy(self) -> bool:
        try:
            async with asyncio.timeout(5), self._engine.connect() as connection:
                await connection.execute(text("SELECT 1"))
        except (OSError, TimeoutError, SQLAlchemyError):
            return False
        return True

    async def migrate(self, directory: Path) -> None:
        """Bring the schema to its newest revision; one process at a time does it."""
        async with self._engine.begin() as connection:
            await connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            await connection.execute(
                text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK}
            )
            await connection.run_sync(_upgrade_to_head, directory)

    async def dispose(self) -> None:
        await self._engine.dispose()


class Operations(Protocol):
    """The part of `alembic.op` that a migration lends to the chassis."""

    def execute(self, sqltext: str, /) -> None: ...


def upgrade(op: Operations | Any) -> None:
    """Create the chassis' tables; each service's first migration calls this."""
    for statement in CHASSIS_SQL:
        op.execute(statement)


async def create_chassis_tables(connection: AsyncConnection) -> None:
    for statement in CHASSIS_SQL:
        await connection.execute(text(statement))


def _upgrade_to_head(connection: Connection, directory: Path) -> None:
    config = Config()
    config.set_main_option("script_location", str(directory))
    script = ScriptDirectory.from_config(config)

    def to_head(revision: Any, _context: Any) -> list[Any]:
        return script._upgrade_revs("head", revision)

    with EnvironmentContext(config, script, fn=to_head) as environment:
        environment.configure(connection=connection, transactional_ddl=True)
        environment.run_migrations()


def _begin(connection: Any, *_: Any) -> None:
    """A transaction begins where its connection is taken out, which proves as well that it lives;
    a dead one is replaced."""
    try:
        connection.run_async(lambda _: connection._start_transaction())
    except (connection.dbapi.Error, OSError, TimeoutError) as dead:
        raise InvalidatePoolError from dead
