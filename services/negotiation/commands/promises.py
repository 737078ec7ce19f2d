"""A liable party promises to pay an amount by a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Conflict, Invalid, NotFound
from chassis.telemetry import new_event_id
from interfaces.tenant import Tenant
from interfaces.values import AgreementKind, AgreementStatus, Disposition
from services.negotiation import store
from services.negotiation.commands import standing
from services.negotiation.commands.offers import refuse_if_open, refuse_unless_liable
from services.negotiation.commands.standing import Moment
from services.negotiation.domain.agreements import Instalment, local_date
from services.negotiation.domain.offers import BROKEN_PROMISES_MAX, PROMISE_DAYS_MAX
from services.negotiation.settings import TOPIC
from services.negotiation.store import AgreementRow, LoanRow

OWING = (Disposition.OVERDUE, Disposition.COVERED)


@dataclass(frozen=True)
class Promise:
    promise_id: str
    loan_id: str
    party_id: str
    amount_minor: int
    currency: str
    due_on: date


async def promise(
    session: AsyncSession, tenant: Tenant, given: Promise, now: datetime
) -> AgreementRow:
    """A new promise takes the place of an open offer. The same promise id again returns the first
    result. Raises `negotiation/unknown_loan`, `negotiation/agreement_active`,
    `negotiation/too_many_broken` and the refusals of a promise that makes no sense."""
    await outbox.lock(session, TOPIC, [given.loan_id])
    known = await store.by_promise(session, tenant.name, given.promise_id)
    if known is not None:
        _refuse_if_other(known, given)
        return known
    loan = await _owing_loan(session, tenant, given)
    said = Moment(now, tenant.zone, given.promise_id)
    refuse_unless_liable(given.party_id, loan.liable_parties, loan.loan_id)
    _refuse_unless_sensible(given, loan, local_date(now, tenant.zone))
    moment = await _not_before_latest(session, given.loan_id, said)
    latest = await standing.settled_latest(session, given.loan_id, moment)
    row = await _new_row(session, loan, given, latest, said)
    if latest is not None and latest.status == AgreementStatus.OFFERED:
        await standing.conclude(session, latest, AgreementStatus.CANCELLED, "cancelled", moment)
    refuse_if_open(latest)
    await _refuse_if_often_broken(session, row)
    payments = (await store.payments_of(session, [row.loan_id]))[row.loan_id]
    standing.derive(row, payments, said)
    await standing.publish(session, row, "promised", moment)
    return row


async def _not_before_latest(session: AsyncSession, loan_id: str, said: Moment) -> Moment:
    """A promise that is heard late takes back nothing that was judged since it was given."""
    latest = (await store.latest_of(session, [loan_id])).get(loan_id)
    return said if latest is None else standing.not_before(said, latest)


async def _owing_loan(session: AsyncSession, tenant: Tenant, given: Promise) -> LoanRow:
    loan = await store.loan(session, tenant.name, given.loan_id)
    if loan is None:
        raise NotFound(
            "negotiation/unknown_loan",
            f"Tenant {tenant.name} has no loan {given.loan_id}; check the id.",
        )
    if loan.disposition not in OWING:
        raise Conflict(
            "negotiation/nothing_owed",
            f"Loan {given.loan_id} is {loan.disposition}; there is nothing to promise.",
        )
    return loan


async def _new_row(
    session: AsyncSession,
    loan: LoanRow,
    given: Promise,
    latest: AgreementRow | None,
    moment: Moment,
) -> AgreementRow:
    episode = await store.episode_of(session, loan.loan_id)
    return AgreementRow(
        agreement_id=new_event_id(),
        tenant=loan.tenant,
        loan_id=loan.loan_id,
        ordinal=1 if latest is None else latest.ordinal + 1,
        episode=episode,
        rounds=1 + await store.rounds_of(session, loan.loan_id, episode),
        kind=AgreementKind.PROMISE,
        status=AgreementStatus.ACTIVE,
        party_id=given.party_id,
        currency=given.currency,
        total_minor=given.amount_minor,
        tolerance_minor=loan.tolerance_minor,
        made_at=moment.at,
        agreed_on=local_date(moment.at, moment.zone),
        agreed_at=moment.at,
        instalments=standing.stored((Instalment(given.due_on, given.amount_minor),)),
        promise_id=given.promise_id,
    )


def _refuse_if_other(known: AgreementRow, given: Promise) -> None:
    first = standing.instalments_of(known)[0]
    if (known.loan_id, known.party_id, known.currency, first) != (
        given.loan_id,
        given.party_id,
        given.currency,
        Instalment(given.due_on, given.amount_minor),
    ):
        raise Conflict(
            "negotiation/promise_id_reused",
            f"Promise id {given.promise_id} was used for another promise; use a new id.",
        )


def _refuse_unless_sensible(given: Promise, loan: LoanRow, today: date) -> None:
    if given.amount_minor <= 0:
        raise Invalid(
            "negotiation/amount_not_positive",
            f"A promise of {given.amount_minor} pays nothing; promise at least 1 minor unit.",
        )
    owed_minor = max(loan.overdue_minor, loan.balance_minor or 0)
    if loan.balance_minor is not None and given.amount_minor > owed_minor:
        raise Invalid(
            "negotiation/amount_above_balance",
            f"A promise of {given.amount_minor} is more than the {owed_minor} owed; promise less.",
            owed_minor=owed_minor,
        )
    if given.currency != loan.currency:
        raise Invalid(
            "negotiation/other_currency",
            f"The loan is in {loan.currency}, the promise in {given.currency}; use the loan's.",
        )
    last = today + timedelta(days=PROMISE_DAYS_MAX)
    if not today <= given.due_on <= last:
        raise Invalid(
            "negotiation/due_date_out_of_range",
            f"A promise due on {given.due_on} cannot be taken; name a day from {today} to {last}.",
        )


async def _refuse_if_often_broken(session: AsyncSession, row: AgreementRow) -> None:
    broken = await store.broken_promises_of(session, row.loan_id, row.episode)
    if broken >= BROKEN_PROMISES_MAX:
        raise Conflict(
            "negotiation/too_many_broken",
            f"{broken} promises were broken in this episode; agree on a plan instead of a promise.",
            broken=broken,
        )
