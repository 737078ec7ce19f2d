"""Providers and mail servers hand in what people wrote; every request is signed."""

from __future__ import annotations

import hashlib
from enum import StrEnum
from typing import Annotated, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from chassis.auth import ask_for_proof
from chassis.errors import Invalid, Malformed
from chassis.http import ContextDependency
from chassis.service import Context
from interfaces.values import Channel
from services.contact.api.doors import Words
from services.contact.api.replies import Address
from services.contact.api.webhooks import SignedDesk
from services.contact.commands.desk import Desk
from services.contact.commands.incoming import Incoming, take_in
from services.contact.domain.mail import read_mail

router = APIRouter(prefix="/webhooks")
ask_for_proof("/v1/{tenant}/webhooks/replies", "/v1/{tenant}/webhooks/mail")
_MAIL_BODY = {
    "requestBody": {"required": True, "content": {"message/rfc822": {"schema": {"type": "string"}}}}
}


class Fate(StrEnum):
    RECORDED = "recorded"
    UNKNOWN_SENDER = "unknown_sender"
    IGNORED = "ignored"


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
        reply_id=_reply_id(message.channel, message.message_id),
        channel=message.channel,
        from_address=message.from_address,
        text=message.text,
        attempt_ids=(message.in_reply_to,) if _is_plain(message.in_reply_to) else (),
    )
    return await _take_in(context, desk, incoming)


@router.post("/mail", summary="A mail came in, as it is on the wire", openapi_extra=_MAIL_BODY)
async def receive_mail(
    tenant: str, request: Request, desk: SignedDesk, context: ContextDependency
) -> TakenOut:
    body = await request.body()
    letter = read_mail(body)
    if letter is None:
        raise Invalid("contact/unreadable_mail", "The body is no mail with a sender (RFC 5322).")
    reply_id = _reply_id(Channel.EMAIL, letter.message_id)
    if letter.is_automatic:
        return TakenOut(reply_id=reply_id, fate=Fate.IGNORED)
    incoming = Incoming(
        tenant=tenant,
        reply_id=reply_id,
        channel=Channel.EMAIL,
        from_address=letter.from_address,
        text=letter.text,
        attempt_ids=letter.attempt_ids,
    )
    return await _take_in(context, desk, incoming)


async def _take_in(context: Context, desk: Desk, incoming: Incoming) -> TakenOut:
    async with context.database.transaction() as session:
        recorded = await take_in(session, desk, incoming, context.clock.now())
    fate = Fate.RECORDED if recorded.party_id else Fate.UNKNOWN_SENDER
    return TakenOut(reply_id=recorded.reply_id, fate=fate)


def _reply_id(channel: Channel, message_id: str) -> str:
    """The provider's id, in a form of ours: theirs may hold anything."""
    digest = hashlib.sha256(f"{channel}/{message_id}".encode("utf-8", "replace")).hexdigest()
    return f"{channel}-{digest[:32]}"


def _is_plain(attempt_id: str) -> bool:
    return attempt_id.isascii() and attempt_id.isalnum()
