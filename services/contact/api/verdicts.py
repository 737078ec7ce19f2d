"""May we touch this person? Asked in advance, and looked up afterwards."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field, StringConstraints

from chassis.http import ContextDependency
from interfaces.values import Channel, Purpose
from services.contact.api.doors import Body, Instant, Limit, desk_of
from services.contact.commands import verdicts
from services.contact.commands.verdicts import AskVerdict, Told
from services.contact.domain.law.record import answer_of
from services.contact.domain.law.words import in_words

router = APIRouter()

LoanQuery = Annotated[str, StringConstraints(max_length=100, pattern=r"^[\x21-\x7e]*$")]
Seen = Annotated[int, Query(ge=0, lt=2**63)]


class VerdictQuery(Body):
    """Without a loan, about all loans of the party; without an instant, now. Of a visit, how many
    go and whether they mean to enter; else one who does not."""

    channel: Channel
    purpose: Purpose
    loan_id: LoanQuery = ""
    at: Instant | None = None
    people: Annotated[int, Field(ge=0, le=20)] = 0
    enters: bool = False


class AnsweredFor(BaseModel):
    """The recorded override of a soft rule: its id, who answers for it, and why."""

    id: str
    authority: str
    reason: str


class FindingOut(BaseModel):
    rule: str
    strength: str
    status: str
    source: str
    confidence: str
    because: str
    until: datetime | None
    is_overridden: bool
    override: AnsweredFor | None = None


class VerdictOut(BaseModel):
    """`stopped` says why the loan may not be acted on at all, whatever the rules say."""

    allowed: bool
    pack: str
    rule: str = ""
    strength: str = ""
    status: str = ""
    source: str = ""
    confidence: str = ""
    because: str = ""
    next_allowed_at: datetime | None = None
    stopped: str = ""
    words: str
    findings: list[FindingOut]


class RecordedOut(BaseModel):
    id: int
    key: str
    loan_id: str
    party_id: str
    at: datetime
    is_allowed: bool
    rule_id: str
    strength: str
    because: str
    rule_pack: str
    next_allowed_at: datetime | None
    episode: int
    position_version: int
    facts: dict[str, Any]
    findings: list[dict[str, Any]]


class RecordedPage(BaseModel):
    verdicts: list[RecordedOut]


class ActsPage(BaseModel):
    """Facts documents as they were judged; `next` is where to read on, if there is more."""

    acts: list[dict[str, Any]]
    next: int | None


@router.get(
    "/parties/{party_id}/contact-verdict",
    summary="May this party be contacted, why not, when next, on which article",
)
async def show_contact_verdict(
    tenant: str,
    party_id: str,
    asked: Annotated[VerdictQuery, Query()],
    context: ContextDependency,
) -> VerdictOut:
    desk = desk_of(context, tenant)
    at = asked.at or context.clock.now()
    query = AskVerdict(
        tenant=tenant,
        party_id=party_id,
        loan_id=asked.loan_id,
        channel=asked.channel,
        purpose=asked.purpose,
        at=at,
        people=asked.people,
        enters=asked.enters,
    )
    async with context.database.transaction() as session:
        told = await verdicts.ask(session, desk, query)
    return _out(told)


@router.get("/loans/{loan_id}/verdicts", summary="The verdicts on acts about a loan, as recorded")
async def list_verdicts(
    tenant: str, loan_id: str, context: ContextDependency, after: Seen = 0, limit: Limit = 100
) -> RecordedPage:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        rows = await verdicts.of_loan(session, tenant, loan_id, after, limit)
    return RecordedPage(
        verdicts=[RecordedOut.model_validate(row, from_attributes=True) for row in rows]
    )


@router.get("/law/acts", summary="The facts of all recorded verdicts, to be judged by other packs")
async def list_acts(
    tenant: str, context: ContextDependency, after: Seen = 0, limit: Limit = 100
) -> ActsPage:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        rows = await verdicts.of_tenant(session, tenant, after, limit)
    more = rows[-1].id if len(rows) == limit else None
    return ActsPage(acts=[row.facts for row in rows], next=more)


def _out(told: Told) -> VerdictOut:
    words = in_words(told.verdict, told.act, told.known)
    answer = answer_of(told.label, told.verdict)
    if told.stopped:
        answer["allowed"] = False
        words = f"Nobody is contacted about it now: {told.stopped}. By the rules: {words}"
    return VerdictOut(**answer, stopped=told.stopped, words=words)
