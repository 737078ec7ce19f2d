"""The negotiation that whole cases are tested with keeps the promises of the real one."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from interfaces.facts import Agreement
from interfaces.negotiation import JudgeAgreement, NegotiationActivities
from interfaces.values import AgreementStatus
from services.negotiation.activities import Activities
from tests.alike import FAKE_AND_REAL, refused
from tests.fake_owners import FakeNegotiation
from tests.services.negotiation.scene import NOW
from tests.services.negotiation.test_activities import ADOPTION, OFFER


@pytest.fixture(params=FAKE_AND_REAL)
def owner(request: pytest.FixtureRequest) -> NegotiationActivities:
    if request.param == "fake":
        return FakeNegotiation()
    return Activities(request.getfixturevalue("scene").context)


def judgement(of: Agreement, days: int, key: str = "j-1") -> JudgeAgreement:
    return JudgeAgreement(key, "demo", OFFER.loan_id, of.agreement_id, NOW + timedelta(days=days))


async def test_an_offer_is_made_once_per_key_and_judged_in_two_weeks(
    owner: NegotiationActivities,
) -> None:
    made = await owner.make_offer(OFFER)
    assert await owner.make_offer(OFFER) == made
    assert (made.version, made.status, made.party_id) == (1, AgreementStatus.OFFERED, "party-1")
    assert (made.total_minor, made.paid_minor) == (OFFER.overdue_minor, 0)
    assert made.judge_at == NOW + timedelta(days=14)


async def test_a_second_offer_is_refused_while_one_is_open(owner: NegotiationActivities) -> None:
    await owner.make_offer(OFFER)
    with refused("negotiation/agreement_active"):
        await owner.make_offer(replace(OFFER, key="another"))


async def test_it_is_judged_when_its_day_has_come_and_not_before(
    owner: NegotiationActivities,
) -> None:
    made = await owner.make_offer(OFFER)
    early = await owner.judge(judgement(made, 13, "early"))
    assert (early.version, early.status) == (1, AgreementStatus.OFFERED)
    judged = await owner.judge(judgement(made, 14))
    assert await owner.judge(judgement(made, 14)) == judged
    assert (judged.version, judged.status) == (2, AgreementStatus.EXPIRED)
    assert judged.judge_at is None
    again = await owner.make_offer(replace(OFFER, key="again", at=NOW + timedelta(days=15)))
    assert again.agreement_id != made.agreement_id


async def test_an_unknown_agreement_is_refused(owner: NegotiationActivities) -> None:
    made = await owner.make_offer(OFFER)
    with refused("negotiation/unknown_agreement"):
        await owner.judge(judgement(replace(made, agreement_id="never"), 14))


async def test_what_was_agreed_elsewhere_is_taken_over_once(owner: NegotiationActivities) -> None:
    adopted = await owner.adopt(ADOPTION)
    assert await owner.adopt(ADOPTION) == adopted
    assert adopted.status is AgreementStatus.ACTIVE
    proven = ADOPTION.agreement
    assert (adopted.total_minor, adopted.paid_minor) == (proven.total_minor, proven.paid_minor)
    assert adopted.judge_at is not None and adopted.judge_at > NOW
