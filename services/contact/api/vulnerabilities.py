"""How a vulnerable party is to be treated is recorded, shown and ended."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from chassis.http import ContextDependency
from interfaces.values import Channel
from services.contact.api.doors import Body, Id, Instant, Limit, Note, desk_of
from services.contact.commands import vulnerabilities
from services.contact.commands.vulnerabilities import (
    EndVulnerability,
    RecordVulnerability,
    ReviewVulnerability,
    ShownVulnerability,
)
from services.contact.domain.treatments import Mood, Treatment, written

router = APIRouter()

Queue = Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z0-9_-]*$")]


class TreatmentIn(Body):
    touches_per_week_max: Annotated[int, Field(ge=0, le=50)] | None = None
    closed_channels: frozenset[Channel] = frozenset()
    allows_automated_voice: bool = True
    mood: Mood = Mood.PLAIN
    adds_help_text: bool = False
    queue: Queue = ""


class VulnerabilityIn(Body):
    """Category and evidence are kept only if the person agreed to it (`may_keep`)."""

    record_id: Id
    category: Note
    evidence: Note
    may_keep: bool
    review_at: Instant
    treatment: TreatmentIn
    by: Note


class VulnerabilityEndIn(Body):
    reason: Note
    by: Note


class ReviewIn(Body):
    """Somebody looked; the treatment goes on until the next review."""

    next_review_at: Instant
    by: Note


class TreatmentOut(BaseModel):
    touches_per_week_max: int | None
    closed_channels: list[Channel]
    allows_automated_voice: bool
    mood: Mood
    adds_help_text: bool
    queue: str


class VulnerabilityOut(BaseModel):
    record_id: str
    category: str
    evidence: str
    may_keep: bool
    review_at: datetime
    recorded_by: str
    recorded_at: datetime
    ended_at: datetime | None
    reviewed_at: datetime | None
    reviewed_by: str
    treatment: TreatmentOut


class ToReviewOut(BaseModel):
    """What is to be done, not why: a list opens nobody's reasons."""

    record_id: str
    party_id: str
    review_at: datetime
    recorded_by: str
    raised_at: datetime | None


class VulnerabilitiesToReview(BaseModel):
    records: list[ToReviewOut]


class VulnerabilitiesOut(BaseModel):
    treatment: TreatmentOut
    records: list[VulnerabilityOut]


@router.post(
    "/parties/{party_id}/vulnerabilities", status_code=201, summary="Record how to treat a party"
)
async def record_vulnerability(
    tenant: str, party_id: str, body: VulnerabilityIn, context: ContextDependency
) -> VulnerabilityOut:
    desk = desk_of(context, tenant)
    told = {name: getattr(body.treatment, name) for name in TreatmentIn.model_fields}
    command = RecordVulnerability(
        tenant=tenant,
        party_id=party_id,
        record_id=body.record_id,
        category=body.category,
        evidence=body.evidence,
        may_keep=body.may_keep,
        review_at=body.review_at,
        treatment=Treatment(**told),
        by=body.by,
    )
    async with context.database.transaction() as session:
        return _out(await vulnerabilities.record(session, desk, command, context.clock.now()))


@router.get("/vulnerabilities", summary="Treatments whose review falls due by an instant")
async def list_vulnerabilities_to_review(
    tenant: str, review_before: Instant, context: ContextDependency, limit: Limit = 100
) -> VulnerabilitiesToReview:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        rows = await vulnerabilities.to_review(session, tenant, review_before, limit)
        shown = [ToReviewOut.model_validate(row, from_attributes=True) for row in rows]
    return VulnerabilitiesToReview(records=shown)


@router.post("/vulnerabilities/{record_id:path}/review", summary="Say that somebody looked at it")
async def review_vulnerability(
    tenant: str, record_id: str, body: ReviewIn, context: ContextDependency
) -> VulnerabilityOut:
    desk = desk_of(context, tenant)
    command = ReviewVulnerability(tenant, record_id, body.next_review_at, body.by)
    async with context.database.transaction() as session:
        return _out(await vulnerabilities.review(session, desk, command, context.clock.now()))


@router.post("/vulnerabilities/{record_id:path}/end", summary="End a record and its treatment")
async def end_vulnerability(
    tenant: str, record_id: str, body: VulnerabilityEndIn, context: ContextDependency
) -> TreatmentOut:
    desk_of(context, tenant)
    command = EndVulnerability(tenant, record_id, body.reason, body.by)
    async with context.database.transaction() as session:
        row = await vulnerabilities.end(session, command, context.clock.now())
        whole = await vulnerabilities.treatment_of(session, tenant, row.party_id)
    return TreatmentOut.model_validate(written(whole))


@router.get("/parties/{party_id}/vulnerabilities", summary="How a party is to be treated, and why")
async def list_vulnerabilities(
    tenant: str, party_id: str, context: ContextDependency
) -> VulnerabilitiesOut:
    desk = desk_of(context, tenant)
    async with context.database.transaction() as session:
        shown = await vulnerabilities.of_party(session, desk, tenant, party_id)
        whole = await vulnerabilities.treatment_of(session, tenant, party_id)
        records = [_out(each) for each in shown]
    return VulnerabilitiesOut(
        treatment=TreatmentOut.model_validate(written(whole)), records=records
    )


def _out(shown: ShownVulnerability) -> VulnerabilityOut:
    row = shown.row
    return VulnerabilityOut(
        record_id=row.record_id,
        category=shown.category,
        evidence=shown.evidence,
        may_keep=row.may_keep,
        review_at=row.review_at,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        ended_at=row.ended_at,
        reviewed_at=row.reviewed_at,
        reviewed_by=row.reviewed_by,
        treatment=TreatmentOut.model_validate(row.treatment),
    )
