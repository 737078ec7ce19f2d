"""Preferences, agreements, bans and refusals are put down and taken back."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints, model_validator

from chassis.http import ContextDependency
from interfaces.values import Channel
from services.contact.api.doors import Body, Id, Instant, Note, desk_of
from services.contact.commands import agreements
from services.contact.commands.agreements import Agree, Revoke
from services.contact.domain.agreements import PER_DAY_MAX, Hours, TermKind, Terms

router = APIRouter()

Clock = Annotated[str, StringConstraints(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Language = Annotated[str, StringConstraints(max_length=20, pattern=r"^[A-Za-z0-9-]*$")]


class AgreementIn(Body):
    agreement_id: Id
    kind: TermKind
    channel: Channel | None = None
    hours_from: Clock | None = None
    hours_until: Clock | None = None
    per_day_max: Annotated[int, Field(ge=0, le=PER_DAY_MAX)] | None = None
    language: Language = ""
    from_at: Instant | None = None
    until_at: Instant | None = None
    evidence: Note
    by: Note

    @model_validator(mode="after")
    def _hours_have_both_ends(self) -> AgreementIn:
        if (self.hours_from is None) is not (self.hours_until is None):
            raise ValueError("give both hours_from and hours_until, or neither")
        return self

    def terms(self) -> Terms:
        hours = None
        if self.hours_from is not None and self.hours_until is not None:
            hours = Hours(time.fromisoformat(self.hours_from), time.fromisoformat(self.hours_until))
        return Terms(self.kind, self.channel, hours, self.per_day_max, self.language)


class RevocationIn(Body):
    at: Instant | None = None
    reason: Note
    by: Note


class AgreementOut(BaseModel):
    agreed_id: str
    party_id: str
    kind: str
    channel: str
    hours_from: str
    hours_until: str
    per_day_max: int | None
    language: str
    from_at: datetime
    until_at: datetime | None
    evidence: str
    revoked_at: datetime | None


class AgreementsOut(BaseModel):
    agreements: list[AgreementOut]


@router.post(
    "/parties/{party_id}/agreements", status_code=201, summary="Put down what a party agreed to"
)
async def put_down_agreement(
    tenant: str, party_id: str, body: AgreementIn, context: ContextDependency
) -> AgreementOut:
    desk_of(context, tenant)
    command = Agree(
        tenant=tenant,
        party_id=party_id,
        agreed_id=body.agreement_id,
        terms=body.terms(),
        from_at=body.from_at,
        until_at=body.until_at,
        evidence=body.evidence,
        by=body.by,
    )
    async with context.database.transaction() as session:
        row = await agreements.agree(session, command, context.clock.now())
        return AgreementOut.model_validate(row, from_attributes=True)


@router.post("/agreements/{agreement_id:path}/revoke", summary="Take an agreement back")
async def revoke_agreement(
    tenant: str, agreement_id: str, body: RevocationIn, context: ContextDependency
) -> AgreementOut:
    desk_of(context, tenant)
    command = Revoke(tenant, agreement_id, body.at, body.reason, body.by)
    async with context.database.transaction() as session:
        row = await agreements.revoke(session, command, context.clock.now())
        return AgreementOut.model_validate(row, from_attributes=True)


@router.get("/parties/{party_id}/agreements", summary="All a party ever agreed to")
async def list_agreements(tenant: str, party_id: str, context: ContextDependency) -> AgreementsOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        rows = await agreements.of_party(session, tenant, party_id)
        shown = [AgreementOut.model_validate(row, from_attributes=True) for row in rows]
    return AgreementsOut(agreements=shown)
