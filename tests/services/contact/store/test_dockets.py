"""The hearing's plans are kept, or every hearing would cost five times as much."""

from __future__ import annotations

import pytest
from sqlalchemy import text

from tests.services.contact.scene import Scene

pytestmark = pytest.mark.database
_SETTINGS = text(
    """SELECT proname, proconfig FROM pg_proc
    WHERE proname IN ('hearings', 'hearing_facts') ORDER BY proname"""
)


async def test_a_later_hearing_function_keeps_its_plans_too(scene: Scene) -> None:
    """To replace a function drops its settings: a migration that does so sets them again."""
    async with scene.database.transaction() as session:
        found = (await session.execute(_SETTINGS)).all()
    assert [(row.proname, row.proconfig) for row in found] == [
        ("hearing_facts", ["plan_cache_mode=force_generic_plan"]),
        ("hearings", ["plan_cache_mode=force_generic_plan"]),
    ]
