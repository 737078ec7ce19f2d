"""Contact's HTTP door: holds, outcomes and replies come in; standing and attempts are shown."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from chassis.http import ContextDependency
from interfaces.facts import HoldInterval
from interfaces.values import Block, Channel, HoldKind
from services.contact.commands import holds, outcomes, queries, replies
from services.contact.commands.desk import Desk, desk
from services.contact.commands.holds import EndHold, PlaceHold, StandingHold
from services.contact.commands.outcomes import ReportOutcome
from services.contact.commands.replies import RecordReply
from services.contact.domain.outcomes import Outcome
from services.contact.domain.replies import ReplyKind
from services.contact.gateways import SandboxGateway, SentMessage

LIMIT_MAX = 1_000
router = APIRouter(prefix="/v1/{tenant}", tags=["contact"])

Id = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[\x21-\x7e]+$")]
Words = Annotated[str, StringConstraints(max_length=10_000, pattern=r"^[^\x00]*$")]
Note = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]
Amount = Annotated[int, Field(gt=0, le=100_000_000_000_000)]
# Beyond these, zones and reviews would leave the calendar.
Instant = Annotated[
    AwareDatetime,
    Field(ge=datetime(2000, 1, 1, tzinfo=UTC), le=datetime(2200, 1, 1, tzinfo=UTC)),
]
Limit = Annotated[int, Query(ge=1, le=LIMIT_MAX)]
After = Annotated[str, Query(max_length=100, pattern=r"^[\x21-\x7e]*$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class OutcomeIn(_Body):
    outcome: Literal[
        "delivered", "undeliverable", "connected", "right_party", "voicemail", "no_answer"
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


class ReplyIn(_Body):
    reply_id: Id
    party_id: Id
    loan_id: Id
    channel: Channel
    kinds: Annotated[list[ReplyKind], Field(min_length=1, max_length=12)]
    text: Words = ""
    amount_minor: Amount | None = None


class ReplyOut(BaseModel):
    reply_id: str
    opted_out: bool
    hold_ids: tuple[str, ...]


class HoldIn(_Body):
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


class HoldEndIn(_Body):
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
    _desk(context, tenant)
    at = body.at or context.clock.now()
    command = ReportOutcome(tenant, attempt_id, Outcome(body.outcome), at)
    async with context.database.transaction() as session:
        row = await outcomes.report(session, command)
        return AttemptOut.model_validate(row, from_attributes=True)


@router.post("/replies", status_code=201, summary="Record what a person answered")
async def record_reply(tenant: str, body: ReplyIn, context: ContextDependency) -> ReplyOut:
    command = RecordReply(
        tenant=tenant,
        reply_id=body.reply_id,
        party_id=body.party_id,
        loan_id=body.loan_id,
        channel=body.channel,
        kinds=tuple(body.kinds),
        words=body.text,
        amount_minor=body.amount_minor,
    )
    its_desk, now = _desk(context, tenant), context.clock.now()
    async with context.database.transaction() as session:
        recorded = await replies.record(session, its_desk, command, now)
    return ReplyOut.model_validate(recorded, from_attributes=True)


@router.post("/holds", status_code=201, summary="Place a hold on a loan or a party")
async def place_hold(tenant: str, body: HoldIn, context: ContextDependency) -> HoldKept:
    _desk(context, tenant)
    command = PlaceHold(
        tenant=tenant, **{name: getattr(body, name) for name in HoldIn.model_fields}
    )
    async with context.database.transaction() as session:
        return _kept(await holds.place(session, command, context.clock.now()))


@router.post("/holds/{hold_id:path}/end", summary="End a hold")
async def end_hold(
    tenant: str, hold_id: str, body: HoldEndIn, context: ContextDependency
) -> HoldKept:
    _desk(context, tenant)
    command = EndHold(tenant, hold_id, body.at, body.reason, body.by)
    async with context.database.transaction() as session:
        return _kept(await holds.end(session, command, context.clock.now()))


@router.get("/loans/{loan_id}/standing", summary="Whether a loan may be acted on, and its holds")
async def show_standing(tenant: str, loan_id: str, context: ContextDependency) -> StandingOut:
    _desk(context, tenant)
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
        holds=[_hold(hold) for hold in found.holds],
    )


@router.get("/loans/{loan_id}/attempts", summary="The attempts about a loan, in and out")
async def list_attempts(
    tenant: str, loan_id: str, context: ContextDependency, after: After = "", limit: Limit = 100
) -> AttemptsOut:
    _desk(context, tenant)
    async with context.database.transaction() as session:
        rows = await queries.attempts_of(session, tenant, loan_id, after, limit)
    return AttemptsOut(
        attempts=[AttemptOut.model_validate(row, from_attributes=True) for row in rows]
    )


@router.get("/contact/summary", summary="Contacts made, and refused by rule")
async def show_summary(tenant: str, context: ContextDependency) -> SummaryOut:
    _desk(context, tenant)
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
    sandbox = SandboxGateway(context.database, _desk(context, tenant).vault)
    return SandboxOut(messages=await sandbox.messages(tenant, after, limit))


def _desk(context: ContextDependency, tenant: str) -> Desk:
    """The desk, for a tenant that exists; raises `contact/unknown_tenant`."""
    its_desk = desk(context.settings, context.clock)
    its_desk.tenants.get(tenant)
    return its_desk


def _kept(hold: StandingHold) -> HoldKept:
    fields = {name: getattr(hold.row, name) for name in HoldOut.model_fields}
    return HoldKept(**fields, loan_ids=hold.loan_ids)


def _hold(hold: HoldInterval) -> HoldOut:
    fields = {name: getattr(hold, name) for name in HoldOut.model_fields}
    return HoldOut(**{**fields, "blocks": list(hold.blocks)})
