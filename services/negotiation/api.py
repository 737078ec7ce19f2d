"""The door for people: promises, answers to offers, and what a loan has agreed."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field

from chassis.http import ContextDependency
from services.negotiation.commands import listing, offers, promises
from services.negotiation.settings import tenant_named

router = APIRouter(prefix="/v1/{tenant}", tags=["negotiation"])

Id = Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]
Minor = Annotated[int, Field(strict=True, gt=0, le=100_000_000_000_000)]


PathId = Annotated[str, Path(max_length=100, pattern=r"^[\x21-\x7e]+$")]


class PromiseIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    promise_id: Id
    party_id: Id
    amount_minor: Minor
    currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    due_on: date


class AcceptanceIn(BaseModel):
    """`instalments` is a plan's number of months; without it the shortest plan shown is taken."""

    model_config = ConfigDict(extra="forbid")

    option: Literal["plan", "settlement"]
    party_id: Id
    instalments: Annotated[int, Field(strict=True, ge=1, le=120)] | None = None


class DeclineIn(BaseModel):
    model_config = ConfigDict(extra="forbid")

    party_id: Id
    reason: Annotated[str, Field(max_length=100)] = ""


class ScheduledAmountOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    due_on: date
    amount_minor: int
    paid_minor: int


class OptionOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    option: str
    instalments: int
    total_minor: int
    waived_minor: int
    schedule: list[ScheduledAmountOut]


class AgreementOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    agreement_id: str
    loan_id: str
    version: int
    at: datetime
    kind: str
    status: str
    party_id: str
    currency: str
    total_minor: int
    paid_minor: int
    waived_minor: int
    next_due_on: date | None
    judge_at: datetime | None
    rounds: int
    episode: int
    schedule: list[ScheduledAmountOut]
    options: list[OptionOut]
    plan_months_max: int | None


class AgreementsOut(BaseModel):
    agreements: list[AgreementOut]


@router.post("/loans/{loan_id}/promises", status_code=201, summary="Take a promise to pay")
async def promise(
    tenant: str, loan_id: PathId, body: PromiseIn, context: ContextDependency
) -> AgreementOut:
    """The promise id makes the request repeatable: the same promise again is answered alike."""
    known = tenant_named(context.settings, tenant)
    given = promises.Promise(
        body.promise_id, loan_id, body.party_id, body.amount_minor, body.currency, body.due_on
    )
    async with context.database.transaction() as session:
        row = await promises.promise(session, known, given, context.clock.now())
        return AgreementOut.model_validate(listing.view_of(row, known.zone))


@router.post("/offers/{agreement_id}/accept", summary="Accept an offer as a plan or a settlement")
async def accept(
    tenant: str, agreement_id: PathId, body: AcceptanceIn, context: ContextDependency
) -> AgreementOut:
    """Accepting the same choice again is answered alike."""
    known = tenant_named(context.settings, tenant)
    choice = offers.Acceptance(agreement_id, body.option, body.party_id, body.instalments)
    async with context.database.transaction() as session:
        row = await offers.accept(session, known, choice, context.clock.now())
        return AgreementOut.model_validate(listing.view_of(row, known.zone))


@router.post("/offers/{agreement_id}/decline", summary="Decline an offer")
async def decline(
    tenant: str, agreement_id: PathId, body: DeclineIn, context: ContextDependency
) -> AgreementOut:
    """The reason is not kept: what borrowers say in words stays in contact."""
    known = tenant_named(context.settings, tenant)
    now = context.clock.now()
    async with context.database.transaction() as session:
        row = await offers.decline(session, known, agreement_id, body.party_id, now)
        return AgreementOut.model_validate(listing.view_of(row, known.zone))


@router.get("/loans/{loan_id}/agreements", summary="List a loan's agreements, newest first")
async def agreements(
    tenant: str,
    loan_id: PathId,
    context: ContextDependency,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> AgreementsOut:
    """An open offer carries the options between which the borrower may choose."""
    known = tenant_named(context.settings, tenant)
    async with context.database.transaction() as session:
        views = await listing.agreements(session, known.name, known.zone, loan_id, limit)
        return AgreementsOut(agreements=[AgreementOut.model_validate(view) for view in views])
