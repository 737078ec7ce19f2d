"""What a case asks of legal, on a real database."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from chassis.errors import Rejected
from interfaces.facts import ProvenMatter
from interfaces.legal import AdoptMatter
from interfaces.values import MatterStatus
from tests.services.legal.scene import LOAN, NOW, OPENING, Scene, opening, position

pytestmark = pytest.mark.database

ADOPTION = AdoptMatter(
    key="loan-1/1/1",
    tenant="demo",
    loan_id=LOAN,
    episode=1,
    party_id="party-1",
    at=NOW,
    currency="CNY",
    claim_minor=100_000,
    matter=ProvenMatter(MatterStatus.ENFORCING, "2024-77", date(2024, 5, 2), date(2026, 3, 6)),
)


async def test_a_matter_waits_for_approval_and_a_retry_opens_no_second_one(scene: Scene) -> None:
    run = ActivityEnvironment().run
    first, again = await asyncio.gather(
        run(scene.activities.open_matter, OPENING), run(scene.activities.open_matter, OPENING)
    )
    assert first == again and first.status is MatterStatus.AWAITING_APPROVAL
    assert first.deadline_at == datetime(2026, 3, 16, 16, 0, tzinfo=UTC)
    assert [told.status for told in await scene.told()] == ["awaiting_approval"]


async def test_a_time_barred_claim_is_refused_the_day_after_its_last_one(scene: Scene) -> None:
    with pytest.raises(Rejected) as refusal:
        late = opening("late", limitation_expires_on=date(2026, 3, 1))
        await scene.activities.open_matter(late)
    assert refusal.value.code == "legal/time_barred"
    last_day = opening("last", limitation_expires_on=date(2026, 3, 2))
    assert (await scene.activities.open_matter(last_day)).version == 1


async def test_what_legal_knows_of_interruptions_saves_a_claim_the_case_thinks_lost(
    scene: Scene,
) -> None:
    await scene.hear(position(due_on="2022-01-01", restarted_on="2024-02-01"))
    lost = opening("lost", limitation_expires_on=date(2025, 1, 1))
    matter = await scene.activities.open_matter(lost)
    assert matter.limitation_expires_on == date(2027, 2, 1)


async def test_a_loan_has_one_matter_under_way(scene: Scene) -> None:
    first = await scene.open_matter()
    again = await scene.activities.open_matter(opening("again"))
    later = await scene.activities.open_matter(opening("later", episode=2))
    assert again == first and later.matter_id == first.matter_id and later.version == 2


async def test_a_deadline_at_which_nothing_happened_is_followed_by_a_review(scene: Scene) -> None:
    matter = await scene.open_matter()
    assert (await scene.move(matter, 3)).version == 1
    moved = await scene.move(matter, 15)
    assert moved.status is MatterStatus.AWAITING_APPROVAL and moved.version == 2
    assert moved.deadline_at is not None and moved.deadline_at > NOW + timedelta(days=15)
    assert (await scene.told())[-1].because == "no approval yet"


async def test_an_unfiled_matter_ends_when_limitation_expires(scene: Scene) -> None:
    soon = opening("soon", limitation_expires_on=date(2026, 3, 20))
    matter = await scene.activities.open_matter(soon)
    ended = await scene.move(matter, 30)
    assert (ended.status, ended.outcome) == (MatterStatus.ENDED, "unenforceable")
    assert ended.deadline_at is None


async def test_an_adopted_matter_goes_on_where_the_other_system_left_it(scene: Scene) -> None:
    adopted = await scene.activities.adopt(ADOPTION)
    assert adopted.status is MatterStatus.ENFORCING
    assert adopted.deadline_at == datetime(2026, 3, 6, 16, 0, tzinfo=UTC)
    [told] = await scene.told()
    assert told.court_reference == "2024-77"


async def test_an_adopted_matter_without_a_deadline_gets_the_laws_own(scene: Scene) -> None:
    filed = ProvenMatter(MatterStatus.FILED, "", date(2026, 3, 1), None)
    adopted = await scene.activities.adopt(replace(ADOPTION, matter=filed))
    assert adopted.deadline_at == datetime(2026, 3, 7, 16, 0, tzinfo=UTC)


async def test_moving_what_nobody_knows_is_refused(scene: Scene) -> None:
    matter = await scene.open_matter()
    with pytest.raises(Rejected) as refusal:
        await scene.move(replace(matter, matter_id="nothing"), 1)
    assert refusal.value.code == "legal/unknown_matter"
