"""Instalments told to a scene, and what became of the reminders that hang on them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import text

from chassis.inbox import Record
from events.v1.bank_pb2 import InstalmentDue, LoanFact
from events.v1.intake_pb2 import LoanFactAccepted
from events.v1.ledger_pb2 import Allocation, PaymentPosted, PaymentReversalPosted
from interfaces.values import HoldKind, Role
from services.contact.activities.owed_acts import do_next
from services.contact.activities.watch import look_once
from services.contact.commands import holds
from services.contact.commands.holds import PlaceHold
from services.contact.consumers import receive_instalments
from services.contact.gateways import Gateway
from services.contact.gateways.messages import SentMessage
from services.contact.store import people
from tests.services.contact.scene import NOON, TENANT, Scene, record

AS_BORROWER = [("b1", Role.BORROWER)]
DUE_ON = date(2026, 3, 20)
DAY = timedelta(days=1)
OWED_BY = datetime(2026, 3, 19, 16, tzinfo=UTC)  # the 20th begins in Shanghai
PLANNED_DAY = OWED_BY - DAY * 3
THEN = PLANNED_DAY + timedelta(hours=12)  # noon of the 17th


def instalment(
    loan_id: str = "l1", number: int = 1, due_on: date = DUE_ON, sequence: int = 0
) -> Record:
    """Of 500 yuan."""
    due = InstalmentDue(
        number=number,
        due_on=due_on.isoformat(),
        principal_minor=49_000,
        interest_minor=1_000,
        currency="CNY",
    )
    fact = LoanFact(instalment_due=due)
    return record(loan_id, LoanFactAccepted(fact=fact, sequence=sequence))


def payment(minor: int, on: date, loan_id: str = "l1", name: str = "t1") -> Record:
    """Of a loan without arrears: all of it goes beyond them."""
    spent = Allocation(unallocated_minor=minor)
    body = PaymentPosted(
        transaction_id=name, amount_minor=minor, effective_on=on.isoformat(), allocation=spent
    )
    return record(loan_id, body)


def reversal(loan_id: str = "l1", name: str = "t1") -> Record:
    return record(loan_id, PaymentReversalPosted(transaction_id=name))


async def current(scene: Scene, loan_id: str = "l1", version: int = 1) -> None:
    """A loan that owes nothing overdue, of a borrower who can be written to."""
    await scene.person("b1", ("phone", "+8613900000001"), ("email", "b1@example.test"))
    await scene.position(loan_id, version, "current", AS_BORROWER, oldest_due_on="")


async def due(scene: Scene, *told: Record) -> None:
    async with scene.database.transaction() as session:
        await receive_instalments(session, scene.desk, told)


async def act(scene: Scene, gateway: Gateway | None = None) -> int:
    """Do what is planned by now, and raise what was missed; how many acts were taken up."""
    taken = 0
    while await do_next(scene.context, scene.desk, gateway or scene.gateway):
        taken += 1
    await look_once(scene.context, scene.desk)
    return taken


async def sent(scene: Scene) -> list[SentMessage]:
    return await scene.gateway.messages(TENANT, 0, 100)


async def rows(scene: Scene) -> list[Any]:
    query = text("SELECT * FROM duty ORDER BY loan_id, party_id, kind, owed_by")
    async with scene.database.transaction() as session:
        return list(await session.execute(query))


async def words_of(scene: Scene) -> str:
    [message] = await sent(scene)
    async with scene.database.transaction() as session:
        party = await people.party(session, "b1")
    assert party is not None and party.subject_key is not None
    return await scene.gateway.words(message.attempt_id, party.subject_key)


async def hold(scene: Scene, until: datetime | None) -> None:
    command = PlaceHold(
        tenant=TENANT,
        hold_id="h1",
        kind=HoldKind.COMPLAINT,
        loan_id="l1",
        party_id=None,
        blocks=None,
        from_at=NOON,
        until_at=until,
        review_at=None,
        amount_minor=None,
        has_no_estate=False,
        evidence="letter",
        by="officer",
    )
    async with scene.database.transaction() as session:
        await holds.place(session, command, NOON)


async def lease_is_over(scene: Scene) -> None:
    async with scene.database.transaction() as session:
        await session.execute(
            text("UPDATE duty SET lease_wall_at = '-infinity' WHERE lease_wall_at IS NOT NULL")
        )
