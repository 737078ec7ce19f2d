"""Complaints and disputes are opened, owned, extended, answered, and listed by due date."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from chassis.http import ContextDependency
from services.contact.api.doors import Amount, Body, Id, Instant, Limit, Note, desk_of
from services.contact.commands import extensions, grievances
from services.contact.commands.extensions import AskExtension, DecideExtension
from services.contact.commands.grievances import AnswerGrievance, AssignGrievance, OpenGrievance
from services.contact.domain.grievances import Answer, GrievanceKind

router = APIRouter()


class GrievanceIn(Body):
    grievance_id: Id
    kind: GrievanceKind
    party_id: Id
    loan_id: Id | None = None
    amount_minor: Amount | None = None
    owner: Note | None = None
    evidence: Note
    by: Note


class OwnerIn(Body):
    owner: Note


class AnswerIn(Body):
    outcome: Literal[Answer.UPHELD, Answer.PARTLY_UPHELD, Answer.REJECTED]
    evidence: Note
    by: Note


class ExtensionIn(Body):
    extension_id: Id
    days: Annotated[int, Field(ge=1, le=365)]
    reason: Note
    by: Note


class DecisionIn(Body):
    extension_id: Id
    is_approved: bool
    by: Note


class GrievanceOut(BaseModel):
    grievance_id: str
    kind: str
    party_id: str
    loan_id: str | None
    amount_minor: int | None
    owner: str
    opened_by: str
    reply_id: str
    evidence: str
    hold_id: str
    rule: str
    due_on: date
    due_at: datetime
    opened_at: datetime
    outcome: str
    answer_evidence: str
    answered_by: str | None
    answered_at: datetime | None
    raised_at: datetime | None


class GrievancesOut(BaseModel):
    grievances: list[GrievanceOut]


class ExtensionOut(BaseModel):
    extension_id: str
    grievance_id: str
    days: int
    asked_by: str
    is_approved: bool | None


@router.post("/grievances", status_code=201, summary="Open a complaint or a dispute")
async def open_grievance(
    tenant: str, body: GrievanceIn, context: ContextDependency
) -> GrievanceOut:
    desk = desk_of(context, tenant)
    told = {name: getattr(body, name) for name in GrievanceIn.model_fields if name != "owner"}
    command = OpenGrievance(tenant=tenant, owner=body.owner or "", **told)
    async with context.database.transaction() as session:
        return _out(await grievances.open_(session, desk, command, context.clock.now()))


@router.get("/grievances", summary="Those that wait for an answer; `due_before` for the overdue")
async def list_grievances(
    tenant: str, context: ContextDependency, due_before: Instant | None = None, limit: Limit = 100
) -> GrievancesOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        rows = await grievances.waiting(session, tenant, due_before, limit)
        return GrievancesOut(grievances=[_out(row) for row in rows])


@router.post("/grievances/{grievance_id:path}/owner", summary="Give a grievance to somebody")
async def assign_grievance(
    tenant: str, grievance_id: str, body: OwnerIn, context: ContextDependency
) -> GrievanceOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        command = AssignGrievance(tenant, grievance_id, body.owner)
        return _out(await grievances.assign(session, command))


@router.post("/grievances/{grievance_id:path}/answer", summary="Answer it, which ends its hold")
async def answer_grievance(
    tenant: str, grievance_id: str, body: AnswerIn, context: ContextDependency
) -> GrievanceOut:
    desk_of(context, tenant)
    command = AnswerGrievance(tenant, grievance_id, body.outcome, body.evidence, body.by)
    async with context.database.transaction() as session:
        return _out(await grievances.answer(session, command, context.clock.now()))


@router.post(
    "/grievances/{grievance_id:path}/extensions", status_code=201, summary="Ask for more time"
)
async def ask_extension(
    tenant: str, grievance_id: str, body: ExtensionIn, context: ContextDependency
) -> ExtensionOut:
    desk_of(context, tenant)
    command = AskExtension(
        tenant, grievance_id, **{name: getattr(body, name) for name in ExtensionIn.model_fields}
    )
    async with context.database.transaction() as session:
        row = await extensions.ask(session, command, context.clock.now())
        return ExtensionOut.model_validate(row, from_attributes=True)


@router.post(
    "/grievances/{grievance_id:path}/extensions/decision",
    summary="Approve or refuse more time, as somebody who did not ask for it",
)
async def decide_extension(
    tenant: str, grievance_id: str, body: DecisionIn, context: ContextDependency
) -> GrievanceOut:
    desk = desk_of(context, tenant)
    command = DecideExtension(tenant, grievance_id, body.extension_id, body.is_approved, body.by)
    async with context.database.transaction() as session:
        return _out(await extensions.decide(session, desk, command, context.clock.now()))


def _out(row: object) -> GrievanceOut:
    return GrievanceOut.model_validate(row, from_attributes=True)
