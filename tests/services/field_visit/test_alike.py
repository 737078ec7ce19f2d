"""The field visits that whole cases are tested with keep the promises of the real ones."""

from __future__ import annotations

from dataclasses import replace

import pytest

from interfaces.facts import Visit
from interfaces.field_visit import FieldVisitActivities
from interfaces.values import VisitStatus
from services.field_visit.activities import Activities
from tests.alike import FAKE_AND_REAL, refused
from tests.fake_owners import FakeFieldVisit
from tests.services.field_visit.scene import asked
from tests.services.field_visit.test_activities import command


@pytest.fixture(params=FAKE_AND_REAL)
def owner(request: pytest.FixtureRequest) -> FieldVisitActivities:
    if request.param == "fake":
        return FakeFieldVisit()
    return Activities(request.getfixturevalue("scene").context)


async def missed(owner: FieldVisitActivities, visit: Visit) -> Visit:
    late = visit.window_until.replace(day=visit.window_until.day + 4)
    return await owner.judge(command(visit, late, "late"))


async def test_a_visit_is_booked_once_per_key_after_the_earliest_instant(
    owner: FieldVisitActivities,
) -> None:
    visit = await owner.book(asked())
    assert await owner.book(asked()) == visit
    assert (visit.version, visit.status, visit.people) == (1, VisitStatus.BOOKED, 2)
    assert asked().earliest <= visit.window_from < visit.window_until


async def test_an_episode_has_one_visit_open(owner: FieldVisitActivities) -> None:
    visit = await owner.book(asked())
    with refused("field_visit/visit_open"):
        await owner.book(asked(key="second"))
    await owner.cancel(command(visit, asked().at))
    assert (await owner.book(asked(key="third"))).status is VisitStatus.BOOKED


async def test_it_is_begun_and_without_a_report_missed(owner: FieldVisitActivities) -> None:
    visit = await owner.book(asked())
    begun = await owner.begin(command(visit, visit.window_from))
    assert await owner.begin(command(visit, visit.window_from)) == begun
    assert (begun.version, begun.status) == (2, VisitStatus.UNDER_WAY)
    ended = await missed(owner, visit)
    assert (ended.version, ended.status) == (3, VisitStatus.MISSED)


async def test_what_is_over_is_answered_as_it_ended(owner: FieldVisitActivities) -> None:
    visit = await owner.book(asked())
    cancelled = await owner.cancel(command(visit, asked().at))
    assert (cancelled.version, cancelled.status) == (2, VisitStatus.CANCELLED)
    begun = await owner.begin(command(visit, visit.window_from))
    assert (begun.version, begun.status) == (2, VisitStatus.CANCELLED)


async def test_an_unknown_visit_is_refused(owner: FieldVisitActivities) -> None:
    visit = await owner.book(asked())
    with refused("field_visit/unknown_visit"):
        await owner.begin(command(replace(visit, visit_id="never"), visit.window_from))
