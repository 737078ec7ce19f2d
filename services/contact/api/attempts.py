"""Attempts come in with their outcomes and are shown; standing and totals are shown."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import BaseModel

from chassis.http import ContextDependency
from services.contact.api.doors import After, Body, Instant, Limit, desk_of
from services.contact.api.holds import HoldOut, hold_out
from services.contact.commands import outcomes, queries
from services.contact.commands.outcomes import ReportOutcome
from services.contact.domain.outcomes import Outcome
from services.contact.gateways import SandboxGateway, SentMessage

router = APIRouter()


class OutcomeIn(Body):
    outcome: Literal[
        "delivered",
        "undeliverable",
        "busy",
        "out_of_service",
        "no_answer",
        "voicemail",
        "connected",
        "third_party",
        "right_party",
        "effective",
    ]
    at: Instant | None = None


class AttemptOut(BaseModel):
    attempt_id: str
    key: str
    loan_id: str
    party_id: str
    role: str
    channel: str
    direction: str
    purpose: str
    template: str
    notice: str
    episode: int
    status: str
    outcome: str
    from_at: datetime
    until_at: datetime


class AttemptsOut(BaseModel):
    attempts: list[AttemptOut]


class StandingOut(BaseModel):
    loan_id: str
    position_version: int
    disposition: str
    episode: int
    closed_episode: int
    is_stopped: bool
    because: str
    holds: list[HoldOut]


class SandboxOut(BaseModel):
    messages: list[SentMessage]


class SummaryOut(BaseModel):
    made: int
    refused_by_rule: dict[str, int]


@router.post("/attempts/{attempt_id}/outcome", summary="Report how an attempt turned out")
async def report_outcome(
    tenant: str, attempt_id: str, body: OutcomeIn, context: ContextDependency
) -> AttemptOut:
    desk_of(context, tenant)
    at = body.at or context.clock.now()
    command = ReportOutcome(tenant, attempt_id, Outcome(body.outcome), at)
    async with context.database.transaction() as session:
        row = await outcomes.report(session, command)
        return AttemptOut.model_validate(row, from_attributes=True)


@router.get("/loans/{loan_id}/attempts", summary="The attempts about a loan, in and out")
async def list_attempts(
    tenant: str, loan_id: str, context: ContextDependency, after: After = "", limit: Limit = 100
) -> AttemptsOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        rows = await queries.attempts_of(session, tenant, loan_id, after, limit)
    return AttemptsOut(
        attempts=[AttemptOut.model_validate(row, from_attributes=True) for row in rows]
    )


@router.get("/loans/{loan_id}/standing", summary="Whether a loan may be acted on, and its holds")
async def show_standing(tenant: str, loan_id: str, context: ContextDependency) -> StandingOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        found = await queries.standing_of(session, tenant, loan_id)
    standing = found.standing
    return StandingOut(
        loan_id=loan_id,
        position_version=standing.position_version,
        disposition=standing.disposition,
        episode=standing.episode,
        closed_episode=standing.closed_episode,
        is_stopped=standing.is_stopped,
        because=standing.because,
        holds=[hold_out(hold) for hold in found.holds],
    )


@router.get("/contact/summary", summary="Contacts made, and refused by rule")
async def show_summary(tenant: str, context: ContextDependency) -> SummaryOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        found = await queries.summary(session, tenant)
    return SummaryOut.model_validate(found, from_attributes=True)


@router.get("/sandbox/messages", summary="What the sandbox gateway was given, without the words")
async def list_messages(
    tenant: str,
    context: ContextDependency,
    after: Annotated[int, Query(ge=0, lt=2**63)] = 0,
    limit: Limit = 100,
) -> SandboxOut:
    sandbox = SandboxGateway(context.database, desk_of(context, tenant).vault)
    return SandboxOut(messages=await sandbox.messages(tenant, after, limit))
