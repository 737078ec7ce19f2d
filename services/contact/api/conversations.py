"""In a call: the screen, the identity check, how it ended, and its recording."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints

from chassis.http import ContextDependency
from services.contact.api.doors import After, Amount, Body, Id, Instant, Limit, Words, desk_of
from services.contact.commands.calls import dispositions, identity, looking, screen
from services.contact.commands.calls.dispositions import AttachRecording, DisposeCall
from services.contact.commands.calls.identity import CheckIdentity
from services.contact.commands.calls.screen import ShowScreen
from services.contact.domain.calls.dispositions import Code
from services.contact.domain.calls.identity import Fact, Method
from services.contact.domain.calls.scripts import Mood
from services.contact.domain.replies import ReplyKind

router = APIRouter()

Reference = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$")]
Said = Annotated[str, StringConstraints(min_length=1, max_length=500, pattern=r"^[^\x00]*$")]


class ScreenQuery(Body):
    """`caller` is the name given on the telephone, the collector's id unless said; `mood` the one
    that is heard."""

    collector: Id
    caller: Annotated[str, StringConstraints(max_length=60, pattern=r"^[^\x00]*$")] = ""
    mood: Mood | None = None


class FactIn(Body):
    fact: Fact
    value: Said


class IdentityIn(Body):
    check_id: Id
    collector: Id
    method: Method = Method.QUESTIONS
    facts: Annotated[list[FactIn], Field(min_length=1, max_length=4)]


class DispositionIn(Body):
    attempt_id: Id
    collector: Id
    code: Id
    recording: Reference | None = None
    text: Words = ""
    loan_id: Id | None = None
    also: Annotated[tuple[ReplyKind, ...], Field(max_length=12)] = ()
    amount_minor: Amount | None = None
    promised_on: date | None = None
    disputed_minor: Amount | None = None
    callback_at: Instant | None = None


class RecordingIn(Body):
    recording: Reference


class DispositionOut(BaseModel):
    """`recording_missing`: the call connected and its recording cannot be retrieved."""

    call_id: str
    attempt_id: str
    code: str
    codes_version: int
    outcome: str
    at: datetime
    recording: str
    is_recording_missing: bool
    next_action: str
    next_at: datetime | None
    next_channel: str


class DisposedOut(BaseModel):
    state: str
    disposition: DispositionOut


class MissingOut(BaseModel):
    dispositions: list[DispositionOut]


class CodeOut(BaseModel):
    """`rang`, `connected`, `right_party` and `effective` are what the law counts."""

    code: str
    means: str
    outcome: str
    rang: bool
    connected: bool
    right_party: bool
    effective: bool
    needs_identity: bool
    needs_recording: bool
    action: str


class CodesOut(BaseModel):
    version: int
    codes: list[CodeOut]


@router.get("/calls/codes", summary="The disposition codes in force")
async def list_codes(tenant: str, context: ContextDependency) -> CodesOut:
    codes = desk_of(context, tenant).calls.codes(context.clock.now())
    return CodesOut(version=codes.version, codes=[_code(code) for code in codes.by_code.values()])


@router.get("/calls/recordings/missing", summary="Connected calls without a retrievable recording")
async def list_missing(
    tenant: str, context: ContextDependency, after: After = "", limit: Limit = 100
) -> MissingOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        rows = await looking.without_recording(session, tenant, after, limit)
    return MissingOut(
        dispositions=[DispositionOut.model_validate(row, from_attributes=True) for row in rows]
    )


@router.post("/calls/recordings/{attempt_id}", summary="Name a recording that was found after all")
async def attach_recording(
    tenant: str, attempt_id: Id, body: RecordingIn, context: ContextDependency
) -> DispositionOut:
    its_desk = desk_of(context, tenant)
    command = AttachRecording(tenant, attempt_id, body.recording)
    async with context.database.transaction() as session:
        row = await dispositions.attach_recording(session, its_desk, command)
        return DispositionOut.model_validate(row, from_attributes=True)


@router.get("/calls/{call_id}/screen", summary="Everything a collector needs for this call")
async def show_screen(
    tenant: str,
    call_id: Id,
    asked: Annotated[ScreenQuery, Query()],
    context: ContextDependency,
) -> screen.Screen:
    its_desk, now = desk_of(context, tenant), context.clock.now()
    command = ShowScreen(tenant, call_id, asked.collector, asked.caller, asked.mood)
    async with context.database.transaction() as session:
        return await screen.show(session, its_desk, command, now)


@router.post("/calls/{call_id}/identity", summary="Check who is speaking, before any disclosure")
async def check_identity(
    tenant: str, call_id: Id, body: IdentityIn, context: ContextDependency
) -> identity.Checked:
    its_desk, now = desk_of(context, tenant), context.clock.now()
    said = {each.fact: each.value for each in body.facts}
    command = CheckIdentity(tenant, call_id, body.collector, body.check_id, body.method, said)
    async with context.database.transaction() as session:
        return await identity.check_identity(session, its_desk, command, now)


@router.post("/calls/{call_id}/disposition", summary="Say how a call ended")
async def dispose_call(
    tenant: str, call_id: Id, body: DispositionIn, context: ContextDependency
) -> DisposedOut:
    its_desk, now = desk_of(context, tenant), context.clock.now()
    command = DisposeCall(
        tenant=tenant,
        call_id=call_id,
        attempt_id=body.attempt_id,
        collector=body.collector,
        code=body.code,
        recording=body.recording or "",
        words=body.text,
        loan_id=body.loan_id or "",
        also=body.also,
        amount_minor=body.amount_minor,
        promised_on=body.promised_on,
        callback_at=body.callback_at,
        disputed_minor=body.disputed_minor,
    )
    async with context.database.transaction() as session:
        done = await dispositions.dispose(session, its_desk, command, now)
    ended = DispositionOut.model_validate(done.ended, from_attributes=True)
    return DisposedOut(state=done.row.state, disposition=ended)


def _code(code: Code) -> CodeOut:
    return CodeOut(
        code=code.code,
        means=code.means,
        outcome=code.outcome,
        rang=code.counts.rang,
        connected=code.counts.connected,
        right_party=code.counts.right_party,
        effective=code.counts.effective,
        needs_identity=code.needs_identity,
        needs_recording=code.needs_recording,
        action=code.action,
    )
