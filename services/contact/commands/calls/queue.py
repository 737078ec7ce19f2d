"""Calls wait in a queue; a collector claims one for as long as they keep saying so."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Behind, Conflict, Invalid, Rejected
from chassis.telemetry import describe
from chassis.vault import Unreadable
from interfaces.contact import Touch
from interfaces.values import Direction
from services.contact.commands.calls import holding, settling, silence, telling, tracing
from services.contact.commands.calls.hearing import Ask, Opinion, opinions
from services.contact.commands.desk import Desk
from services.contact.domain.calls.queue import (
    BEHIND_AGAIN,
    CALLBACK_SLACK,
    FAILED_AGAIN,
    LEASE,
    CallState,
    Reason,
    after_lease,
    after_refusal,
    language_of,
)
from services.contact.settings import TOPIC
from services.contact.store import calls, people
from services.contact.store.calls import CallRow, Wanted

Tend = Callable[[AsyncSession, CallRow, datetime], Awaitable[None]]
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class CallWanted:
    """One call to one party about all the loans whose touches it meets. `skill` is what a collector
    must have learned; without one the first touch's template names it."""

    key: str
    tenant: str
    party_id: str
    touches: tuple[Touch, ...]
    due_at: datetime
    window_until: datetime | None
    priority: int = 0
    skill: str = ""


@dataclass(frozen=True)
class ClaimCall:
    """`languages` and `skills` are the collector's; no skills named means any. `queues` are those
    of people treated otherwise that the collector serves besides all others."""

    tenant: str
    collector: str
    languages: tuple[str, ...]
    skills: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()


@dataclass(frozen=True)
class Claimed:
    """`call` is None where none was found; `is_settled` is false where the one in line must wait,
    so that the next one may be asked for, in a transaction of its own."""

    call: CallRow | None
    is_settled: bool = True


@dataclass(frozen=True)
class HoldCall:
    """A collector says something about a call that they have."""

    tenant: str
    call_id: str
    collector: str


async def enqueue(session: AsyncSession, desk: Desk, command: CallWanted, now: datetime) -> CallRow:
    """Queue a call once under its key. The loans' streams are locked here, or by the caller.

    Raises `contact/call_is_wrong`.
    """
    _check(command)
    await outbox.lock(session, TOPIC, {touch.loan_id for touch in command.touches})
    known = await calls.by_key(session, command.tenant, command.key)
    if known is not None:
        return known
    party = await people.party(session, command.party_id)
    tag = party.language if party else ""
    lead = command.touches[0]
    row = CallRow(
        call_id=call_id_of(command.tenant, command.key),
        tenant=command.tenant,
        key=command.key,
        direction=Direction.OUTBOUND,
        party_id=command.party_id,
        role=lead.role,
        language=language_of(tag),
        skill=command.skill or lead.template,
        priority=command.priority,
        touches=holding.stored(command.touches),
        loan_ids=sorted({touch.loan_id for touch in command.touches}),
        due_at=command.due_at,
        window_until=command.window_until,
        state=CallState.QUEUED,
        opened_at=now,
    )
    await calls.add(session, row)
    await telling.tell(session, row, telling.queued(row, now), now)
    return row


def call_id_of(tenant: str, key: str) -> str:
    return hashlib.sha256(f"call/{tenant}/{key}".encode()).hexdigest()[:32]


async def claim(
    session: AsyncSession, desk: Desk, command: ClaimCall, now: datetime, ask: Ask = opinions
) -> Claimed:
    """The first call in line whose party may be called at this moment, leased to the collector.

    A call that must wait goes back with the instant until which it must. A collector who has one
    already gets that one again.
    """
    wall = desk.clock.wall()
    held = await calls.held_by(session, command.tenant, command.collector, wall)
    if held is not None:
        return Claimed(held)
    languages = [language_of(tag) for tag in command.languages]
    wanted = Wanted(command.tenant, languages, command.skills, command.queues, now)
    row = await calls.next_waiting(session, wanted)
    if row is None:
        return Claimed(None)
    if await yields(session, row, now):
        return Claimed(None, is_settled=False)
    touches = holding.next_touches(row, now)
    open_keys = await settling.unanswered(session, touches) if row.dials == 0 else set()
    try:
        heard = await ask(session, desk, touches, now)
    except Behind:
        row.not_before = now + BEHIND_AGAIN
        await session.flush()
        return Claimed(None, is_settled=False)
    if not any(opinion.is_allowed for opinion in heard):
        await put_off(session, row, heard, open_keys, now)
        return Claimed(None, is_settled=False)
    holding.move(row, CallState.CLAIMED)
    row.collector, row.lease_wall_at = command.collector, wall + LEASE
    row.queues, row.refusal = list(command.queues), None
    await session.flush()
    await telling.tell(session, row, telling.claimed(row, now), now)
    return Claimed(row)


async def yields(session: AsyncSession, row: CallRow, now: datetime) -> bool:
    """Who was promised a call at a time is called for nothing else until that has ended."""
    promised = await calls.callback_beside(session, row)
    if promised is None or promised + CALLBACK_SLACK <= now:
        return False
    row.not_before = promised + CALLBACK_SLACK
    await session.flush()
    return True


async def put_off(
    session: AsyncSession,
    row: CallRow,
    heard: Sequence[Opinion],
    open_keys: set[str],
    now: datetime,
) -> None:
    """No loan of the call may be spoken of now: it waits, or ends with each touch answered."""
    collector, is_stopped = row.collector, all(each.superseded for each in heard)
    back = after_refusal(settling.earliest(heard), row.window_until)
    for opinion in heard:
        is_final = back.state is CallState.ENDED or opinion.superseded is not None
        if is_final:
            await settling.drop(session, opinion, open_keys)
    row.not_before = back.not_before
    if row.state != back.state:
        reason = Reason.STOPPED if is_stopped else Reason.NOT_ALLOWED
        holding.move(row, back.state, reason)
        row.collector = ""
        await telling.tell(session, row, telling.released(row, collector, reason, now), now)
    await session.flush()
    await tracing.open_if_unreachable(session, row.tenant, row.party_id, now)


async def heartbeat(session: AsyncSession, desk: Desk, command: HoldCall) -> CallRow:
    """Raises `contact/unknown_call`, `contact/call_is_not_yours` and `contact/lease_is_over`."""
    row = await holding.locked(session, command.tenant, command.call_id)
    holding.check_held(row, command.collector, desk.clock.wall())
    if await holding.is_over(session, desk, row):
        raise Conflict(
            "contact/lease_is_over",
            f"Call {row.call_id} is {row.state} beyond its window, or longer than any call lasts; "
            "say how it ended, or let it go.",
        )
    row.lease_wall_at = desk.clock.wall() + LEASE
    await session.flush()
    return row


async def release(session: AsyncSession, desk: Desk, command: HoldCall, now: datetime) -> CallRow:
    """Give a call back before it was dialled; raises also `contact/call_is_under_way`."""
    row = await holding.locked(session, command.tenant, command.call_id)
    if row.state == CallState.QUEUED and not row.collector:
        return row
    holding.check_held(row, command.collector, desk.clock.wall())
    if row.state == CallState.UNDER_WAY:
        raise Conflict(
            "contact/call_is_under_way",
            f"Call {row.call_id} was dialled; say how it ended instead of releasing it.",
        )
    await let_go(session, row, Reason.RELEASED, now)
    return row


async def take_back(session: AsyncSession, row: CallRow, now: datetime) -> None:
    """What has lapsed is ended, given to others, or asked about."""
    match CallState(row.state):
        case CallState.QUEUED:
            await expire(session, row, now)
        case CallState.UNREPORTED:
            await silence.ask_person(session, row, now)
        case _:
            await let_go(session, row, Reason.LEASE_ENDED, now)


async def tend_next(
    session: AsyncSession, desk: Desk, now: datetime, tend: Tend = take_back
) -> bool:
    """Take one call back whose lease or window has ended, or which nobody spoke of for a day; false
    if there is none. One that cannot be tended is put off: it must not keep the others waiting."""
    wall = desk.clock.wall()
    row = await calls.next_lapsed(session, desk.tenants.by_name, now, wall)
    if row is None:
        return False
    call_id = row.call_id
    try:
        async with session.begin_nested():
            await tend(session, row, now)
    except (Rejected, Unreadable) as fault:
        _log.warning("a call is put off", extra={"call_id": call_id, "fault": describe(fault)})
        await calls.put_off(session, call_id, wall + FAILED_AGAIN)
    return True


async def expire(session: AsyncSession, row: CallRow, now: datetime) -> None:
    """Nobody dialled inside the call's window."""
    touches, collector = holding.touches_of(row), row.collector
    open_keys = await settling.unanswered(session, touches)
    await outbox.lock(session, TOPIC, row.loan_ids)
    await settling.expire(session, touches, open_keys)
    holding.move(row, CallState.ENDED, Reason.WINDOW_ENDED)
    row.collector = ""
    await session.flush()
    released = telling.released(row, collector, Reason.WINDOW_ENDED, now)
    await telling.tell(session, row, released, now)


async def let_go(session: AsyncSession, row: CallRow, reason: Reason, now: datetime) -> None:
    """A call under way keeps its collector: the word on how it ended is theirs."""
    await outbox.lock(session, TOPIC, row.loan_ids)
    collector = row.collector
    holding.move(row, after_lease(CallState(row.state)), reason)
    if row.state == CallState.QUEUED:
        row.collector = ""
    await session.flush()
    await telling.tell(session, row, telling.released(row, collector, reason, now), now)


def _check(command: CallWanted) -> None:
    problem = _problem(command)
    if problem:
        raise Invalid("contact/call_is_wrong", f"Call {command.key!r}: {problem}")


def _problem(command: CallWanted) -> str:
    if not command.touches:
        return "it meets no touch; name at least one."
    if len({touch.key for touch in command.touches}) < len(command.touches):
        return "a touch is named twice."
    for touch in command.touches:
        if (touch.tenant, touch.party_id) != (command.tenant, command.party_id):
            return f"touch {touch.key} is to another party or tenant."
    if command.window_until is not None and command.window_until <= command.due_at:
        return f"its window ends at {command.window_until.isoformat()}, not after it is due."
    return ""
