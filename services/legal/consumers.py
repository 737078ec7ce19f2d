"""The door for facts: positions, money, delivered notices, promises, and closed cases."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Consumer
from chassis.inbox import Record
from chassis.service import Context

# Imported for their message types: what a topic carries must decode.
from events.v1 import (  # noqa: F401
    contact_calls_pb2,
    contact_customer_pb2,
    contact_placements_pb2,
    contact_replies_pb2,
)
from events.v1.case_pb2 import EpisodeClosed
from events.v1.contact_pb2 import ContactProgressed
from events.v1.ledger_pb2 import PaymentPosted, PaymentReversalPosted, PositionChanged
from events.v1.negotiation_pb2 import AgreementChanged
from interfaces.tenant import Tenant
from interfaces.values import ClosingReason, Disposition, NoticeStatus
from services.legal.commands import facts
from services.legal.commands.facts import (
    Batch,
    EpisodeEnded,
    Heard,
    InterruptionSeen,
    LoanSeen,
)
from services.legal.domain.limitation import InterruptionKind
from services.legal.domain.matters import local_date
from services.legal.settings import tenant_named

TOPICS = ("collect.ledger.v1", "collect.contact.v1", "collect.negotiation.v1", "collect.case.v1")

WANTED = (
    PositionChanged,
    PaymentPosted,
    PaymentReversalPosted,
    ContactProgressed,
    AgreementChanged,
    EpisodeClosed,
)

# Interpretation 2008-11 (2020) art. 14: the debtor's promise of instalments acknowledges the debt.
ACKNOWLEDGING = ("promised", "accepted")


def consumers(context: Context) -> list[Consumer]:
    def tenant_of(name: str) -> Tenant:
        return tenant_named(context.settings, name)

    async def take_in(session: AsyncSession, records: Sequence[Record]) -> None:
        batch = Batch()
        for record in records:
            if _put(batch, record, tenant_of(record.tenant).zone):
                batch.heard[record.key] = Heard(record.tenant, record.occurred_at, record.event_id)
        if batch.heard:
            await facts.take_in(session, batch, tenant_of)

    return [
        Consumer(
            name="legal",
            topics=TOPICS,
            database=context.database,
            linger_seconds=0.4,
            wants=WANTED,
            settings=context.settings,
            handler=take_in,
        )
    ]


def _put(batch: Batch, record: Record, zone: str) -> bool:
    """Whether the record says anything to legal."""
    body = record.body
    match body:
        case PositionChanged():
            batch.loans.append(_loan(record, body))
            batch.interruptions.extend(_taken_over(record.key, body))
        case PaymentPosted() | PaymentReversalPosted():
            batch.interruptions.append(_payment(record.key, body))
        case ContactProgressed() if body.notices:
            batch.interruptions.extend(_notices(record.key, body, zone))
        case AgreementChanged() if body.change in ACKNOWLEDGING:
            on = local_date(record.occurred_at, zone)
            evidence = f"agreement/{body.agreement_id}"
            acknowledged = InterruptionKind.ACKNOWLEDGEMENT
            batch.interruptions.append(InterruptionSeen(record.key, evidence, acknowledged, on))
        case EpisodeClosed():
            reason = ClosingReason(body.reason)
            batch.endings.append(EpisodeEnded(record.key, body.episode, reason))
        case _:
            return False
    return True


def _loan(record: Record, body: PositionChanged) -> LoanSeen:
    return LoanSeen(
        loan_id=record.key,
        tenant=record.tenant,
        version=record.version,
        at=record.occurred_at,
        disposition=Disposition(body.disposition),
        product=body.product,
        oldest_due_on=_day(body.oldest_due_on),
        last_instalment_due_on=_day(body.last_instalment_due_on),
        is_accelerated=body.is_accelerated,
    )


def _taken_over(loan_id: str, body: PositionChanged) -> Iterator[InterruptionSeen]:
    on = _day(body.taken_over.limitation_restarted_on) if body.HasField("taken_over") else None
    if on is not None:
        yield InterruptionSeen(loan_id, "taken_over", InterruptionKind.ACKNOWLEDGEMENT, on)


def _payment(loan_id: str, body: PaymentPosted | PaymentReversalPosted) -> InterruptionSeen:
    return InterruptionSeen(
        loan_id,
        f"payment/{body.transaction_id}",
        InterruptionKind.PAYMENT,
        date.fromisoformat(body.effective_on),
        is_void=isinstance(body, PaymentReversalPosted),
    )


def _notices(loan_id: str, body: ContactProgressed, zone: str) -> Iterator[InterruptionSeen]:
    for notice in body.notices:
        if notice.status == NoticeStatus.DELIVERED and notice.HasField("delivered_at"):
            on = local_date(notice.delivered_at.ToDatetime(tzinfo=UTC), zone)
            evidence = f"notice/{notice.kind}/{notice.party_id}/{on.isoformat()}"
            yield InterruptionSeen(loan_id, evidence, InterruptionKind.DEMAND, on)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
