"""A case that lags behind a clock that runs fast still has its patience with the collectors."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import text

from interfaces.values import Channel
from tests.services.contact.calls_scene import Collector, tend
from tests.services.contact.scene import NOON, Scene
from tests.services.contact.test_pooling import UNTIL, meet_all, settled, two_loans, wish_of

pytestmark = pytest.mark.database
LAG = timedelta(days=5)


async def left_behind(scene: Scene) -> None:
    """Both loans wish for a call inside a window that the clock has left long ago."""
    await two_loans(scene)
    scene.set_clock(NOON + LAG)
    for loan_id in ("l1", "l2"):
        await scene.attempt(wish_of(loan_id, channel=Channel.CALL))
    assert await meet_all(scene) == 1


async def test_its_call_waits_as_long_as_the_case_would_have_waited(scene: Scene) -> None:
    await left_behind(scene)
    async with scene.database.transaction() as session:
        windows = await session.execute(text("SELECT window_until FROM call"))
        assert windows.scalars().all() == [UNTIL + LAG]
    async with scene.app() as http:
        collector = Collector(http)
        call_id = (await collector.claim())["call_id"]
        assert (await collector.dial(call_id))["loan_ids"] == ["l1", "l2"]
    assert await settled(scene, "l1") == {"l1/k1": "confirmed"}


async def test_one_that_nobody_made_ends_with_that_wait(scene: Scene) -> None:
    await left_behind(scene)
    scene.set_clock(UNTIL + LAG + timedelta(minutes=1))
    assert await tend(scene) == 1
    assert await settled(scene, "l1") == {"l1/k1": "expired"}
