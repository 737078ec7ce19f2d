"""The gate at the moment of dialling: the number is answered only once the attempt is confirmed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict
from interfaces.contact import Touch, TouchOutcome, TouchStatus
from interfaces.values import Direction
from services.contact.commands import people as persons
from services.contact.commands.calls import holding, queue, settling
from services.contact.commands.calls.hearing import Ask, Opinion, opinions
from services.contact.commands.calls.queue import HoldCall
from services.contact.commands.desk import Desk
from services.contact.commands.judging import Hearing, record_verdict
from services.contact.commands.touches import (
    evidences_of,
    new_attempt,
    proof_of,
    tell_confirmation,
)
from services.contact.domain.calls.queue import LEASE, CallState, Reason
from services.contact.store import people, touches
from services.contact.store.calls import CallRow
from services.contact.store.tables import AttemptRow
from services.contact.store.touches import AttemptStatus


@dataclass(frozen=True)
class Refusal:
    """Why not now; `state` is where the call went, and `next_allowed_at` until when it waits."""

    rule_id: str
    because: str
    next_allowed_at: datetime | None
    state: str


@dataclass(frozen=True)
class Dialled:
    """A number to dial now, or the refusal; `loan_ids` are those that may be spoken of."""

    call_id: str
    attempt_id: str = ""
    number: str = ""
    loan_ids: tuple[str, ...] = ()
    refusal: Refusal | None = None


async def dial(
    session: AsyncSession, desk: Desk, command: HoldCall, now: datetime, ask: Ask = opinions
) -> Dialled:
    """Judge every loan of the call now, confirm one attempt for those allowed, and drop the others.

    Asked again it answers the same. Raises `contact/unknown_call`, `contact/call_is_not_yours`,
    `contact/call_came_in` and the retryable `contact/behind`.
    """
    row = await holding.locked(session, command.tenant, command.call_id)
    first = await _first_answer(session, desk, row, command.collector)
    if first is not None:
        return first
    holding.check_held(row, command.collector, desk.clock.wall())
    if row.window_until is not None and row.window_until <= now:
        return await _too_late(session, row, now)
    wanted = holding.next_touches(row, now)
    open_keys = await settling.unanswered(session, wanted) if row.dials == 0 else set()
    heard = await ask(session, desk, wanted, now)
    allowed = [opinion for opinion in heard if opinion.is_allowed]
    if not allowed:
        return await _refused(session, row, heard, open_keys, now)
    if await queue.yields(session, row, now):
        return await _yielded(session, row, now)
    needed = max(each.hearing.treatment.queue for each in allowed if each.hearing is not None)
    if needed not in ("", *row.queues):
        return await _given_to(session, row, needed, now)
    for opinion in heard:
        if not opinion.is_allowed:
            await settling.drop(session, opinion, open_keys)
    hearings = [each.hearing for each in allowed if each.hearing is not None]
    for opinion in allowed:
        assert opinion.hearing is not None and opinion.verdict is not None
        await record_verdict(session, opinion.hearing, opinion.verdict)
    attempt = await _confirm(session, desk, row, hearings)
    await _answer_touches(session, attempt, [each.touch for each in allowed], open_keys)
    return _dialled(row, attempt, _number(desk, hearings[0]))


async def _first_answer(
    session: AsyncSession, desk: Desk, row: CallRow, collector: str
) -> Dialled | None:
    """What this dial was answered before, if it was."""
    if row.direction == Direction.INBOUND:
        raise Conflict(
            "contact/call_came_in", f"Call {row.call_id} came in; there is nothing to dial."
        )
    if row.refusal is not None and row.refusal["collector"] == collector:
        at = row.refusal["next_allowed_at"]
        refusal = Refusal(
            rule_id=row.refusal["rule_id"],
            because=row.refusal["because"],
            next_allowed_at=datetime.fromisoformat(at) if at else None,
            state=row.refusal["state"],
        )
        return Dialled(row.call_id, refusal=refusal)
    if row.state != CallState.UNDER_WAY:
        return None
    holding.check_held(row, collector, desk.clock.wall())
    attempt = await touches.attempt(session, row.tenant, row.attempt_id)
    party = await people.party(session, row.party_id)
    points = await people.points(session, row.party_id)
    point = next((each for each in points if each.point_id == row.point_id), None)
    assert attempt is not None and party is not None
    number = persons.value_of(desk.vault, party, point) if point is not None else ""
    return _dialled(row, attempt, number)


async def _refused(
    session: AsyncSession,
    row: CallRow,
    heard: Sequence[Opinion],
    open_keys: set[str],
    now: datetime,
) -> Dialled:
    refusal_by = row.collector
    await queue.put_off(session, row, heard, open_keys, now)
    if row.state == CallState.QUEUED:
        for opinion in heard:
            if opinion.superseded is None:
                await settling.refusal_of(session, opinion)
    lead = next((opinion for opinion in heard if opinion.verdict is not None), None)
    stopped = next((each.superseded for each in heard if each.superseded is not None), None)
    verdict = lead.verdict if lead else None
    refusal = Refusal(
        rule_id=verdict.rule_id if verdict else "STOPPED",
        because=verdict.because if verdict else (stopped.because if stopped else ""),
        next_allowed_at=row.not_before,
        state=row.state,
    )
    return await _keep(session, row, refusal_by, refusal)


async def _too_late(session: AsyncSession, row: CallRow, now: datetime) -> Dialled:
    """Claimed inside the call's window, and not dialled before its end."""
    collector = row.collector
    await queue.expire(session, row, now)
    because = "the time in which this call was wanted has ended"
    return await _keep(session, row, collector, Refusal("WINDOW", because, None, row.state))


async def _yielded(session: AsyncSession, row: CallRow, now: datetime) -> Dialled:
    collector = row.collector
    await queue.let_go(session, row, Reason.NOT_ALLOWED, now)
    because = "the person was promised another call at a time of their choice"
    refusal = Refusal("CALLBACK", because, row.not_before, row.state)
    return await _keep(session, row, collector, refusal)


async def _given_to(session: AsyncSession, row: CallRow, needed: str, now: datetime) -> Dialled:
    """A treatment recorded since the call was claimed names other people to make it."""
    collector = row.collector
    await queue.let_go(session, row, Reason.NOT_ALLOWED, now)
    because = f"the treatment of the party gives its calls to the queue {needed!r}"
    return await _keep(session, row, collector, Refusal("QUEUE", because, None, row.state))


async def _keep(session: AsyncSession, row: CallRow, collector: str, refusal: Refusal) -> Dialled:
    """A dial asked for again is answered the same."""
    at = refusal.next_allowed_at
    row.refusal = {
        "collector": collector,
        "rule_id": refusal.rule_id,
        "because": refusal.because,
        "next_allowed_at": at.isoformat() if at else None,
        "state": refusal.state,
    }
    await session.flush()
    return Dialled(row.call_id, refusal=refusal)


async def _confirm(
    session: AsyncSession, desk: Desk, row: CallRow, hearings: Sequence[Hearing]
) -> AttemptRow:
    """One attempt for all loans that are left; each loan is told."""
    attempt = new_attempt(hearings[0], AttemptStatus.CONFIRMED)
    attempt.loan_ids = sorted({hearing.touch.loan_id for hearing in hearings})
    attempt.touches = [proof_of(hearing.touch) for hearing in hearings]
    await touches.add(session, attempt)
    for hearing in hearings:
        await tell_confirmation(session, desk, hearing, attempt.attempt_id)
    holding.move(row, CallState.UNDER_WAY)
    row.dials += 1
    row.attempt_id, row.point_id = attempt.attempt_id, attempt.point_id
    row.identity, row.identity_failures, row.identity_at = "open", 0, None
    row.lease_wall_at = desk.clock.wall() + LEASE
    row.loan_ids = attempt.loan_ids
    row.touches = [each for each in row.touches if each["loan_id"] in attempt.loan_ids]
    await session.flush()
    return attempt


async def _answer_touches(
    session: AsyncSession, attempt: AttemptRow, answered: Sequence[Touch], open_keys: set[str]
) -> None:
    proven = {evidence.key: evidence for evidence in evidences_of(attempt)}
    for touch in answered:
        evidence = proven.get(touch.key)
        if touch.key in open_keys:
            outcome = TouchOutcome(touch.key, TouchStatus.CONFIRMED, attempt_id=attempt.attempt_id)
            await settling.answer(session, touch, outcome, evidence)
        elif evidence is not None:
            await settling.prove(session, evidence)


def _number(desk: Desk, hearing: Hearing) -> str:
    assert hearing.point is not None, "without a point the gate refuses"
    return persons.value_of(desk.vault, hearing.party, hearing.point)


def _dialled(row: CallRow, attempt: AttemptRow, number: str) -> Dialled:
    return Dialled(row.call_id, attempt.attempt_id, number, tuple(attempt.loan_ids))
