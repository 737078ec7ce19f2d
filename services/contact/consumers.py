"""What contact hears: positions, episodes and legal matters, which move standing; sealed people."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Consumer, Record
from chassis.service import Context
from events.v1.bank_pb2 import PartyRole
from events.v1.case_pb2 import EpisodeClosed, EpisodeOpened
from events.v1.intake_pb2 import PersonSealed
from events.v1.ledger_pb2 import PositionChanged
from events.v1.legal_pb2 import MatterChanged
from interfaces.facts import PartyInRole
from interfaces.values import Disposition, PartyKind, Role
from services.contact.commands import people, standing
from services.contact.commands.desk import Desk, desk
from services.contact.commands.people import SealedPerson
from services.contact.commands.standing import Matter, Told
from services.contact.domain import standing as rules
from services.contact.settings import (
    CASE_TOPIC,
    LEDGER_TOPIC,
    LEGAL_TOPIC,
    PEOPLE_CONSUMER,
    PEOPLE_TOPIC,
    STANDING_CONSUMER,
)

WANTED = (PositionChanged, EpisodeOpened, EpisodeClosed, MatterChanged)


def consumers(context: Context) -> Sequence[Consumer]:
    its_desk = desk(context.settings, context.clock)

    async def follow(session: AsyncSession, records: Sequence[Record]) -> None:
        await follow_standing(session, its_desk, records)

    async def receive(session: AsyncSession, records: Sequence[Record]) -> None:
        await receive_people(session, its_desk, records)

    return (
        Consumer(
            name=STANDING_CONSUMER,
            topics=(LEDGER_TOPIC, CASE_TOPIC, LEGAL_TOPIC),
            database=context.database,
            settings=context.settings,
            handler=follow,
            wants=WANTED,
            on_parked=exclude_confirmations,
        ),
        Consumer(
            name=PEOPLE_CONSUMER,
            topics=(PEOPLE_TOPIC,),
            database=context.database,
            settings=context.settings,
            handler=receive,
        ),
    )


async def follow_standing(session: AsyncSession, desk: Desk, records: Sequence[Record]) -> None:
    told = [each for record in records if (each := _told(record)) is not None]
    matters = [matter for record in records if (matter := _matter(record)) is not None]
    if matters:
        # All loans of the batch at once: no stream may be locked after a party.
        loan_ids = {each.loan_id for each in told} | {each.loan_id for each in matters}
        await standing.lock(session, loan_ids)
        await standing.follow_matters(session, matters)
    if told:
        await standing.follow(session, desk, told)


async def receive_people(session: AsyncSession, desk: Desk, records: Sequence[Record]) -> None:
    sealed = [
        SealedPerson(record.tenant, record.key, record.body.sequence, record.body.sealed_person)
        for record in records
        if isinstance(record.body, PersonSealed)
    ]
    if sealed:
        await people.receive(session, desk, sealed)


async def exclude_confirmations(
    session: AsyncSession, keys: Collection[str], is_parked: bool
) -> None:
    """A loan is parked under its lock: no confirmation that began before may commit after."""
    await standing.lock(session, keys)


def _told(record: Record) -> Told | None:
    body = record.body
    match body:
        case PositionChanged():
            return Told(
                record.tenant,
                record.key,
                _position(record.version, body),
                record.occurred_at,
                record.event_id,
                parties=tuple(_party(party) for party in body.parties),
                accepted_wall_at=_instant(body.accepted_wall_at)
                if body.HasField("accepted_wall_at")
                else None,
            )
        case EpisodeOpened():
            fact: rules.StandingFact = rules.EpisodeOpened(body.episode)
        case EpisodeClosed():
            fact = rules.EpisodeClosed(body.episode, body.reason)
        case _:
            return None
    return Told(record.tenant, record.key, fact, record.occurred_at, record.event_id)


def _matter(record: Record) -> Matter | None:
    match record.body:
        case MatterChanged() as body:
            expires_on = _date(body.limitation_expires_on)
            return Matter(record.tenant, record.key, record.version, expires_on, record.occurred_at)
        case _:
            return None


def _position(version: int, body: PositionChanged) -> rules.PositionSeen:
    overdue_minor = (
        body.overdue_costs_minor + body.overdue_interest_minor + body.overdue_principal_minor
    )
    amounts = rules.Amounts(
        currency=body.currency,
        overdue_minor=overdue_minor,
        disputed_minor=body.disputed_minor,
        balance_minor=body.balance_minor,
        minimum_due_minor=body.minimum_due_minor,
        oldest_due_on=_date(body.oldest_due_on),
        as_of=_date(body.as_of),
        product=body.product,
    )
    return rules.PositionSeen(version, Disposition(body.disposition), amounts)


def _party(party: PartyRole) -> PartyInRole:
    return PartyInRole(
        party_id=party.party_ref,
        role=Role(party.role),
        kind=PartyKind(party.kind),
        language=party.language,
        liability_limit_minor=party.liability_limit_minor or None,
    )


def _date(iso: str) -> date | None:
    return date.fromisoformat(iso) if iso else None


def _instant(stamp: Timestamp) -> datetime:
    return stamp.ToDatetime(UTC)
