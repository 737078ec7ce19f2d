"""Contact on a database of a test's own."""

from __future__ import annotations

from pathlib import Path

import pytest

import services.contact
from chassis.settings import Settings
from tests.conftest import NewDatabase
from tests.services.contact.scene import Scene

MIGRATIONS = Path(services.contact.__file__).parent / "migrations"


@pytest.fixture
async def scene(new_database: NewDatabase, settings: Settings) -> Scene:
    return Scene(await new_database(MIGRATIONS), settings)
