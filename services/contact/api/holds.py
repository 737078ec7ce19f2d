"""Holds are placed and ended."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from chassis.http import ContextDependency
from interfaces.facts import HoldInterval
from interfaces.values import Block, HoldKind
from services.contact.api.doors import Amount, Body, Id, Instant, Note, desk_of
from services.contact.commands import holds
from services.contact.commands.holds import EndHold, PlaceHold, StandingHold

router = APIRouter()


class HoldIn(Body):
    hold_id: Id
    kind: HoldKind
    loan_id: Id | None = None
    party_id: Id | None = None
    blocks: tuple[Block, ...] | None = None
    from_at: Instant | None = None
    until_at: Instant | None = None
    review_at: Instant | None = None
    amount_minor: Amount | None = None
    has_no_estate: bool = False
    evidence: Note
    by: Note


class HoldEndIn(Body):
    at: Instant | None = None
    reason: Note
    by: Note


class HoldOut(BaseModel):
    hold_id: str
    kind: str
    party_id: str | None
    blocks: list[str]
    from_at: datetime
    until_at: datetime | None
    review_at: datetime | None
    amount_minor: int | None
    has_no_estate: bool


class HoldKept(HoldOut):
    """With the loans it touches today; a loan linked to its party later is touched too."""

    loan_ids: tuple[str, ...]


@router.post("/holds", status_code=201, summary="Place a hold on a loan or a party")
async def place_hold(tenant: str, body: HoldIn, context: ContextDependency) -> HoldKept:
    desk_of(context, tenant)
    command = PlaceHold(
        tenant=tenant, **{name: getattr(body, name) for name in HoldIn.model_fields}
    )
    async with context.database.transaction() as session:
        return _kept(await holds.place(session, command, context.clock.now()))


@router.post("/holds/{hold_id:path}/end", summary="End a hold")
async def end_hold(
    tenant: str, hold_id: str, body: HoldEndIn, context: ContextDependency
) -> HoldKept:
    desk_of(context, tenant)
    command = EndHold(tenant, hold_id, body.at, body.reason, body.by)
    async with context.database.transaction() as session:
        return _kept(await holds.end(session, command, context.clock.now()))


def _kept(hold: StandingHold) -> HoldKept:
    fields = {name: getattr(hold.row, name) for name in HoldOut.model_fields}
    return HoldKept(**fields, loan_ids=hold.loan_ids)


def hold_out(hold: HoldInterval) -> HoldOut:
    fields = {name: getattr(hold, name) for name in HoldOut.model_fields}
    return HoldOut(**{**fields, "blocks": list(hold.blocks)})
