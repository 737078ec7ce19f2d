"""What a whole case left with contact is taken back when a plan is signed."""

from __future__ import annotations

import pytest

from interfaces.values import AgreementStatus, Disposition
from tests import builders
from tests.workflows.driver import opened

pytestmark = pytest.mark.stack


async def test_a_plan_withdraws_the_touches_that_wait_and_they_are_made_once_it_is_broken() -> None:
    async with opened() as play:
        contact = play.services.contact
        contact.pools = True
        now = await play.after(days=2)
        left = {touch.key for touch in contact.touches}
        play.services.negotiation.verdict = AgreementStatus.BROKEN
        await play.tell(
            play.services.negotiation.issue(builders.agreement(0, now, AgreementStatus.ACTIVE))
        )
        await play.after(days=1)
        (withdrawal,) = contact.withdrawals
        assert left
        assert set(withdrawal.keys) == left
        assert withdrawal.because == "a plan is active"
        contact.pools = False
        await play.after(days=20)
        again = {touch.template for touch in contact.touches if touch.key not in left}
        assert {touch.template for touch in contact.touches if touch.key in left} <= again
        await play.position(disposition=Disposition.CURRENT)
        await play.outcome()
