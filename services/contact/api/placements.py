"""Loans are placed with agencies, called back, and their data accounted for."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from chassis.http import ContextDependency
from interfaces.values import Purpose
from services.contact.api.doors import (
    After,
    Body,
    Id,
    Instant,
    Limit,
    Name,
    Note,
    PathName,
    desk_of,
)
from services.contact.commands import data_receipts, placements
from services.contact.commands.data_receipts import ReceiptData
from services.contact.commands.placements import (
    DecidePlacement,
    ProposePlacement,
    RecallPlacement,
)
from services.contact.domain.placements import CommissionKind, DataKind, DataManner

router = APIRouter(tags=["placements"])


class PlacementIn(Body):
    placement_id: Name
    loan_id: Id
    agency_id: Name
    purposes: Annotated[tuple[Purpose, ...], Field(min_length=1, max_length=3)]
    from_at: Instant
    until_at: Instant
    commission_basis_points: Annotated[int, Field(ge=0, le=10_000)]
    commission_kind: CommissionKind
    data_kinds: Annotated[tuple[DataKind, ...], Field(min_length=1, max_length=6)]
    return_days: Annotated[int, Field(ge=0, le=90)]
    bank_keeps_contact: bool = False
    may_entrust_further: bool = False
    by: Note


class DecisionIn(Body):
    is_approved: bool
    by: Note


class RecallIn(Body):
    reason: Note
    by: Note


class ReceiptIn(Body):
    manner: DataManner
    data_kinds: Annotated[frozenset[DataKind], Field(min_length=1)]
    evidence: Note
    by: Note


class PlacementOut(BaseModel):
    placement_id: str
    loan_id: str
    agency_id: str
    status: str
    purposes: list[str]
    from_at: datetime
    until_at: datetime
    commission_basis_points: int
    commission_kind: str
    data_kinds: list[str]
    return_days: int
    bank_keeps_contact: bool
    proposed_by: str
    decided_by: str | None
    recall_cause: str
    recall_reason: str
    recalled_by: str
    stopped_at: datetime | None
    data_due_at: datetime | None
    data_manner: str | None
    data_evidence: str | None
    data_receipt_by: str | None
    data_receipt_at: datetime | None


class PlacementsOut(BaseModel):
    placements: list[PlacementOut]


@router.post("/placements", status_code=201, summary="Propose to place a loan with an agency")
async def propose_placement(
    tenant: str, body: PlacementIn, context: ContextDependency
) -> PlacementOut:
    its_desk = desk_of(context, tenant)
    fields = {name: getattr(body, name) for name in PlacementIn.model_fields}
    command = ProposePlacement(tenant=tenant, **fields)
    async with context.database.transaction() as session:
        row = await placements.propose(session, its_desk, command, context.clock.now())
        return PlacementOut.model_validate(row, from_attributes=True)


@router.post(
    "/placements/{placement_id}/decision", summary="Approve or decline, as a second person"
)
async def decide_placement(
    tenant: str, placement_id: PathName, body: DecisionIn, context: ContextDependency
) -> PlacementOut:
    its_desk = desk_of(context, tenant)
    command = DecidePlacement(tenant, placement_id, body.is_approved, body.by)
    async with context.database.transaction() as session:
        row = await placements.decide(session, its_desk, command, context.clock.now())
        return PlacementOut.model_validate(row, from_attributes=True)


@router.post("/placements/{placement_id}/recall", summary="Call a loan back from its agency")
async def recall_placement(
    tenant: str, placement_id: PathName, body: RecallIn, context: ContextDependency
) -> PlacementOut:
    desk_of(context, tenant)
    command = RecallPlacement(tenant, placement_id, body.reason, body.by)
    async with context.database.transaction() as session:
        row = await placements.recall(session, command, context.clock.now())
        return PlacementOut.model_validate(row, from_attributes=True)


@router.post(
    "/placements/{placement_id}/receipt", summary="Vouch that its data were returned or deleted"
)
async def receipt_data(
    tenant: str, placement_id: PathName, body: ReceiptIn, context: ContextDependency
) -> PlacementOut:
    desk_of(context, tenant)
    fields = {name: getattr(body, name) for name in ReceiptIn.model_fields}
    command = ReceiptData(tenant=tenant, placement_id=placement_id, **fields)
    async with context.database.transaction() as session:
        row = await data_receipts.receipt(session, command, context.clock.now())
        return PlacementOut.model_validate(row, from_attributes=True)


@router.get("/placements", summary="Placements whose data were due back and are not accounted for")
async def list_placements(
    tenant: str,
    context: ContextDependency,
    missing: Literal["receipt"],
    after: After = "",
    limit: Limit = 100,
) -> PlacementsOut:
    desk_of(context, tenant)
    now = context.clock.now()
    async with context.database.transaction() as session:
        rows = await placements.without_receipt(session, tenant, now, after, limit)
    return PlacementsOut(
        placements=[PlacementOut.model_validate(row, from_attributes=True) for row in rows]
    )


@router.get("/loans/{loan_id}/placements", summary="A loan's placements, past and present")
async def list_placements_of_loan(
    tenant: str, loan_id: str, context: ContextDependency
) -> PlacementsOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        rows = await placements.of_loan(session, tenant, loan_id)
    return PlacementsOut(
        placements=[PlacementOut.model_validate(row, from_attributes=True) for row in rows]
    )
