"""What the bank says while a case is being closed is not lost."""

from __future__ import annotations

import pytest

from interfaces.values import ClosingReason, Disposition
from tests import builders
from tests.workflows.driver import opened

pytestmark = pytest.mark.stack


async def test_a_closing_is_refused_while_a_newer_overdue_position_is_known() -> None:
    async with opened() as play:
        now = await play.after(days=5)
        newest = builders.position(9, at=now)
        play.services.cases.know(newest)
        await play.tell(builders.position(2, at=now, disposition=Disposition.CURRENT))
        await play.after(days=1)
        assert play.services.cases.closings == []
        play.services.cases.know(builders.position(10, at=now, disposition=Disposition.CURRENT))
        await play.tell(builders.position(10, at=now, disposition=Disposition.CURRENT))
        assert (await play.outcome()).reason == ClosingReason.CURED


async def test_an_overdue_position_that_comes_right_after_a_closing_is_not_lost() -> None:
    async with opened() as play:
        now = await play.after(days=5)
        cases = play.services.cases

        async def overdue_again() -> None:
            cases.committed = None
            again = builders.position(3, at=now)
            cases.know(again)
            await play.tell(again)

        cases.committed = overdue_again
        play.version = 3
        await play.tell(builders.position(2, at=now, disposition=Disposition.CURRENT))
        await play.after(days=1)
        assert (len(cases.closings), len(cases.episodes)) == (1, 2)
        await play.position(disposition=Disposition.CURRENT)
        assert (await play.outcome()).episode == 2


async def test_a_delinquency_that_came_and_passed_within_a_closing_has_its_episode() -> None:
    async with opened() as play:
        now = await play.after(days=5)
        cases = play.services.cases

        async def overdue_and_current_again() -> None:
            cases.committed = None
            cases.know(builders.position(3, at=now))
            passed = builders.position(4, at=now, disposition=Disposition.CURRENT)
            cases.know(passed)
            await play.tell(passed)

        cases.committed = overdue_and_current_again
        await play.tell(builders.position(2, at=now, disposition=Disposition.CURRENT))
        assert (await play.outcome()).episode == 2
        assert (len(cases.closings), len(cases.episodes)) == (2, 2)
