"""Standing, links and people as records bring them, and their races with touches and holds."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import text

from chassis.vault import Unreadable
from events.v1 import contact_pb2 as pb
from events.v1.case_pb2 import EpisodeOpened
from events.v1.intake_pb2 import PersonSealed
from events.v1.ledger_pb2 import PaymentPosted
from interfaces.contact import TouchStatus
from interfaces.values import Channel, HoldKind, Role
from services.contact.commands import holds
from services.contact.commands.holds import PlaceHold
from services.contact.commands.people import name_of, value_of
from services.contact.consumers import receive_people
from services.contact.store import people
from tests.services.contact.scene import NOON, TENANT, Scene, position, record, touch_of

pytestmark = pytest.mark.database
BORROWER = [("b1", Role.BORROWER)]


async def test_standing_is_told_when_it_changes_and_only_then(scene: Scene) -> None:
    await scene.tell(
        position("l1", 1, "current", BORROWER),
        position("l1", 2, "overdue", BORROWER),
        record("l1", EpisodeOpened(episode=1)),
        position("l1", 3, "overdue", BORROWER),
        position("l1", 4, "covered", BORROWER),
        position("l1", 5, "overdue", BORROWER),
    )
    await scene.closed("l1", 1, "settled")
    await scene.tell(position("l1", 6, "closed", BORROWER))
    await scene.opened("l1", 2)
    told = await scene.told("l1", pb.StandingChanged)
    seen = [(e.position_version, e.is_stopped, e.episode, e.closed_episode) for e in told]
    assert seen == [
        (2, False, 0, 0),
        (2, False, 1, 0),
        (4, True, 1, 0),
        (5, False, 1, 0),
        (5, True, 1, 1),
        (6, True, 2, 1),
    ]
    assert told[0].HasField("accepted_wall_at") and told[0].HasField("stood_wall_at")
    assert not told[1].HasField("accepted_wall_at")
    assert [e.because for e in told][2::2] == ["the loan is covered", "episode 1 ended: settled"]


async def test_an_older_position_changes_nothing(scene: Scene) -> None:
    await scene.tell(position("l1", 7, "covered", BORROWER))
    await scene.tell(position("l1", 6, "overdue", BORROWER))
    assert await scene.told("l1", pb.StandingChanged) == []


async def test_payments_and_other_events_do_not_concern_standing(scene: Scene) -> None:
    await scene.tell(record("l1", PaymentPosted(amount_minor=1)))
    assert await scene.count("standing") == 0


async def test_a_new_episode_begins_with_nothing_proven(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    await scene.attempt(touch_of("l1", "b1", channel=Channel.LETTER, notice="demand"))
    await scene.closed("l1", 1)
    last = (await scene.told("l1", pb.ContactProgressed))[-1]
    assert (last.episode, len(last.notices)) == (2, 0)


async def test_a_batch_of_many_loans_is_taken_at_once(scene: Scene) -> None:
    batch = [position(f"l{n}", 1, "overdue", [(f"b{n % 100}", Role.BORROWER)]) for n in range(500)]
    await scene.tell(*batch)
    assert await scene.count("standing") == 500
    assert await scene.count("party") == 100


async def test_a_person_is_kept_encrypted_under_its_own_key(scene: Scene) -> None:
    await scene.person("b1", ("phone", "+8613900000001"), name="王小明")
    async with scene.database.transaction() as session:
        party = await people.party(session, "b1")
        [point] = await people.points(session, "b1")
    assert party is not None and party.name is not None
    assert "王小明".encode() not in party.name and b"13900000001" not in point.value
    assert "13900000001" not in point.point_id
    assert name_of(scene.desk.vault, party) == "王小明"
    assert value_of(scene.desk.vault, party, point) == "+8613900000001"


async def test_newer_data_replaces_a_person_and_what_was_said_of_a_point_stays(
    scene: Scene,
) -> None:
    await scene.person("b1", ("phone", "+86 139"), ("email", "a@example.test"), sequence=2)
    async with scene.database.transaction() as session:
        [phone, _] = await people.points(session, "b1")
        await people.disown_point(session, "b1", phone.point_id, NOON)
    await scene.person("b1", ("phone", "+86139"), ("phone", "+86140"), sequence=3, name="王大明")
    await scene.person("b1", ("phone", "+86999"), sequence=1, name="old")
    async with scene.database.transaction() as session:
        party = await people.party(session, "b1")
        points = await people.points(session, "b1")
    assert party is not None and name_of(scene.desk.vault, party) == "王大明"
    assert [point.invalid_at for point in points] == [NOON, None]


async def test_a_box_sealed_to_another_key_is_an_error_that_parks_the_party(scene: Scene) -> None:
    foreign = record("b1", PersonSealed(party_id="b1", sealed_person=b"x" * 80))
    with pytest.raises(Unreadable):
        async with scene.database.transaction() as session:
            await receive_people(session, scene.desk, [foreign])


async def test_a_stopping_position_and_a_confirmation_never_cross(scene: Scene) -> None:
    """Whichever commits first, no confirmation stands after the stop in the recorded order."""
    await scene.overdue("l1", "b1")
    letters = [touch_of("l1", "b1", channel=Channel.LETTER, template=str(n)) for n in range(12)]
    stop = scene.tell(position("l1", 2, "covered", BORROWER))
    *outcomes, _ = await asyncio.gather(*map(scene.attempt, letters), stop)
    recorded = await scene.types_told("l1")
    stopped_at = len(recorded) - 1 - recorded[::-1].index("StandingChanged")
    assert "TouchConfirmed" not in recorded[stopped_at:]
    assert {o.status for o in outcomes if o is not None} <= {
        TouchStatus.CONFIRMED,
        TouchStatus.SUPERSEDED,
        TouchStatus.REFUSED,
    }


async def test_a_hold_and_a_new_link_that_race_find_each_other(scene: Scene) -> None:
    await scene.tell(position("l0", 1, "overdue", BORROWER))

    async def place(number: int) -> None:
        command = PlaceHold(
            tenant=TENANT,
            hold_id=f"h{number}",
            kind=HoldKind.REPRESENTED,
            loan_id=None,
            party_id="b1",
            blocks=None,
            from_at=NOON,
            until_at=NOON + timedelta(days=1),
            review_at=None,
            amount_minor=None,
            has_no_estate=False,
            evidence="letter",
            by="officer",
        )
        async with scene.database.transaction() as session:
            await holds.place(session, command, NOON)

    linking = [scene.tell(position(f"l{n}", 1, "overdue", BORROWER)) for n in range(1, 11)]
    await asyncio.gather(*linking, *(place(number) for number in range(10)))
    for number in range(11):
        told = await scene.told(f"l{number}", pb.HoldsChanged)
        assert len(told[-1].intervals) == 10


async def test_versions_are_gap_free_per_loan(scene: Scene) -> None:
    await scene.overdue("l1", "b1")
    for _ in range(5):
        await scene.attempt(touch_of("l1", "b1"))
    async with scene.database.transaction() as session:
        rows = await session.execute(text("SELECT version FROM outbox ORDER BY id"))
        assert [row.version for row in rows] == list(range(1, 2 + 3 * 2 + 2 + 1))
