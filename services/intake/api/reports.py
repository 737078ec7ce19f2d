"""Facts and people by HTTP, one by one or in bulk; and what came of all that was received."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse
from sqlalchemy.exc import IntegrityError

from chassis.database import Database
from chassis.errors import Malformed, Rejected, Undecodable
from chassis.http import ContextDependency
from services.intake.api.models import (
    AllCounts,
    Counts,
    LoanFound,
    LoansFound,
    PartyFound,
    Receipt,
    Receipts,
    ReceptionDependency,
    Refs,
    message_type,
    receipt,
)
from services.intake.commands import counts, decoding
from services.intake.commands.desk import Outcome, Reception, Submission
from services.intake.commands.facts import accept_facts
from services.intake.commands.people import accept_people
from services.intake.domain.facts import DeadLetter, Disposition, Kind
from services.intake.settings import NOBODY

LINES_MAX, CHUNK = 10_000, 500
ONE, MANY = "application/json", "application/x-ndjson"
router = APIRouter()
_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "description": "The Protobuf JSON mapping of the message; one per line for NDJSON.",
        "content": {ONE: {"schema": {"type": "object"}}, MANY: {"schema": {"type": "string"}}},
    }
}
_ANSWERS: dict[int | str, dict[str, Any]] = {
    202: {"model": Receipt},
    207: {"model": Receipts, "description": "Bulk: an outcome per line"},
}


class MediaType(Rejected):
    status = 415


@dataclass(frozen=True)
class Door:
    """One kind's door of one tenant."""

    kind: Kind
    tenant: str
    database: Database
    reception: Reception


@router.post(
    "/{tenant}/loan-events",
    status_code=202,
    responses=_ANSWERS,
    openapi_extra=_BODY,
    summary="Report what happened to a loan; many at once as NDJSON",
)
async def report_loan_events(
    tenant: str, request: Request, context: ContextDependency, reception: ReceptionDependency
) -> JSONResponse:
    return await _receive(Door(Kind.FACT, tenant, context.database, reception), request)


@router.post(
    "/{tenant}/people",
    status_code=202,
    responses=_ANSWERS,
    openapi_extra=_BODY,
    summary="Report a party's contact data; many at once as NDJSON",
)
async def report_people(
    tenant: str, request: Request, context: ContextDependency, reception: ReceptionDependency
) -> JSONResponse:
    return await _receive(Door(Kind.PERSON, tenant, context.database, reception), request)


@router.get("/{tenant}/intake/counts", summary="How many were received, and what became of them")
async def read_counts(
    tenant: str, context: ContextDependency, reception: ReceptionDependency
) -> AllCounts:
    async with context.database.transaction() as session:
        by_kind = await counts.counts(session, tenant)
    facts, people = by_kind[Kind.FACT], by_kind[Kind.PERSON]
    together = {name: facts[name] + people[name] for name in counts.NAMES}
    return AllCounts(**together, facts=Counts(**facts), people=Counts(**people))


@router.post("/{tenant}/loans/lookup", summary="The opaque ids of registered loans, by reference")
async def look_up_loans(
    tenant: str, refs: Refs, context: ContextDependency, reception: ReceptionDependency
) -> LoansFound:
    printable = [ref for ref in refs.refs if ref.isprintable()]
    async with context.database.transaction() as session:
        found = await counts.look_up(session, tenant, printable)
    return LoansFound(
        loans={
            ref: LoanFound(
                loan_id=loan.loan_id,
                parties={
                    party_ref: PartyFound(party_id=party.party_id, role=party.role)
                    for party_ref, party in loan.parties.items()
                },
            )
            for ref, loan in found.items()
        }
    )


async def _receive(door: Door, request: Request) -> JSONResponse:
    if door.tenant == NOBODY:
        raise Malformed("intake/no_tenant", "Report to the door of a tenant: /v1/{tenant}/…")
    media = request.headers.get("content-type", "").split(";")[0].strip().lower()
    body = await request.body()
    if media == ONE:
        return _answer(await _receive_one(door, body), 202)
    if media == MANY:
        return _answer(Receipts(items=await _receive_many(door, body)), 207)
    raise MediaType(
        "intake/media_type", f"The body's Content-Type must be {ONE} (one) or {MANY} (many)."
    )


async def _receive_one(door: Door, body: bytes) -> Receipt:
    submission = _read(door, body)
    if isinstance(submission, Undecodable):
        raise Malformed("intake/undecodable", f"The body cannot be read: {submission}.")
    (outcome,) = await _accept(door, [submission])
    return receipt(outcome)


async def _receive_many(door: Door, body: bytes) -> list[Receipt]:
    lines = [(n, line) for n, line in enumerate(body.split(b"\n"), start=1) if line.strip()]
    if not 1 <= len(lines) <= LINES_MAX:
        raise Malformed(
            "intake/line_count",
            f"The body has {len(lines)} lines with content; send 1 to {LINES_MAX} at a time.",
        )
    receipts: list[Receipt] = []
    for start in range(0, len(lines), CHUNK):
        receipts += await _receive_chunk(door, lines[start : start + CHUNK])
    return receipts


async def _receive_chunk(door: Door, lines: Sequence[tuple[int, bytes]]) -> list[Receipt]:
    read = [(number, _read(door, line)) for number, line in lines]
    submissions = [s for _, s in read if isinstance(s, Submission)]
    outcomes = iter(await _accept(door, submissions) if submissions else [])
    letters = [_letter(door, line, s) for (_, line), (_, s) in zip(lines, read, strict=True)]
    await _keep_letters(door, [letter for letter in letters if letter is not None])
    return [
        _unread(number, found)
        if isinstance(found, Undecodable)
        else receipt(next(outcomes), number)
        for number, found in read
    ]


async def _accept(door: Door, submissions: Sequence[Submission]) -> list[Outcome]:
    """Two first arrivals of one event by two doors at once: the later one is judged again."""
    accept = accept_facts if door.kind is Kind.FACT else accept_people
    try:
        async with door.database.transaction() as session:
            return await accept(session, door.reception.desk(), submissions)
    except IntegrityError:
        async with door.database.transaction() as session:
            return await accept(session, door.reception.desk(), submissions)


async def _keep_letters(door: Door, letters: Sequence[DeadLetter]) -> None:
    if letters:
        async with door.database.transaction() as session:
            await counts.count_dead_letters(session, door.reception.desk(), letters)


def _read(door: Door, text: bytes) -> Submission | Undecodable:
    try:
        message = decoding.from_json(message_type(door.kind), text)
        return Submission(f"http/{uuid.uuid4().hex}", message, door.tenant)
    except Undecodable as error:
        return error


def _letter(door: Door, line: bytes, found: Submission | Undecodable) -> DeadLetter | None:
    """A bulk line nobody can read is kept sealed here: no topic has it."""
    if isinstance(found, Submission):
        return None
    sealed = door.reception.seals.quarantine(line)
    return DeadLetter(f"http/{uuid.uuid4().hex}", door.tenant, door.kind, str(found), sealed)


def _unread(number: int, error: Undecodable) -> Receipt:
    return Receipt(
        event_id="",
        status=Disposition.DEAD_LETTERED,
        line=number,
        code="intake/undecodable",
        reason=str(error),
    )


def _answer(answer: Receipt | Receipts, status: int) -> JSONResponse:
    return JSONResponse(answer.model_dump(mode="json", exclude_none=True), status)
