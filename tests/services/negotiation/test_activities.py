"""What a case asks of negotiation, on a real database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import date, timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from chassis.errors import Rejected
from interfaces.facts import Agreement, ProvenAgreement
from interfaces.negotiation import AdoptAgreement, JudgeAgreement, MakeOffer
from interfaces.values import AgreementKind, AgreementStatus
from services.negotiation.activities import Activities
from tests.services.negotiation.scene import (
    BORROWER,
    LOAN,
    NOW,
    Scene,
    closed,
    payment,
    position,
    reversal,
)

pytestmark = pytest.mark.database

OFFER = MakeOffer(
    key="loan-1/1/5",
    tenant="demo",
    loan_id=LOAN,
    episode=1,
    party_id=BORROWER,
    at=NOW,
    currency="CNY",
    overdue_minor=100_000,
    balance_minor=500_000,
    product="consumer_loan",
    segment="individual",
)
PROVEN = ProvenAgreement(
    kind=AgreementKind.PLAN,
    party_id=BORROWER,
    total_minor=30_000,
    paid_minor=20_000,
    due_on=(date(2026, 1, 10), date(2026, 2, 10), date(2026, 3, 10)),
    due_minor=(10_000, 10_000, 10_000),
)
ADOPTION = AdoptAgreement("loan-1/1/1", "demo", LOAN, 1, NOW, "CNY", PROVEN)


async def offered(scene: Scene) -> Agreement:
    return await ActivityEnvironment().run(Activities(scene.context).make_offer, OFFER)


async def judged(scene: Scene, agreement_id: str, days: float, key: str = "judge") -> Agreement:
    command = JudgeAgreement(key, "demo", LOAN, agreement_id, NOW + timedelta(days=days))
    return await Activities(scene.context).judge(command)


async def test_an_offer_is_open_for_fourteen_days_and_published(scene: Scene) -> None:
    made = await offered(scene)
    assert made.status is AgreementStatus.OFFERED and made.version == 1 and made.rounds == 1
    assert made.judge_at == NOW + timedelta(days=14)
    [told] = await scene.told()
    assert (told.change, told.agreement_id, told.total_minor) == (
        "offered",
        made.agreement_id,
        100_000,
    )


async def test_a_retry_under_the_same_key_returns_the_first_result(scene: Scene) -> None:
    first, again = await asyncio.gather(offered(scene), offered(scene))
    assert first == again
    assert len(await scene.told()) == 1


async def test_a_second_offer_while_one_is_open_is_refused(scene: Scene) -> None:
    await offered(scene)
    with pytest.raises(Rejected) as refusal:
        await Activities(scene.context).make_offer(replace(OFFER, key="another"))
    assert refusal.value.code == "negotiation/agreement_active"


async def test_two_offers_at_once_leave_one_open(scene: Scene) -> None:
    activities = Activities(scene.context)
    both = await asyncio.gather(
        *(activities.make_offer(replace(OFFER, key=key)) for key in ("a", "b")),
        return_exceptions=True,
    )
    assert sorted(type(each).__name__ for each in both) == ["Agreement", "Conflict"]


async def test_an_unanswered_offer_expires_when_it_is_judged(scene: Scene) -> None:
    made = await offered(scene)
    assert (await judged(scene, made.agreement_id, 13, "early")).version == 1
    late = await judged(scene, made.agreement_id, 14, "late")
    assert late.status is AgreementStatus.EXPIRED and late.judge_at is None and late.version == 2


async def test_an_expired_offer_makes_room_for_the_next_and_rounds_are_counted(
    scene: Scene,
) -> None:
    await offered(scene)
    later = replace(OFFER, key="later", at=NOW + timedelta(days=15))
    assert (await Activities(scene.context).make_offer(later)).rounds == 2
    assert [told.change for told in await scene.told()] == ["offered", "expired", "offered"]


async def test_an_offer_for_nothing_or_an_unknown_product_is_refused(scene: Scene) -> None:
    for wrong in (replace(OFFER, overdue_minor=0), replace(OFFER, product="yacht")):
        with pytest.raises(Rejected):
            await Activities(scene.context).make_offer(wrong)
    assert await scene.told() == []


async def test_judging_what_nobody_knows_is_refused(scene: Scene) -> None:
    with pytest.raises(Rejected) as refusal:
        await judged(scene, "nothing", 1)
    assert refusal.value.code == "negotiation/unknown_agreement"


async def test_an_adopted_plan_goes_on_with_what_was_paid_before(scene: Scene) -> None:
    await scene.hear(position(taken_over_on="2026-02-28"))
    adopted = await Activities(scene.context).adopt(ADOPTION)
    assert adopted.status is AgreementStatus.ACTIVE and adopted.paid_minor == 20_000
    assert adopted.next_due_on == date(2026, 3, 10)
    await scene.hear(payment("t-1", 10_000, date(2026, 3, 9)), at=NOW + timedelta(days=7))
    assert [told.change for told in await scene.told()] == ["adopted", "kept"]


async def test_money_between_the_takeover_and_the_adoption_counts(scene: Scene) -> None:
    await scene.hear(position(taken_over_on="2026-02-27"))
    early = payment("t-1", 10_000, date(2026, 2, 28))
    await scene.hear(early, at=NOW - timedelta(days=1))
    adopted = await Activities(scene.context).adopt(ADOPTION)
    assert adopted.status is AgreementStatus.KEPT and adopted.paid_minor == 30_000


async def test_a_kept_plan_reopens_when_its_money_is_taken_back_and_breaks_after_grace(
    scene: Scene,
) -> None:
    await scene.hear(position(taken_over_on="2026-02-28"))
    adopted = await Activities(scene.context).adopt(ADOPTION)
    await scene.hear(payment("t-1", 10_000, date(2026, 3, 9)), at=NOW + timedelta(days=7))
    taken_back = reversal("t-1", 10_000, date(2026, 3, 20))
    await scene.hear(taken_back, at=NOW + timedelta(days=18))
    told = (await scene.told())[-1]
    assert (told.change, told.status, told.paid_minor) == ("reopened", "active", 20_000)
    broken = await judged(scene, adopted.agreement_id, 22)
    assert broken.status is AgreementStatus.BROKEN


async def test_a_reversal_that_precedes_its_payment_nets_it(scene: Scene) -> None:
    await scene.hear(position(taken_over_on="2026-02-28"))
    await Activities(scene.context).adopt(ADOPTION)
    await scene.hear(
        reversal("t-1", 10_000, date(2026, 3, 9)),
        payment("t-1", 10_000, date(2026, 3, 9)),
        at=NOW + timedelta(days=7),
    )
    assert [told.change for told in await scene.told()] == ["adopted"]


@pytest.mark.parametrize("disposition", ["closed", "sold", "recalled", "written_off"])
async def test_an_open_agreement_ends_with_its_loan(scene: Scene, disposition: str) -> None:
    await scene.hear(position())
    await offered(scene)
    await scene.hear(position(disposition), at=NOW + timedelta(days=1))
    assert (await scene.told())[-1].status == "cancelled"


async def test_an_ending_of_before_the_agreement_is_old_news(scene: Scene) -> None:
    await offered(scene)
    await scene.hear(position("closed"), at=NOW - timedelta(days=1))
    assert (await scene.told())[-1].status == "offered"


async def test_an_offer_ends_with_its_episode_but_a_signed_plan_outlives_a_cure(
    scene: Scene,
) -> None:
    await scene.hear(position(taken_over_on="2026-02-28"))
    await Activities(scene.context).adopt(ADOPTION)
    await scene.hear(closed(1, "cured"))
    assert (await scene.told())[-1].status == "active"
    await scene.hear(closed(1, "error"))
    assert (await scene.told())[-1].status == "cancelled"


async def test_money_of_loans_without_agreements_publishes_nothing(scene: Scene) -> None:
    await scene.hear(position(), payment("t-1", 100, date(2026, 3, 1)))
    assert await scene.told() == []
