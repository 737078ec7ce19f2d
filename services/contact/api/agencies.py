"""The agencies' own doors: acts under the bank's gate, and records handed over.

An agency sees its own placements and acts alone; a refusal names the rule and the next instant,
never what is known of the person.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from chassis.http import ContextDependency
from interfaces.contact import TouchOutcome
from interfaces.values import Channel, Purpose
from services.contact.api.doors import (
    After,
    Amount,
    Body,
    Id,
    Instant,
    Limit,
    Name,
    Note,
    PathName,
    Words,
    desk_of,
)
from services.contact.commands import agency_acts, agency_records
from services.contact.commands.agency_acts import ActNamed, ActShown, ReportAct
from services.contact.commands.agency_gate import ReserveAct
from services.contact.commands.agency_hearing import Heard
from services.contact.commands.agency_records import HandOver
from services.contact.domain.agencies import HandedOver
from services.contact.domain.outcomes import Outcome
from services.contact.domain.replies import ReplyKind

router = APIRouter(prefix="/agencies/{agency_id}", tags=["agencies"])

RECORDS_MAX = 1_000
# All that the law counts; which of them fit, the channel says.
OutcomeWord = Literal[
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


class ReservationIn(Body):
    """Of a visit, say how many go, and whether they mean to enter; else one who does not."""

    act_id: Name
    loan_id: Id
    party_id: Id
    channel: Channel
    purpose: Purpose
    window_from: Instant
    window_until: Instant
    people: Annotated[int, Field(ge=0, le=20)] = 0
    enters: bool = False


class VerdictOut(BaseModel):
    """`status` is reserved, confirmed, refused, superseded, undeliverable or expired."""

    act_id: str
    status: str
    rule_id: str
    next_allowed_at: datetime | None


class OutcomeIn(Body):
    """`heard` is what the person said or answered; amount and day are those of a promise."""

    outcome: OutcomeWord
    recording: Annotated[str, Field(max_length=200, pattern=r"^[\x21-\x7e]*$")] = ""
    at: Instant | None = None
    heard: Annotated[tuple[ReplyKind, ...], Field(max_length=14)] = ()
    text: Words = ""
    amount_minor: Amount | None = None
    promised_on: date | None = None


class ActOut(BaseModel):
    act_id: str
    loan_id: str
    party_id: str
    channel: str
    purpose: str
    status: str
    outcome: str
    from_at: datetime
    until_at: datetime
    recording: str
    is_recording_missing: bool


class ActsOut(BaseModel):
    acts: list[ActOut]


class EntrustedOut(BaseModel):
    placement_id: str
    loan_id: str
    status: str
    purposes: list[str]
    from_at: datetime
    until_at: datetime
    data_kinds: list[str]
    data_due_at: datetime | None


class EntrustedListOut(BaseModel):
    placements: list[EntrustedOut]


class RecordIn(Body):
    act_id: Name
    outcome: OutcomeWord | None = None
    recording: Annotated[str, Field(max_length=200, pattern=r"^[\x21-\x7e]*$")] = ""


class HandOverIn(Body):
    hand_over_id: Name
    from_at: Instant
    until_at: Instant
    records: Annotated[list[RecordIn], Field(max_length=RECORDS_MAX)]
    by: Note


class HandOverOut(BaseModel):
    hand_over_id: str
    is_complete: bool
    gaps: dict[str, str]


@router.post("/reservations", status_code=201, summary="Ask the gate for a window on a placed loan")
async def reserve_act(
    tenant: str, agency_id: PathName, body: ReservationIn, context: ContextDependency
) -> VerdictOut:
    its_desk = desk_of(context, tenant)
    fields = {name: getattr(body, name) for name in ReservationIn.model_fields}
    command = ReserveAct(tenant=tenant, agency_id=agency_id, **fields)
    async with context.database.transaction() as session:
        outcome = await agency_acts.reserve(session, its_desk, command, context.clock.now())
    return _verdict(body.act_id, outcome)


@router.post("/reservations/{act_id}/confirm", summary="Ask the gate anew, at the moment of acting")
async def confirm_act(
    tenant: str, agency_id: PathName, act_id: PathName, context: ContextDependency
) -> VerdictOut:
    its_desk = desk_of(context, tenant)
    command = ActNamed(tenant, agency_id, act_id)
    async with context.database.transaction() as session:
        outcome = await agency_acts.confirm(session, its_desk, command, context.clock.now())
    return _verdict(act_id, outcome)


@router.post("/reservations/{act_id}/release", status_code=204, summary="Give a window back")
async def release_act(
    tenant: str, agency_id: PathName, act_id: PathName, context: ContextDependency
) -> None:
    its_desk = desk_of(context, tenant)
    command = ActNamed(tenant, agency_id, act_id)
    async with context.database.transaction() as session:
        await agency_acts.release(session, its_desk, command, context.clock.now())


@router.post("/reservations/{act_id}/outcome", summary="Report how an act turned out")
async def report_act(
    tenant: str, agency_id: PathName, act_id: PathName, body: OutcomeIn, context: ContextDependency
) -> ActOut:
    its_desk, now = desk_of(context, tenant), context.clock.now()
    named = ActNamed(tenant, agency_id, act_id)
    heard = Heard(tuple(body.heard), body.text, body.amount_minor, body.promised_on)
    command = ReportAct(named, Outcome(body.outcome), body.recording, body.at or now, heard)
    async with context.database.transaction() as session:
        return _act(await agency_acts.report(session, its_desk, command, now))


@router.get("/reservations", summary="An agency's own acts")
async def list_acts(
    tenant: str,
    agency_id: PathName,
    context: ContextDependency,
    after: After = "",
    limit: Limit = 100,
) -> ActsOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        acts = await agency_acts.listed(session, tenant, agency_id, after, limit)
    return ActsOut(acts=[_act(act) for act in acts])


@router.get("/placements", summary="The loans placed with an agency")
async def list_entrusted(
    tenant: str,
    agency_id: PathName,
    context: ContextDependency,
    after: After = "",
    limit: Limit = 100,
) -> EntrustedListOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        rows = await agency_acts.placed_with(session, tenant, agency_id, after, limit)
    return EntrustedListOut(
        placements=[EntrustedOut.model_validate(row, from_attributes=True) for row in rows]
    )


@router.post("/hand-overs", status_code=201, summary="Hand over a period's complete records")
async def hand_over(
    tenant: str, agency_id: PathName, body: HandOverIn, context: ContextDependency
) -> HandOverOut:
    desk_of(context, tenant)
    records = tuple(
        HandedOver(each.act_id, Outcome(each.outcome) if each.outcome else None, each.recording)
        for each in body.records
    )
    command = HandOver(
        tenant=tenant,
        agency_id=agency_id,
        hand_over_id=body.hand_over_id,
        from_at=body.from_at,
        until_at=body.until_at,
        records=records,
        by=body.by,
    )
    async with context.database.transaction() as session:
        row = await agency_records.hand_over(session, command, context.clock.now())
        return HandOverOut.model_validate(row, from_attributes=True)


def _verdict(act_id: str, outcome: TouchOutcome) -> VerdictOut:
    return VerdictOut(
        act_id=act_id,
        status=outcome.status,
        rule_id=outcome.rule_id,
        next_allowed_at=outcome.next_allowed_at,
    )


def _act(act: ActShown) -> ActOut:
    shown = ("loan_id", "party_id", "channel", "purpose", "status", "outcome", "from_at")
    fields = {name: getattr(act.attempt, name) for name in (*shown, "until_at")}
    fields |= {"recording": act.recording, "is_recording_missing": act.is_recording_missing}
    return ActOut(act_id=act.act_id, **fields)
