"""Providers and mail servers hand in what people wrote; every request is signed."""

from __future__ import annotations

import asyncio
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from chassis.auth import ask_for_proof
from chassis.errors import Invalid, Malformed
from chassis.http import ContextDependency
from interfaces.values import Channel
from services.contact.api.doors import Words
from services.contact.api.replies import Address
from services.contact.api.webhooks import SignedDesk, SignedMailDesk
from services.contact.commands.incoming import Incoming
from services.contact.commands.mail_in import (
    Fate,
    ours,
    reply_id_of,
    take_in_letter,
    take_in_message,
)
from services.contact.domain.mail import read_or_begin

router = APIRouter(prefix="/webhooks")
ask_for_proof("/v1/{tenant}/webhooks/replies", "/v1/{tenant}/webhooks/mail")
_MAIL_BODY = {
    "requestBody": {
        "required": True,
        "content": {"message/rfc822": {"schema": {"type": "string"}}},
    },
}


class InboundMessage(BaseModel):
    """What an SMS or push provider delivers; it may send more fields than these."""

    model_config = ConfigDict(extra="ignore")

    message_id: Annotated[str, StringConstraints(min_length=1, max_length=300)]
    channel: Literal[Channel.SMS, Channel.PUSH]
    from_address: Address
    text: Words
    in_reply_to: Annotated[str, StringConstraints(max_length=100)] = ""


class TakenOut(BaseModel):
    """Nothing of what was understood: the provider need not know."""

    reply_id: str
    fate: Fate


_MESSAGE_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": InboundMessage.model_json_schema()}},
    }
}


@router.post("/replies", summary="An SMS or push message came in", openapi_extra=_MESSAGE_BODY)
async def receive_message(
    tenant: str, request: Request, desk: SignedDesk, context: ContextDependency
) -> TakenOut:
    body = await request.body()
    try:
        message = InboundMessage.model_validate_json(body)
    except ValidationError as wrong:
        first = wrong.errors(include_input=False)[0]
        place = ".".join(map(str, first["loc"])) or "the body"
        raise Malformed("contact/webhook_body", f"{place}: {first['msg']}.") from wrong
    incoming = Incoming(
        tenant=tenant,
        reply_id=reply_id_of(message.channel, message.message_id),
        channel=message.channel,
        from_address=message.from_address,
        text=message.text,
        attempt_ids=(message.in_reply_to,) if _is_plain(message.in_reply_to) else (),
    )
    async with context.database.transaction() as session:
        taken = await take_in_message(session, desk, incoming, context.clock.now())
    return TakenOut(reply_id=taken.reply_id, fate=taken.fate)


@router.post("/mail", summary="A mail came in, as it is on the wire", openapi_extra=_MAIL_BODY)
async def receive_mail(
    tenant: str, request: Request, desk: SignedMailDesk, context: ContextDependency
) -> TakenOut:
    body = await request.body()
    # Reading takes its time, in which others are served.
    letter = await asyncio.to_thread(read_or_begin, body, ours(desk, tenant))
    if letter is None:
        raise Invalid("contact/unreadable_mail", "The body is no mail with a sender (RFC 5322).")
    async with context.database.transaction() as session:
        taken = await take_in_letter(session, desk, tenant, letter, context.clock.now())
    return TakenOut(reply_id=taken.reply_id, fate=taken.fate)


def _is_plain(attempt_id: str) -> bool:
    return attempt_id.isascii() and attempt_id.isalnum()
