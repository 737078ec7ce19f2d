"""The collectors' queue: see it, claim a call and keep it, dial; calls that come in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from chassis.http import ContextDependency
from services.contact.api.doors import After, Body, Id, Limit, desk_of
from services.contact.commands.calls import dialling, inbound, looking, queue
from services.contact.commands.calls.inbound import MatchCall, ReceiveCall
from services.contact.commands.calls.queue import ClaimCall, HoldCall
from services.contact.domain.calls.queue import CallState

# A claim looks past calls that must wait, each in a transaction of its own, but not for ever.
_TRIES_MAX = 50
router = APIRouter()

Queue = Annotated[str, StringConstraints(max_length=60, pattern=r"^[a-z0-9_-]+$")]
Tag = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=35)]
Number = Annotated[str, StringConstraints(pattern=r"^[0-9+() .\-]{3,40}$")]


class ClaimIn(Body):
    """The queues are those that treatments name: their calls go to nobody else."""

    collector: Id
    languages: Annotated[list[Tag], Field(min_length=1, max_length=20)]
    skills: Annotated[tuple[Id, ...], Field(max_length=50)] = ()
    queues: Annotated[tuple[Queue, ...], Field(max_length=50)] = ()


class CollectorIn(Body):
    collector: Id


class InboundIn(Body):
    inbound_id: Id
    collector: Id
    number: Number | None = None
    party_id: Id | None = None


class MatchIn(Body):
    collector: Id
    party_id: Id


class CallOut(BaseModel):
    """Ids and times only: what a call is about is on its screen."""

    call_id: str
    direction: str
    party_id: str
    language: str
    state: str
    because: str
    priority: int
    due_at: datetime
    not_before: datetime | None
    window_until: datetime | None
    collector: str
    lease_wall_at: datetime | None
    dials: int
    attempt_id: str


class CallsOut(BaseModel):
    counts: dict[str, int]
    calls: list[CallOut]


class ClaimOut(BaseModel):
    """No call: nothing that this collector could take on may be dialled now."""

    call: CallOut | None


@router.get("/calls", summary="How many calls are in each state, and those in one")
async def list_calls(
    tenant: str,
    context: ContextDependency,
    state: CallState = CallState.QUEUED,
    after: After = "",
    limit: Limit = 100,
) -> CallsOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        found = await looking.listed(session, tenant, state, after, limit)
    return CallsOut(
        counts=found.counts,
        calls=[CallOut.model_validate(row, from_attributes=True) for row in found.calls],
    )


@router.post("/calls/claim", summary="Claim the next call that may be made now")
async def claim_call(tenant: str, body: ClaimIn, context: ContextDependency) -> ClaimOut:
    its_desk = desk_of(context, tenant)
    for _ in range(_TRIES_MAX):
        async with context.database.transaction() as session:
            if not await queue.tend_next(session, its_desk, context.clock.now()):
                break
    command = ClaimCall(tenant, body.collector, tuple(body.languages), body.skills, body.queues)
    for _ in range(_TRIES_MAX):
        async with context.database.transaction() as session:
            claimed = await queue.claim(session, its_desk, command, context.clock.now())
        if claimed.is_settled:
            break
    if claimed.call is None:
        return ClaimOut(call=None)
    return ClaimOut(call=CallOut.model_validate(claimed.call, from_attributes=True))


@router.post("/calls/inbound", status_code=201, summary="Keep a call that came in")
async def receive_call(tenant: str, body: InboundIn, context: ContextDependency) -> CallOut:
    its_desk = desk_of(context, tenant)
    command = ReceiveCall(
        tenant, body.inbound_id, body.collector, body.number or "", body.party_id or ""
    )
    async with context.database.transaction() as session:
        row = await inbound.receive(session, its_desk, command, context.clock.now())
        return CallOut.model_validate(row, from_attributes=True)


@router.post("/calls/{call_id}/match", summary="Say who an unmatched caller was")
async def match_call(
    tenant: str, call_id: Id, body: MatchIn, context: ContextDependency
) -> CallOut:
    its_desk = desk_of(context, tenant)
    command = MatchCall(tenant, call_id, body.collector, body.party_id)
    async with context.database.transaction() as session:
        row = await inbound.match(session, its_desk, command, context.clock.now())
        return CallOut.model_validate(row, from_attributes=True)


@router.post("/calls/{call_id}/heartbeat", summary="Keep a claimed call for another while")
async def keep_call(
    tenant: str, call_id: Id, body: CollectorIn, context: ContextDependency
) -> CallOut:
    its_desk = desk_of(context, tenant)
    async with context.database.transaction() as session:
        row = await queue.heartbeat(session, its_desk, HoldCall(tenant, call_id, body.collector))
        return CallOut.model_validate(row, from_attributes=True)


@router.post("/calls/{call_id}/release", summary="Give a claimed call back undialled")
async def release_call(
    tenant: str, call_id: Id, body: CollectorIn, context: ContextDependency
) -> CallOut:
    its_desk, now = desk_of(context, tenant), context.clock.now()
    command = HoldCall(tenant, call_id, body.collector)
    async with context.database.transaction() as session:
        row = await queue.release(session, its_desk, command, now)
        return CallOut.model_validate(row, from_attributes=True)


@router.post("/calls/{call_id}/dial", summary="Ask the gate, and get the number to dial now")
async def dial_call(
    tenant: str, call_id: Id, body: CollectorIn, context: ContextDependency
) -> dialling.Dialled:
    its_desk, now = desk_of(context, tenant), context.clock.now()
    command = HoldCall(tenant, call_id, body.collector)
    async with context.database.transaction() as session:
        return await dialling.dial(session, its_desk, command, now)
