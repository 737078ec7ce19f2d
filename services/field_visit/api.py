"""The door for people: the visits under way, and what the agents report of them."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from chassis.http import ContextDependency
from chassis.vault import load_or_create_keys, seal
from interfaces.values import VisitStatus
from services.field_visit import commands
from services.field_visit.settings import tenant_named

router = APIRouter(prefix="/v1/{tenant}", tags=["field visit"])

Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]


# Agents are named after their branch, in whatever script the bank writes it.
AgentId = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^\x00-\x1f]+$")]
VisitId = Annotated[str, Path(max_length=100, pattern=r"^[\x21-\x7e]+$")]
Cursor = Annotated[str, Query(max_length=100, pattern=r"^[\x21-\x7e]*$")]


class ReportIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    report_id: Id
    outcome: Literal["met_debtor", "met_other", "nobody_home", "moved", "refused_entry"]
    agent_ids: Annotated[list[AgentId], Field(max_length=10)]
    note: Annotated[str, Field(max_length=4000)] | None = None


class VisitOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    visit_id: str
    loan_id: str
    episode: int
    party_id: str
    version: int
    status: str
    area: str
    window_from: datetime
    window_until: datetime
    agent_ids: list[str]
    outcome: str
    because: str


class VisitsOut(BaseModel):
    """`next` is the `after` of the following page, null on the last one."""

    visits: list[VisitOut]
    next: str | None


@router.get("/visits", summary="List visits in the order of their booking")
async def visits(
    tenant: str,
    context: ContextDependency,
    status: VisitStatus | None = None,
    after: Cursor = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> VisitsOut:
    known = tenant_named(context.settings, tenant)
    async with context.database.transaction() as session:
        rows = await commands.visits(session, known.name, status, after, limit)
        following = rows[-1].visit_id if len(rows) == limit else None
        return VisitsOut(visits=[VisitOut.model_validate(row) for row in rows], next=following)


@router.post("/visits/{visit_id}/report", summary="Report a visit that was made")
async def report(
    tenant: str, visit_id: VisitId, body: ReportIn, context: ContextDependency
) -> VisitOut:
    """The report id makes the request repeatable. The note is sealed for contact, the only home
    of words about people."""
    known = tenant_named(context.settings, tenant)
    sealed = None
    if body.note:
        keys = load_or_create_keys(context.settings.keys)
        sealed = seal(keys.transport_public, body.note.encode())
    given = commands.Report(body.report_id, visit_id, body.outcome, tuple(body.agent_ids), sealed)
    async with context.database.transaction() as session:
        row = await commands.report(session, known.name, given, context.clock.now())
        return VisitOut.model_validate(row)
