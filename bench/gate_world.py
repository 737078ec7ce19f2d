"""Ten thousand debtors with a loan each, as contact's consumers would have heard of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import text

import services.contact
from chassis.clock import Clock
from chassis.database import Database
from chassis.settings import Settings
from chassis.vault import seal
from events.v1.bank_pb2 import ContactPoint, PersonalData
from interfaces.contact import Reservation, Touch
from interfaces.facts import PartyInRole
from interfaces.values import Channel, Disposition, PartyKind, Purpose, Role
from services.contact import settings as contact
from services.contact.commands import people, standing
from services.contact.commands.desk import desk
from services.contact.commands.people import SealedPerson
from services.contact.commands.standing import Told
from services.contact.domain.standing import Amounts, EpisodeOpened, PositionSeen

LOANS = 10_000
TENANT = "demo"
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai
_BATCH = 500
_AMOUNTS = Amounts("CNY", 100_000, 0, 1_000_000, 0, None, None, "consumer_loan")


async def fill(settings: Settings) -> None:
    database = Database(settings.database_url("contact"))
    try:
        await database.migrate(Path(services.contact.__file__).parent / "migrations")
        await _fill(settings, database)
        async with database.transaction() as session:
            await session.execute(_BARE)
            await session.execute(_BARE_INDEX)
    finally:
        await database.dispose()


async def _fill(settings: Settings, database: Database) -> None:
    its_desk = desk(settings, Clock(settings))
    public = contact.keys(settings).transport_public
    for first in range(0, LOANS, _BATCH):
        numbers = range(first, first + _BATCH)
        told = [each for number in numbers for each in _told(number)]
        sealed = [
            SealedPerson(TENANT, f"b{n}", 1, seal(public, _person(n).SerializeToString()))
            for n in numbers
        ]
        async with database.transaction() as session:
            await standing.follow(session, its_desk, told)
        async with database.transaction() as session:
            await people.receive(session, its_desk, sealed)


def reservation_of(debtor: int, number: int) -> Reservation:
    """A visit to a debtor's address, on one of a thousand days, so that few windows are full."""
    at = NOON + timedelta(days=number % 1_000)
    touch = Touch(
        key=f"bench/{number}",
        tenant=TENANT,
        loan_id=f"l{debtor}",
        episode=1,
        position_version=1,
        party_id=f"b{debtor}",
        role=Role.BORROWER,
        about_party_id=f"b{debtor}",
        channel=Channel.VISIT,
        people=2,
        purpose=Purpose.COLLECTION,
        at=at,
        due_at=at,
        template="",
    )
    return Reservation(touch, at, at + timedelta(hours=2))


def _told(number: int) -> list[Told]:
    party = PartyInRole(f"b{number}", Role.BORROWER, PartyKind.PERSON, "zh-CN")
    position = PositionSeen(1, Disposition.OVERDUE, _AMOUNTS)
    where = (TENANT, f"l{number}")
    return [
        Told(*where, position, NOON, f"p{number}", parties=(party,)),
        Told(*where, EpisodeOpened(1), NOON, f"e{number}"),
    ]


def _person(number: int) -> PersonalData:
    points = [
        ContactPoint(point_ref="1", kind="phone", value=f"+86-100-{number:08d}"),
        ContactPoint(point_ref="2", kind="postal", value=f"{number} Sample Road"),
    ]
    return PersonalData(
        name=f"Sample {number}",
        kind="person",
        language="zh-CN",
        time_zone="Asia/Shanghai",
        points=points,
    )


_BARE = text("CREATE TABLE bare (debtor_id text, at timestamptz, key text PRIMARY KEY)")
_BARE_INDEX = text("CREATE INDEX bare_of_debtor ON bare (debtor_id, at)")
