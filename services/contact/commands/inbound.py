"""A call that came in is an attempt too: the law counts it with those that went out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.values import LIABLE_ROLES, Capacity, Direction, Purpose
from services.contact.commands.consequences import Said
from services.contact.commands.judging import attempt_id_of
from services.contact.domain.outcomes import Outcome
from services.contact.store import standing as standings
from services.contact.store import touches
from services.contact.store.people import Link
from services.contact.store.tables import AttemptRow
from services.contact.store.touches import AttemptStatus


async def record_call(
    session: AsyncSession, links: Sequence[Link], said: Said, now: datetime
) -> None:
    """A call that came in was connected, and counts against the debtor's calls of the day."""
    loan_id = said.loan_ids[0]
    standing = (await standings.load(session, [loan_id])).get(loan_id)
    roles = sorted({link.role for link in links}, key=lambda role: role not in LIABLE_ROLES)
    key = f"reply/{said.reply_id}"
    row = AttemptRow(
        attempt_id=attempt_id_of(said.tenant, key),
        tenant=said.tenant,
        key=key,
        loan_id=loan_id,
        party_id=said.party_id,
        debtor_id=said.party_id,
        role=roles[0],
        channel=said.channel,
        direction=Direction.INBOUND,
        purpose=Purpose.REPLY,
        capacity=Capacity.CREDITOR,
        point_id=said.point_id,
        episode=standing.episode if standing else 0,
        position_version=standing.position_version if standing else 0,
        status=AttemptStatus.RECEIVED,
        outcome=Outcome.CONNECTED,
        from_at=now,
        until_at=now,
        confirmed_at=now,
    )
    await touches.add(session, row)
