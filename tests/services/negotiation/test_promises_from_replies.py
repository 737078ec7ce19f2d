"""A promise given in a reply or a call becomes an agreement, once, or a person hears of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import text

from chassis.errors import Conflict
from events.v1.contact_replies_pb2 import ReplyLabel, ReplyUnderstood
from events.v1.negotiation_pb2 import AgreementChanged, PromiseNotTaken
from interfaces.negotiation import JudgeAgreement
from services.negotiation.activities import Activities
from services.negotiation.commands.promises import Promise, promise
from services.negotiation.consumers import consumers
from services.negotiation.settings import tenant_named
from tests.services.negotiation.scene import (
    BORROWER,
    CONTACT,
    LOAN,
    NOW,
    Scene,
    closed,
    opened,
    payment,
    position,
    record,
)
from tests.services.negotiation.test_activities import OFFER

pytestmark = pytest.mark.database
FRIDAY = date(2026, 3, 6)
DEADLINE = NOW + timedelta(days=8)


def promised(
    reply_id: str = "r-1",
    amount_minor: int = 50_000,
    on: str = FRIDAY.isoformat(),
    *,
    revision: int = 0,
    party_id: str = BORROWER,
    is_complete: bool = True,
) -> ReplyUnderstood:
    return ReplyUnderstood(
        reply_id=reply_id,
        party_id=party_id,
        channel="sms",
        revision=revision,
        labels=[ReplyLabel(label="promise", confidence_percent=90)],
        promised_minor=amount_minor,
        currency="CNY",
        promised_on=on,
        is_promise_complete=is_complete,
    )


async def say(scene: Scene, *bodies: ReplyUnderstood, loan: str = LOAN) -> None:
    _, replies = consumers(scene.context)
    async with scene.context.database.transaction() as session:
        await replies.delivery.handler(session, [record(body, NOW, loan) for body in bodies])


async def told(scene: Scene) -> list[AgreementChanged | PromiseNotTaken]:
    kinds = {kind.DESCRIPTOR.full_name: kind for kind in (AgreementChanged, PromiseNotTaken)}
    async with scene.context.database.transaction() as session:
        rows = await session.execute(text("SELECT type, payload FROM outbox ORDER BY id"))
        return [kinds[row.type].FromString(row.payload) for row in rows]


async def refusals(scene: Scene) -> list[tuple[str, str]]:
    return [
        (each.reply_id, each.code)
        for each in await told(scene)
        if isinstance(each, PromiseNotTaken)
    ]


async def changes(scene: Scene) -> list[tuple[str, str]]:
    return [
        (each.change, each.status)
        for each in await told(scene)
        if isinstance(each, AgreementChanged)
    ]


async def judge(scene: Scene, agreement_id: str, key: str = "judge-1") -> str:
    scene.set_clock(DEADLINE)
    command = JudgeAgreement(key, "demo", LOAN, agreement_id, DEADLINE)
    return (await Activities(scene.context).judge(command)).status


async def test_a_promise_in_a_reply_is_an_agreement_that_money_keeps(scene: Scene) -> None:
    await scene.hear(opened(2), position())
    await say(scene, promised())
    [made] = await scene.told()
    assert (made.kind, made.change, made.status) == ("promise", "promised", "active")
    assert (made.party_id, made.total_minor, made.next_due_on) == (BORROWER, 50_000, "2026-03-06")
    await scene.hear(payment("t-1", 50_000, FRIDAY), at=NOW + timedelta(days=4))
    assert (await scene.told())[-1].status == "kept"


async def test_it_is_broken_at_its_date_without_the_money(scene: Scene) -> None:
    await scene.hear(opened(1), position())
    await say(scene, promised())
    [made] = await scene.told()
    assert made.judge_at.ToDatetime() <= DEADLINE.replace(tzinfo=None)
    assert await judge(scene, made.agreement_id) == "broken"
    assert (await changes(scene))[-1] == ("broken", "broken")


async def test_the_same_reply_again_makes_no_second_agreement(scene: Scene) -> None:
    await scene.hear(opened(1), position())
    await say(scene, promised(), promised())
    await say(scene, promised())
    assert await changes(scene) == [("promised", "active")]
    assert await refusals(scene) == []


async def test_the_same_promise_said_twice_is_one(scene: Scene) -> None:
    await scene.hear(opened(1), position())
    await say(scene, promised("call/a-1/loan-1"))
    await say(scene, promised("r-2"))
    assert await changes(scene) == [("promised", "active")]
    assert await refusals(scene) == []


async def test_one_given_at_this_services_own_door_is_not_doubled(scene: Scene) -> None:
    await scene.hear(opened(1), position())
    given = Promise("p-1", LOAN, BORROWER, 50_000, "CNY", FRIDAY)
    other = Promise("p-2", LOAN, BORROWER, 50_000, "CNY", FRIDAY)
    tenant = tenant_named(scene.context.settings, "demo")
    async with scene.context.database.transaction() as session:
        await promise(session, tenant, given, NOW)
    await say(scene, promised())
    with pytest.raises(Conflict) as refused:
        async with scene.context.database.transaction() as session:
            await promise(session, tenant, other, NOW)
    assert refused.value.code == "negotiation/agreement_active"
    assert await changes(scene) == [("promised", "active")]


async def test_what_is_not_complete_promises_nothing(scene: Scene) -> None:
    await scene.hear(opened(1), position())
    await say(scene, promised(amount_minor=0, is_complete=False))
    await say(scene, promised("r-2", on="", is_complete=False))
    assert await told(scene) == []


@pytest.mark.parametrize(
    "given, code",
    [
        (promised(on="2026-03-01"), "due_date_out_of_range"),
        (promised(on="2026-05-02"), "due_date_out_of_range"),
        (promised(amount_minor=0), "amount_not_positive"),
        (promised(amount_minor=500_001), "amount_above_balance"),
        (promised(party_id=CONTACT), "party_not_liable"),
    ],
)
async def test_one_that_makes_no_sense_is_told_and_not_lost(
    scene: Scene, given: ReplyUnderstood, code: str
) -> None:
    await scene.hear(opened(1), position())
    await say(scene, given)
    assert await changes(scene) == []
    assert await refusals(scene) == [("r-1", f"negotiation/{code}")]
    await say(scene, given)
    assert len(await refusals(scene)) == 1


async def test_one_refusal_leaves_the_others_of_the_batch_alone(scene: Scene) -> None:
    await scene.hear(opened(1), position())
    await say(scene, promised(amount_minor=500_001), promised("r-2"))
    assert await refusals(scene) == [("r-1", "negotiation/amount_above_balance")]
    assert await changes(scene) == [("promised", "active")]


async def test_a_loan_that_owes_nothing_or_is_not_known_is_told_too(scene: Scene) -> None:
    await say(scene, promised())
    await scene.hear(position("closed"))
    await say(scene, promised("r-2"))
    assert [code for _, code in await refusals(scene)] == [
        "negotiation/unknown_loan",
        "negotiation/nothing_owed",
    ]


async def test_a_refused_promise_leaves_the_open_offer_standing(scene: Scene) -> None:
    """It is cancelled only with the promise that takes its place."""
    await scene.hear(opened(1), position())
    for number in range(3):
        await say(scene, promised(f"r-{number}", 50_000 + number))
        assert await judge(scene, (await scene.told())[-1].agreement_id, f"j-{number}") == "broken"
    await Activities(scene.context).make_offer(replace(OFFER, at=DEADLINE))
    late = promised("r-9", on=(DEADLINE.date() + timedelta(days=2)).isoformat())
    await say(scene, late)
    assert (await refusals(scene))[-1] == ("r-9", "negotiation/too_many_broken")
    assert (await changes(scene))[-1] == ("offered", "offered")


async def test_a_person_who_reads_it_otherwise_takes_the_promise_back(scene: Scene) -> None:
    await scene.hear(opened(1), position())
    await say(scene, promised())
    await say(scene, promised(amount_minor=0, on="", revision=1, is_complete=False))
    assert await changes(scene) == [("promised", "active"), ("cancelled", "cancelled")]
    await say(scene, promised(amount_minor=60_000, revision=2))
    assert (await scene.told())[-1].total_minor == 60_000
    # What comes late says nothing.
    await say(scene, promised())
    assert len(await changes(scene)) == 3


async def test_a_correction_of_something_else_leaves_the_promise_as_it_is(scene: Scene) -> None:
    await scene.hear(opened(1), position())
    await say(scene, promised())
    await say(scene, promised(revision=1))
    assert await changes(scene) == [("promised", "active")]


async def test_one_that_is_heard_late_takes_back_nothing_that_was_judged(scene: Scene) -> None:
    await scene.hear(opened(1), position())
    await say(scene, promised())
    assert await judge(scene, (await scene.told())[-1].agreement_id) == "broken"
    await say(scene, promised("r-2", 60_000))
    assert [change for change, _ in await changes(scene)] == ["promised", "broken", "promised"]


async def test_it_ends_with_its_episode(scene: Scene) -> None:
    await scene.hear(opened(1), position())
    await say(scene, promised())
    await scene.hear(closed(1, "cured"))
    assert (await changes(scene))[-1] == ("cancelled", "cancelled")
