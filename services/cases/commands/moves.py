"""Records every move of a case, and its end unless something newer speaks against it."""

from __future__ import annotations

from datetime import datetime

from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Conflict, NotFound
from events.v1.case_pb2 import CaseMoved, EpisodeClosed
from interfaces.cases import CloseEpisode, EpisodeClosing, RecordTransition
from interfaces.values import ClosingReason
from services.cases import store
from services.cases.commands import TOPIC
from services.cases.domain.episodes import contradicts, furthest
from services.cases.store import latest

_RISING_OR_FALLING = ("stage_changed", "notice_waived")


async def record_transition(session: AsyncSession, command: RecordTransition, at: datetime) -> None:
    """Keeps and tells a move, once per key; raises `cases/unknown_episode` and `cases/seq_taken`
    when another move has the number."""
    await outbox.lock(session, TOPIC, [command.loan_id])
    episode = await _episode(session, command.tenant, command.loan_id, command.episode)
    known = await store.move(session, command.loan_id, command.episode, command.seq)
    if known is not None:
        _require_same(known, command)
        return
    session.add(_move(command, at))
    if command.what in _RISING_OR_FALLING and episode.closed_at is None:
        episode.stage = command.to_stage
        episode.furthest_stage = furthest(episode.furthest_stage, command.to_stage)
    event = outbox.Event(command.tenant, command.loan_id, _moved(command, at), at, command.key)
    await outbox.append(session, TOPIC, event)


async def close_episode(
    session: AsyncSession, command: CloseEpisode, at: datetime
) -> EpisodeClosing:
    """Ends an episode; not if a position that the decision did not know contradicts it, then the
    run gets all latest facts and decides anew. Raises `cases/unknown_episode`.

    Only a closing is remembered, never a refusal: the same question may be answered otherwise
    once the loan's position has changed.
    """
    await outbox.lock(session, TOPIC, [command.loan_id])
    episode = await _episode(session, command.tenant, command.loan_id, command.episode)
    if episode.closed_at is not None:
        return EpisodeClosing(is_closed=True)
    facts = await latest.stored_facts(session, command.loan_id)
    position, reason = facts.position, ClosingReason(command.reason)
    if position is not None and contradicts(position, command.position_version, reason):
        return EpisodeClosing(is_closed=False, facts=facts)
    known = position.version if position is not None else 0
    await _close(session, episode, command, at, max(known, command.position_version))
    return EpisodeClosing(is_closed=True)


async def close_abandoned(
    session: AsyncSession, tenant: str, loan_id: str, because: str, at: datetime
) -> None:
    """A person closes an episode whose run is gone (terminated by hand, say), so that the next
    overdue position may open another. Raises `cases/no_open_episode`."""
    await outbox.lock(session, TOPIC, [loan_id])
    episode = await require_open(session, tenant, loan_id)
    facts = await latest.stored_facts(session, loan_id)
    known = facts.position.version if facts.position is not None else 0
    command = CloseEpisode(
        key=f"{loan_id}/{episode.episode}/abandoned",
        tenant=tenant,
        loan_id=loan_id,
        episode=episode.episode,
        at=at,
        position_version=episode.opening_position_version,
        reason=ClosingReason.ERROR.value,
        furthest_stage=episode.furthest_stage,
        because=because,
    )
    await _close(session, episode, command, at, known)


async def require_open(session: AsyncSession, tenant: str, loan_id: str) -> store.Episode:
    """The loan's open episode; raises `cases/no_open_episode`."""
    episode = await store.open_episode(session, tenant, loan_id)
    if episode is None:
        raise NotFound(
            "cases/no_open_episode",
            f"The loan {loan_id[:64]} of {tenant} has no open episode; there is no case to order.",
        )
    return episode


async def _close(
    session: AsyncSession,
    episode: store.Episode,
    command: CloseEpisode,
    at: datetime,
    known_version: int,
) -> None:
    episode.closed_at = at
    episode.reason = command.reason
    episode.because = command.because
    episode.furthest_stage = furthest(episode.furthest_stage, command.furthest_stage)
    episode.closing_position_version = known_version
    closed = EpisodeClosed(
        key=command.key,
        episode=command.episode,
        reason=command.reason,
        furthest_stage=episode.furthest_stage,
        because=command.because,
        position_version=known_version,
        at=_stamp(at),
    )
    event = outbox.Event(command.tenant, command.loan_id, closed, at, command.key)
    await outbox.append(session, TOPIC, event)


async def _episode(session: AsyncSession, tenant: str, loan_id: str, number: int) -> store.Episode:
    episode = await store.episode(session, loan_id, number)
    if episode is None or episode.tenant != tenant:
        raise NotFound(
            "cases/unknown_episode",
            f"The loan {loan_id[:64]} of {tenant} has no episode {number}; claim it first.",
        )
    return episode


def _require_same(known: store.Move, command: RecordTransition) -> None:
    if known.key != command.key or known.what != command.what:
        raise Conflict(
            "cases/seq_taken",
            f"Move {command.seq} of episode {command.episode} is {known.what} ({known.key}); "
            f"{command.what} ({command.key}) needs a number of its own.",
        )


def _move(command: RecordTransition, at: datetime) -> store.Move:
    return store.Move(
        loan_id=command.loan_id,
        episode=command.episode,
        seq=command.seq,
        key=command.key,
        tenant=command.tenant,
        what=command.what,
        from_stage=command.from_stage,
        to_stage=command.to_stage,
        because=command.because,
        position_version=command.position_version,
        at=at,
        due_at=command.due_at,
    )


def _moved(command: RecordTransition, at: datetime) -> CaseMoved:
    return CaseMoved(
        key=command.key,
        episode=command.episode,
        seq=command.seq,
        what=command.what,
        from_stage=command.from_stage,
        to_stage=command.to_stage,
        because=command.because,
        position_version=command.position_version,
        at=_stamp(at),
        due_at=_stamp(command.due_at),
    )


def _stamp(instant: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(instant)
    return stamp
