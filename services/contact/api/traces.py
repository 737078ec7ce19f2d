"""Tasks to find somebody who cannot be reached: listed, and closed with what a source brought."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from chassis.http import ContextDependency
from services.contact.api.doors import After, Body, Id, Limit, Note, desk_of
from services.contact.commands.calls import tracing
from services.contact.commands.calls.tracing import CloseTrace, FoundPoint
from services.contact.domain.calls.tracing import Source, TraceState
from services.contact.domain.points import PointKind

router = APIRouter()

Value = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]


class FoundIn(Body):
    kind: PointKind
    value: Value


class TraceResultIn(Body):
    """`evidence` is a reference to the document or consent; without `found`, nothing was."""

    source: Source
    evidence: Id
    by: Note
    found: FoundIn | None = None


class TraceOut(BaseModel):
    trace_id: str
    party_id: str
    reason: str
    state: str
    opened_at: datetime
    source: str
    evidence: str
    point_id: str
    closed_by: str
    closed_at: datetime | None


class TracesOut(BaseModel):
    traces: list[TraceOut]


@router.get("/traces", summary="Who is being looked for")
async def list_traces(
    tenant: str,
    context: ContextDependency,
    state: TraceState = TraceState.OPEN,
    after: After = "",
    limit: Limit = 100,
) -> TracesOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        rows = await tracing.listed(session, tenant, state, after, limit)
    return TracesOut(traces=[TraceOut.model_validate(row, from_attributes=True) for row in rows])


@router.post("/traces/{trace_id}/result", summary="Say what a lawful source brought")
async def close_trace(
    tenant: str, trace_id: Id, body: TraceResultIn, context: ContextDependency
) -> TraceOut:
    its_desk, now = desk_of(context, tenant), context.clock.now()
    found = FoundPoint(body.found.kind, body.found.value) if body.found else None
    command = CloseTrace(tenant, trace_id, body.source, body.evidence, body.by, found)
    async with context.database.transaction() as session:
        row = await tracing.close(session, its_desk, command, now)
        return TraceOut.model_validate(row, from_attributes=True)
