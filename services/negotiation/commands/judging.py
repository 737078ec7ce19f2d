"""An agreement is looked at when its time has come, or taken over as another system proved it."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.telemetry import new_event_id
from interfaces.facts import Agreement
from interfaces.negotiation import AdoptAgreement, JudgeAgreement
from interfaces.tenant import Tenant
from interfaces.values import AgreementStatus
from services.negotiation import store
from services.negotiation.commands import standing
from services.negotiation.commands.standing import OPEN, Moment
from services.negotiation.domain.agreements import Instalment, local_date
from services.negotiation.settings import TOPIC
from services.negotiation.store import AgreementRow, LoanRow


async def judge(
    session: AsyncSession, tenant: Tenant, command: JudgeAgreement, at: datetime
) -> Agreement:
    """Raises `negotiation/unknown_agreement`. An agreement that a later one replaced is answered
    as it ended."""
    row = await standing.find_locked(session, tenant.name, command.agreement_id)
    moment = Moment(at, tenant.zone, command.key)
    latest = (await store.latest_of(session, [row.loan_id]))[row.loan_id]
    if latest.agreement_id == row.agreement_id:
        payments = (await store.payments_of(session, [row.loan_id]))[row.loan_id]
        await standing.settle(session, row, payments, moment)
    return standing.fact_of(row)


async def adopt(
    session: AsyncSession, tenant: Tenant, command: AdoptAgreement, at: datetime
) -> Agreement:
    """The proven schedule goes on, with what was paid before; it replaces an open agreement."""
    await outbox.lock(session, TOPIC, [command.loan_id])
    moment = Moment(at, tenant.zone, command.key)
    latest = await standing.settled_latest(session, command.loan_id, moment)
    if latest is not None and latest.status in OPEN:
        await standing.conclude(session, latest, AgreementStatus.CANCELLED, "cancelled", moment)
    loan = await store.loan(session, tenant.name, command.loan_id)
    row = await _adopted_row(session, tenant, command, loan, moment)
    row.ordinal = 1 if latest is None else latest.ordinal + 1
    payments = (await store.payments_of(session, [row.loan_id]))[row.loan_id]
    standing.derive(row, payments, moment)
    await store.note_episodes(session, {command.loan_id: command.episode})
    return await standing.publish(session, row, "adopted", moment)


async def _adopted_row(
    session: AsyncSession,
    tenant: Tenant,
    command: AdoptAgreement,
    loan: LoanRow | None,
    moment: Moment,
) -> AgreementRow:
    proven = command.agreement
    schedule = tuple(map(Instalment, proven.due_on, proven.due_minor))
    agreed_on = local_date(moment.at, moment.zone)
    if loan is not None and loan.taken_over_on is not None:
        # What the other system proved holds for the end of its last day, as a snapshot does.
        agreed_on = loan.taken_over_on + timedelta(days=1)
    return AgreementRow(
        agreement_id=new_event_id(),
        tenant=tenant.name,
        loan_id=command.loan_id,
        ordinal=0,
        episode=command.episode,
        rounds=1 + await store.rounds_of(session, command.loan_id, command.episode),
        kind=proven.kind,
        status=AgreementStatus.ACTIVE,
        party_id=proven.party_id,
        currency=command.currency,
        total_minor=sum(proven.due_minor),
        paid_before_minor=proven.paid_minor,
        tolerance_minor=0 if loan is None else loan.tolerance_minor,
        made_at=moment.at,
        agreed_on=agreed_on,
        instalments=standing.stored(schedule),
    )
