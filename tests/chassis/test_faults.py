"""The infrastructure's faults are waited out; a record's own are not."""

from __future__ import annotations

import asyncio

import pytest
from aiokafka.errors import KafkaConnectionError
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio.service import RPCError, RPCStatusCode

from chassis.database import Database
from chassis.errors import Behind, Conflict
from chassis.faults import is_infrastructure
from tests.conftest import free_port


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (ConnectionRefusedError(), True),
        (TimeoutError(), True),
        (KafkaConnectionError(), True),
        (RPCError("away", RPCStatusCode.UNAVAILABLE, b""), True),
        (RPCError("wrong", RPCStatusCode.INVALID_ARGUMENT, b""), False),
        (RPCError("none", RPCStatusCode.NOT_FOUND, b""), False),
        (ValueError(), False),
        (Conflict("a/b", "no"), False),
        (Behind("a/b", "not yet"), False),
    ],
)
def test_a_fault_is_put_where_it_belongs(error: Exception, expected: bool) -> None:
    assert is_infrastructure(error) is expected


async def test_a_database_that_is_away_is_infrastructure() -> None:
    database = Database(f"postgresql+asyncpg://a:b@127.0.0.1:{free_port()}/c")
    with pytest.raises(OSError) as failed:
        async with database.transaction() as session:
            await session.execute(text("SELECT 1"))
    assert is_infrastructure(failed.value)


@pytest.mark.database
@pytest.mark.parametrize(
    ("statement", "value", "expected"),
    [
        ("SELECT CAST(:value AS int)", 2**40, False),
        ("SELECT CAST(:value AS text)", "\x00", False),
        ("SELECT 1 / CAST(:value AS int)", 0, False),
        ("INSERT INTO stream (topic, loan_id) VALUES (:value, NULL)", "t", False),
        ("SELECT nothing FROM nowhere WHERE a = :value", "t", False),
        ("SELECT pg_terminate_backend(pg_backend_pid()), :value", "t", True),
    ],
)
async def test_a_servers_answer_is_put_where_it_belongs(
    statement: str, value: object, expected: bool, database: Database
) -> None:
    with pytest.raises(DBAPIError) as failed:
        async with database.transaction() as session:
            await session.execute(text(statement), {"value": value})
    assert is_infrastructure(failed.value) is expected


@pytest.mark.database
async def test_a_deadlock_is_infrastructure(database: Database) -> None:
    async with database.transaction() as session:
        await session.execute(text("INSERT INTO stream VALUES ('t', 'a'), ('t', 'b')"))
    both = asyncio.Barrier(2)

    async def lock(session: AsyncSession, loan_id: str) -> None:
        await session.execute(
            text("SELECT FROM stream WHERE loan_id = :loan_id FOR UPDATE"), {"loan_id": loan_id}
        )

    async def cross(first: str, second: str) -> None:
        async with database.transaction() as session:
            await lock(session, first)
            await both.wait()
            await lock(session, second)

    ends = await asyncio.gather(cross("a", "b"), cross("b", "a"), return_exceptions=True)
    (deadlock,) = [end for end in ends if isinstance(end, BaseException)]
    assert is_infrastructure(deadlock)
