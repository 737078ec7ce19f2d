"""What people answered comes in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field

from chassis.http import ContextDependency
from interfaces.values import Channel
from services.contact.api.doors import Amount, Body, Id, Words, desk_of
from services.contact.commands import replies
from services.contact.commands.replies import RecordReply
from services.contact.domain.replies import ReplyKind

router = APIRouter()


class ReplyIn(Body):
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
    its_desk, now = desk_of(context, tenant), context.clock.now()
    async with context.database.transaction() as session:
        recorded = await replies.record(session, its_desk, command, now)
    return ReplyOut.model_validate(recorded, from_attributes=True)
