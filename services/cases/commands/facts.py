"""Keeps the latest of every fact, and says which of them a case must be told."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from services.cases import store
from services.cases.commands import TOPIC
from services.cases.domain import dispatch
from services.cases.domain.dispatch import LoanFact, Signal


async def keep_facts(session: AsyncSession, facts: Sequence[LoanFact]) -> list[Signal]:
    """Stores facts, each if it is the newest of its kind, and returns what to tell after the
    commit. A redelivered fact is told again: the first time may have died before it was told.

    The loans' streams are locked, as they are when an episode is claimed or closed: either the
    claim or closing sees the fact, or the fact sees the episode as they left it.
    """
    latest = dispatch.newest(facts)
    loan_ids = {fact.loan_id for fact in latest}
    await outbox.lock(session, TOPIC, loan_ids)
    await store.put_facts(session, latest)
    # Of all positions, not the newest alone: that one may not say any more what was taken back.
    await store.undo_endings(session, facts)
    await store.stretch_delinquencies(session, latest)
    versions = await store.fact_versions(session, loan_ids)
    histories = await store.histories(session, loan_ids)
    told = (
        dispatch.signal_for(fact, histories[fact.loan_id])
        for fact in latest
        if versions[fact.loan_id, fact.kind] == fact.version
    )
    return [signal for signal in told if signal is not None]


async def has_open_episode(session: AsyncSession, tenant: str, loan_id: str) -> bool:
    return await store.open_episode(session, tenant, loan_id) is not None
