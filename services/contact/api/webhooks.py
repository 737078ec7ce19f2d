"""Providers say what became of messages: signed receipts, and mail that came back."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Header, Request
from pydantic import BaseModel, Field

from chassis.auth import ask_for_proof
from chassis.errors import Forbidden, Invalid, NotFound, Rejected
from chassis.http import ContextDependency
from services.contact.api.doors import Body, Id, Instant, desk_of
from services.contact.commands import receipts
from services.contact.commands.desk import Desk
from services.contact.commands.receipts import Taken, TakeReceipt
from services.contact.domain.outcomes import Outcome
from services.contact.gateways.signing import HEADER, BadSignature, verify

router = APIRouter()
ask_for_proof("/v1/{tenant}/webhooks/receipts", "/v1/{tenant}/webhooks/bounces")
BYTES_MAX = 1024 * 1024
# More than mail servers accept; what is larger than `domain.mail.BYTES_MAX` a person reads.
MAIL_BYTES_MAX = 64 * 1024 * 1024
Signature = Annotated[str, Header(alias=HEADER, max_length=200)]
RECEIPTS_MAX = 500


class ReceiptIn(Body):
    receipt_id: Id
    attempt_id: Id
    outcome: Literal["delivered", "undeliverable"]
    at: Instant | None = None


class ReceiptsIn(Body):
    receipts: Annotated[list[ReceiptIn], Field(min_length=1, max_length=RECEIPTS_MAX)]


class ReceiptOut(BaseModel):
    """`result` is taken, repeated, noted or not_a_bounce, or the code of a refusal."""

    attempt_id: str
    result: str
    detail: str = ""


class ReceiptsOut(BaseModel):
    receipts: list[ReceiptOut]


async def signed(
    request: Request, tenant: str, context: ContextDependency, signature: Signature = ""
) -> Desk:
    """The desk, for a request that the tenant's provider signed just now; raises
    `contact/no_gateway_secret`, `contact/webhook_too_large` and `contact/bad_signature`."""
    return await _signed(BYTES_MAX, request, tenant, context, signature)


async def signed_mail(
    request: Request, tenant: str, context: ContextDependency, signature: Signature = ""
) -> Desk:
    """As `signed`; a mail may bring scans."""
    return await _signed(MAIL_BYTES_MAX, request, tenant, context, signature)


SignedDesk = Annotated[Desk, Depends(signed)]
SignedMailDesk = Annotated[Desk, Depends(signed_mail)]


@router.post("/webhooks/receipts", summary="A provider's receipts for messages")
async def take_receipts(
    tenant: str, body: ReceiptsIn, desk: SignedDesk, context: ContextDependency
) -> ReceiptsOut:
    answers = [await _take(tenant, each, desk, context) for each in body.receipts]
    return ReceiptsOut(receipts=answers)


@router.post(
    "/webhooks/bounces",
    summary="A mail that came back, whole",
    openapi_extra={"requestBody": {"content": {"message/rfc822": {"schema": {"type": "string"}}}}},
)
async def take_bounce(
    tenant: str, request: Request, desk: SignedDesk, context: ContextDependency
) -> ReceiptOut:
    raw = await request.body()
    async with context.database.transaction() as session:
        taken, attempt_id = await receipts.take_bounce(session, desk, tenant, raw)
    return ReceiptOut(attempt_id=attempt_id, result=taken)


async def _signed(
    bytes_max: int,
    request: Request,
    tenant: str,
    context: ContextDependency,
    signature: str,
) -> Desk:
    desk = desk_of(context, tenant)
    secret = desk.gateways.of(tenant).secret
    if not secret:
        raise Forbidden(
            "contact/no_gateway_secret",
            f"No gateway of tenant {tenant!r} is configured; set FORBEAR_GATEWAYS.",
        )
    body = await request.body()
    if len(body) > bytes_max:
        raise Invalid(
            "contact/webhook_too_large", f"A webhook holds at most {bytes_max} bytes; send fewer."
        )
    try:
        verify(secret, signature, context.clock.wall(), (request.method, request.url.path, body))
    except BadSignature as bad:
        raise Forbidden("contact/bad_signature", f"Not accepted: {bad}.") from None
    return desk


async def _take(tenant: str, said: ReceiptIn, desk: Desk, context: ContextDependency) -> ReceiptOut:
    """Each receipt by itself: one that is refused leaves the others in force."""
    command = TakeReceipt(
        tenant=tenant,
        receipt_id=said.receipt_id,
        attempt_id=said.attempt_id,
        outcome=Outcome(said.outcome),
        at=said.at or context.clock.now(),
    )
    try:
        async with context.database.transaction() as session:
            taken: Taken = await receipts.take(session, desk, command)
    except (NotFound, Invalid) as refused:
        return _refused(said.attempt_id, refused)
    return ReceiptOut(attempt_id=said.attempt_id, result=taken)


def _refused(attempt_id: str, refused: Rejected) -> ReceiptOut:
    return ReceiptOut(attempt_id=attempt_id, result=refused.code, detail=refused.message)
