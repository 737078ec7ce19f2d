"""A promise given in a reply or a call is taken as one given here, once per reply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Rejected
from chassis.outbox import Event
from events.v1.negotiation_pb2 import PromiseNotTaken
from interfaces.tenant import Tenant
from interfaces.values import AgreementKind, AgreementStatus
from services.negotiation import store
from services.negotiation.commands import promises, standing
from services.negotiation.commands.promises import Promise
from services.negotiation.commands.standing import Moment
from services.negotiation.domain.agreements import Instalment
from services.negotiation.settings import TOPIC
from services.negotiation.store import AgreementRow, ReplyPromiseRow

PROMISED_BEFORE = "negotiation/promised_before"


@dataclass(frozen=True)
class GivenInReply:
    """What a reply was understood as; one that is not complete promises nothing yet. `at` is when
    it was understood, and its day is judged by that."""

    tenant: str
    loan_id: str
    reply_id: str
    revision: int
    party_id: str
    amount_minor: int
    currency: str
    due_on: date | None
    is_complete: bool
    at: datetime


async def hear_all(
    session: AsyncSession, given: Sequence[GivenInReply], tenant_of: Callable[[str], Tenant]
) -> None:
    await outbox.lock(session, TOPIC, {each.loan_id for each in given})
    for each in given:
        await hear(session, tenant_of(each.tenant), each)


async def hear(session: AsyncSession, tenant: Tenant, given: GivenInReply) -> None:
    """A later revision takes the place of the earlier, with the agreement made of that. What
    cannot be taken is told, so that a person asks again."""
    kept = await store.reply_promise(session, tenant.name, given.loan_id, given.reply_id)
    if kept is None:
        if not given.is_complete:
            return
        kept = ReplyPromiseRow(
            tenant=tenant.name, loan_id=given.loan_id, reply_id=given.reply_id, revision=-1
        )
    if given.revision <= kept.revision:
        return
    kept.revision = given.revision
    earlier = await store.agreement(session, kept.agreement_id) if kept.agreement_id else None
    if earlier is None or not _is_same(earlier, given):
        await _take_back(session, tenant, earlier, given)
        kept.agreement_id, kept.code = None, ""
        if given.is_complete:
            await _take(session, tenant, kept, given)
    session.add(kept)
    await session.flush()


async def _take(
    session: AsyncSession, tenant: Tenant, kept: ReplyPromiseRow, given: GivenInReply
) -> None:
    assert given.due_on is not None, "a complete promise has its day"
    latest = (await store.latest_of(session, [given.loan_id])).get(given.loan_id)
    if latest is not None and _is_open(latest) and _is_same(latest, given):
        kept.code = PROMISED_BEFORE
        return
    promise = Promise(
        promise_id=f"reply/{given.loan_id}/{given.reply_id}/{given.revision}",
        loan_id=given.loan_id,
        party_id=given.party_id,
        amount_minor=given.amount_minor,
        currency=given.currency,
        due_on=given.due_on,
    )
    try:
        async with session.begin_nested():
            made = await promises.promise(session, tenant, promise, given.at)
            kept.agreement_id = made.agreement_id
    except Rejected as refusal:
        kept.code = refusal.code
        await _tell_not_taken(session, given, refusal.code)


async def _take_back(
    session: AsyncSession, tenant: Tenant, earlier: AgreementRow | None, given: GivenInReply
) -> None:
    """A promise that was misread binds nobody; one that was judged stays as it was judged."""
    if earlier is None or not _is_open(earlier):
        return
    moment = standing.not_before(Moment(given.at, tenant.zone, given.reply_id), earlier)
    await standing.conclude(session, earlier, AgreementStatus.CANCELLED, "cancelled", moment)


async def _tell_not_taken(session: AsyncSession, given: GivenInReply, code: str) -> None:
    body = PromiseNotTaken(
        reply_id=given.reply_id,
        revision=given.revision,
        party_id=given.party_id,
        code=code,
        promised_minor=given.amount_minor,
        currency=given.currency,
        promised_on=given.due_on.isoformat() if given.due_on else "",
        at=given.at,
    )
    event = Event(given.tenant, given.loan_id, body, given.at, given.reply_id)
    await outbox.append(session, TOPIC, event)


def _is_open(row: AgreementRow) -> bool:
    return row.kind == AgreementKind.PROMISE and row.status == AgreementStatus.ACTIVE


def _is_same(row: AgreementRow, given: GivenInReply) -> bool:
    if not given.is_complete or given.due_on is None or row.kind != AgreementKind.PROMISE:
        return False
    terms = (Instalment(given.due_on, given.amount_minor),)
    return (row.party_id, standing.instalments_of(row)) == (given.party_id, terms)
