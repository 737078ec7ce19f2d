"""What people read of cases: a list by loan, one loan's whole story, and the counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import NotFound
from interfaces.facts import Facts
from services.cases import store
from services.cases.store import latest


@dataclass(frozen=True)
class CaseLine:
    """A loan's latest episode."""

    loan_id: str
    episode: int
    status: str
    stage: str
    furthest_stage: str
    opened_at: datetime
    closed_at: datetime | None
    reason: str


@dataclass(frozen=True)
class EpisodeView:
    episode: int
    opening_position_version: int
    strategy_id: str
    strategy_version: int
    opened_at: datetime
    stage: str
    furthest_stage: str
    closed_at: datetime | None
    reason: str
    because: str
    moves: list[Mapping[str, object]]


@dataclass(frozen=True)
class CaseStory:
    loan_id: str
    episodes: list[EpisodeView]
    facts: Facts


@dataclass(frozen=True)
class Summary:
    """`opened` counts episodes, `by_stage` their furthest stages, `by_reason` those closed;
    `duplicates` counts runs that found nothing to claim."""

    loans: int
    opened: int
    open: int
    duplicates: int
    by_stage: dict[str, int]
    by_reason: dict[str, int]


@dataclass(frozen=True)
class Wanted:
    """Which cases to list; no status or stage means any, `after` is a loan id."""

    status: str | None
    stage: str | None
    after: str
    limit: int


async def list_cases(session: AsyncSession, tenant: str, wanted: Wanted) -> list[CaseLine]:
    """Ordered by loan id."""
    rows = await store.page(session, tenant, asdict(wanted))
    return [
        CaseLine(
            loan_id=row["loan_id"],
            episode=row["episode"],
            status="open" if row["closed_at"] is None else "closed",
            stage=row["stage"],
            furthest_stage=row["furthest_stage"],
            opened_at=row["opened_at"],
            closed_at=row["closed_at"],
            reason=row["reason"],
        )
        for row in rows
    ]


async def tell_case(session: AsyncSession, tenant: str, loan_id: str) -> CaseStory:
    """All episodes of a loan with their moves, and all latest facts; raises
    `cases/unknown_loan`."""
    if not await latest.tenant_knows(session, tenant, loan_id):
        raise NotFound(
            "cases/unknown_loan",
            f"Nothing is known of the loan {loan_id[:64]} of {tenant}; ask intake for its id.",
        )
    moves = await store.moves(session, loan_id)
    return CaseStory(
        loan_id=loan_id,
        episodes=[_view(episode, moves) for episode in await store.episodes(session, loan_id)],
        facts=await latest.stored_facts(session, loan_id),
    )


async def summarise(session: AsyncSession, tenant: str) -> Summary:
    totals = await store.totals(session, tenant)
    by_stage: Counter[str] = Counter()
    by_reason: Counter[str] = Counter()
    for row in await store.counts_by(session, tenant):
        by_stage[row["furthest_stage"]] += row["episodes"]
        if row["reason"]:
            by_reason[row["reason"]] += row["episodes"]
    return Summary(**totals, by_stage=dict(by_stage), by_reason=dict(by_reason))


def _view(episode: store.Episode, moves: Sequence[store.Move]) -> EpisodeView:
    mine = [move for move in moves if move.episode == episode.episode]
    hidden = {"loan_id", "episode", "tenant"}
    return EpisodeView(
        episode=episode.episode,
        opening_position_version=episode.opening_position_version,
        strategy_id=episode.strategy_id,
        strategy_version=episode.strategy_version,
        opened_at=episode.opened_at,
        stage=episode.stage,
        furthest_stage=episode.furthest_stage,
        closed_at=episode.closed_at,
        reason=episode.reason,
        because=episode.because,
        moves=[move.model_dump(exclude=hidden) for move in mine],
    )
