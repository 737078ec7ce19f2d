"""An agreement's state as it is kept, derived anew, and told to the world."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import NotFound
from chassis.outbox import Event
from events.v1.negotiation_pb2 import AgreedAmount, AgreementChanged
from interfaces.facts import Agreement
from interfaces.values import AgreementKind, AgreementStatus
from services.negotiation import store
from services.negotiation.domain.agreements import (
    Instalment,
    Payment,
    Terms,
    judge,
    local_date,
    paid_by_instalment,
)
from services.negotiation.settings import TOPIC
from services.negotiation.store import AgreementRow, PaymentRow

OPEN = (AgreementStatus.OFFERED, AgreementStatus.ACTIVE)
JUDGED = (AgreementStatus.ACTIVE, AgreementStatus.KEPT, AgreementStatus.BROKEN)


@dataclass(frozen=True)
class Moment:
    """When something happens to an agreement, by which business calendar, and what caused it."""

    at: datetime
    zone: str
    cause: str


async def find_locked(session: AsyncSession, tenant: str, agreement_id: str) -> AgreementRow:
    """Locks the loan's stream, then reads; raises `negotiation/unknown_agreement`."""
    loan_id = await store.loan_of(session, tenant, agreement_id)
    if loan_id is not None:
        await outbox.lock(session, TOPIC, [loan_id])
        row = await store.agreement(session, agreement_id)
        if row is not None:
            return row
    raise NotFound(
        "negotiation/unknown_agreement",
        f"Tenant {tenant} has no agreement {agreement_id}; list the loan's agreements.",
    )


async def settled_latest(
    session: AsyncSession, loan_id: str, moment: Moment
) -> AgreementRow | None:
    """The loan's latest agreement, brought up to the moment."""
    row = (await store.latest_of(session, [loan_id])).get(loan_id)
    if row is not None:
        payments = (await store.payments_of(session, [loan_id]))[loan_id]
        await settle(session, row, payments, moment)
    return row


async def settle(
    session: AsyncSession, row: AgreementRow, payments: list[PaymentRow], moment: Moment
) -> None:
    """Derive the state anew from terms, money and the time, and publish it if it changed. What is
    heard late is judged at the latest instant at which the state stood: money that was paid in time
    mends a broken agreement, an old word alone never reopens it."""
    moment = not_before(moment, row)
    if row.status == AgreementStatus.OFFERED:
        if row.judge_at is not None and row.judge_at <= moment.at:
            await conclude(session, row, AgreementStatus.EXPIRED, "expired", moment)
        return
    if row.status not in JUDGED:
        return
    before = (row.status, row.paid_minor, row.next_due_on, row.judge_at)
    derive(row, payments, moment)
    after = (row.status, row.paid_minor, row.next_due_on, row.judge_at)
    if after != before:
        what = _change(AgreementStatus(before[0]), AgreementStatus(row.status))
        is_taken_back = row.paid_minor < before[1]
        await publish(session, row, "reopened" if not what and is_taken_back else what, moment)


def not_before(moment: Moment, row: AgreementRow) -> Moment:
    """A moment at which nothing is taken back that was found out about the agreement since."""
    return moment if row.changed_at <= moment.at else replace(moment, at=row.changed_at)


def derive(row: AgreementRow, payments: list[PaymentRow], moment: Moment) -> None:
    progress = judge(_terms(row, moment.zone), [_payment(p, moment) for p in payments], moment.at)
    row.status = progress.status
    row.paid_minor = progress.paid_minor
    row.next_due_on = progress.next_due_on
    row.judge_at = progress.judge_at


async def conclude(
    session: AsyncSession,
    row: AgreementRow,
    status: AgreementStatus,
    change: str,
    moment: Moment,
) -> None:
    """End an agreement for a reason other than money."""
    row.status, row.next_due_on, row.judge_at = status, None, None
    await publish(session, row, change, moment)


async def publish(
    session: AsyncSession, row: AgreementRow, change: str, moment: Moment
) -> Agreement:
    """Tell the agreement's absolute state; its version is that of the stream."""
    body = _changed(row, change or "instalment_paid", moment.at)
    event = Event(row.tenant, row.loan_id, body, moment.at, moment.cause)
    row.version = await outbox.append(session, TOPIC, event)
    row.changed_at = moment.at
    session.add(row)
    await session.flush()
    return fact_of(row)


def fact_of(row: AgreementRow) -> Agreement:
    return Agreement(
        version=row.version,
        at=row.changed_at,
        agreement_id=row.agreement_id,
        kind=AgreementKind(row.kind),
        status=AgreementStatus(row.status),
        party_id=row.party_id,
        total_minor=row.total_minor,
        paid_minor=row.paid_minor,
        next_due_on=row.next_due_on,
        judge_at=row.judge_at,
        rounds=row.rounds,
    )


def instalments_of(row: AgreementRow) -> tuple[Instalment, ...]:
    return tuple(
        Instalment(date.fromisoformat(each["due_on"]), each["amount_minor"])
        for each in row.instalments
    )


def stored(instalments: tuple[Instalment, ...]) -> list[dict[str, object]]:
    return [
        {"due_on": each.due_on.isoformat(), "amount_minor": each.amount_minor}
        for each in instalments
    ]


def _terms(row: AgreementRow, zone: str) -> Terms:
    if row.agreed_on is None:
        raise ValueError(f"agreement {row.agreement_id} is {row.status} but was never agreed")
    return Terms(
        agreed_on=row.agreed_on,
        agreed_at=row.agreed_at,
        instalments=instalments_of(row),
        zone=zone,
        tolerance_minor=row.tolerance_minor,
        paid_before_minor=row.paid_before_minor,
    )


def _payment(row: PaymentRow, moment: Moment) -> Payment:
    if row.amount_minor is None or row.effective_on is None or row.accepted_at is None:
        raise ValueError(f"payment {row.transaction_id} of loan {row.loan_id} is not posted yet")
    reversed_on = None if row.reversed_at is None else local_date(row.reversed_at, moment.zone)
    return Payment(row.amount_minor, row.effective_on, row.accepted_at, reversed_on)


def _change(before: AgreementStatus, after: AgreementStatus) -> str:
    if before is after:
        return ""
    return "reopened" if after is AgreementStatus.ACTIVE else after.value


def _changed(row: AgreementRow, change: str, at: datetime) -> AgreementChanged:
    instalments = instalments_of(row)
    paid = paid_by_instalment(instalments, row.paid_minor)
    return AgreementChanged(
        agreement_id=row.agreement_id,
        kind=row.kind,
        status=row.status,
        change=change,
        party_id=row.party_id,
        currency=row.currency,
        total_minor=row.total_minor,
        paid_minor=row.paid_minor,
        next_due_on=row.next_due_on.isoformat() if row.next_due_on else "",
        judge_at=row.judge_at,
        rounds=row.rounds,
        schedule=[
            AgreedAmount(
                due_on=each.due_on.isoformat(), amount_minor=each.amount_minor, paid_minor=part
            )
            for each, part in zip(instalments, paid, strict=True)
        ],
        at=at,
        waived_minor=row.waived_minor,
    )
