"""For the gate's few statements that are so hot that a session's way of them costs too much."""

from __future__ import annotations

from typing import Any

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session

_DRIVER = "driver"


async def fetch_values(session: AsyncSession, statement: str, *values: object) -> list[Any]:
    """The first value of each row, by the driver's own way (`$1`, its own types), inside the
    session's transaction and with the errors of a session."""
    driver: Any = session.info.get(_DRIVER) or await session.run_sync(_driver_of)
    try:
        return [row[0] for row in await driver.fetch(statement, *values)]
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise DBAPIError(statement, None, error, True, driver.is_closed()) from error


def _driver_of(session: Session) -> Any:
    """A session lives as long as its one transaction, and so keeps its one connection, whose
    transaction began when it was taken out."""
    session.info[_DRIVER] = session.connection().connection.driver_connection
    return session.info[_DRIVER]
