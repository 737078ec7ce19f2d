"""A cases database of a test's own, the bundled rulebook, and events as they are told."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from google.protobuf.message import Message
from sqlalchemy import text

import services.cases
from chassis.clock import Clock
from chassis.database import Database
from chassis.inbox import parse
from chassis.settings import Settings
from services.cases.commands import TOPIC, rulebook
from services.cases.commands.rulebook import Rulebook
from tests.builders import ROOT

Told = Callable[[str], Awaitable[list[Message]]]


@pytest.fixture
async def cases_database(new_database: Callable[..., Awaitable[Database]]) -> Database:
    return await new_database(Path(services.cases.__file__).parent / "migrations")


@pytest.fixture
def rules() -> Rulebook:
    return rulebook.load(ROOT / "config")


@pytest.fixture
def clock(settings: Settings) -> Clock:
    """A fast clock far from now: everything is judged by the instants that commands carry."""
    settings.clock_file.write_text(
        '{"wall_epoch": "2026-01-01T00:00:00+00:00", "case_epoch": "2026-01-01T00:00:00+00:00",'
        ' "rate": 2.0}'
    )
    return Clock(settings)


@pytest.fixture
def told(cases_database: Database) -> Told:
    """The events of a loan in the outbox, in their order; versions must be gap-free."""

    async def read(loan_id: str) -> list[Message]:
        query = "SELECT version, type, payload FROM outbox WHERE topic = :topic AND loan_id = :loan"
        async with cases_database.transaction() as session:
            bound = {"topic": TOPIC, "loan": loan_id}
            rows = (await session.execute(text(f"{query} ORDER BY id"), bound)).all()
        assert [row.version for row in rows] == list(range(1, len(rows) + 1))
        return [parse(row.type, row.payload) for row in rows]

    return read
