"""A contact service on its own database, told facts as its consumers would hand them over."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import httpx
from google.protobuf.message import Message
from sqlalchemy import text
from temporalio.testing import ActivityEnvironment

from chassis.clock import Clock, format_reading
from chassis.database import Database
from chassis.delivery import Item
from chassis.http import create_app
from chassis.inbox import Raw, Record
from chassis.service import Context
from chassis.settings import Settings
from chassis.vault import seal
from events.v1.bank_pb2 import ContactPoint, PartyRole, PersonalData
from events.v1.case_pb2 import EpisodeClosed, EpisodeOpened
from events.v1.intake_pb2 import PersonSealed
from events.v1.ledger_pb2 import PositionChanged
from interfaces.clock import ClockReading
from interfaces.contact import Reservation, Touch, TouchOutcome
from interfaces.values import Channel, Purpose, Role
from services.contact import settings as contact
from services.contact.activities import Activities
from services.contact.activities.reserving import Reserving
from services.contact.api import LARGER_BODIES, router
from services.contact.commands.desk import desk
from services.contact.consumers import consumers, follow_standing, receive_people
from services.contact.gateways import Gateway, Receipt, SandboxGateway
from services.contact.gateways import Message as Outgoing

TENANT = "demo"
NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)  # 12:00 in Shanghai, a Monday
Body = TypeVar("Body", bound=Message)


class Scene:
    """Says what happens around contact, and reads what contact tells."""

    def __init__(self, database: Database, settings: Settings) -> None:
        self.database = database
        self.settings = settings.model_copy(update={"config": Path("config")})
        self.set_clock(NOON)
        self.context = Context(self.settings, database, Clock(self.settings))
        self.desk = desk(self.settings, self.context.clock)
        self.gateway = SandboxGateway(database, self.desk.vault)
        self.activities = Activities(self.context, self.gateway)

    def set_clock(self, case_epoch: datetime, rate: float = 1.0) -> None:
        reading = ClockReading(datetime.now(UTC), case_epoch, rate)  # noqa: TID251
        self.settings.clock_file.write_text(format_reading(reading))

    def with_gateway(self, gateway: Gateway) -> Activities:
        return Activities(self.context, gateway)

    def app(self) -> httpx.AsyncClient:
        app = create_app("contact", self.settings, self.database, [router], LARGER_BODIES)
        app.state.context = self.context
        transport = httpx.ASGITransport(app)
        return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")

    async def person(
        self,
        party_id: str,
        *points: tuple[str, str],
        zone: str = "Asia/Shanghai",
        sequence: int = 1,
        name: str = "王小明",
    ) -> None:
        """A sealed person arrives; points are (kind, value)."""
        person = PersonalData(
            name=name,
            kind="person",
            language="zh-CN",
            time_zone=zone,
            points=[
                ContactPoint(point_ref=f"p{number}", kind=kind, value=value, is_verified=True)
                for number, (kind, value) in enumerate(points)
            ],
        )
        public = contact.keys(self.settings).transport_public
        sealed = seal(public, person.SerializeToString())
        body = PersonSealed(party_id=party_id, sequence=sequence, sealed_person=sealed)
        async with self.database.transaction() as session:
            await receive_people(session, self.desk, [record(party_id, body)])

    async def position(
        self,
        loan_id: str,
        version: int = 1,
        disposition: str = "overdue",
        parties: Sequence[tuple[str, Role]] = (),
        **fields: object,
    ) -> None:
        await self.tell(position(loan_id, version, disposition, parties, **fields))

    async def opened(self, loan_id: str, episode: int = 1) -> None:
        await self.tell(record(loan_id, EpisodeOpened(episode=episode)))

    async def closed(self, loan_id: str, episode: int = 1, reason: str = "cured") -> None:
        await self.tell(record(loan_id, EpisodeClosed(episode=episode, reason=reason)))

    async def tell(self, *records: Record) -> None:
        async with self.database.transaction() as session:
            await follow_standing(session, self.desk, records)

    async def overdue(self, loan_id: str, party_id: str, role: Role = Role.BORROWER) -> None:
        """A loan in its first episode, with one party who can be called and written to."""
        phone, email = f"+86-900-{loan_id}", f"{party_id}@example.test"
        await self.person(party_id, ("phone", phone), ("email", email), ("postal", "1 A Street"))
        await self.position(loan_id, parties=[(party_id, role)])
        await self.opened(loan_id)

    async def attempt(self, touch: Touch, activities: Activities | None = None) -> TouchOutcome:
        environment = ActivityEnvironment()
        return await environment.run((activities or self.activities).wish, touch)

    async def reserve(self, touch: Touch, window: tuple[datetime, datetime]) -> TouchOutcome:
        """As a process of its own would, so that concurrent ones race in the database."""
        reserving = Reserving(self.database, self.desk)
        return await reserving.reserve(Reservation(touch, *window))

    async def told(self, loan_id: str, kind: type[Body]) -> list[Body]:
        """The events of one kind about a loan, in their order."""
        query = text(
            "SELECT payload FROM outbox WHERE loan_id = :loan AND type = :type ORDER BY id"
        )
        bound = {"loan": loan_id, "type": kind.DESCRIPTOR.full_name}
        async with self.database.transaction() as session:
            rows = (await session.execute(query, bound)).all()
        return [kind.FromString(row.payload) for row in rows]

    async def types_told(self, loan_id: str) -> list[str]:
        query = text("SELECT type FROM outbox WHERE loan_id = :loan ORDER BY id")
        async with self.database.transaction() as session:
            rows = (await session.execute(query, {"loan": loan_id})).all()
        return [row.type.removeprefix("events.v1.") for row in rows]

    async def park(self, loan_id: str) -> None:
        """A record about the loan cannot be applied, and waits parked."""
        poison = position(loan_id, 99, "nonsense")
        raw = Raw("test", 0, 0, 0, loan_id.encode(), b"", ())
        standing, *_ = consumers(self.context)
        await standing.delivery.apply([Item(raw, poison)])

    async def count(self, table: str) -> int:
        async with self.database.transaction() as session:
            return int((await session.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


class DyingGateway:
    """Dies as a killed process would: before, or right after, the provider took the message."""

    def __init__(self, inner: Gateway, *, takes_it: bool) -> None:
        self._inner, self._takes_it = inner, takes_it

    async def send(self, message: Outgoing) -> Receipt:
        if self._takes_it:
            await self._inner.send(message)
        raise ConnectionError("killed")

    async def find(self, attempt_id: str) -> Receipt | None:
        return await self._inner.find(attempt_id)


def touch_of(loan_id: str, party_id: str, key: str = "", **changes: object) -> Touch:
    """A call in the loan's first episode at noon, unless said otherwise."""
    touch = Touch(
        key=key or f"{loan_id}/1/{uuid.uuid4().hex[:8]}",
        tenant=TENANT,
        loan_id=loan_id,
        episode=1,
        position_version=1,
        party_id=party_id,
        role=Role.BORROWER,
        about_party_id=party_id,
        channel=Channel.CALL,
        purpose=Purpose.COLLECTION,
        at=NOON,
        due_at=NOON - timedelta(seconds=3),
        template="follow_up",
    )
    return replace(touch, **changes)  # type: ignore[arg-type]


def position(
    loan_id: str,
    version: int = 1,
    disposition: str = "overdue",
    parties: Sequence[tuple[str, Role]] = (),
    **fields: object,
) -> Record:
    body = PositionChanged(
        disposition=disposition,
        currency="CNY",
        as_of="2026-03-01",
        oldest_due_on="2026-02-01",
        overdue_principal_minor=123_456,
        balance_minor=1_000_000,
        product="consumer_loan",
        parties=[
            PartyRole(party_ref=party_id, role=role, kind="person", language="zh-CN")
            for party_id, role in parties
        ],
        accepted_wall_at=NOON,
    )
    for name, value in fields.items():
        setattr(body, name, value)
    return record(loan_id, body, version)


def record(key: str, body: Message, version: int = 1, at: datetime = NOON) -> Record:
    return Record(
        topic="test",
        partition=0,
        offset=0,
        key=key,
        tenant=TENANT,
        event_id=uuid.uuid4().hex,
        type=body.DESCRIPTOR.full_name,
        version=version,
        occurred_at=at,
        cause="",
        source="/test",
        body=body,
        headers={},
        raw=b"",
    )
