"""Keeps the latest of every fact, and says which of them a case must be told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from interfaces.facts import Position
from services.cases import store
from services.cases.commands import TOPIC
from services.cases.domain import dispatch
from services.cases.domain.dispatch import LoanFact, Signal
from services.cases.domain.episodes import EpisodeHistory, reason_not_to_open
from services.cases.store import latest


async def keep_facts(session: AsyncSession, facts: Sequence[LoanFact]) -> list[Signal]:
    """Stores facts, each if it is the newest of its kind, and returns what to tell after the
    commit. A redelivered fact is told again: the first time may have died before it was told.

    The loans' streams are locked, as they are when an episode is claimed or closed: either the
    claim or closing sees the fact, or the fact sees the episode as they left it.
    """
    newest = dispatch.newest(facts)
    loan_ids = {fact.loan_id for fact in newest}
    await outbox.lock(session, TOPIC, loan_ids)
    await latest.put_facts(session, newest)
    # Of all positions, not the newest alone: that one may not say any more what was taken back.
    await store.undo_endings(session, facts)
    await store.stretch_delinquencies(session, newest)
    versions = await latest.fact_versions(session, loan_ids)
    histories = await store.histories(session, loan_ids)
    unopened = await _unopened(session, facts, histories)
    told = (
        dispatch.signal_for(fact, histories[fact.loan_id], unopened.get(fact.loan_id))
        for fact in newest
        if versions[fact.loan_id, fact.kind] == fact.version
    )
    return [signal for signal in told if signal is not None]


async def _unopened(
    session: AsyncSession, facts: Sequence[LoanFact], histories: Mapping[str, EpisodeHistory]
) -> dict[str, Position]:
    """The delinquencies that still wait for their episode, with those that these facts begin."""
    begun = dispatch.first_unopened(facts, histories)
    if begun:
        await latest.keep_unopened(session, begun)
    waiting = await latest.unopened(session, set(histories))
    return {
        loan_id: position
        for loan_id, position in waiting.items()
        if not reason_not_to_open(position, histories[loan_id])
    }


async def has_open_episode(session: AsyncSession, tenant: str, loan_id: str) -> bool:
    return await store.open_episode(session, tenant, loan_id) is not None
