"""A call that came in is an attempt too: the law counts it with those that went out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.values import LIABLE_ROLES, Capacity, Channel, Direction, Purpose, Role
from services.contact.commands import occasions
from services.contact.commands.desk import Desk
from services.contact.commands.judging import attempt_id_of
from services.contact.commands.owing import Addressed
from services.contact.commands.said import Said
from services.contact.domain.outcomes import Outcome
from services.contact.domain.replies import ReplyKind
from services.contact.store import standing as standings
from services.contact.store import touches
from services.contact.store.people import Link
from services.contact.store.tables import AttemptRow
from services.contact.store.touches import AttemptStatus


@dataclass(frozen=True)
class CallIn:
    """A call that came in from a party's point, taken in the tenant's own capacity; the key is of
    the call."""

    tenant: str
    key: str
    point_id: str
    capacity: Capacity


def call_in(desk: Desk, tenant: str, key: str, point_id: str) -> CallIn:
    return CallIn(tenant, key, point_id, desk.tenants.get(tenant).capacity)


async def record_call(
    session: AsyncSession, desk: Desk, links: Sequence[Link], said: Said, now: datetime
) -> None:
    """A reply on the telephone that no call of ours was under way for: with who answers for
    nobody, a talk with another; else a conversation with the person."""
    call = call_in(desk, said.tenant, f"reply/{said.reply_id}", said.point_id)
    attempt = await attempt_of(session, links, call, now)
    is_other = ReplyKind.WRONG_PERSON in said.understanding.kinds
    attempt.outcome = Outcome.THIRD_PARTY if is_other else Outcome.EFFECTIVE
    await touches.add(session, attempt)
    await heed_first(session, desk, attempt, now)


async def heed_first(session: AsyncSession, desk: Desk, attempt: AttemptRow, now: datetime) -> None:
    """Who bought the debt may be called before it communicated itself; the loans are locked."""
    if attempt.capacity != Capacity.DEBT_BUYER or attempt.outcome == Outcome.THIRD_PARTY:
        return
    for loan_id in attempt.loan_ids:
        to = Addressed(
            tenant=attempt.tenant,
            loan_id=loan_id,
            product="",
            party_id=attempt.party_id,
            role=Role(attempt.role),
            capacity=Capacity.DEBT_BUYER,
        )
        await occasions.communicated(session, desk, to, now)


async def attempt_of(
    session: AsyncSession, links: Sequence[Link], call: CallIn, now: datetime
) -> AttemptRow:
    """A call that came in was connected, and counts against the debtor's calls of the day. It is
    about the loans that the party is liable for, else about all it is linked to here."""
    lead = min(links, key=lambda link: (link.role not in LIABLE_ROLES, link.loan_id))
    liable = {link.loan_id for link in links if link.role in LIABLE_ROLES}
    standing = (await standings.load(session, [lead.loan_id])).get(lead.loan_id)
    return AttemptRow(
        attempt_id=attempt_id_of(call.tenant, call.key),
        tenant=call.tenant,
        key=call.key,
        loan_id=lead.loan_id,
        loan_ids=sorted(liable or {link.loan_id for link in links}),
        party_id=lead.party_id,
        debtor_id=lead.party_id,
        role=lead.role,
        channel=Channel.CALL,
        direction=Direction.INBOUND,
        purpose=Purpose.REPLY,
        capacity=call.capacity,
        point_id=call.point_id,
        episode=standing.episode if standing else 0,
        position_version=standing.position_version if standing else 0,
        status=AttemptStatus.RECEIVED,
        outcome=Outcome.CONNECTED,
        from_at=now,
        until_at=now,
        confirmed_at=now,
    )
