"""The door for people: matters, their approval, and what the court does."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from chassis.http import ContextDependency
from interfaces.values import MatterStatus
from services.legal.commands import moving
from services.legal.domain.matters import Outcome
from services.legal.settings import tenant_named

router = APIRouter(prefix="/v1/{tenant}", tags=["legal"])

Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]


MatterId = Annotated[str, Path(max_length=100, pattern=r"^[\x21-\x7e]+$")]
Cursor = Annotated[str, Query(max_length=100, pattern=r"^[\x21-\x7e]*$")]


class ApprovalIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    by: Id


class RefusalIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    by: Id
    reason: Annotated[str, Field(min_length=1, max_length=1000, pattern=r"^[^\x00]*$")]


class MilestoneIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    milestone_id: Id
    status: Literal["filed", "accepted", "ordered", "enforcing", "ended"]
    outcome: Literal["recovered", "dismissed", "withdrawn", "settled", "unenforceable"] | None = (
        None
    )
    deadline_on: date | None = None
    court_reference: Annotated[str, Field(max_length=100, pattern=r"^[^\x00]*$")] = ""


class MatterOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    matter_id: str
    loan_id: str
    episode: int
    party_id: str
    version: int
    status: str
    currency: str
    claim_minor: int
    opened_at: datetime
    deadline_at: datetime | None
    limitation_expires_on: date | None
    outcome: str
    court_reference: str
    because: str


class MattersOut(BaseModel):
    """`next` is the `after` of the following page, null on the last one."""

    matters: list[MatterOut]
    next: str | None


@router.get("/matters", summary="List matters in the order of their opening")
async def matters(
    tenant: str,
    context: ContextDependency,
    status: MatterStatus | None = None,
    after: Cursor = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> MattersOut:
    known = tenant_named(context.settings, tenant)
    async with context.database.transaction() as session:
        rows = await moving.matters_of(session, known.name, status, after, limit)
        following = rows[-1].matter_id if len(rows) == limit else None
        return MattersOut(matters=[MatterOut.model_validate(row) for row in rows], next=following)


@router.post("/matters/{matter_id}/approve", summary="Approve that a matter goes to court")
async def approve(
    tenant: str, matter_id: MatterId, body: ApprovalIn, context: ContextDependency
) -> MatterOut:
    """Approving again by the same person is answered alike."""
    known = tenant_named(context.settings, tenant)
    async with context.database.transaction() as session:
        row = await moving.approve(session, known, matter_id, body.by, context.clock.now())
        return MatterOut.model_validate(row)


@router.post("/matters/{matter_id}/refuse", summary="Refuse that a matter goes to court")
async def refuse(
    tenant: str, matter_id: MatterId, body: RefusalIn, context: ContextDependency
) -> MatterOut:
    """Refusing again by the same person is answered alike."""
    known = tenant_named(context.settings, tenant)
    refusal = moving.Refusal(matter_id, body.by, body.reason)
    async with context.database.transaction() as session:
        row = await moving.refuse(session, known, refusal, context.clock.now())
        return MatterOut.model_validate(row)


@router.post("/matters/{matter_id}/milestones", status_code=201, summary="Report a milestone")
async def milestone(
    tenant: str, matter_id: MatterId, body: MilestoneIn, context: ContextDependency
) -> MatterOut:
    """The milestone id makes the request repeatable."""
    known = tenant_named(context.settings, tenant)
    given = moving.Milestone(
        milestone_id=body.milestone_id,
        matter_id=matter_id,
        status=MatterStatus(body.status),
        outcome=Outcome(body.outcome) if body.outcome else None,
        deadline_on=body.deadline_on,
        court_reference=body.court_reference,
    )
    async with context.database.transaction() as session:
        row = await moving.pass_milestone(session, known, given, context.clock.now())
        return MatterOut.model_validate(row)
