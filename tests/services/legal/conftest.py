"""Legal on a real database."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from chassis.database import Database
from tests.services.legal.scene import Scene

MIGRATIONS = Path(__file__).parents[3] / "services" / "legal" / "migrations"


@pytest.fixture
async def scene(new_database: Callable[..., Awaitable[Database]], tmp_path: Path) -> Scene:
    return Scene(await new_database(MIGRATIONS), tmp_path)
