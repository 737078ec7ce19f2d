"""People's commands on the quarantine: look, replay, replace by a corrected whole, discard."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi.responses import JSONResponse
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Malformed, Undecodable
from chassis.http import ContextDependency
from chassis.idempotency import IdempotencyKey, RequestKey, once
from chassis.service import Context
from events.v1.bank_pb2 import BankFact, BankPerson
from services.intake.api.models import (
    Discard,
    EntryDependency,
    Paging,
    QuarantineEntry,
    QuarantinePage,
    Receipt,
    ReceptionDependency,
    message_type,
    receipt,
)
from services.intake.commands import decoding, quarantine
from services.intake.commands.quarantine import Shown
from services.intake.domain.facts import Kind

BY_HTTP = "http"
router = APIRouter()
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The corrected fact or person, whole: the Protobuf JSON mapping.",
        "content": {"application/json": {"schema": {"type": "object"}}},
    }
}


@router.get("/{tenant}/quarantine", summary="What was refused, oldest first")
async def list_quarantine(
    tenant: str,
    paging: Annotated[Paging, Query()],
    context: ContextDependency,
    reception: ReceptionDependency,
) -> QuarantinePage:
    asked = quarantine.Page(tenant, paging.status, paging.after, paging.limit)
    async with context.database.transaction() as session:
        kept = await quarantine.list_entries(session, asked)
    following = kept[-1].seq if len(kept) == paging.limit else None
    return QuarantinePage(entries=[_entry(one) for one in kept], after=following)


@router.get("/{tenant}/quarantine/{quarantine_id}", summary="One entry, with the fact it holds")
async def show_quarantined(
    entry: EntryDependency, context: ContextDependency, reception: ReceptionDependency
) -> QuarantineEntry:
    async with context.database.transaction() as session:
        return _entry(await quarantine.show_entry(session, reception.desk(), entry))


@router.post(
    "/{tenant}/quarantine/{quarantine_id}/replay",
    response_model=Receipt,
    summary="Judge an entry again",
)
async def replay_quarantined(
    entry: EntryDependency,
    context: ContextDependency,
    reception: ReceptionDependency,
    key: IdempotencyKey,
) -> JSONResponse:
    async def replay(session: AsyncSession) -> Receipt:
        desk = reception.desk()
        return receipt(await quarantine.replay_entry(session, desk, entry, BY_HTTP))

    return await _once(context, entry.tenant, key, replay)


@router.post(
    "/{tenant}/quarantine/{quarantine_id}/replace",
    response_model=Receipt,
    openapi_extra=_BODY,
    summary="Accept a corrected whole fact in an entry's place",
)
async def replace_quarantined(
    entry: EntryDependency,
    request: Request,
    context: ContextDependency,
    reception: ReceptionDependency,
    key: IdempotencyKey,
) -> JSONResponse:
    body = await request.body()

    async def put(session: AsyncSession) -> Receipt:
        corrected = _corrected(await quarantine.kind_of(session, entry), body)
        desk = reception.desk()
        return receipt(await quarantine.replace_entry(session, desk, entry, corrected))

    return await _once(context, entry.tenant, key, put)


@router.post(
    "/{tenant}/quarantine/{quarantine_id}/discard",
    response_model=QuarantineEntry,
    summary="Give an entry up; it stays counted as quarantined",
)
async def discard_quarantined(
    entry: EntryDependency,
    discard: Discard,
    context: ContextDependency,
    reception: ReceptionDependency,
    key: IdempotencyKey,
) -> JSONResponse:
    async def give_up(session: AsyncSession) -> QuarantineEntry:
        giving_up = quarantine.GivingUp(entry, discard.by, discard.reason)
        return _entry(await quarantine.discard_entry(session, reception.desk(), giving_up))

    return await _once(context, entry.tenant, key, give_up)


async def _once(
    context: Context,
    tenant: str,
    key: RequestKey,
    work: Callable[[AsyncSession], Awaitable[Receipt | QuarantineEntry]],
) -> JSONResponse:
    async with context.database.transaction() as session:

        async def effect() -> tuple[int, object]:
            return 200, (await work(session)).model_dump(mode="json", exclude_none=True)

        answered = await once(
            session,
            tenant=tenant,
            route=key.route,
            key=key.key,
            fingerprint=key.fingerprint,
            effect=effect,
        )
    return answered.response()


def _corrected(kind: Kind, body: bytes) -> BankFact | BankPerson:
    try:
        return decoding.from_json(message_type(kind), body)
    except Undecodable as error:
        raise Malformed("intake/undecodable", f"The body cannot be read: {error}.") from error


def _entry(shown: Shown) -> QuarantineEntry:
    return QuarantineEntry.model_validate(asdict(shown))
