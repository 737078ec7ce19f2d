"""What the driver does belongs to the session's transaction, and fails as a session fails."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from chassis.database import Database
from chassis.faults import is_infrastructure
from services.contact.store.driver import fetch_values

pytestmark = pytest.mark.database


async def test_what_the_driver_wrote_goes_with_the_transaction(database: Database) -> None:
    with pytest.raises(RuntimeError):
        async with database.transaction() as session:
            await fetch_values(session, "INSERT INTO stream VALUES ($1, $2)", "t", "a")
            raise RuntimeError
    async with database.transaction() as session:
        assert await fetch_values(session, "SELECT count(*) FROM stream") == [0]


async def test_driver_and_session_see_what_the_other_wrote(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("INSERT INTO stream VALUES ('t', 'a')"))
        assert await fetch_values(session, "SELECT loan_id FROM stream") == ["a"]
        await fetch_values(session, "UPDATE stream SET version = $1", 7)
        assert (await session.execute(text("SELECT version FROM stream"))).scalar_one() == 7


@pytest.mark.parametrize(
    ("statement", "value", "expected"),
    [
        ("SELECT CAST($1 AS int)", 2**40, False),
        ("SELECT CAST($1 AS text)", "\x00", False),
        ("SELECT 1 / CAST($1 AS int)", 0, False),
        ("SELECT nothing FROM nowhere WHERE a = $1", "t", False),
        ("SELECT pg_terminate_backend(pg_backend_pid()), CAST($1 AS text)", "t", True),
    ],
)
async def test_what_the_driver_was_answered_is_put_where_it_belongs(
    statement: str, value: object, expected: bool, database: Database
) -> None:
    with pytest.raises(DBAPIError) as failed:
        async with database.transaction() as session:
            await fetch_values(session, statement, value)
    assert is_infrastructure(failed.value) is expected
    async with database.transaction() as session:
        assert await fetch_values(session, "SELECT 1") == [1]
