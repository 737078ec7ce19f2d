"""When it changes whether a person can be reached, the loans of that person are told."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from events.v1.contact_customer_pb2 import ReachabilityChanged
from services.contact.commands.holds import lock_scope
from services.contact.commands.party import Locked, tell_loans
from services.contact.domain.reachability import Reach, Reachability
from services.contact.settings import TOPIC
from services.contact.store import customer, people
from services.contact.store.customer_rows import ReachabilityRow
from services.contact.store.tables import AttemptRow


async def lock(session: AsyncSession, tenant: str, party_id: str, loan_ids: list[str]) -> Locked:
    """Lock the loans of an attempt with all others of its party, then the party: a change of
    reachability is told to each of them, and streams must be locked in one go."""
    held = await lock_scope(session, tenant, None, party_id, loan_ids)
    return Locked((await people.parties(session, [party_id]))[party_id], held)


async def lock_sent(session: AsyncSession, row: AttemptRow, *, is_accepted: bool) -> Locked | None:
    """The locks of noting what a provider said: only a refusal may change reachability, so only
    for that the party is locked too."""
    if is_accepted:
        await outbox.lock(session, TOPIC, row.loan_ids)
        return None
    return await lock(session, row.tenant, row.party_id, row.loan_ids)


async def follow(session: AsyncSession, party: Locked, at: datetime, cause: str) -> Reach:
    """Derive the state anew and tell it if it changed; the party and its loans are locked."""
    reach = await customer.reachability_of(session, party.party_id)
    told = await customer.told_reachability(session, party.party_id)
    before = told.state if told is not None else Reachability.REACHABLE
    row = ReachabilityRow(
        party_id=party.party_id,
        tenant=party.tenant,
        state=reach.state,
        failures=reach.failures,
        because=reach.because,
        since=reach.since,
        changed_at=told.changed_at if told is not None and before == reach.state else at,
    )
    await customer.keep_reachability(session, row)
    if before != reach.state:
        body = ReachabilityChanged(
            party_id=party.party_id,
            state=reach.state,
            failures=reach.failures,
            since=reach.since,
            at=at,
        )
        await tell_loans(session, party, body, at, cause)
    return reach
