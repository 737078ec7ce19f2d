"""Field visit on a database of its own, with a clock the test sets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import text

from chassis.clock import Clock, format_reading
from chassis.database import Database
from chassis.service import Context
from chassis.settings import settings_from
from events.v1.field_visit_pb2 import VisitChanged
from interfaces.clock import ClockReading
from interfaces.field_visit import FindWindow

CONFIG = Path(__file__).parents[3] / "config"
LOAN = "loan-1"
# Monday, 10:30 in Shanghai: the morning's window has just opened.
NOW = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)


class Scene:
    def __init__(self, database: Database, directory: Path) -> None:
        clock_file = directory / "clock.json"
        wall = datetime(2026, 11, 1, tzinfo=UTC)
        clock_file.write_text(format_reading(ClockReading(wall, NOW, 1e-9)))
        settings = settings_from(
            var=directory, clock_file=clock_file, keys=directory / "keys", config=CONFIG
        )
        self.context = Context(settings, database, Clock(settings))

    async def told(self, loan: str = LOAN) -> Sequence[VisitChanged]:
        """What was published of a loan, in order; versions are checked to be gap-free."""
        async with self.context.database.transaction() as session:
            rows = await session.execute(
                text("SELECT version, payload FROM outbox WHERE loan_id = :loan ORDER BY id"),
                {"loan": loan},
            )
            found = rows.all()
        assert [row.version for row in found] == list(range(1, len(found) + 1))
        return [VisitChanged.FromString(row.payload) for row in found]


def asked(loan: str = LOAN, key: str = "book", episode: int = 1) -> FindWindow:
    return FindWindow(
        key=f"{loan}/{key}",
        tenant="demo",
        loan_id=loan,
        episode=episode,
        party_id="party-1",
        branch="Pudong",
        at=NOW,
        earliest=NOW,
    )
