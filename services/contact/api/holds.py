"""Holds are placed and ended."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from chassis.http import ContextDependency
from interfaces.facts import HoldInterval
from interfaces.values import Block, HoldKind
from services.contact.api.doors import Amount, Body, Id, Instant, Limit, Note, desk_of
from services.contact.commands import cease, holds
from services.contact.commands.holds import EndHold, ExtendHold, PlaceHold, StandingHold
from services.contact.commands.lawful_holds import check_blocks
from services.contact.domain.breathing import Variant

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
    variant: Variant = Variant.STANDARD


class HoldExtensionIn(Body):
    until_at: Instant
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


class HoldToReview(HoldOut):
    loan_id: str | None
    evidence: str
    placed_by: str
    variant: str


class HoldsToReview(BaseModel):
    holds: list[HoldToReview]


@router.get("/holds", summary="Holds in force whose review falls before an instant")
async def list_holds_to_review(
    tenant: str, review_before: Instant, context: ContextDependency, limit: Limit = 100
) -> HoldsToReview:
    desk_of(context, tenant)
    now = context.clock.now()
    async with context.database.transaction() as session:
        rows = await holds.to_review(session, tenant, review_before, now, limit)
        kept = [HoldToReview.model_validate(row, from_attributes=True) for row in rows]
    return HoldsToReview(holds=kept)


@router.post("/holds", status_code=201, summary="Place a hold on a loan or a party")
async def place_hold(tenant: str, body: HoldIn, context: ContextDependency) -> HoldKept:
    desk, now = desk_of(context, tenant), context.clock.now()
    command = PlaceHold(
        tenant=tenant, **{name: getattr(body, name) for name in HoldIn.model_fields}
    )
    check_blocks(desk, command, now)
    async with context.database.transaction() as session:
        refusal = await cease.divert(session, desk, command, now)
        if refusal is None:
            return _kept(await holds.place(session, command, now))
    # Raised only now: the opt-out that stands in the hold's place is committed.
    raise refusal


@router.post("/holds/{hold_id:path}/extend", summary="Give a debt adviser more time")
async def extend_hold(
    tenant: str, hold_id: str, body: HoldExtensionIn, context: ContextDependency
) -> HoldKept:
    desk_of(context, tenant)
    command = ExtendHold(tenant, hold_id, body.until_at, body.evidence, body.by)
    async with context.database.transaction() as session:
        return _kept(await holds.extend(session, command, context.clock.now()))


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
