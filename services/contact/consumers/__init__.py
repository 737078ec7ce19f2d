"""What contact hears: positions, episodes, legal matters and agreements, which move standing; money
and instalments, on which reminders hang; sealed people; and promises nobody could take."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Consumer, Raw, Record
from chassis.inbox import decode_event
from chassis.service import Context
from events.v1.case_pb2 import EpisodeClosed, EpisodeOpened
from events.v1.intake_pb2 import LoanFactAccepted, PersonSealed
from events.v1.ledger_pb2 import PaymentPosted, PaymentReversalPosted, PositionChanged
from events.v1.legal_pb2 import MatterChanged
from events.v1.negotiation_pb2 import AgreementChanged, PromiseNotTaken
from services.contact.commands import announcing, arrivals, instalments, promising, standing
from services.contact.commands.desk import Desk, desk
from services.contact.commands.people import SealedPerson
from services.contact.commands.promising import NotTaken
from services.contact.consumers.records import (
    agreed_in,
    facts_of,
    instalment_in,
    matter_of,
    moved_by,
    sale_in,
    told_of,
)
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
_FACTS = frozenset({"instalment_due", "sold"})


def consumers(context: Context) -> Sequence[Consumer]:
    its_desk = desk(context.settings, context.clock)

    async def follow(session: AsyncSession, records: Sequence[Record]) -> None:
        await follow_standing(session, its_desk, records)

    async def receive(session: AsyncSession, records: Sequence[Record]) -> None:
        await receive_people(session, its_desk, records)
        await receive_facts(session, its_desk, records)

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
    told = [each for record in records if (each := told_of(record)) is not None]
    money = [moved for record in records if (moved := moved_by(record)) is not None]
    matters = [matter for record in records if (matter := matter_of(record)) is not None]
    agreed = [agreement for record in records if (agreement := agreed_in(record)) is not None]
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
    """Of the facts of a loan instalments and sales are wanted: any other is handed on bare."""
    record = decode_event(raw)
    body = record.body
    if not isinstance(body, LoanFactAccepted) or body.fact.WhichOneof("fact") in _FACTS:
        return record
    return replace(record, body=body.fact)


async def receive_facts(session: AsyncSession, desk: Desk, records: Sequence[Record]) -> None:
    """Instalments and sales; all loans of the batch are locked at once."""
    loan_ids = {record.key for record in records if isinstance(record.body, LoanFactAccepted)}
    if loan_ids:
        await standing.lock(session, loan_ids)
        await receive_instalments(session, desk, records)
        await receive_sales(session, desk, records)


async def receive_instalments(session: AsyncSession, desk: Desk, records: Sequence[Record]) -> None:
    told = [instalment_in(record, body) for record, body in facts_of(records, "instalment_due")]
    if told:
        await instalments.hear(session, desk, told)


async def receive_sales(session: AsyncSession, desk: Desk, records: Sequence[Record]) -> None:
    told = [sale_in(record, body) for record, body in facts_of(records, "sold")]
    if told:
        await announcing.hear(session, desk, told, desk.clock.now())


async def exclude_confirmations(
    session: AsyncSession, keys: Collection[str], is_parked: bool
) -> None:
    """A loan is parked under its lock: no confirmation that began before may commit after."""
    await standing.lock(session, keys)
