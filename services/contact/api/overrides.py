"""Somebody with the authority answers for a soft rule toward a party: recorded, listed, ended."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, StringConstraints

from chassis.http import ContextDependency
from interfaces.values import Channel
from services.contact.api.doors import Body, Id, Instant, Note, desk_of
from services.contact.commands import overrides
from services.contact.commands.overrides import EndOverride, RecordOverride

router = APIRouter()

RuleId = Annotated[str, StringConstraints(max_length=100, pattern=r"^[A-Z0-9]+(-[A-Z0-9]+)*$")]


class OverrideIn(Body):
    """One soft rule, for a time. Without a loan it is of all loans of the party, without a channel
    of every channel, without a beginning from now on."""

    override_id: Id
    rule_id: RuleId
    loan_id: Id | None = None
    channel: Channel | None = None
    from_at: Instant | None = None
    until_at: Instant
    reason: Note
    authority: Note
    evidence: Note
    by: Note


class OverrideEndIn(Body):
    reason: Note
    by: Note


class OverrideOut(BaseModel):
    override_id: str
    party_id: str
    loan_id: str
    rule_id: str
    channel: str
    reason: str
    authority: str
    evidence: str
    from_at: datetime
    until_at: datetime
    recorded_by: str
    recorded_at: datetime
    ended_at: datetime | None
    ended_by: str
    end_reason: str


class OverridesOut(BaseModel):
    overrides: list[OverrideOut]


@router.post(
    "/parties/{party_id}/overrides", status_code=201, summary="Override one soft rule for a time"
)
async def record_override(
    tenant: str, party_id: str, body: OverrideIn, context: ContextDependency
) -> OverrideOut:
    desk = desk_of(context, tenant)
    command = RecordOverride(
        tenant=tenant,
        override_id=body.override_id,
        party_id=party_id,
        loan_id=body.loan_id or "",
        rule_id=body.rule_id,
        channel=body.channel,
        from_at=body.from_at,
        until_at=body.until_at,
        reason=body.reason,
        authority=body.authority,
        evidence=body.evidence,
        by=body.by,
    )
    async with context.database.transaction() as session:
        row = await overrides.record(session, desk, command, context.clock.now())
        return OverrideOut.model_validate(row, from_attributes=True)


@router.post("/overrides/{override_id:path}/end", summary="End an override before its time")
async def end_override(
    tenant: str, override_id: str, body: OverrideEndIn, context: ContextDependency
) -> OverrideOut:
    desk_of(context, tenant)
    command = EndOverride(tenant, override_id, body.reason, body.by)
    async with context.database.transaction() as session:
        row = await overrides.end(session, command, context.clock.now())
        return OverrideOut.model_validate(row, from_attributes=True)


@router.get("/parties/{party_id}/overrides", summary="All overrides of a party, past ones too")
async def list_overrides(tenant: str, party_id: str, context: ContextDependency) -> OverridesOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        rows = await overrides.of_party(session, tenant, party_id)
        shown = [OverrideOut.model_validate(row, from_attributes=True) for row in rows]
    return OverridesOut(overrides=shown)
