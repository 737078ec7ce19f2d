"""What must not be done any more: its case has stopped, though the loan is still overdue.

Standing stops a touch once its loan is paid or its case closed. That a plan was signed, or that a
person paused the case, only the case knows (credit-card measures art. 70: collection stops). So
until when a case took back what it had asked for is kept per loan: a call that was made is not
dialled again for it, and a message that was confirmed and never left is not sent by a later try.
"""

from __future__ import annotations

from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Behind
from interfaces.contact import TouchOutcome, TouchStatus, Withdraw, Withdrawn
from services.contact.commands import tasks
from services.contact.commands.calls import holding, telling
from services.contact.commands.desk import Desk
from services.contact.commands.judging import settle
from services.contact.commands.progress import settle as settle_wish
from services.contact.commands.touches import ATTEMPT
from services.contact.domain.calls.queue import CALLBACK_PRIORITY, CallState, Reason
from services.contact.settings import TOPIC
from services.contact.store import people, wishes, withdrawals
from services.contact.store.calls import CallRow
from services.contact.store.withdrawals import Sought, Stop

_OUTCOME: TypeAdapter[TouchOutcome] = TypeAdapter(TouchOutcome)
_NOT_DIALLED = (CallState.QUEUED, CallState.CLAIMED)


async def withdraw(session: AsyncSession, desk: Desk, command: Withdraw) -> Withdrawn:
    """End the named wishes that nobody was touched for, and the calls that would be made again for
    the loan; asked again it answers the same.

    Whoever ends a wish holds its loan's stream, and before it the call of a queued one: both are
    locked here in that order. Raises the retryable `contact/behind`.
    """
    at = desk.clock.instant(command.at)
    found = await withdrawals.named(session, command.tenant, command.keys)
    links = await people.links_of_loans(session, [command.loan_id])
    parties = {row.party_id for row in found} | {link.party_id for link in links}
    sought = Sought(command.tenant, command.loan_id, parties, command.keys, command.at)
    calls = await _lock_calls(session, sought)
    loans = {loan_id for call in calls for loan_id in call.loan_ids}
    await outbox.lock(session, TOPIC, {command.loan_id, *loans})
    await people.lock_parties(session, command.tenant, {row.party_id for row in found})
    if set(await withdrawals.waiting_calls(session, sought)) - {call.call_id for call in calls}:
        raise Behind(
            "contact/behind", f"A call about loan {command.loan_id} was queued just now; try again."
        )
    stop = Stop(command.at, command.because)
    await withdrawals.stop(session, command.tenant, command.loan_id, stop)
    rows = await withdrawals.named(session, command.tenant, command.keys)
    for row in rows:
        if row.settled is None and not row.attempt_key:
            outcome = _superseded(row.key, command.because)
            await settle(session, ATTEMPT, wishes.touch_of(row), outcome)
            await settle_wish(session, row, outcome, at)
    for call in calls:
        await _shorten(session, call, command, at)
    ended = [_OUTCOME.validate_python(row.outcome) for row in rows if row.settled is not None]
    unknown = set(command.keys) - {row.key for row in rows}
    return Withdrawn((*ended, *(_superseded(key, command.because) for key in sorted(unknown))))


async def _lock_calls(session: AsyncSession, sought: Sought) -> list[CallRow]:
    ids = await withdrawals.waiting_calls(session, sought)
    calls = [await holding.locked(session, sought.tenant, call_id) for call_id in ids]
    return [call for call in calls if call.state in _NOT_DIALLED]


async def _shorten(session: AsyncSession, call: CallRow, command: Withdraw, at: datetime) -> None:
    """A call is about what is still asked for; without that there is nothing to call for."""
    if call.dials:
        left = holding.lasting(call, {command.loan_id: Stop(command.at, command.because)})
    else:
        keys = [touch["key"] for touch in call.touches]
        among = await withdrawals.named(session, call.tenant, keys)
        ended = {row.key for row in among if row.settled is not None}
        left = [touch for touch in holding.touches_of(call) if touch.key not in ended]
    if left:
        holding.narrow(call, left)
        await session.flush()
        return
    if call.priority == CALLBACK_PRIORITY and call.not_before is not None:
        await tasks.ask_to_call_back(session, call, call.not_before, at)
    collector = call.collector
    holding.move(call, CallState.ENDED, Reason.STOPPED)
    call.collector = ""
    await session.flush()
    await telling.tell(session, call, telling.released(call, collector, Reason.STOPPED, at), at)


def _superseded(key: str, because: str) -> TouchOutcome:
    return TouchOutcome(key, TouchStatus.SUPERSEDED, because=because)
