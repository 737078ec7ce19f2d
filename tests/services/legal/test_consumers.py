"""What others tell moves limitation and ends matters, on a real database."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text

from events.v1.case_pb2 import EpisodeClosed
from events.v1.negotiation_pb2 import AgreementChanged
from interfaces.values import MatterStatus
from tests.services.legal.scene import (
    NOW,
    Scene,
    delivered,
    opening,
    payment,
    position,
    reversal,
)

pytestmark = pytest.mark.database

UNKNOWN = {"limitation_expires_on": None}


async def expiry(scene: Scene) -> str:
    return (await scene.told())[-1].limitation_expires_on


async def test_a_payment_starts_limitation_anew_and_its_reversal_undoes_that(
    scene: Scene,
) -> None:
    await scene.hear(position())
    await scene.activities.open_matter(opening("open", **UNKNOWN))
    assert await expiry(scene) == "2028-06-01"
    await scene.hear(payment("t-1", "2026-03-01"))
    assert await expiry(scene) == "2029-03-01"
    await scene.hear(reversal("t-1", "2026-03-02"))
    assert await expiry(scene) == "2028-06-01"


async def test_a_reversal_that_precedes_its_payment_leaves_no_interruption(scene: Scene) -> None:
    await scene.hear(position(), reversal("t-1", "2026-03-02"), payment("t-1", "2026-03-01"))
    matter = await scene.activities.open_matter(opening("open", **UNKNOWN))
    assert matter.limitation_expires_on == date(2028, 6, 1)


async def test_a_delivered_notice_and_a_promise_start_limitation_anew(scene: Scene) -> None:
    await scene.hear(position())
    await scene.activities.open_matter(opening("open", **UNKNOWN))
    # 23:30 of 2 March in Shanghai.
    await scene.hear(delivered(datetime(2026, 3, 2, 15, 30, tzinfo=UTC)))
    assert await expiry(scene) == "2029-03-02"
    promised = AgreementChanged(agreement_id="a-1", change="promised")
    await scene.hear(promised, at=NOW + timedelta(days=3))
    assert await expiry(scene) == "2029-03-05"


async def test_the_same_news_again_publishes_nothing(scene: Scene) -> None:
    await scene.hear(position())
    await scene.activities.open_matter(opening("open", **UNKNOWN))
    for _ in range(3):
        await scene.hear(payment("t-1", "2026-03-01"), position())
    assert len(await scene.told()) == 2


@pytest.mark.parametrize(
    ("disposition", "outcome"),
    [
        ("closed", "recovered"),
        ("sold", "withdrawn"),
        ("recalled", "withdrawn"),
        ("written_off", "withdrawn"),
    ],
)
async def test_a_matter_ends_with_its_loan(scene: Scene, disposition: str, outcome: str) -> None:
    await scene.hear(position())
    await scene.open_matter()
    await scene.hear(position(disposition), at=NOW + timedelta(days=1))
    told = (await scene.told())[-1]
    assert (told.status, told.outcome) == ("ended", outcome)


async def test_an_ending_of_before_the_opening_is_old_news(scene: Scene) -> None:
    await scene.hear(position())
    matter = await scene.open_matter()
    await scene.hear(position("closed"), at=NOW - timedelta(days=1))
    assert (await scene.told())[-1].status == "awaiting_approval"
    assert (await scene.move(matter, 20)).status is MatterStatus.AWAITING_APPROVAL


async def test_an_ending_legal_heard_before_the_case_did_ends_the_matter_at_its_deadline(
    scene: Scene,
) -> None:
    await scene.hear(position())
    await scene.hear(position("closed"), at=NOW + timedelta(hours=1))
    matter = await scene.open_matter()
    ended = await scene.move(matter, 15)
    assert (ended.status, ended.outcome) == (MatterStatus.ENDED, "recovered")


@pytest.mark.parametrize(
    ("reason", "outcome"),
    [("cured", "recovered"), ("settled", "settled"), ("time_barred", "unenforceable")],
)
async def test_a_matter_ends_with_its_case(scene: Scene, reason: str, outcome: str) -> None:
    await scene.open_matter()
    await scene.hear(EpisodeClosed(episode=0, reason=reason))
    assert (await scene.told())[-1].status == "awaiting_approval"
    await scene.hear(EpisodeClosed(episode=1, reason=reason))
    told = (await scene.told())[-1]
    assert (told.status, told.outcome) == ("ended", outcome)


async def test_loans_that_were_never_overdue_leave_nothing_behind(scene: Scene) -> None:
    await scene.hear(position("current", due_on=""), payment("t-1", "2026-03-01"))
    async with scene.context.database.transaction() as session:
        for table in ("claim", "interruption", "outbox"):
            found = await session.execute(text(f"SELECT count(*) FROM {table}"))
            assert found.scalar_one() == 0
