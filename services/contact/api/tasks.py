"""The desk's door: people take up tasks, read the words, and say what they decided."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from chassis.http import ContextDependency
from services.contact.api.doors import Amount, Body, Id, Words, desk_of
from services.contact.commands import tasks
from services.contact.commands.corrections import Correction
from services.contact.commands.tasks import ClaimTask, CompleteTask
from services.contact.domain.replies import ReplyKind
from services.contact.domain.tasks import LEASE_MAX, TaskKind
from services.contact.domain.understanding.lexicon import Topic

router = APIRouter(prefix="/desk/tasks")
_LEASE_MINUTES_MAX = LEASE_MAX // timedelta(minutes=1)


class ClaimIn(Body):
    """The same key by the same person is the same claim."""

    key: Id
    by: Id
    kinds: Annotated[tuple[TaskKind, ...], Field(max_length=20)] = ()
    lease_minutes: Annotated[int, Field(ge=1, le=_LEASE_MINUTES_MAX)] = 30


class HolderIn(Body):
    by: Id


class CorrectionIn(Body):
    kinds: Annotated[list[ReplyKind], Field(min_length=1, max_length=14)]
    topics: Annotated[tuple[Topic, ...], Field(max_length=4)] = ()
    amount_minor: Amount | None = None
    on: date | None = None
    disputed_minor: Amount | None = None


class CompletionIn(Body):
    """Without a correction, the reply was understood rightly."""

    by: Id
    note: Words = ""
    correction: CorrectionIn | None = None


class TaskOut(BaseModel):
    """`because` is the code of what stood in the way, of a promise that could not be taken."""

    task_id: str
    kind: TaskKind
    priority: int
    due_at: datetime
    reply_id: str
    party_id: str
    loan_id: str
    created_at: datetime
    claimed_by: str | None
    lease_until: datetime | None
    completed_at: datetime | None
    completed_by: str | None
    because: str


class TasksOut(BaseModel):
    tasks: list[TaskOut]


class ClaimOut(BaseModel):
    """No task: nothing waits."""

    task: TaskOut | None


class WordsOut(BaseModel):
    """`is_readable` is false where the person's key does not open the text."""

    text: str
    from_address: str
    labels: tuple[str, ...]
    is_readable: bool


@router.get("", summary="Open tasks, the most urgent first")
async def list_tasks(
    tenant: str,
    context: ContextDependency,
    kind: TaskKind | None = None,
    limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
) -> TasksOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        rows = await tasks.open_tasks(session, tenant, kind, limit)
    return TasksOut(tasks=[TaskOut.model_validate(row, from_attributes=True) for row in rows])


@router.post("/claim", summary="Take the most urgent task that nobody holds")
async def claim_task(tenant: str, body: ClaimIn, context: ContextDependency) -> ClaimOut:
    its_desk = desk_of(context, tenant)
    lease = timedelta(minutes=body.lease_minutes)
    command = ClaimTask(tenant, body.key, body.by, tuple(body.kinds), lease)
    async with context.database.transaction() as session:
        row = await tasks.claim(session, its_desk, command)
        found = None if row is None else TaskOut.model_validate(row, from_attributes=True)
    return ClaimOut(task=found)


@router.post("/{task_id}/release", summary="Give a task back")
async def release_task(
    tenant: str, task_id: str, body: HolderIn, context: ContextDependency
) -> TaskOut:
    its_desk = desk_of(context, tenant)
    async with context.database.transaction() as session:
        row = await tasks.release(session, its_desk, tenant, task_id, body.by)
        return TaskOut.model_validate(row, from_attributes=True)


@router.post("/{task_id}/words", summary="Read the words, if you hold the task; this is recorded")
async def read_words(
    tenant: str, task_id: str, body: HolderIn, context: ContextDependency
) -> WordsOut:
    its_desk = desk_of(context, tenant)
    async with context.database.transaction() as session:
        words = await tasks.read(session, its_desk, tenant, task_id, body.by)
    return WordsOut.model_validate(words, from_attributes=True)


@router.post("/{task_id}/complete", summary="Say what you decided")
async def complete_task(
    tenant: str, task_id: str, body: CompletionIn, context: ContextDependency
) -> TaskOut:
    its_desk, now = desk_of(context, tenant), context.clock.now()
    correction = None if body.correction is None else _correction(tenant, body, body.correction)
    command = CompleteTask(tenant, task_id, body.by, body.note, correction)
    async with context.database.transaction() as session:
        row = await tasks.complete(session, its_desk, command, now)
        return TaskOut.model_validate(row, from_attributes=True)


def _correction(tenant: str, body: CompletionIn, correction: CorrectionIn) -> Correction:
    return Correction(
        tenant=tenant,
        by=body.by,
        kinds=tuple(correction.kinds),
        topics=tuple(correction.topics),
        amount_minor=correction.amount_minor,
        on=correction.on,
        disputed_minor=correction.disputed_minor,
    )
