"""Fixtures of the chassis' own tests."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import text

from chassis.consumer import Consumer
from chassis.database import Database
from chassis.settings import Settings, settings_from
from tests.chassis.consuming import Journal


@pytest.fixture
async def journal(database: Database) -> Journal:
    async with database.transaction() as session:
        await session.execute(
            text(
                """CREATE TABLE applied (id bigint GENERATED ALWAYS AS IDENTITY,
                key text NOT NULL, version int NOT NULL)"""
            )
        )
    return Journal(database)


@pytest.fixture
def make_consumer(journal: Journal, kafka_bootstrap: str, settings: Settings) -> Any:
    def make(topic: str, **options: Any) -> Consumer:
        given = settings_from(**{**settings.model_dump(), "kafka_bootstrap": kafka_bootstrap})
        return Consumer(
            name=f"group-of-{topic}",
            topics=[topic],
            database=journal.database,
            settings=given,
            handler=journal.handle,
            on_parked=journal.on_parked,
            **options,
        )

    return make
