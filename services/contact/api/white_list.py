"""The white list of agencies: proposed by one person, approved by another, published."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from chassis.http import ContextDependency
from services.contact.api.doors import After, Body, Limit, Name, Note, PathName, desk_of
from services.contact.commands import agencies
from services.contact.commands.agencies import DecideEntry, Delist, ProposeEntry

router = APIRouter(tags=["agencies"])

Day = Annotated[date, Field(ge=date(2000, 1, 1), le=date(2200, 1, 1))]


class EntryIn(Body):
    agency_id: Name
    title: Note
    listed_from: Day
    listed_until: Day | None = None
    evaluated_on: Day
    contract_until: Day
    products: Annotated[tuple[Name, ...], Field(min_length=1, max_length=50)]
    has_certified_agents: bool
    is_published: bool = True
    by: Note


class DecisionIn(Body):
    is_approved: bool
    by: Note


class DelistIn(Body):
    reason: Note
    by: Note


class ListedOut(BaseModel):
    """What is published."""

    agency_id: str
    title: str
    listed_from: date
    listed_until: date | None
    evaluated_on: date
    contract_until: date
    products: list[str]


class EntryOut(ListedOut):
    version: int
    has_certified_agents: bool
    is_published: bool
    status: str
    proposed_by: str
    proposed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    reason: str | None


class ListOut(BaseModel):
    agencies: list[ListedOut]


class EntriesOut(BaseModel):
    entries: list[EntryOut]


@router.post("/agencies", status_code=201, summary="Propose an agency for the white list, or anew")
async def propose_agency(tenant: str, body: EntryIn, context: ContextDependency) -> EntryOut:
    its_desk = desk_of(context, tenant)
    command = ProposeEntry(tenant=tenant, **{n: getattr(body, n) for n in EntryIn.model_fields})
    async with context.database.transaction() as session:
        row = await agencies.propose(session, its_desk, command, context.clock.now())
        return EntryOut.model_validate(row, from_attributes=True)


@router.post(
    "/agencies/{agency_id}/versions/{version}/decision",
    summary="Approve or decline a proposed entry, as a second person",
)
async def decide_agency(
    tenant: str, agency_id: PathName, version: int, body: DecisionIn, context: ContextDependency
) -> EntryOut:
    desk_of(context, tenant)
    command = DecideEntry(tenant, agency_id, version, body.is_approved, body.by)
    async with context.database.transaction() as session:
        row = await agencies.decide(session, command, context.clock.now())
        return EntryOut.model_validate(row, from_attributes=True)


@router.post(
    "/agencies/{agency_id}/delist", summary="Take an agency off the list; recalls its loans"
)
async def delist_agency(
    tenant: str, agency_id: PathName, body: DelistIn, context: ContextDependency
) -> EntryOut:
    desk_of(context, tenant)
    command = Delist(tenant, agency_id, body.reason, body.by)
    async with context.database.transaction() as session:
        row = await agencies.delist(session, command, context.clock.now())
        return EntryOut.model_validate(row, from_attributes=True)


@router.get("/agencies", summary="The published white list")
async def list_agencies(
    tenant: str, context: ContextDependency, after: After = "", limit: Limit = 100
) -> ListOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        rows = await agencies.listed(session, tenant, after, limit)
    return ListOut(agencies=[ListedOut.model_validate(row, from_attributes=True) for row in rows])


@router.get("/agencies/{agency_id}", summary="Every version of an agency's entry, latest first")
async def show_agency(tenant: str, agency_id: PathName, context: ContextDependency) -> EntriesOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        rows = await agencies.shown(session, tenant, agency_id)
    return EntriesOut(entries=[EntryOut.model_validate(row, from_attributes=True) for row in rows])
