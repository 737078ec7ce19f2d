"""What is heard after a promise was found broken: money paid in time mends it, old words do not."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from interfaces.negotiation import JudgeAgreement
from interfaces.values import AgreementStatus
from services.negotiation.activities import Activities
from services.negotiation.commands.promises import Promise, promise
from services.negotiation.settings import tenant_named
from tests.services.negotiation.scene import (
    BORROWER,
    LOAN,
    NOW,
    Scene,
    payment,
    position,
    reversal,
)

pytestmark = pytest.mark.database
FRIDAY = date(2026, 3, 6)
DAY = timedelta(days=1)
JUDGED = NOW + 8 * DAY
BEFORE_IT_BROKE = NOW + 3 * DAY


async def broken_promise(scene: Scene) -> str:
    """500 yuan by Friday, found unpaid when the days of grace were over."""
    await scene.hear(position())
    tenant = tenant_named(scene.context.settings, "demo")
    given = Promise("p-1", LOAN, BORROWER, 50_000, "CNY", FRIDAY)
    async with scene.context.database.transaction() as session:
        made = await promise(session, tenant, given, NOW)
    scene.set_clock(JUDGED)
    broken = await judged(scene, made.agreement_id, "1")
    assert broken is AgreementStatus.BROKEN
    return made.agreement_id


async def judged(scene: Scene, agreement_id: str, key: str) -> AgreementStatus:
    command = JudgeAgreement(key, "demo", LOAN, agreement_id, JUDGED)
    return (await Activities(scene.context).judge(command)).status


async def test_an_older_word_about_the_loan_reopens_nothing(scene: Scene) -> None:
    agreement_id = await broken_promise(scene)
    await scene.hear(position(), at=BEFORE_IT_BROKE)
    assert [told.change for told in await scene.told()] == ["promised", "broken"]
    assert await judged(scene, agreement_id, "2") is AgreementStatus.BROKEN


async def test_money_paid_in_time_and_heard_late_says_that_the_promise_was_kept(
    scene: Scene,
) -> None:
    await broken_promise(scene)
    await scene.hear(payment("t-1", 50_000, FRIDAY), at=BEFORE_IT_BROKE)
    told = await scene.told()
    assert [each.change for each in told] == ["promised", "broken", "kept"]
    assert told[-1].at.ToDatetime() >= told[-2].at.ToDatetime()
    # The same again, and whatever else is old, takes nothing of it back.
    await scene.hear(payment("t-1", 50_000, FRIDAY), position(), at=BEFORE_IT_BROKE)
    assert len(await scene.told()) == 3


async def test_too_little_money_heard_late_leaves_it_broken(scene: Scene) -> None:
    await broken_promise(scene)
    await scene.hear(payment("t-1", 20_000, FRIDAY), at=BEFORE_IT_BROKE)
    told = (await scene.told())[-1]
    assert (told.change, told.status, told.paid_minor) == ("instalment_paid", "broken", 20_000)


async def test_money_paid_after_the_days_of_grace_keeps_no_promise(scene: Scene) -> None:
    await broken_promise(scene)
    await scene.hear(payment("t-1", 50_000, FRIDAY + 4 * DAY), at=JUDGED + DAY)
    assert (await scene.told())[-1].status == "broken"


async def test_money_taken_back_before_it_was_heard_of_keeps_no_promise(scene: Scene) -> None:
    await broken_promise(scene)
    paid, taken_back = payment("t-1", 50_000, FRIDAY), reversal("t-1", 50_000, FRIDAY + DAY)
    await scene.hear(paid, taken_back, at=BEFORE_IT_BROKE)
    assert [told.change for told in await scene.told()] == ["promised", "broken"]
