"""Evidence of notices and questions, and the answers, per loan and episode."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from interfaces.values import Channel, NoticeStatus
from services.contact.domain.law.facts import KnownNotice, NoticeKind
from services.contact.domain.progress import CircumstancesAnswer, Evidence
from services.contact.store.tables import EvidenceRow, ReplyRow


async def save(session: AsyncSession, row: EvidenceRow) -> None:
    """Add a piece of evidence, or bring the one under its key to its latest status."""
    await session.merge(row)
    await session.flush()


async def evidence_under(session: AsyncSession, tenant: str, key: str) -> EvidenceRow | None:
    return await session.get(EvidenceRow, (tenant, key))


async def evidence(session: AsyncSession, loan_id: str, episode: int) -> list[Evidence]:
    query = select(EvidenceRow).where(
        col(EvidenceRow.loan_id) == loan_id, col(EvidenceRow.episode) == episode
    )
    return [_evidence(row) for row in (await session.execute(query)).scalars()]


async def notices_sent(
    session: AsyncSession, loan_id: str, party_id: str, kinds: Collection[str]
) -> list[tuple[str, datetime]]:
    """Which of these notices left for the party about the loan in any episode, and when."""
    bound = {"loan_id": loan_id, "party_id": party_id, "kinds": sorted(kinds)}
    return [(row.notice, row.tried_at) for row in await session.execute(_SENT, bound)]


async def loans_with_progress(session: AsyncSession, episodes: dict[str, int]) -> set[str]:
    """Those of the loans that have evidence or answers in the given episode."""
    loans = sorted(episodes)
    bound = {"loan_ids": loans, "episodes": [episodes[loan_id] for loan_id in loans]}
    return {row.loan_id for row in await session.execute(_WITH_PROGRESS, bound)}


async def answers(session: AsyncSession, loan_id: str, episode: int) -> list[CircumstancesAnswer]:
    rows = await session.execute(_ANSWERS, {"loan_id": loan_id, "episode": episode})
    return [CircumstancesAnswer(row.party_id, row.answered_at) for row in rows]


async def add_answer(
    session: AsyncSession, loan_id: str, episode: int, party_id: str, at: datetime
) -> None:
    """The first answer counts."""
    bound = {"loan_id": loan_id, "episode": episode, "party_id": party_id, "at": at}
    await session.execute(_ADD_ANSWER, bound)


async def reply(session: AsyncSession, tenant: str, reply_id: str) -> ReplyRow | None:
    return await session.get(ReplyRow, (tenant, reply_id))


async def add_reply(session: AsyncSession, row: ReplyRow) -> None:
    session.add(row)
    await session.flush()


def _evidence(row: EvidenceRow) -> Evidence:
    return Evidence(
        party_id=row.party_id,
        channel=Channel(row.channel),
        notice=row.notice,
        asks_circumstances=row.asks_circumstances,
        status=NoticeStatus(row.status),
        tried_at=row.tried_at,
        delivered_at=row.delivered_at,
    )


def notice_of(raw: dict[str, Any]) -> KnownNotice:
    """A notice that left, as the docket's JSON has it."""
    delivered_at = raw["delivered_at"]
    return KnownNotice(
        kind=NoticeKind(raw["notice"]),
        loan_id=raw["loan_id"],
        party_id=raw["party_id"],
        sent_at=datetime.fromisoformat(raw["tried_at"]),
        delivered_at=datetime.fromisoformat(delivered_at) if delivered_at else None,
    )


_SENT = text(
    """SELECT notice, tried_at FROM evidence WHERE loan_id = :loan_id AND party_id = :party_id
    AND notice = ANY (CAST(:kinds AS text[])) AND status IN ('sent', 'delivered')"""
)
_WITH_PROGRESS = text(
    """SELECT given.loan_id
    FROM unnest(CAST(:loan_ids AS text[]), CAST(:episodes AS int[])) AS given (loan_id, episode)
    WHERE EXISTS (SELECT FROM evidence e
            WHERE (e.loan_id, e.episode) = (given.loan_id, given.episode))
        OR EXISTS (SELECT FROM circumstances_answer a
            WHERE (a.loan_id, a.episode) = (given.loan_id, given.episode))"""
)
_ANSWERS = text(
    """SELECT party_id, answered_at FROM circumstances_answer
    WHERE loan_id = :loan_id AND episode = :episode"""
)
_ADD_ANSWER = text(
    """INSERT INTO circumstances_answer (loan_id, episode, party_id, answered_at)
    VALUES (:loan_id, :episode, :party_id, :at)
    ON CONFLICT (loan_id, episode, party_id) DO UPDATE
    SET answered_at = least(circumstances_answer.answered_at, EXCLUDED.answered_at)"""
)
