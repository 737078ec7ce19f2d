"""Wishes that must not be met any more: their case has stopped, though the loan is still overdue.

Standing stops a wish once its loan is paid or its case closed. That a plan was signed, or that a
person paused the case, only the case knows (credit-card measures art. 70: collection stops).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Behind
from interfaces.contact import TouchOutcome, TouchStatus, Withdraw, Withdrawn
from services.contact.commands.calls import holding, telling
from services.contact.commands.desk import Desk
from services.contact.commands.judging import settle
from services.contact.commands.progress import settle as settle_wish
from services.contact.commands.touches import ATTEMPT
from services.contact.domain.calls.queue import CallState, Reason
from services.contact.settings import TOPIC
from services.contact.store import people, wishes, withdrawals
from services.contact.store.calls import CallRow
from services.contact.store.wishes import WishRow

_OUTCOME: TypeAdapter[TouchOutcome] = TypeAdapter(TouchOutcome)
_NOT_DIALLED = (CallState.QUEUED, CallState.CLAIMED)


async def withdraw(session: AsyncSession, desk: Desk, command: Withdraw) -> Withdrawn:
    """End the named wishes that nobody was touched for; asked again it answers the same.

    Whoever ends a wish holds its loan's stream, and before it the call of a queued one: both are
    locked here in that order. Raises the retryable `contact/behind`.
    """
    at = desk.clock.instant(command.at)
    found = await withdrawals.named(session, command.tenant, command.keys)
    calls = await _lock_calls(session, command.tenant, found)
    loans = {loan_id for call in calls for loan_id in call.loan_ids}
    await outbox.lock(session, TOPIC, {command.loan_id, *loans})
    await people.lock_parties(session, command.tenant, {row.party_id for row in found})
    rows = await withdrawals.named(session, command.tenant, command.keys)
    _check_calls(rows, calls)
    for row in rows:
        if row.settled is None and not row.attempt_key:
            outcome = _superseded(row.key, command.because)
            await settle(session, ATTEMPT, wishes.touch_of(row), outcome)
            await settle_wish(session, row, outcome, at)
    for call in calls:
        await _shorten(session, call, at)
    ended = [_OUTCOME.validate_python(row.outcome) for row in rows if row.settled is not None]
    unknown = set(command.keys) - {row.key for row in rows}
    return Withdrawn((*ended, *(_superseded(key, command.because) for key in sorted(unknown))))


async def _lock_calls(
    session: AsyncSession, tenant: str, found: Sequence[WishRow]
) -> list[CallRow]:
    queued = [row for row in found if row.settled is None and row.is_queued]
    parties, keys = {row.party_id for row in queued}, {row.key for row in queued}
    ids = await withdrawals.waiting_calls(session, tenant, parties, keys) if queued else []
    calls = [await holding.locked(session, tenant, call_id) for call_id in ids]
    return [call for call in calls if call.state in _NOT_DIALLED]


def _check_calls(rows: Sequence[WishRow], calls: Sequence[CallRow]) -> None:
    """A call is locked before the streams: one queued meanwhile is for the next try."""
    locked = {touch["key"] for call in calls for touch in call.touches}
    for row in rows:
        if row.settled is None and row.is_queued and row.key not in locked:
            raise Behind(
                "contact/behind", f"Wish {row.key} was queued for a call just now; try again."
            )


async def _shorten(session: AsyncSession, call: CallRow, at: datetime) -> None:
    """A call is about the wishes that are still open; without one there is nothing to call for."""
    keys = [touch["key"] for touch in call.touches]
    among = await withdrawals.named(session, call.tenant, keys)
    ended = {row.key for row in among if row.settled is not None}
    left = [touch for touch in call.touches if touch["key"] not in ended]
    if left:
        call.touches, call.loan_ids = left, sorted({touch["loan_id"] for touch in left})
        await session.flush()
        return
    collector = call.collector
    holding.move(call, CallState.ENDED, Reason.STOPPED)
    call.collector = ""
    await session.flush()
    await telling.tell(session, call, telling.released(call, collector, Reason.STOPPED, at), at)


def _superseded(key: str, because: str) -> TouchOutcome:
    return TouchOutcome(key, TouchStatus.SUPERSEDED, because=because)
