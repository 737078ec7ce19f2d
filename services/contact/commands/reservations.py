"""A touch planned for a window keeps its budget from now on, and is judged anew on the day."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Invalid, Rejected
from chassis.idempotency import first_result, remember
from interfaces.contact import Release, Reservation, Touch, TouchOutcome, TouchStatus
from interfaces.values import NoticeStatus
from services.contact.commands import telling
from services.contact.commands.desk import Desk
from services.contact.commands.judging import (
    docket_of,
    dockets_of,
    hear,
    judged,
    record_verdict,
    result_key,
    settle,
    standing_of,
    superseded,
    tell_refusal,
)
from services.contact.commands.progress import document
from services.contact.commands.touches import attempt_columns, evidence_of, tell_confirmation
from services.contact.domain.law.judgement import judge, judge_window
from services.contact.domain.standing import Answer
from services.contact.settings import TOPIC
from services.contact.store import touches
from services.contact.store.dockets import Docket
from services.contact.store.tables import AttemptRow
from services.contact.store.touches import AttemptStatus, Kept

RESERVE, CONFIRM, RELEASE = "reserve", "confirm", "release"


async def reserve(session: AsyncSession, desk: Desk, command: Reservation) -> TouchOutcome:
    """Judge a window and keep its budget until the window ends on the wall clock; raises
    `contact/window_is_empty` and the retryable `contact/behind`."""
    (answer,) = await reserve_all(session, desk, [command])
    if isinstance(answer, Rejected):
        raise answer
    return answer


async def reserve_all(
    session: AsyncSession, desk: Desk, commands: Sequence[Reservation]
) -> list[TouchOutcome | Rejected]:
    """Reservations of loans and parties that occur in no other of them; each is answered as if it
    were alone."""
    planned = [(command.touch, command.window_from) for command in commands]
    found = await dockets_of(session, desk, RESERVE, planned)
    asked = zip(commands, found, strict=True)
    answers = [await _answer(session, desk, command, docket) for command, docket in asked]
    kept = [answer for answer in answers if isinstance(answer, Kept)]
    if kept:
        await touches.reserve(session, kept)
    return [answer.outcome if isinstance(answer, Kept) else answer for answer in answers]


async def _answer(
    session: AsyncSession, desk: Desk, command: Reservation, docket: Docket
) -> Kept | TouchOutcome | Rejected:
    """What is still to be kept, or the answer that ends it."""
    try:
        return await _judge(session, desk, command, docket)
    except Rejected as rejected:
        return rejected


async def _judge(
    session: AsyncSession, desk: Desk, command: Reservation, docket: Docket
) -> Kept | TouchOutcome:
    touch = command.touch
    if command.window_until <= command.window_from:
        raise Invalid(
            "contact/window_is_empty",
            f"The window of {touch.key} ends at {command.window_until}, not after its start.",
        )
    if docket.first is not None:
        return docket.first
    said, standing = standing_of(docket, touch)
    if said is Answer.SUPERSEDED:
        return await settle(session, RESERVE, touch, superseded(touch, standing))
    hearing = hear(desk, docket, touch, standing, command.window_from)
    verdict = judge_window(
        hearing.pack, hearing.act, hearing.known, command.window_from, command.window_until
    )
    if not verdict.is_allowed:
        await record_verdict(session, hearing, verdict)
        outcome = await tell_refusal(session, hearing, verdict)
        return await settle(session, RESERVE, touch, outcome)
    row = attempt_columns(hearing, AttemptStatus.RESERVED) | {
        "until_at": command.window_until,
        "confirmed_at": None,
        "expires_wall_at": desk.clock.reading().wall_time(command.window_until),
    }
    outcome = TouchOutcome(touch.key, TouchStatus.RESERVED, attempt_id=hearing.attempt_id)
    return Kept(row, judged(hearing, verdict), result_key(RESERVE, touch), outcome)


async def confirm(session: AsyncSession, desk: Desk, touch: Touch) -> TouchOutcome:
    """Judge anew at the moment of the act; a reservation that ran out is `expired`."""
    at = desk.clock.instant(touch.at)
    docket = await docket_of(session, desk, CONFIRM, touch, at)
    if docket.first is not None:
        return docket.first
    said, standing = standing_of(docket, touch)
    row = await touches.find(session, touch.tenant, touch.key)
    if row is None or not _is_kept(row, desk.clock.wall()):
        because = "no reservation is kept under this key; its window may have ended"
        outcome = TouchOutcome(touch.key, TouchStatus.EXPIRED, because=because)
        return await settle(session, CONFIRM, touch, outcome)
    if said is Answer.SUPERSEDED:
        await _give_up(session, row, at, standing.because)
        return await settle(session, CONFIRM, touch, superseded(touch, standing))
    hearing = hear(desk, docket, _as_reserved(touch, row), standing, at)
    verdict = judge(hearing.pack, hearing.act, hearing.known, at)
    await record_verdict(session, hearing, verdict)
    if not verdict.is_allowed:
        await _give_up(session, row, at, verdict.because)
        outcome = await tell_refusal(session, hearing, verdict)
        return await settle(session, CONFIRM, touch, outcome)
    row.status, row.confirmed_at, row.from_at, row.until_at = AttemptStatus.SENT, at, at, at
    row.people, row.enters = hearing.touch.people, hearing.touch.enters
    row.point_id, row.notice = hearing.act.point_id, touch.notice
    row.asks_circumstances = touch.asks_circumstances
    await tell_confirmation(session, desk, hearing)
    await _document(session, row, at)
    outcome = TouchOutcome(touch.key, TouchStatus.CONFIRMED, attempt_id=row.attempt_id)
    return await settle(session, CONFIRM, touch, outcome)


async def release(session: AsyncSession, desk: Desk, command: Release) -> None:
    """Give a kept budget back; nothing happens if none is kept."""
    key = f"{RELEASE}/{command.tenant}/{command.key}"
    if await first_result(session, key) is not None:
        return
    await outbox.lock(session, TOPIC, [command.loan_id])
    row = await touches.find(session, command.tenant, command.key)
    if row is not None and row.status == AttemptStatus.RESERVED:
        await _give_up(session, row, desk.clock.instant(command.at), command.because)
    await remember(session, key, b"null")


def _is_kept(row: AttemptRow, wall: datetime) -> bool:
    is_running = row.expires_wall_at is not None and wall < row.expires_wall_at
    return row.status == AttemptStatus.RESERVED and is_running


def _as_reserved(touch: Touch, row: AttemptRow) -> Touch:
    """On the day how many go may be said anew; else it is as it was reserved."""
    enters = touch.enters or bool(row.enters)
    return replace(touch, people=touch.people or row.people or 0, enters=enters)


async def _give_up(session: AsyncSession, row: AttemptRow, at: datetime, because: str) -> None:
    row.status = AttemptStatus.RELEASED
    body = telling.touch_released(row.key, because, at)
    event = outbox.Event(row.tenant, row.loan_id, body, at, cause=row.key)
    await outbox.append(session, TOPIC, event)


async def _document(session: AsyncSession, row: AttemptRow, at: datetime) -> None:
    """A visit that begins is a documented try; whether anyone was met, its report says."""
    if not row.notice and not row.asks_circumstances:
        return
    evidence = evidence_of(row)
    evidence.status = NoticeStatus.SENT
    await document(session, evidence, at, row.key)
