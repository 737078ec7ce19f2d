"""PostgreSQL starts for whoever calls it, wherever the state is kept."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import asyncpg
import pytest

from forbear.stack import postgres

pytestmark = pytest.mark.database


async def test_a_server_below_a_closed_directory_has_every_database(
    tmp_path: Path, port: int
) -> None:
    """As root the server runs as another user, who cannot walk down to its own data."""
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    running = postgres.start(closed / "postgres", port, durable=False)
    try:
        connection = await asyncpg.connect(f"{running.url}/postgres")
        found = {row[0] for row in await connection.fetch("SELECT datname FROM pg_database")}
        assert await connection.fetchval("SELECT current_setting('listen_addresses')") == (
            "127.0.0.1"
        )
        await connection.close()
        assert set(postgres.DATABASES) <= found
        if os.geteuid() == 0:
            assert Path(f"/proc/{running.process.pid}").stat().st_uid != 0
    finally:
        running.stop()
    assert running.process.returncode == 0


async def test_a_killed_server_recovers_what_was_committed(tmp_path: Path, port: int) -> None:
    running = postgres.start(tmp_path / "postgres", port)
    connection = await asyncpg.connect(f"{running.url}/ledger")
    await connection.execute("CREATE TABLE kept AS SELECT 42 AS number")
    running.process.send_signal(signal.SIGKILL)
    running.process.wait()
    connection.terminate()
    again = postgres.start(tmp_path / "postgres", port)
    try:
        connection = await asyncpg.connect(f"{again.url}/ledger")
        assert await connection.fetchval("SELECT number FROM kept") == 42
        await connection.close()
    finally:
        again.stop()


async def test_a_wrong_password_is_refused(tmp_path: Path, port: int) -> None:
    running = postgres.start(tmp_path / "postgres", port, durable=False)
    try:
        with pytest.raises(asyncpg.InvalidPasswordError):
            await asyncpg.connect(running.url.replace(":forbear@", ":wrong@") + "/ledger")
    finally:
        running.stop()


def test_the_lock_of_a_dead_server_is_forgotten_and_that_of_a_live_one_kept(tmp_path: Path) -> None:
    lock = tmp_path / "data" / "postmaster.pid"
    lock.parent.mkdir()
    lock.write_text(f"{os.getpid()}\nrest\n")  # alive, and no PostgreSQL
    postgres._forget_dead_server(lock.parent)
    assert not lock.exists()
