"""People take up what the word lists leave to them, one task each, and say what it really was."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict, NotFound
from chassis.idempotency import first_result, remember
from chassis.vault import Unreadable
from services.contact.commands import corrections
from services.contact.commands.consequences import task_id
from services.contact.commands.corrections import Correction
from services.contact.commands.desk import Desk
from services.contact.commands.incoming import stray_context
from services.contact.commands.understanding import words_context
from services.contact.domain.tasks import URGENCY, TaskKind
from services.contact.store import people, progress
from services.contact.store import replies as reply_store
from services.contact.store import tasks as store
from services.contact.store.calls import CallRow
from services.contact.store.duties import DutyRow
from services.contact.store.replies import AnswerOwedRow
from services.contact.store.tasks import Claim, TaskRow


@dataclass(frozen=True)
class ClaimTask:
    """`key` makes a repeated claim the same claim; no kinds means any."""

    tenant: str
    key: str
    by: str
    kinds: tuple[TaskKind, ...]
    lease: timedelta


@dataclass(frozen=True)
class CompleteTask:
    """What the person decided. Without a correction the labels were right."""

    tenant: str
    task_id: str
    by: str
    note: str
    correction: Correction | None


@dataclass(frozen=True)
class Words:
    """What was written, by whom if nobody knew, and what it was understood as; without a text
    where its key does not open it."""

    text: str
    from_address: str
    labels: tuple[str, ...]
    is_readable: bool = True


async def open_tasks(
    session: AsyncSession, tenant: str, kind: TaskKind | None, limit: int
) -> list[TaskRow]:
    return await store.open_tasks(session, tenant, kind, limit)


async def claim(session: AsyncSession, desk: Desk, command: ClaimTask) -> TaskRow | None:
    """The most urgent task that nobody holds; none if there is none. Leases run on the wall."""
    result_key = f"desk-claim/{command.tenant}/{command.by}/{command.key}"
    first = await first_result(session, result_key)
    if first is not None:
        return await store.find(session, command.tenant, first.decode())
    wall = desk.clock.wall()
    wanted = Claim(command.tenant, command.by, command.kinds, wall, wall + command.lease)
    row = await store.claim(session, wanted)
    if row is not None:
        await remember(session, result_key, row.task_id.encode())
    return row


async def release(session: AsyncSession, desk: Desk, tenant: str, task_id: str, by: str) -> TaskRow:
    """Give a task back at once; one given back or completed already stays as it is.

    Raises `contact/unknown_task` and `contact/task_is_not_yours`.
    """
    row = await _locked(session, tenant, task_id)
    if row.completed_at is None and row.claimed_by is not None:
        _check_holder(row, by, desk.clock.wall())
        row.claimed_by = row.lease_until = None
        await session.flush()
    return row


async def read(session: AsyncSession, desk: Desk, tenant: str, task_id: str, by: str) -> Words:
    """The words of the task's reply, for who holds it; who read them and when is recorded.

    Raises `contact/unknown_task` and `contact/task_is_not_yours`.
    """
    row = await _locked(session, tenant, task_id)
    wall = desk.clock.wall()
    _check_holder(row, by, wall)
    await store.note_reading(session, row, by, wall)
    stray = await reply_store.stray(session, tenant, row.reply_id)
    if stray is not None:
        context = stray_context(tenant, row.reply_id)
        opened = json.loads(desk.vault.decrypt(stray.subject_key, stray.content, context))
        return Words(opened["text"], opened["from"], tuple(stray.kinds))
    return await _own_words(session, desk, row)


async def complete(
    session: AsyncSession, desk: Desk, command: CompleteTask, now: datetime
) -> TaskRow:
    """Close a task with what the person decided; what was corrected takes effect at once.

    Completing it again by the same person changes nothing. Raises `contact/unknown_task`,
    `contact/task_is_not_yours`, `contact/task_is_done` and `contact/note_cannot_be_sealed`.
    """
    await first_result(session, f"desk-task/{command.tenant}/{command.task_id}")
    row = await _found(session, command.tenant, command.task_id)
    if row.completed_at is not None:
        if row.completed_by == command.by:
            return row
        raise Conflict(
            "contact/task_is_done",
            f"Task {row.task_id} was completed by {row.completed_by!r}; claim another.",
        )
    _check_holder(row, command.by, desk.clock.wall())
    if command.correction is not None:
        # The loans and the party are locked here, before the task's own row.
        await corrections.correct(session, desk, row.reply_id, command.correction, now)
    row = await _locked(session, command.tenant, command.task_id)
    row.note = await _sealed_note(session, desk, row, command.note)
    row.completed_at, row.completed_by = now, command.by
    row.lease_until = None
    await session.flush()
    return row


async def ask_person(session: AsyncSession, owed: AnswerOwedRow, now: datetime) -> None:
    """A question that no message may answer waits for a person, unless one will see it anyway."""
    for task in await store.of_reply(session, owed.tenant, owed.reply_id):
        if task.kind == TaskKind.QUESTION and task.completed_at is None:
            return
    name = f"{owed.tenant}/{owed.reply_id}/{owed.loan_id}/{owed.template}"
    urgency = URGENCY[TaskKind.QUESTION]
    row = TaskRow(
        task_id=hashlib.sha256(f"answer/{name}".encode()).hexdigest()[:32],
        tenant=owed.tenant,
        kind=TaskKind.QUESTION,
        priority=urgency.priority,
        due_at=now + urgency.within,
        reply_id=owed.reply_id,
        party_id=owed.party_id,
        loan_id=owed.loan_id,
        created_at=now,
    )
    await store.add(session, [row])


async def ask_about_call(session: AsyncSession, call: CallRow, now: datetime) -> None:
    """Somebody must find out how a dialled call ended."""
    due_at = now + URGENCY[TaskKind.CALL_UNREPORTED].within
    await store.add(session, [_task_of_call(call, TaskKind.CALL_UNREPORTED, due_at, now)])


async def ask_to_call_back(
    session: AsyncSession, call: CallRow, promised_at: datetime, now: datetime
) -> None:
    """What was promised in a call that is not dialled again is for somebody to keep."""
    await store.add(session, [_task_of_call(call, TaskKind.CALLBACK, promised_at, now)])


async def ask_to_do(session: AsyncSession, duty: DutyRow, now: datetime) -> None:
    """What is owed by a date and nobody could write is for somebody to do, and to note as done."""
    urgency = URGENCY[TaskKind.OWED_ACT]
    name = f"duty/{duty.loan_id}/{duty.party_id}/{duty.kind}/{duty.occasion}"
    row = TaskRow(
        task_id=task_id(duty.tenant, name, TaskKind.OWED_ACT),
        tenant=duty.tenant,
        kind=TaskKind.OWED_ACT,
        priority=urgency.priority,
        due_at=max(now, min(now + urgency.within, duty.owed_by)),
        reply_id=name,
        party_id=duty.party_id,
        loan_id=duty.loan_id,
        created_at=now,
    )
    await store.add(session, [row])


def _task_of_call(call: CallRow, kind: TaskKind, due_at: datetime, now: datetime) -> TaskRow:
    """Named after the call's attempt."""
    name = f"call/{call.attempt_id}"
    return TaskRow(
        task_id=task_id(call.tenant, name, kind),
        tenant=call.tenant,
        kind=kind,
        priority=URGENCY[kind].priority,
        due_at=due_at,
        reply_id=name,
        party_id=call.party_id,
        loan_id=call.loan_ids[0] if call.loan_ids else "",
        created_at=now,
    )


async def _own_words(session: AsyncSession, desk: Desk, row: TaskRow) -> Words:
    reply = await progress.reply(session, row.tenant, row.reply_id)
    party = await people.party(session, row.party_id)
    latest = await reply_store.latest(session, row.tenant, row.reply_id)
    labels: Collection[str] = latest.labels if latest else reply.kinds if reply else ()
    text = ""
    if reply is not None and reply.words is not None and party and party.subject_key:
        context = words_context(row.tenant, row.reply_id)
        try:
            text = desk.vault.decrypt(party.subject_key, reply.words, context).decode()
        except Unreadable:
            return Words("", "", tuple(sorted(labels)), is_readable=False)
    return Words(text, "", tuple(sorted(labels)))


async def _sealed_note(session: AsyncSession, desk: Desk, row: TaskRow, note: str) -> bytes | None:
    """What a person notes of a person is as personal as what was written."""
    stray = await reply_store.stray(session, row.tenant, row.reply_id)
    party = await people.party(session, row.party_id)
    key = stray.subject_key if stray else party.subject_key if party else None
    if not note or key is None:
        return None
    try:
        return desk.vault.encrypt(key, note.encode(), f"desk_task/note/{row.task_id}")
    except Unreadable:
        raise Conflict(
            "contact/note_cannot_be_sealed",
            f"The key of the person of task {row.task_id} does not open; complete it without a "
            "note.",
        ) from None


async def _found(session: AsyncSession, tenant: str, task_id: str) -> TaskRow:
    row = await store.find(session, tenant, task_id)
    if row is None:
        raise _unknown(tenant, task_id)
    return row


async def _locked(session: AsyncSession, tenant: str, task_id: str) -> TaskRow:
    row = await store.find(session, tenant, task_id, lock=True)
    if row is None:
        raise _unknown(tenant, task_id)
    return row


def _unknown(tenant: str, task_id: str) -> NotFound:
    return NotFound(
        "contact/unknown_task", f"No task {task_id!r} of tenant {tenant!r} is kept; check its id."
    )


def _check_holder(row: TaskRow, by: str, wall: datetime) -> None:
    holds = row.claimed_by == by and row.lease_until is not None and row.lease_until > wall
    if not holds:
        raise Conflict(
            "contact/task_is_not_yours",
            f"Task {row.task_id} is not held by {by!r} now; claim it first.",
        )
