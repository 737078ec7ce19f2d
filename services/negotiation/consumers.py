"""The door for facts: money from the ledger, episodes from the cases, promises from contact."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Consumer
from chassis.inbox import Record
from chassis.service import Context

# Imported for their message types alone: what a topic carries must decode.
from events.v1 import (  # noqa: F401
    contact_calls_pb2,
    contact_customer_pb2,
    contact_pb2,
    contact_placements_pb2,
)
from events.v1.case_pb2 import EpisodeClosed, EpisodeOpened
from events.v1.contact_replies_pb2 import ReplyUnderstood
from events.v1.ledger_pb2 import PaymentPosted, PaymentReversalPosted, PositionChanged
from interfaces.values import LIABLE_ROLES, ClosingReason, Disposition
from services.negotiation.commands import facts, promised
from services.negotiation.commands.facts import (
    Batch,
    EpisodeSeen,
    Heard,
    LoanSeen,
    PaymentSeen,
    ReversalSeen,
)
from services.negotiation.commands.promised import GivenInReply
from services.negotiation.settings import tenant_named

WANTED = (PositionChanged, PaymentPosted, PaymentReversalPosted, EpisodeOpened, EpisodeClosed)
TOPICS = ("collect.ledger.v1", "collect.case.v1")
REPLIES_TOPIC = "collect.contact.v1"


def consumers(context: Context) -> list[Consumer]:
    def zone_of(tenant: str) -> str:
        return tenant_named(context.settings, tenant).zone

    async def take_in(session: AsyncSession, records: Sequence[Record]) -> None:
        batch = batch_of(records)
        if batch.heard:
            await facts.take_in(session, batch, zone_of)

    async def hear_replies(session: AsyncSession, records: Sequence[Record]) -> None:
        given = [
            _given(each, each.body) for each in records if isinstance(each.body, ReplyUnderstood)
        ]
        await promised.hear_all(session, given, lambda tenant: tenant_named(settings, tenant))

    settings = context.settings
    return [
        Consumer(
            name="negotiation",
            topics=TOPICS,
            database=context.database,
            linger_seconds=0.4,
            wants=WANTED,
            settings=context.settings,
            handler=take_in,
        ),
        Consumer(
            name="negotiation-replies",
            topics=(REPLIES_TOPIC,),
            database=context.database,
            wants=(ReplyUnderstood,),
            settings=context.settings,
            handler=hear_replies,
        ),
    ]


def batch_of(records: Sequence[Record]) -> Batch:
    """The facts that negotiation knows what to do with; others are passed over."""
    batch = Batch()
    for record in records:
        if _put(batch, record):
            batch.heard[record.key] = Heard(record.tenant, record.occurred_at, record.event_id)
    return batch


def _put(batch: Batch, record: Record) -> bool:
    match record.body:
        case PositionChanged():
            batch.loans.append(_loan(record, record.body))
        case PaymentPosted():
            batch.payments.append(_payment(record, record.body))
        case PaymentReversalPosted():
            reversal = ReversalSeen(record.key, record.body.transaction_id, record.occurred_at)
            batch.reversals.append(reversal)
        case EpisodeOpened():
            batch.episodes.append(EpisodeSeen(record.key, record.body.episode))
        case EpisodeClosed():
            reason = ClosingReason(record.body.reason)
            batch.episodes.append(EpisodeSeen(record.key, record.body.episode, reason))
        case _:
            return False
    return True


def _loan(record: Record, body: PositionChanged) -> LoanSeen:
    taken_over = body.taken_over.on if body.HasField("taken_over") else ""
    return LoanSeen(
        loan_id=record.key,
        tenant=record.tenant,
        version=record.version,
        at=record.occurred_at,
        disposition=Disposition(body.disposition),
        currency=body.currency,
        overdue_minor=body.overdue_costs_minor
        + body.overdue_interest_minor
        + body.overdue_principal_minor,
        tolerance_minor=body.tolerance_minor,
        is_accelerated=body.is_accelerated,
        liable_parties=tuple(
            party.party_ref for party in body.parties if party.role in LIABLE_ROLES
        ),
        taken_over_on=date.fromisoformat(taken_over) if taken_over else None,
        balance_minor=body.balance_minor,
    )


def _payment(record: Record, body: PaymentPosted) -> PaymentSeen:
    return PaymentSeen(
        loan_id=record.key,
        transaction_id=body.transaction_id,
        amount_minor=body.amount_minor,
        effective_on=date.fromisoformat(body.effective_on),
        accepted_at=record.occurred_at,
    )


def _given(record: Record, body: ReplyUnderstood) -> GivenInReply:
    return GivenInReply(
        tenant=record.tenant,
        loan_id=record.key,
        reply_id=body.reply_id,
        revision=body.revision,
        party_id=body.party_id,
        amount_minor=body.promised_minor,
        currency=body.currency,
        due_on=date.fromisoformat(body.promised_on) if body.promised_on else None,
        is_complete=body.is_promise_complete,
        at=record.occurred_at,
    )
