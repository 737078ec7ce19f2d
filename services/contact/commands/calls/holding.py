"""Who has a call: found, locked, and refused to everybody else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict, NotFound
from interfaces.contact import Touch
from services.contact.commands.desk import Desk
from services.contact.domain.calls.queue import FOLLOWING, HELD, LASTS_MAX, CallState
from services.contact.store import calls, touches
from services.contact.store.calls import CallRow
from services.contact.store.withdrawals import Stop

_TOUCHES: TypeAdapter[list[Touch]] = TypeAdapter(list[Touch])


async def locked(session: AsyncSession, tenant: str, call_id: str) -> CallRow:
    """The call, locked before anything else; raises `contact/unknown_call`."""
    return _known(await calls.locked(session, tenant, call_id), tenant, call_id)


async def found(session: AsyncSession, tenant: str, call_id: str) -> CallRow:
    """The call as it stands; raises `contact/unknown_call`."""
    return _known(await calls.find(session, tenant, call_id), tenant, call_id)


def check_held(row: CallRow, collector: str, wall: datetime) -> None:
    """Raises `contact/call_is_not_yours`."""
    has_lease = row.lease_wall_at is not None and wall < row.lease_wall_at
    if row.state not in HELD or row.collector != collector or not has_lease:
        raise Conflict(
            "contact/call_is_not_yours",
            f"Call {row.call_id} is {row.state} and not leased to {collector!r} now; claim a call "
            "before working on it, and send heartbeats while you do.",
        )


async def is_over(session: AsyncSession, desk: Desk, row: CallRow) -> bool:
    """A screen left open must not keep a call, nor the case that waits for it, for ever."""
    if row.state == CallState.CLAIMED:
        return row.window_until is not None and row.window_until <= desk.clock.now()
    attempt = await touches.attempt(session, row.tenant, row.attempt_id)
    assert attempt is not None, "a call under way has its attempt"
    began = desk.clock.reading().wall_time(attempt.confirmed_at or attempt.from_at)
    return desk.clock.wall() - began > LASTS_MAX


def move(row: CallRow, state: CallState, because: str = "") -> None:
    assert state in FOLLOWING[CallState(row.state)], f"{row.state} cannot become {state}"
    row.state, row.because = state, because
    if state not in HELD:
        row.lease_wall_at = None


def touches_of(row: CallRow) -> list[Touch]:
    """The touches as they were left."""
    return _TOUCHES.validate_python(row.touches)


def next_touches(row: CallRow, at: datetime) -> list[Touch]:
    """The touches of the dial to come. Each dial is an attempt of its own, and counts as one."""
    touches = [replace(touch, at=at) for touch in touches_of(row)]
    if row.dials == 0:
        return touches
    due_at = row.not_before or row.due_at
    return [
        replace(touch, key=f"{touch.key}/dial-{row.dials + 1}", due_at=due_at) for touch in touches
    ]


def lasting(row: CallRow, stops: Mapping[str, Stop]) -> list[Touch]:
    """The touches that their loan's case has not taken back since it asked for them."""
    return [
        touch
        for touch in touches_of(row)
        if touch.loan_id not in stops or stops[touch.loan_id].at < touch.at
    ]


def narrow(row: CallRow, touches: Sequence[Touch]) -> None:
    """The call is about these touches alone."""
    row.touches, row.loan_ids = stored(touches), sorted({touch.loan_id for touch in touches})


def stored(touches: Sequence[Touch]) -> list[dict[str, object]]:
    dumped: list[dict[str, object]] = _TOUCHES.dump_python(list(touches), mode="json")
    return dumped


def _known(row: CallRow | None, tenant: str, call_id: str) -> CallRow:
    if row is None:
        raise NotFound(
            "contact/unknown_call",
            f"No call {call_id!r} of tenant {tenant!r} is kept; check its id.",
        )
    return row
