"""A legal hold and a deletion at the same time: whichever came first is whole before the other."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from chassis.database import Database
from interfaces.values import Role
from services.contact.commands import retention
from services.contact.commands.retention import DeleteRecordings, PlaceLegalHold
from tests.services.contact.placing import placed_loan, post, refused, reservation
from tests.services.contact.scene import NOON, TENANT, Scene

pytestmark = pytest.mark.database
WAITING_SECONDS_MAX = 20
LATER = NOON + timedelta(days=365 * 4)
HOLD = {"legal_hold_id": "lh1", "loan_id": "l1", "reason": "suit 4", "by": "counsel"}
PLACING = PlaceLegalHold(TENANT, "lh1", "l1", "suit 4", "counsel")
DELETION = {"references": ["ag1/rec-1"], "evidence": "log 9", "by": "archivist"}


async def test_a_deletion_that_waits_behind_a_legal_hold_sees_it(scene: Scene) -> None:
    async with scene.app() as http:
        await deletable_recording(scene)
        async with scene.database.transaction() as session:
            await retention.place_legal_hold(session, PLACING, LATER)
            deletion = asyncio.create_task(refused(http, "retention/deletions", DELETION))
            await until_somebody_waits(scene.database)
        assert await deletion == "contact/recording_is_kept"


async def test_a_legal_hold_that_waits_behind_a_deletion_finds_it_whole(scene: Scene) -> None:
    async with scene.app() as http:
        await deletable_recording(scene)
        command = DeleteRecordings(TENANT, ("ag1/rec-1",), "log 9", "archivist")
        async with scene.database.transaction() as session:
            [gone] = await retention.delete_recordings(session, scene.desk, command, LATER)
            hold = asyncio.create_task(post(http, "retention/legal-holds", HOLD, 201))
            await until_somebody_waits(scene.database)
            assert not hold.done()
        assert (await hold)["placed_by"] == "counsel"
        [receipt] = (await post(http, "retention/deletions", DELETION))["deletions"]
        assert receipt["deleted_by"] == gone.deleted_by == "archivist"


async def test_one_legal_hold_placed_twice_at_once_is_one(scene: Scene) -> None:
    async with scene.app() as http:
        await deletable_recording(scene)
        async with scene.database.transaction() as session:
            await retention.place_legal_hold(session, PLACING, LATER)
            again = asyncio.create_task(post(http, "retention/legal-holds", HOLD, 201))
            await until_somebody_waits(scene.database)
        assert (await again)["legal_hold_id"] == "lh1"


async def deletable_recording(scene: Scene) -> None:
    """Recording ag1/rec-1 of a call about loan l1, which was cleared long ago."""
    async with scene.app() as http:
        await placed_loan(scene, http)
        window = (NOON, NOON + timedelta(hours=2))
        await post(http, "agencies/ag1/reservations", reservation("a1", window=window), 201)
        await post(http, "agencies/ag1/reservations/a1/confirm", {})
        said = {"outcome": "right_party", "recording": "rec-1"}
        await post(http, "agencies/ag1/reservations/a1/outcome", said)
    await scene.position("l1", 2, "closed", parties=[("b1", Role.BORROWER)])
    await scene.closed("l1", reason="cured")
    scene.set_clock(LATER)


async def until_somebody_waits(database: Database) -> None:
    query = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
    async with asyncio.timeout(WAITING_SECONDS_MAX):
        while True:
            async with database.transaction() as session:
                if (await session.execute(query)).scalar_one():
                    return
            await asyncio.sleep(0.01)
