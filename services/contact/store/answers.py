"""Answers owed to questions, as rows: two who claim at once never get the same one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from services.contact.store.replies import AnswerOwedRow


@dataclass(frozen=True)
class Owed:
    """Which answer it is; `tries` counts those that took it up, this one among them."""

    tenant: str
    reply_id: str
    loan_id: str
    template: str
    tries: int = 0


async def claim(
    session: AsyncSession, now: datetime, wall: datetime, until_wall: datetime
) -> Owed | None:
    """The answer owed longest that nobody holds, leased to this caller until an instant of the
    wall; none if there is none."""
    bound = {"now": now, "wall": wall, "until_wall": until_wall}
    row = (await session.execute(_CLAIM, bound)).one_or_none()
    return None if row is None else Owed(*row)


async def find(session: AsyncSession, owed: Owed) -> AnswerOwedRow:
    """The row as it stands, locked; one taken up is never deleted."""
    query = (
        select(AnswerOwedRow)
        .where(
            col(AnswerOwedRow.tenant) == owed.tenant,
            col(AnswerOwedRow.reply_id) == owed.reply_id,
            col(AnswerOwedRow.loan_id) == owed.loan_id,
            col(AnswerOwedRow.template) == owed.template,
        )
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return (await session.execute(query)).scalar_one()


async def sent_since(session: AsyncSession, party_id: str, since: datetime) -> int:
    """How many answers a party was sent from an instant on."""
    bound = {"party_id": party_id, "since": since}
    return int((await session.execute(_SENT, bound)).scalar_one())


_SENT = text(
    """SELECT count(*) FROM answer_owed
    WHERE party_id = :party_id AND ended_at >= :since AND outcome = 'confirmed'"""
)
_CLAIM = text(
    """WITH longest AS (
        SELECT tenant, reply_id, loan_id, template FROM answer_owed
        WHERE ended_at IS NULL AND (lease_wall_at IS NULL OR lease_wall_at <= :wall)
        ORDER BY owed_at LIMIT 1 FOR UPDATE SKIP LOCKED)
    UPDATE answer_owed a
    SET taken_at = coalesce(a.taken_at, :now), lease_wall_at = :until_wall, tries = a.tries + 1
    FROM longest WHERE (a.tenant, a.reply_id, a.loan_id, a.template)
        = (longest.tenant, longest.reply_id, longest.loan_id, longest.template)
    RETURNING a.tenant, a.reply_id, a.loan_id, a.template, a.tries"""
)
