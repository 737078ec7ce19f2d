"""What contact hears: positions, episodes, legal matters and agreements, which move standing; money
and instalments, on which reminders hang; sealed people; and promises nobody could take."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Consumer, Raw, Record
from chassis.inbox import decode_event
from chassis.service import Context
from events.v1.bank_pb2 import PartyRole
from events.v1.case_pb2 import EpisodeClosed, EpisodeOpened
from events.v1.intake_pb2 import LoanFactAccepted, PersonSealed
from events.v1.ledger_pb2 import PaymentPosted, PaymentReversalPosted, PositionChanged
from events.v1.legal_pb2 import MatterChanged
from events.v1.negotiation_pb2 import AgreementChanged, PromiseNotTaken
from interfaces.facts import PartyInRole
from interfaces.values import AgreementKind, AgreementStatus, Disposition, PartyKind, Role
from services.contact.commands import arrivals, instalments, promising, standing
from services.contact.commands.desk import Desk, desk
from services.contact.commands.instalments import TellInstalment, TellPayment, TellReversal
from services.contact.commands.people import SealedPerson
from services.contact.commands.promising import NotTaken
from services.contact.commands.standing import Agreed, Matter, Told
from services.contact.domain import standing as rules
from services.contact.settings import (
    CASE_TOPIC,
    INTAKE_TOPIC,
    LEDGER_TOPIC,
    LEGAL_TOPIC,
    NEGOTIATION_TOPIC,
    PEOPLE_CONSUMER,
    PEOPLE_TOPIC,
    PROMISES_CONSUMER,
    STANDING_CONSUMER,
)

WANTED = (
    PositionChanged,
    EpisodeOpened,
    EpisodeClosed,
    PaymentPosted,
    PaymentReversalPosted,
    MatterChanged,
    AgreementChanged,
)
ACCEPTED = (PersonSealed, LoanFactAccepted)


def consumers(context: Context) -> Sequence[Consumer]:
    its_desk = desk(context.settings, context.clock)

    async def follow(session: AsyncSession, records: Sequence[Record]) -> None:
        await follow_standing(session, its_desk, records)

    async def receive(session: AsyncSession, records: Sequence[Record]) -> None:
        await receive_people(session, its_desk, records)
        await receive_instalments(session, its_desk, records)

    return (
        Consumer(
            name=STANDING_CONSUMER,
            topics=(LEDGER_TOPIC, CASE_TOPIC, LEGAL_TOPIC, NEGOTIATION_TOPIC),
            database=context.database,
            settings=context.settings,
            handler=follow,
            wants=WANTED,
            on_parked=exclude_confirmations,
        ),
        Consumer(
            name=PEOPLE_CONSUMER,
            topics=(PEOPLE_TOPIC, INTAKE_TOPIC),
            database=context.database,
            settings=context.settings,
            handler=receive,
            decode=decode_accepted,
            wants=ACCEPTED,
        ),
        Consumer(
            name=PROMISES_CONSUMER,
            topics=(NEGOTIATION_TOPIC,),
            database=context.database,
            settings=context.settings,
            handler=ask_about_promises,
            wants=(PromiseNotTaken,),
        ),
    )


async def follow_standing(session: AsyncSession, desk: Desk, records: Sequence[Record]) -> None:
    """Standing first, so that money is reckoned against the position it brought."""
    told = [each for record in records if (each := _told(record)) is not None]
    money = [moved for record in records if (moved := _moved(record)) is not None]
    matters = [matter for record in records if (matter := _matter(record)) is not None]
    agreed = [agreement for record in records if (agreement := _agreed(record)) is not None]
    if money or matters or agreed:
        # All loans of the batch at once: no stream may be locked after a party.
        heard = (*told, *money, *matters, *agreed)
        await standing.lock(session, {each.loan_id for each in heard})
    if matters:
        await standing.follow_matters(session, matters)
    if agreed:
        await standing.follow_agreements(session, agreed)
    if told:
        await standing.follow(session, desk, told)
    if money:
        await instalments.hear_money(session, desk, money)


async def receive_people(session: AsyncSession, desk: Desk, records: Sequence[Record]) -> None:
    sealed = [
        SealedPerson(record.tenant, record.key, record.body.sequence, record.body.sealed_person)
        for record in records
        if isinstance(record.body, PersonSealed)
    ]
    if sealed:
        await arrivals.receive(session, desk, sealed)


async def ask_about_promises(session: AsyncSession, records: Sequence[Record]) -> None:
    for record in records:
        if isinstance(record.body, PromiseNotTaken):
            told = NotTaken(
                tenant=record.tenant,
                loan_id=record.key,
                reply_id=record.body.reply_id,
                revision=record.body.revision,
                party_id=record.body.party_id,
                code=record.body.code,
            )
            await promising.ask_again(session, told, record.occurred_at)


def decode_accepted(raw: Raw) -> Record:
    """Of the facts of a loan only instalments are wanted: any other is handed on bare."""
    record = decode_event(raw)
    if not isinstance(record.body, LoanFactAccepted) or record.body.fact.HasField("instalment_due"):
        return record
    return replace(record, body=record.body.fact)


async def receive_instalments(session: AsyncSession, desk: Desk, records: Sequence[Record]) -> None:
    told = [
        _instalment(record, record.body)
        for record in records
        if isinstance(record.body, LoanFactAccepted)
    ]
    if told:
        await instalments.hear(session, desk, told)


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


def _moved(record: Record) -> TellPayment | TellReversal | None:
    body = record.body
    match body:
        case PaymentPosted():
            spent = body.allocation
            return TellPayment(
                tenant=record.tenant,
                loan_id=record.key,
                transaction_id=body.transaction_id,
                effective_on=_date(body.effective_on) or record.occurred_at.date(),
                arrears_minor=spent.costs_minor + spent.interest_minor + spent.principal_minor,
                beyond_minor=spent.unallocated_minor,
            )
        case PaymentReversalPosted():
            return TellReversal(record.tenant, record.key, body.transaction_id)
        case _:
            return None


def _matter(record: Record) -> Matter | None:
    match record.body:
        case MatterChanged() as body:
            expires_on = _date(body.limitation_expires_on)
            return Matter(record.tenant, record.key, record.version, expires_on, record.occurred_at)
        case _:
            return None


def _agreed(record: Record) -> Agreed | None:
    match record.body:
        case AgreementChanged() as body:
            return Agreed(
                tenant=record.tenant,
                loan_id=record.key,
                version=record.version,
                kind=AgreementKind(body.kind),
                status=AgreementStatus(body.status),
                at=record.occurred_at,
            )
        case _:
            return None


def _instalment(record: Record, body: LoanFactAccepted) -> TellInstalment:
    due = body.fact.instalment_due
    return TellInstalment(
        tenant=record.tenant,
        loan_id=record.key,
        number=due.number,
        due_on=date.fromisoformat(due.due_on),
        amount_minor=due.principal_minor + due.interest_minor + due.costs_minor,
        currency=due.currency,
        sequence=body.sequence,
        told_at=record.occurred_at,
    )


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
