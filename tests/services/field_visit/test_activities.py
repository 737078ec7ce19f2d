"""What a case asks of field visit, on a real database."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from temporalio.testing import ActivityEnvironment

from chassis.errors import Rejected
from interfaces.facts import Visit
from interfaces.field_visit import VisitCommand
from interfaces.values import VisitStatus
from services.field_visit.activities import Activities
from tests.services.field_visit.scene import NOW, Scene, asked

pytestmark = pytest.mark.database


def command(visit: Visit, at: datetime, key: str = "move") -> VisitCommand:
    return VisitCommand(key, "demo", "loan-1", visit.visit_id, at, "because")


async def booked(scene: Scene) -> Visit:
    return await ActivityEnvironment().run(Activities(scene.context).book, asked())


async def test_a_visit_is_booked_in_the_earliest_free_window(scene: Scene) -> None:
    visit = await booked(scene)
    assert visit.status is VisitStatus.BOOKED and visit.version == 1
    assert visit.window_from == datetime(2026, 3, 2, 6, 0, tzinfo=UTC)
    assert visit.window_until == datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
    [told] = await scene.told()
    assert list(told.agent_ids) == ["pudong/agent-1", "pudong/agent-2"]


async def test_a_retry_books_nothing_twice(scene: Scene) -> None:
    first, again = await asyncio.gather(booked(scene), booked(scene))
    assert first == again and len(await scene.told()) == 1


async def test_an_areas_day_never_holds_more_visits_than_it_can(scene: Scene) -> None:
    activities = Activities(scene.context)
    visits = await asyncio.gather(*(activities.book(asked(f"loan-{n}")) for n in range(20)))
    by_window = Counter(visit.window_from for visit in visits)
    # Twelve a day: six of the first afternoon, six of the next morning, six more, then the rest.
    assert [by_window[opens] for opens in sorted(by_window)] == [6, 6, 6, 2]


async def test_a_full_area_says_from_which_day_to_ask_again(scene: Scene) -> None:
    fill = "INSERT INTO booked_window SELECT 'demo', 'pudong', d, s, 6 FROM generate_series("
    fill += "date '2026-03-02', date '2026-06-01', interval '1 day') d,"
    fill += " unnest(ARRAY['morning', 'afternoon']) s"
    async with scene.context.database.transaction() as session:
        await (await session.connection()).exec_driver_sql(fill)
    with pytest.raises(Rejected) as refusal:
        await booked(scene)
    assert refusal.value.code == "field_visit/no_capacity"
    assert refusal.value.details["next_day"] == "2026-04-30"


async def test_a_second_visit_of_an_episode_waits_and_a_later_episode_makes_room(
    scene: Scene,
) -> None:
    await booked(scene)
    with pytest.raises(Rejected) as refusal:
        await Activities(scene.context).book(asked(key="second"))
    assert refusal.value.code == "field_visit/visit_open"
    later = await Activities(scene.context).book(asked(key="third", episode=2))
    assert [told.status for told in await scene.told()] == ["booked", "cancelled", "booked"]
    assert later.version == 3


async def test_a_begun_visit_without_a_report_is_missed_three_days_after_its_window(
    scene: Scene,
) -> None:
    activities, visit = Activities(scene.context), await booked(scene)
    begun = await activities.begin(command(visit, visit.window_from))
    assert begun.status is VisitStatus.UNDER_WAY
    due = visit.window_until + timedelta(days=3)
    early = await activities.judge(command(visit, due - timedelta(seconds=1), "early"))
    assert early.status is VisitStatus.UNDER_WAY
    assert (await activities.judge(command(visit, due, "late"))).status is VisitStatus.MISSED


async def test_a_cancelled_visit_frees_its_place_and_cannot_begin(scene: Scene) -> None:
    activities, visit = Activities(scene.context), await booked(scene)
    await activities.cancel(command(visit, NOW, "cancel"))
    begun = await activities.begin(command(visit, visit.window_from, "begin"))
    assert begun.status is VisitStatus.CANCELLED and begun.version == 2
    others = [await activities.book(asked(f"loan-{n}")) for n in range(2, 8)]
    assert {other.window_from for other in others} == {visit.window_from}


async def test_one_key_may_book_and_cancel(scene: Scene) -> None:
    activities, visit = Activities(scene.context), await booked(scene)
    cancelled = await activities.cancel(command(visit, NOW, asked().key))
    assert cancelled.status is VisitStatus.CANCELLED


async def test_a_visit_nobody_knows_or_of_another_tenant_is_refused(scene: Scene) -> None:
    activities, visit = Activities(scene.context), await booked(scene)
    foreign = replace(command(visit, NOW), tenant="uci")
    for wrong in (foreign, replace(command(visit, NOW), visit_id="nothing")):
        with pytest.raises(Rejected) as refusal:
            await activities.judge(wrong)
        assert refusal.value.code == "field_visit/unknown_visit"
