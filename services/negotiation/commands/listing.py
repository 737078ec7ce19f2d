"""What people may see of a loan's agreements."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.values import AgreementStatus
from services.negotiation import store
from services.negotiation.commands import standing
from services.negotiation.commands.offers import offer_of
from services.negotiation.domain.agreements import Instalment, local_date, paid_by_instalment
from services.negotiation.domain.offers import plan, settlement
from services.negotiation.store import AgreementRow


@dataclass(frozen=True)
class ScheduledAmount:
    due_on: date
    amount_minor: int
    paid_minor: int = 0


@dataclass(frozen=True)
class Option:
    """One way to accept an offer; the schedule is what it would be on the day of the offer."""

    option: str
    instalments: int
    total_minor: int
    waived_minor: int
    schedule: tuple[ScheduledAmount, ...]


@dataclass(frozen=True)
class AgreementView:
    agreement_id: str
    loan_id: str
    version: int
    at: datetime
    kind: str
    status: str
    party_id: str
    currency: str
    total_minor: int
    paid_minor: int
    waived_minor: int
    next_due_on: date | None
    judge_at: datetime | None
    rounds: int
    episode: int
    schedule: tuple[ScheduledAmount, ...]
    options: tuple[Option, ...] = ()
    plan_months_max: int | None = None


async def agreements(
    session: AsyncSession, tenant: str, zone: str, loan_id: str, at_most: int
) -> list[AgreementView]:
    """Newest first."""
    rows = await store.agreements_of(session, tenant, loan_id, at_most)
    return [view_of(row, zone) for row in rows]


def view_of(row: AgreementRow, zone: str) -> AgreementView:
    instalments = standing.instalments_of(row)
    paid = paid_by_instalment(instalments, row.paid_minor)
    offer = offer_of(row) if row.status == AgreementStatus.OFFERED else None
    return AgreementView(
        agreement_id=row.agreement_id,
        loan_id=row.loan_id,
        version=row.version,
        at=row.changed_at,
        kind=row.kind,
        status=row.status,
        party_id=row.party_id,
        currency=row.currency,
        total_minor=row.total_minor,
        paid_minor=row.paid_minor,
        waived_minor=row.waived_minor,
        next_due_on=row.next_due_on,
        judge_at=row.judge_at,
        rounds=row.rounds,
        episode=row.episode,
        schedule=tuple(
            ScheduledAmount(each.due_on, each.amount_minor, part)
            for each, part in zip(instalments, paid, strict=True)
        ),
        options=_options(row, zone),
        plan_months_max=None if offer is None else offer.plan_months_max,
    )


def _options(row: AgreementRow, zone: str) -> tuple[Option, ...]:
    offer = offer_of(row) if row.status == AgreementStatus.OFFERED else None
    if offer is None:
        return ()
    day = local_date(row.made_at, zone)
    plans = [
        _option("plan", plan(offer.plan_minor, months, day), 0) for months in offer.months_shown()
    ]
    settled = settlement(offer.settlement_minor, day)
    return (*plans, _option("settlement", settled, offer.waived_minor))


def _option(name: str, instalments: tuple[Instalment, ...], waived_minor: int) -> Option:
    return Option(
        option=name,
        instalments=len(instalments),
        total_minor=sum(each.amount_minor for each in instalments),
        waived_minor=waived_minor,
        schedule=tuple(ScheduledAmount(each.due_on, each.amount_minor) for each in instalments),
    )
