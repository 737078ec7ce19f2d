"""The service's tables and the SQL of its episodes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, RowMapping, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col, select

from interfaces.facts import Position
from services.cases.domain.dispatch import LoanFact
from services.cases.domain.episodes import FINAL_REASONS, EpisodeHistory, takes_back


def _instant(nullable: bool = False) -> Any:
    return Field(sa_column=Column(DateTime(timezone=True), nullable=nullable))


def _version() -> Any:
    return Field(sa_column=Column(BigInteger, nullable=False))


class _Tables(SQLModel, registry=registry()):
    """A registry of its own: several services share one process in tests."""


class Episode(_Tables, table=True):
    """One delinquency of a loan. `latest_due_on` is the latest oldest due date seen while it was
    open: what belongs to this delinquency is due no later."""

    loan_id: str = Field(primary_key=True)
    episode: int = Field(primary_key=True)
    tenant: str
    run_id: str
    opening_position_version: int = _version()
    strategy_id: str
    strategy_version: int
    opened_at: datetime = _instant()
    latest_due_on: date | None
    stage: str
    furthest_stage: str
    closed_at: datetime | None = _instant(nullable=True)
    closing_position_version: int = _version()
    reason: str = ""
    because: str = ""


class Claim(_Tables, table=True):
    """What a run was told when it asked for its episode; no episode means it was a duplicate."""

    run_id: str = Field(primary_key=True)
    tenant: str
    loan_id: str
    episode: int | None
    because: str
    claimed_at: datetime = _instant()


class Move(_Tables, table=True):
    """One recorded move of a case."""

    loan_id: str = Field(primary_key=True)
    episode: int = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    key: str
    tenant: str
    what: str
    from_stage: str
    to_stage: str
    because: str
    position_version: int = _version()
    at: datetime = _instant()
    due_at: datetime = _instant()


async def stretch_delinquencies(session: AsyncSession, facts: Iterable[LoanFact]) -> None:
    """Moves `latest_due_on` of open episodes forward to what these positions say."""
    dues = [
        (fact.loan_id, fact.fact.oldest_due_on)
        for fact in facts
        if isinstance(fact.fact, Position) and fact.fact.oldest_due_on is not None
    ]
    if dues:
        bound = {"loan_ids": [loan for loan, _ in dues], "dues": [due for _, due in dues]}
        await session.execute(_STRETCH, bound)


async def undo_endings(session: AsyncSession, facts: Iterable[LoanFact]) -> None:
    """Money taken back that left a loan overdue: what ended for good before has not ended."""
    undone = [
        (fact.loan_id, fact.version)
        for fact in facts
        if isinstance(fact.fact, Position) and takes_back(fact.fact)
    ]
    if undone:
        bound = {"loan_ids": [loan for loan, _ in undone], "versions": [v for _, v in undone]}
        await session.execute(_UNDO_ENDINGS, bound)


async def histories(session: AsyncSession, loan_ids: Collection[str]) -> dict[str, EpisodeHistory]:
    """The episodes so far of each of these loans."""
    final = [reason.value for reason in FINAL_REASONS]
    rows = await session.execute(_HISTORIES, {"loan_ids": sorted(loan_ids), "final": final})
    found = {
        row.loan_id: EpisodeHistory(
            episodes=row.episodes,
            open_episode=row.open_episode,
            closed_at_version=row.closed_at_version,
            closed_at=row.closed_at,
            ended_until=row.ended_until,
        )
        for row in rows
    }
    return {loan_id: found.get(loan_id, EpisodeHistory()) for loan_id in loan_ids}


async def episode(session: AsyncSession, loan_id: str, number: int) -> Episode | None:
    return await session.get(Episode, (loan_id, number))


async def open_episode(session: AsyncSession, tenant: str, loan_id: str) -> Episode | None:
    found = await session.execute(
        select(Episode).where(
            col(Episode.loan_id) == loan_id,
            col(Episode.tenant) == tenant,
            col(Episode.closed_at).is_(None),
        )
    )
    return found.scalars().one_or_none()


async def episodes(session: AsyncSession, loan_id: str) -> Sequence[Episode]:
    found = await session.execute(
        select(Episode).where(col(Episode.loan_id) == loan_id).order_by(col(Episode.episode))
    )
    return found.scalars().all()


async def claim(session: AsyncSession, run_id: str) -> Claim | None:
    return await session.get(Claim, run_id)


async def move(session: AsyncSession, loan_id: str, number: int, seq: int) -> Move | None:
    return await session.get(Move, (loan_id, number, seq))


async def moves(session: AsyncSession, loan_id: str) -> Sequence[Move]:
    found = await session.execute(
        select(Move).where(col(Move.loan_id) == loan_id).order_by(col(Move.episode), col(Move.seq))
    )
    return found.scalars().all()


async def page(
    session: AsyncSession, tenant: str, wanted: Mapping[str, object]
) -> Sequence[RowMapping]:
    """Each loan's latest episode by loan id; `wanted` holds status, stage, after, limit."""
    return (await session.execute(_PAGE, {"tenant": tenant, **wanted})).mappings().all()


async def totals(session: AsyncSession, tenant: str) -> RowMapping:
    return (await session.execute(_TOTALS, {"tenant": tenant})).mappings().one()


async def counts_by(session: AsyncSession, tenant: str) -> Sequence[RowMapping]:
    """How many episodes per furthest stage and closing reason."""
    return (await session.execute(_COUNTS_BY, {"tenant": tenant})).mappings().all()


_STRETCH = text(
    """UPDATE episode SET latest_due_on = greatest(episode.latest_due_on, given.due_on)
    FROM unnest(CAST(:loan_ids AS text[]), CAST(:dues AS date[])) AS given (loan_id, due_on)
    WHERE episode.loan_id = given.loan_id AND episode.closed_at IS NULL
        AND given.due_on > coalesce(episode.latest_due_on, '-infinity')"""
)
_UNDO_ENDINGS = text(
    """UPDATE episode SET latest_due_on = NULL
    FROM unnest(CAST(:loan_ids AS text[]), CAST(:versions AS bigint[])) AS given (loan_id, version)
    WHERE episode.loan_id = given.loan_id AND episode.closed_at IS NOT NULL
        AND episode.closing_position_version < given.version"""
)
_HISTORIES = text(
    """SELECT loan_id, count(*) AS episodes,
        max(episode) FILTER (WHERE closed_at IS NULL) AS open_episode,
        coalesce(max(closing_position_version), 0) AS closed_at_version,
        max(closed_at) AS closed_at,
        max(latest_due_on) FILTER (WHERE reason = ANY (CAST(:final AS text[]))) AS ended_until
    FROM episode WHERE loan_id = ANY (CAST(:loan_ids AS text[])) GROUP BY loan_id"""
)
_PAGE = text(
    """SELECT * FROM (
        SELECT DISTINCT ON (loan_id) * FROM episode
        WHERE tenant = :tenant AND loan_id > :after ORDER BY loan_id, episode DESC) latest
    WHERE (CAST(:status AS text) IS NULL OR (closed_at IS NULL) = (:status = 'open'))
        AND (CAST(:stage AS text) IS NULL OR stage = :stage)
    ORDER BY loan_id LIMIT :limit"""
)
_TOTALS = text(
    """SELECT count(DISTINCT loan_id) AS loans, count(*) AS opened,
        count(*) FILTER (WHERE closed_at IS NULL) AS open,
        (SELECT count(*) FROM claim WHERE tenant = :tenant AND episode IS NULL) AS duplicates
    FROM episode WHERE tenant = :tenant"""
)
_COUNTS_BY = text(
    """SELECT furthest_stage, reason, count(*) AS episodes FROM episode
    WHERE tenant = :tenant GROUP BY furthest_stage, reason"""
)
