"""A run claims its episode before anything else: one delinquency, one episode, one run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.clock import Clock
from events.v1.case_pb2 import CaseMoved, EpisodeOpened
from interfaces.cases import ClaimEpisode, EpisodeClaim
from interfaces.facts import Facts, Position
from interfaces.values import Stage
from services.cases import store
from services.cases.commands import TOPIC
from services.cases.commands.rulebook import Rulebook, Treatment
from services.cases.domain.episodes import EpisodeHistory, reason_not_to_open
from services.cases.store import latest


async def claim_episode(
    session: AsyncSession, rules: Rulebook, clock: Clock, command: ClaimEpisode
) -> EpisodeClaim:
    """Opens the loan's next episode for a run, or tells it that it is a duplicate; either way
    with all latest facts, so that the run knows which position was judged.

    A run that owns an episode gets it again. One that was told to be a duplicate is judged anew:
    had its answer been lost, a position that came since would be lost with it.
    """
    await outbox.lock(session, TOPIC, [command.loan_id])
    facts = await latest.stored_facts(session, command.loan_id)
    history = (await store.histories(session, [command.loan_id]))[command.loan_id]
    earlier = await store.claim(session, command.run_id)
    if earlier is not None and earlier.episode is not None:
        return await _again(session, rules, earlier, facts)
    waiting = (await latest.unopened(session, [command.loan_id])).get(command.loan_id)
    # The delinquency may be over by now: it has its episode all the same.
    position = facts.position if reason_not_to_open(waiting, history) else waiting
    because = reason_not_to_open(position, history)
    if because or position is None:
        await _note(session, command, None, because, clock.instant())
        return EpisodeClaim(is_duplicate=True, facts=facts)
    await latest.forget_unopened(session, command.loan_id)
    return await _open(session, rules, clock, _Opening(command, facts, position, history))


@dataclass(frozen=True)
class _Opening:
    """An episode about to open, with what it opens on."""

    command: ClaimEpisode
    facts: Facts
    position: Position
    history: EpisodeHistory

    @property
    def number(self) -> int:
        return self.history.episodes + 1


async def _open(
    session: AsyncSession, rules: Rulebook, clock: Clock, opening: _Opening
) -> EpisodeClaim:
    opened_at = clock.instant(opening.position.at)
    if opening.history.closed_at is not None:
        opened_at = max(opened_at, opening.history.closed_at)
    command = opening.command
    treatment = rules.choose(command.tenant, opening.position, opened_at)
    session.add(_episode(opening, treatment, opened_at))
    await session.flush()
    session.add(_first_move(opening, opened_at))
    await _note(session, command, opening.number, "", opened_at)
    await _tell_opened(session, opening, treatment, opened_at)
    return EpisodeClaim(
        is_duplicate=False,
        episode=opening.number,
        opened_at=opened_at,
        earlier_episodes=opening.history.episodes,
        facts=opening.facts,
        strategy=treatment.strategy,
        calendar=treatment.calendar,
    )


async def _again(
    session: AsyncSession, rules: Rulebook, earlier: store.Claim, facts: Facts
) -> EpisodeClaim:
    assert earlier.episode is not None and facts.position is not None
    episode = await store.episode(session, earlier.loan_id, earlier.episode)
    assert episode is not None, "a claim outlived its episode"
    named = (episode.strategy_id, episode.strategy_version)
    treatment = rules.kept(earlier.tenant, named, facts.position, episode.opened_at)
    return EpisodeClaim(
        is_duplicate=False,
        episode=episode.episode,
        opened_at=episode.opened_at,
        earlier_episodes=episode.episode - 1,
        facts=facts,
        strategy=treatment.strategy,
        calendar=treatment.calendar,
    )


async def _note(
    session: AsyncSession,
    command: ClaimEpisode,
    episode: int | None,
    because: str,
    claimed_at: datetime,
) -> None:
    await session.merge(
        store.Claim(
            run_id=command.run_id,
            tenant=command.tenant,
            loan_id=command.loan_id,
            episode=episode,
            because=because,
            claimed_at=claimed_at,
        )
    )


def _episode(opening: _Opening, treatment: Treatment, opened_at: datetime) -> store.Episode:
    return store.Episode(
        loan_id=opening.command.loan_id,
        episode=opening.number,
        tenant=opening.command.tenant,
        run_id=opening.command.run_id,
        opening_position_version=opening.position.version,
        strategy_id=treatment.strategy.strategy_id,
        strategy_version=treatment.strategy.version,
        opened_at=opened_at,
        latest_due_on=opening.position.oldest_due_on,
        stage=Stage.ASSESS.value,
        furthest_stage=Stage.ASSESS.value,
        closing_position_version=0,
    )


def _first_move(opening: _Opening, opened_at: datetime) -> store.Move:
    return store.Move(
        loan_id=opening.command.loan_id,
        episode=opening.number,
        seq=0,
        key=_first_key(opening),
        tenant=opening.command.tenant,
        what="opened",
        from_stage="",
        to_stage=Stage.ASSESS.value,
        because=_because(opening.position),
        position_version=opening.position.version,
        at=opened_at,
        due_at=opening.position.at,
    )


async def _tell_opened(
    session: AsyncSession, opening: _Opening, treatment: Treatment, opened_at: datetime
) -> None:
    at = Timestamp()
    at.FromDatetime(opened_at)
    due_at = Timestamp()
    due_at.FromDatetime(opening.position.at)
    opened = EpisodeOpened(
        episode=opening.number,
        position_version=opening.position.version,
        strategy_id=treatment.strategy.strategy_id,
        strategy_version=treatment.strategy.version,
        at=at,
    )
    moved = CaseMoved(
        key=_first_key(opening),
        episode=opening.number,
        seq=0,
        what="opened",
        to_stage=Stage.ASSESS.value,
        because=_because(opening.position),
        position_version=opening.position.version,
        at=at,
        due_at=due_at,
    )
    command = opening.command
    told = (
        outbox.Event(command.tenant, command.loan_id, body, opened_at, command.run_id)
        for body in (opened, moved)
    )
    await outbox.append_many(session, TOPIC, list(told))


def _first_key(opening: _Opening) -> str:
    return f"{opening.command.loan_id}/{opening.number}/0"


def _because(position: Position) -> str:
    since = f" since {position.oldest_due_on}" if position.oldest_due_on else ""
    return f"the loan is overdue{since}"
