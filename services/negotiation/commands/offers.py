"""An offer is made, and the borrower chooses within its bounds or declines."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Conflict, Invalid
from chassis.telemetry import new_event_id
from interfaces.facts import Agreement
from interfaces.negotiation import MakeOffer
from interfaces.tenant import Tenant
from interfaces.values import AgreementKind, AgreementStatus
from services.negotiation import store
from services.negotiation.commands import standing
from services.negotiation.commands.standing import OPEN, Moment
from services.negotiation.domain.agreements import local_date
from services.negotiation.domain.offers import OFFER_DAYS, Debt, Offer, offer_for, plan, settlement
from services.negotiation.settings import TOPIC
from services.negotiation.store import AgreementRow


@dataclass(frozen=True)
class Acceptance:
    """What the borrower chose; `instalments` is the plan's number of months."""

    agreement_id: str
    option: Literal["plan", "settlement"]
    party_id: str
    instalments: int | None = None


async def make_offer(
    session: AsyncSession, tenant: Tenant, command: MakeOffer, at: datetime
) -> Agreement:
    """Raises `negotiation/agreement_active` and `negotiation/unknown_product`."""
    await outbox.lock(session, TOPIC, [command.loan_id])
    moment = Moment(at, tenant.zone, command.key)
    latest = await standing.settled_latest(session, command.loan_id, moment)
    refuse_if_open(latest)
    loan = await store.loan(session, tenant.name, command.loan_id)
    offer = _offer(tenant, command, is_accelerated=loan is not None and loan.is_accelerated)
    row = AgreementRow(
        agreement_id=new_event_id(),
        tenant=tenant.name,
        loan_id=command.loan_id,
        ordinal=1 if latest is None else latest.ordinal + 1,
        episode=command.episode,
        rounds=1 + await store.rounds_of(session, command.loan_id, command.episode),
        kind=AgreementKind.PLAN,
        status=AgreementStatus.OFFERED,
        party_id=command.party_id,
        currency=command.currency,
        total_minor=offer.plan_minor,
        tolerance_minor=0 if loan is None else loan.tolerance_minor,
        made_at=at,
        offer=vars(offer),
        judge_at=at + timedelta(days=OFFER_DAYS),
    )
    await store.note_episodes(session, {command.loan_id: command.episode})
    return await standing.publish(session, row, "offered", moment)


async def accept(
    session: AsyncSession, tenant: Tenant, choice: Acceptance, now: datetime
) -> AgreementRow:
    """The offer becomes active; accepting the same again changes nothing. Raises
    `negotiation/offer_closed`, `negotiation/not_offered`, `negotiation/party_not_liable`."""
    row = await standing.find_locked(session, tenant.name, choice.agreement_id)
    moment = Moment(now, tenant.zone, f"{choice.agreement_id}/accept")
    await _settle_offer(session, row, moment)
    if _is_accepted_so(row, choice):
        return row
    _refuse_unless_offered(row)
    await _refuse_stranger(session, row, choice.party_id)
    _write_terms(row, choice, moment)
    payments = (await store.payments_of(session, [row.loan_id]))[row.loan_id]
    standing.derive(row, payments, moment)
    await standing.publish(session, row, "accepted", moment)
    return row


async def decline(
    session: AsyncSession, tenant: Tenant, agreement_id: str, party_id: str, now: datetime
) -> AgreementRow:
    """Raises `negotiation/offer_closed`, `negotiation/party_not_liable`."""
    row = await standing.find_locked(session, tenant.name, agreement_id)
    moment = Moment(now, tenant.zone, f"{agreement_id}/decline")
    await _settle_offer(session, row, moment)
    if row.status == AgreementStatus.DECLINED:
        return row
    _refuse_unless_offered(row)
    await _refuse_stranger(session, row, party_id)
    await standing.conclude(session, row, AgreementStatus.DECLINED, "declined", moment)
    return row


def refuse_if_open(latest: AgreementRow | None) -> None:
    if latest is not None and latest.status in OPEN:
        raise Conflict(
            "negotiation/agreement_active",
            f"The loan's {latest.kind} {latest.agreement_id} is still {latest.status}; wait until "
            "it is answered, kept, broken or expired.",
            agreement_id=latest.agreement_id,
            status=latest.status,
        )


def refuse_unless_liable(party_id: str, liable: Collection[str], loan_id: str) -> None:
    """Only who owes may bind themselves."""
    if party_id not in liable:
        raise Invalid(
            "negotiation/party_not_liable",
            f"Party {party_id} does not owe loan {loan_id}; name a borrower or guarantor of it.",
        )


def offer_of(row: AgreementRow) -> Offer | None:
    return None if row.offer is None else Offer(**row.offer)


def _offer(tenant: Tenant, command: MakeOffer, *, is_accelerated: bool) -> Offer:
    product = tenant.product(command.product)
    if product is None:
        raise Invalid(
            "negotiation/unknown_product",
            f"Tenant {tenant.name} has no product {command.product!r}; configure its limits.",
        )
    if command.overdue_minor <= 0:
        raise Invalid(
            "negotiation/nothing_owed",
            f"Nothing collectable is overdue ({command.overdue_minor}); there is nothing to offer.",
        )
    debt = Debt(command.overdue_minor, command.balance_minor, is_accelerated)
    return offer_for(debt, product)


async def _refuse_stranger(session: AsyncSession, row: AgreementRow, party_id: str) -> None:
    """The party the offer was made to may answer it, and any other that owes the loan."""
    loan = await store.loan(session, row.tenant, row.loan_id)
    liable = [] if loan is None else loan.liable_parties
    refuse_unless_liable(party_id, [row.party_id, *liable], row.loan_id)


async def _settle_offer(session: AsyncSession, row: AgreementRow, moment: Moment) -> None:
    if row.status == AgreementStatus.OFFERED:
        await standing.settle(session, row, [], moment)


def _is_accepted_so(row: AgreementRow, choice: Acceptance) -> bool:
    if row.agreed_on is None or row.kind != choice.option:
        return False
    return choice.option == "settlement" or choice.instalments in (None, len(row.instalments))


def _refuse_unless_offered(row: AgreementRow) -> None:
    if row.status != AgreementStatus.OFFERED:
        raise Conflict(
            "negotiation/offer_closed",
            f"Agreement {row.agreement_id} is {row.status}, not an open offer; ask for a new one.",
            status=row.status,
        )


def _write_terms(row: AgreementRow, choice: Acceptance, moment: Moment) -> None:
    offer, agreed_on = offer_of(row), local_date(moment.at, moment.zone)
    if offer is None:
        raise ValueError(f"offer {row.agreement_id} has no bounds")
    if choice.option == "settlement":
        agreed = settlement(offer.settlement_minor, agreed_on)
        row.kind, row.waived_minor = AgreementKind.SETTLEMENT, offer.waived_minor
    else:
        months = choice.instalments or offer.months_shown()[0]
        if not 1 <= months <= offer.plan_months_max:
            raise Invalid(
                "negotiation/not_offered",
                f"A plan of {months} months was not offered; choose 1 to {offer.plan_months_max}.",
                plan_months_max=offer.plan_months_max,
            )
        agreed = plan(offer.plan_minor, months, agreed_on)
    row.total_minor = sum(each.amount_minor for each in agreed)
    row.party_id, row.instalments = choice.party_id, standing.stored(agreed)
    row.agreed_on, row.agreed_at = agreed_on, moment.at
