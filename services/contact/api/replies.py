"""What people answered comes in."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field, StringConstraints

from chassis.errors import Invalid
from chassis.http import ContextDependency
from interfaces.values import Channel
from services.contact.api.doors import Amount, Body, Id, Words, desk_of
from services.contact.commands import incoming, replies
from services.contact.commands.incoming import Incoming
from services.contact.commands.replies import RecordReply, ReplyRecorded
from services.contact.domain.replies import ReplyKind

router = APIRouter()

Address = Annotated[
    str, StringConstraints(min_length=3, max_length=320, pattern=r"^[^\x00-\x1f\x7f]+$")
]


class ReplyIn(Body):
    """Name the party, or the address it came from. Kinds are a person's reading; without any the
    text is read by the word lists. Without a loan, all loans of the party are meant, or those of
    the message it answers. `amount_minor` and `promised_on` are those of a promise that a person
    read; `disputed_minor` is the part of the loan named that is disputed, and without it a dispute
    is of the whole."""

    reply_id: Id
    party_id: Id | None = None
    from_address: Address | None = None
    loan_id: Id | None = None
    channel: Channel
    kinds: Annotated[tuple[ReplyKind, ...], Field(max_length=14)] = ()
    text: Words = ""
    amount_minor: Amount | None = None
    promised_on: date | None = None
    disputed_minor: Amount | None = None


class LabelOut(BaseModel):
    label: ReplyKind
    confidence_percent: int
    evidence: tuple[str, ...]


class AnswerOut(BaseModel):
    template: str
    facts: dict[str, object]


class ReplyOut(BaseModel):
    """What followed at once. An empty party_id: the sender is nobody known, a person looks."""

    reply_id: str
    party_id: str
    loan_ids: tuple[str, ...]
    opted_out: bool
    hold_ids: tuple[str, ...]
    labels: tuple[LabelOut, ...]
    topics: tuple[str, ...]
    amount_minor: int | None
    on: date | None
    task_ids: tuple[str, ...]
    answers: tuple[AnswerOut, ...]


@router.post("/replies", status_code=201, summary="Record what a person answered")
async def record_reply(tenant: str, body: ReplyIn, context: ContextDependency) -> ReplyOut:
    its_desk, now = desk_of(context, tenant), context.clock.now()
    if (body.party_id is None) == (body.from_address is None):
        raise Invalid(
            "contact/reply_of_nobody",
            f"Reply {body.reply_id!r} must name either its party_id or its from_address.",
        )
    async with context.database.transaction() as session:
        if body.party_id is None:
            recorded = await incoming.take_in(session, its_desk, _incoming(tenant, body), now)
        else:
            command = _command(tenant, body, body.party_id)
            recorded = await replies.record(session, its_desk, command, now)
    return reply_out(recorded)


def reply_out(recorded: ReplyRecorded) -> ReplyOut:
    return ReplyOut.model_validate(recorded, from_attributes=True)


def _command(tenant: str, body: ReplyIn, party_id: str) -> RecordReply:
    return RecordReply(
        tenant=tenant,
        reply_id=body.reply_id,
        party_id=party_id,
        loan_id=body.loan_id,
        channel=body.channel,
        kinds=tuple(body.kinds),
        words=body.text,
        amount_minor=body.amount_minor,
        on=body.promised_on,
        disputed_minor=body.disputed_minor,
    )


def _incoming(tenant: str, body: ReplyIn) -> Incoming:
    return Incoming(
        tenant=tenant,
        reply_id=body.reply_id,
        channel=body.channel,
        from_address=body.from_address or "",
        text=body.text,
        loan_id=body.loan_id,
        kinds=tuple(body.kinds),
        amount_minor=body.amount_minor,
        on=body.promised_on,
        disputed_minor=body.disputed_minor,
    )
