"""Owed acts that contact does itself: a touch through the same gate, without a case.

Reminders to one party that fall together become one message, judged once per loan. What the gate
refuses is put off to the instant it names; what was owed about a loan that stands otherwise now is
owed no more; what nobody could do by its date is raised like any missed duty.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from interfaces.contact import TouchOutcome, TouchStatus
from interfaces.values import Channel
from services.contact.commands import reachability, tasks, together
from services.contact.commands.composing import message_of
from services.contact.commands.desk import Desk
from services.contact.commands.judging import settle
from services.contact.commands.owed_hearing import Round, hear_all, leave
from services.contact.commands.owed_making import touch_of
from services.contact.commands.progress import document
from services.contact.commands.touches import ATTEMPT, Decision, sent_outcome
from services.contact.domain.duties import DOING, DutyKind, tried_again_at
from services.contact.domain.leases import LEASE, rest_after
from services.contact.domain.tasks import UNREADABLE
from services.contact.gateways import Receipt
from services.contact.settings import TOPIC
from services.contact.store import duties as store
from services.contact.store import touches as attempts
from services.contact.store.duties import Claim, DutyRow
from services.contact.store.tables import AttemptRow
from services.contact.store.touches import AttemptStatus

__all__ = ["Claim", "claim_next", "decide", "leave_unreadable", "next_at", "put_back", "record"]


async def claim_next(session: AsyncSession, desk: Desk) -> Claim | None:
    """The owed act planned first whose instant has come, with those that fall together with it,
    leased to the caller."""
    wall = desk.clock.wall()
    return await store.claim(session, desk.clock.now(), wall, wall + LEASE)


async def next_at(session: AsyncSession) -> datetime | None:
    """When the next act is planned."""
    return await store.next_planned(session)


async def decide(
    session: AsyncSession, desk: Desk, claim: Claim, *, is_known_unsent: bool
) -> Decision:
    """Judge the acts and confirm them as one message by the first channel that is allowed; an empty
    decision: each was put off, waits on, or is owed no more."""
    await outbox.lock(session, TOPIC, claim.loan_ids)
    rows = await store.held(session, claim)
    its = Round(claim, desk.clock.now())
    earlier = await _earlier(session, claim, rows)
    if earlier is not None and not is_known_unsent:
        return Decision(in_doubt=earlier.attempt_id)
    tried = {} if earlier is None else {_key(row, earlier): row for row in rows}
    if earlier is not None:
        # Until it is confirmed anew it counts against nobody.
        earlier.status = AttemptStatus.WITHDRAWN
        await session.flush()
    await hear_all(session, desk, rows, its)
    if earlier is not None:
        its.because |= {key: row.dropped_because for key, row in tried.items() if not row.is_open}
        kept = {hearing.touch.key for _, hearing in its.heard} & tried.keys()
        await together.release(session, earlier, kept, its.because, its.now)
        earlier = earlier if kept else None
    return await _confirm(session, desk, its, earlier)


async def record(session: AsyncSession, desk: Desk, receipt: Receipt, claim: Claim) -> None:
    """Note what the provider said; a message that left does the duties, with its attempt as
    proof."""
    attempt = await attempts.attempt(session, claim.tenant, receipt.attempt_id)
    assert attempt is not None, "a message leaves only after its attempt was confirmed"
    party = await reachability.lock_sent(session, attempt, is_accepted=receipt.is_accepted)
    await session.refresh(attempt)
    now = desk.clock.now()
    about = {each["key"] for each in attempt.touches} or {attempt.key}
    rows = await store.claimed(session, claim.about(attempt.loan_ids))
    met = {
        key: row
        for row in rows
        if row.planned_at is not None and (key := _key(row, attempt)) in about
    }
    if not met:
        return
    proven = await together.note_receipt(session, attempt, party, receipt)
    for key, row in met.items():
        outcome = sent_outcome(key, attempt, receipt)
        await settle(session, ATTEMPT, touch_of(row, Channel(attempt.channel), now), outcome)
        if key in proven:
            await document(session, proven[key], attempt.from_at, key)
        _end(row, outcome, attempt, now)
    await session.flush()


async def put_back(session: AsyncSession, desk: Desk, claim: Claim) -> None:
    """It could not be sent now: a text cannot be written, or a provider is out of reach."""
    for row in await store.held(session, claim):
        row.lease_wall_at = desk.clock.wall() + rest_after(claim.tries)
    await session.flush()


async def leave_unreadable(session: AsyncSession, desk: Desk, claim: Claim) -> None:
    """What the party is known by cannot be read: a person does it by its date, or it is missed for
    that reason. An earlier try did not leave, and counts no more."""
    await outbox.lock(session, TOPIC, claim.loan_ids)
    rows = await store.held(session, claim)
    now = desk.clock.now()
    earlier = await _earlier(session, claim, rows)
    if earlier is not None:
        earlier.status = AttemptStatus.WITHDRAWN
        because = {_key(row, earlier): UNREADABLE for row in rows}
        await together.release(session, earlier, (), because, now)
    for row in rows:
        if row.is_open:
            row.put_off_because = UNREADABLE
            await tasks.ask_to_do(session, row, now)
        leave(row)
    await session.flush()


async def _earlier(
    session: AsyncSession, claim: Claim, rows: Sequence[DutyRow]
) -> AttemptRow | None:
    """An attempt of these that was confirmed, and of whose end nothing is known."""
    if claim.tries <= 1 or not rows:
        return None
    keys = {row.attempt_key for row in rows if row.attempt_key}
    if not keys and len(rows) == 1:
        # One that the version before this one confirmed is known by the touch's own key alone.
        channels = DOING[DutyKind(claim.kind)].channels
        keys = {touch_of(rows[0], channel, rows[0].owed_by).key for channel in channels}
    for key in sorted(keys):
        found = await attempts.find(session, claim.tenant, key)
        if found is not None and found.status == AttemptStatus.CONFIRMED:
            rows[0].attempt_key = key
            return found
    return None


async def _confirm(
    session: AsyncSession, desk: Desk, its: Round, earlier: AttemptRow | None
) -> Decision:
    if not its.heard:
        return Decision()
    hearings = [hearing for _, hearing in its.heard]
    attempt = await together.confirm(session, desk, hearings, earlier)
    for act, _ in its.heard:
        act.row.attempt_key = attempt.key
    await session.flush()
    return Decision(message=message_of(desk, hearings, attempt.attempt_id))


def _key(row: DutyRow, attempt: AttemptRow) -> str:
    """The key of a duty's own touch in an attempt."""
    return touch_of(row, Channel(attempt.channel), row.owed_by).key


def _end(row: DutyRow, outcome: TouchOutcome, attempt: AttemptRow, now: datetime) -> None:
    """A message that left does its duty."""
    row.attempt_key, row.lease_wall_at = "", None
    if not row.is_open:
        # A notice does the duty it is named like as soon as it is documented.
        row.planned_at = None
    elif outcome.status is TouchStatus.CONFIRMED:
        row.done_at, row.proof, row.planned_at = attempt.from_at, attempt.key, None
    else:
        row.round, row.put_off_because = row.round + 1, outcome.because
        allowed = [now] if row.round % len(DOING[DutyKind(row.kind)].channels) else []
        row.planned_at = tried_again_at(DutyKind(row.kind), row.owed_by, allowed, now, row.round)
