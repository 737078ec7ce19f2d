"""The legal matters that whole cases are tested with keep the promises of the real ones."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from interfaces.facts import Matter
from interfaces.legal import LegalActivities, MoveMatter
from interfaces.values import MatterStatus
from tests.alike import FAKE_AND_REAL, refused
from tests.fake_owners import FakeLegal
from tests.services.legal.scene import LOAN, NOW, OPENING, opening
from tests.services.legal.test_activities import ADOPTION


@pytest.fixture(params=FAKE_AND_REAL)
def owner(request: pytest.FixtureRequest) -> LegalActivities:
    if request.param == "fake":
        return FakeLegal()
    activities: LegalActivities = request.getfixturevalue("scene").activities
    return activities


def moving(matter_id: str, days: int, key: str = "m-1") -> MoveMatter:
    return MoveMatter(key, "demo", LOAN, matter_id, NOW + timedelta(days=days))


def is_under_way(matter: Matter) -> bool:
    return matter.status not in (MatterStatus.ENDED, MatterStatus.REFUSED)


async def test_a_matter_is_opened_once_per_key_and_has_a_deadline(owner: LegalActivities) -> None:
    matter = await owner.open_matter(OPENING)
    assert await owner.open_matter(OPENING) == matter
    assert matter.version == 1 and is_under_way(matter)
    assert matter.deadline_at is not None and matter.deadline_at > NOW


async def test_a_claim_whose_time_is_over_is_refused(owner: LegalActivities) -> None:
    with refused("legal/time_barred"):
        await owner.open_matter(opening("late", limitation_expires_on=date(2026, 3, 1)))


async def test_at_a_deadline_it_moves_once_per_key_to_the_next(owner: LegalActivities) -> None:
    matter = await owner.open_matter(OPENING)
    moved = await owner.move(moving(matter.matter_id, 20))
    assert await owner.move(moving(matter.matter_id, 20)) == moved
    assert (moved.version, moved.matter_id) == (2, matter.matter_id)
    assert moved.deadline_at is not None and moved.deadline_at > NOW + timedelta(days=20)


async def test_an_unknown_matter_is_refused(owner: LegalActivities) -> None:
    with refused("legal/unknown_matter"):
        await owner.move(moving("never", 1))


async def test_a_matter_taken_over_goes_on_where_it_stood(owner: LegalActivities) -> None:
    adopted = await owner.adopt(ADOPTION)
    assert await owner.adopt(ADOPTION) == adopted
    assert adopted.status is ADOPTION.matter.status
    assert adopted.deadline_at is not None and adopted.deadline_at > NOW
