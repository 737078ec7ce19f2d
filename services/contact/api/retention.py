"""What may be deleted and what not yet; deletions with their receipts; legal holds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints

from chassis.http import ContextDependency
from services.contact.api.doors import Body, Id, Limit, Name, Note, PathName, desk_of
from services.contact.commands import retention
from services.contact.commands.retention import (
    DeleteRecordings,
    Listing,
    PlaceLegalHold,
)
from services.contact.domain.law.retention import Longer, RecordKind

router = APIRouter(prefix="/retention", tags=["retention"])

YEARS_MAX = 100
Years = Annotated[int | None, Query(ge=1, le=YEARS_MAX)]
# A record of an agency's is named with the agency, which makes it long.
_RECORD_ID_MAX = 400
After = Annotated[str, Query(max_length=_RECORD_ID_MAX, pattern=r"^[\x21-\x7e]*$")]
Reference = Annotated[
    str, StringConstraints(min_length=1, max_length=_RECORD_ID_MAX, pattern=r"^[\x21-\x7e]+$")
]
Day = Annotated[date, Query(ge=date(2000, 1, 1), le=date(2200, 1, 1))]


class DueOut(BaseModel):
    kind: str
    record_id: str
    loan_ids: list[str]
    recorded_at: datetime
    kept_until: date | None
    because: str
    may_be_deleted: bool


class DueListOut(BaseModel):
    records: list[DueOut]


class DeletionIn(Body):
    """The tenant's rule packs say how long to keep; `years` may only ask for longer."""

    references: Annotated[tuple[Reference, ...], Field(min_length=1, max_length=1_000)]
    years: Annotated[int | None, Field(ge=1, le=YEARS_MAX)] = None
    counts_from_last_activity: bool = False
    evidence: Note
    by: Note


class DeletionOut(BaseModel):
    reference: str
    deleted_at: datetime
    deleted_by: str
    evidence: str
    kept_until: date
    because: str


class DeletionsOut(BaseModel):
    deletions: list[DeletionOut]


class LegalHoldIn(Body):
    legal_hold_id: Name
    loan_id: Id
    reason: Note
    by: Note


class LegalHoldEndIn(Body):
    by: Note


class LegalHoldOut(BaseModel):
    legal_hold_id: str
    loan_id: str
    reason: str
    placed_by: str
    placed_at: datetime
    ended_by: str | None
    ended_at: datetime | None


@router.get("", summary="How long each record is kept, and why it may not be deleted yet")
async def list_due(  # noqa: PLR0913 — the query of one page
    tenant: str,
    context: ContextDependency,
    kind: RecordKind,
    at: Day,
    years: Years = None,
    counts_from_last_activity: Annotated[bool, Query()] = False,
    after: After = "",
    limit: Limit = 100,
) -> DueListOut:
    its_desk = desk_of(context, tenant)
    wish = _wish(years, counts_from_last_activity)
    page = Listing(tenant, kind, at, after, limit, wish)
    async with context.database.transaction() as session:
        found = await retention.due(session, its_desk, page)
    return DueListOut(
        records=[
            DueOut(
                kind=each.record.kind,
                record_id=each.record.record_id,
                loan_ids=list(each.record.loan_ids),
                recorded_at=each.record.at,
                kept_until=each.retention.until,
                because=each.retention.because,
                may_be_deleted=each.may_be_deleted,
            )
            for each in found
        ]
    )


@router.post("/deletions", summary="Receipt the deletion of recordings past their retention")
async def delete_recordings(
    tenant: str, body: DeletionIn, context: ContextDependency
) -> DeletionsOut:
    its_desk = desk_of(context, tenant)
    wish = _wish(body.years, body.counts_from_last_activity)
    command = DeleteRecordings(tenant, body.references, body.evidence, body.by, wish)
    now = context.clock.now()
    async with context.database.transaction() as session:
        rows = await retention.delete_recordings(session, its_desk, command, now)
        return DeletionsOut(
            deletions=[DeletionOut.model_validate(row, from_attributes=True) for row in rows]
        )


@router.post("/legal-holds", status_code=201, summary="Keep everything about a loan")
async def place_legal_hold(
    tenant: str, body: LegalHoldIn, context: ContextDependency
) -> LegalHoldOut:
    desk_of(context, tenant)
    command = PlaceLegalHold(tenant, body.legal_hold_id, body.loan_id, body.reason, body.by)
    async with context.database.transaction() as session:
        row = await retention.place_legal_hold(session, command, context.clock.now())
        return LegalHoldOut.model_validate(row, from_attributes=True)


@router.post("/legal-holds/{legal_hold_id}/end", summary="End a legal hold")
async def end_legal_hold(
    tenant: str, legal_hold_id: PathName, body: LegalHoldEndIn, context: ContextDependency
) -> LegalHoldOut:
    desk_of(context, tenant)
    now = context.clock.now()
    async with context.database.transaction() as session:
        row = await retention.end_legal_hold(session, tenant, legal_hold_id, body.by, now)
        return LegalHoldOut.model_validate(row, from_attributes=True)


def _wish(years: int | None, counts_from_last_activity: bool) -> Longer | None:
    return None if years is None else Longer(years, counts_from_last_activity)
