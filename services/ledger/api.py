"""The ledger over HTTP: positions, postings, histories, and their audit."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from google.protobuf.json_format import MessageToDict
from pydantic import BaseModel

from chassis.http import ContextDependency
from services.ledger.commands import asking, history
from services.ledger.settings import Tenants

Limit = Annotated[int, Query(ge=1, le=1000)]
After = Annotated[int, Query(ge=0, description="The last number already seen.")]


class Party(BaseModel):
    party_id: str
    role: str
    kind: str
    language: str
    liability_limit_minor: int | None


class PositionAnswer(BaseModel):
    """What is owed now. `position_version` is that of the event that last told of the loan: of a
    loan that stays current, balances move without one."""

    loan_id: str
    position_version: int
    disposition: str
    currency: str
    as_of: date
    oldest_due_on: date | None
    overdue_costs_minor: int
    overdue_interest_minor: int
    overdue_principal_minor: int
    overdue_minor: int
    balance_minor: int
    minimum_due_minor: int
    grace_days: int
    tolerance_minor: int
    disputed_minor: int
    is_accelerated: bool
    bucket: str
    last_instalment_due_on: date | None
    product: str
    segment: str
    branch: str
    parties: list[Party]
    taken_over: dict[str, object] | None
    reasons: list[str]
    grace_ends_at: datetime | None


class PositionPage(BaseModel):
    positions: list[PositionAnswer]
    next_after: str | None


class EntryAnswer(BaseModel, from_attributes=True):
    account: str
    currency: str
    amount_minor: int


class JournalAnswer(BaseModel):
    """One posting; its entries sum to nothing. A positive amount is a debit."""

    number: int
    key: str
    kind: str
    fact_id: str
    effective_on: date
    recorded_at: datetime
    reverses: str | None
    entries: list[EntryAnswer]


class JournalPage(BaseModel):
    journals: list[JournalAnswer]
    next_after: int | None


class RecordAnswer(BaseModel):
    seq: int
    source: str
    version: int
    type: str
    time: str
    event_id: str
    cause: str
    content: Mapping[str, object]
    sha256: str


class RecordPage(BaseModel):
    records: list[RecordAnswer]
    next_after: int | None


class BrokenLink(BaseModel):
    loan_id: str
    seq: int
    reason: str


class VersionGap(BaseModel):
    source: str
    loan_id: str
    expected: int
    found: int


class AuditAnswer(BaseModel):
    """How many loans' histories were read and how many chains held; what is wrong with others."""

    loans: int
    verified: int
    first_broken: BrokenLink | None
    gaps: list[VersionGap]


def router(tenants: Tenants) -> APIRouter:
    routes = APIRouter(prefix="/v1/{tenant}", tags=["ledger"])

    @routes.get("/loans/{loan_id}/position", summary="What a loan owes now")
    async def position(tenant: str, loan_id: str, context: ContextDependency) -> PositionAnswer:
        async with context.database.transaction() as session:
            return _position(await asking.position_of(session, tenants.named(tenant), loan_id))

    @routes.get("/positions", summary="All loans' positions, by loan id")
    async def positions(
        tenant: str, context: ContextDependency, after: str = "", limit: Limit = 100
    ) -> PositionPage:
        async with context.database.transaction() as session:
            found = await asking.positions_after(session, tenants.named(tenant), after, limit)
        last = found[-1].loan_id if len(found) == limit else None
        return PositionPage(positions=[_position(each) for each in found], next_after=last)

    @routes.get("/loans/{loan_id}/entries", summary="A loan's postings with their entries")
    async def entries(
        tenant: str, loan_id: str, context: ContextDependency, after: After = 0, limit: Limit = 100
    ) -> JournalPage:
        async with context.database.transaction() as session:
            found = await asking.journals_of(session, tenants.named(tenant), loan_id, after, limit)
        last = found[-1].number if len(found) == limit else None
        return JournalPage(journals=[_journal(each) for each in found], next_after=last)

    @routes.get("/loans/{loan_id}/history", summary="Everything that was recorded of a loan")
    async def recorded(
        tenant: str, loan_id: str, context: ContextDependency, after: After = 0, limit: Limit = 100
    ) -> RecordPage:
        async with context.database.transaction() as session:
            found = await asking.history_of(session, tenants.named(tenant), loan_id, after, limit)
        last = found[-1].seq if len(found) == limit else None
        return RecordPage(records=[_record(each) for each in found], next_after=last)

    @routes.get("/ledger/imbalance", summary="What all entries sum to, per currency: nothing")
    async def imbalance(tenant: str, context: ContextDependency) -> dict[str, int]:
        async with context.database.transaction() as session:
            return await asking.imbalance(session, tenants.named(tenant))

    # It changes nothing, so it needs no idempotency key; it is a POST because it is long work.
    @routes.post("/audit/verify", summary="Verify the hash chain of every loan's history")
    async def verify(tenant: str, context: ContextDependency) -> AuditAnswer:
        name = tenants.named(tenant).name
        answer = AuditAnswer(loans=0, verified=0, first_broken=None, gaps=[])
        after = ""
        while True:
            async with context.database.transaction() as session:
                part = await history.verify_chains(session, name, after)
            _add(answer, part)
            after = part.next_after
            if not after:
                return answer

    return routes


def _add(answer: AuditAnswer, part: history.Verified) -> None:
    answer.loans += part.loans
    answer.verified += part.verified
    for flaw in part.flaws:
        if flaw.broken is not None and answer.first_broken is None:
            answer.first_broken = BrokenLink(
                loan_id=flaw.loan_id, seq=flaw.broken.seq, reason=flaw.broken.reason
            )
        answer.gaps += [
            VersionGap(
                source=gap.source, loan_id=flaw.loan_id, expected=gap.expected, found=gap.found
            )
            for gap in flaw.gaps
        ]


def _position(found: asking.LoanPosition) -> PositionAnswer:
    told = found.content
    fields = {
        name: getattr(told, name)
        for name in PositionAnswer.model_fields
        if name in told.DESCRIPTOR.fields_by_name
    }
    costs, interest = told.overdue_costs_minor, told.overdue_interest_minor
    derived = {
        "loan_id": found.loan_id,
        "position_version": found.version,
        "oldest_due_on": told.oldest_due_on or None,
        "last_instalment_due_on": told.last_instalment_due_on or None,
        "overdue_minor": costs + interest + told.overdue_principal_minor,
        "parties": [
            Party(
                party_id=party.party_ref,
                role=party.role,
                kind=party.kind,
                language=party.language,
                liability_limit_minor=party.liability_limit_minor or None,
            )
            for party in told.parties
        ],
        "taken_over": MessageToDict(told.taken_over, preserving_proto_field_name=True)
        if told.HasField("taken_over")
        else None,
        "reasons": list(told.reasons),
        "grace_ends_at": found.grace_ends_at,
    }
    return PositionAnswer.model_validate(fields | derived)


def _journal(found: asking.PostedJournal) -> JournalAnswer:
    return JournalAnswer.model_validate(found, from_attributes=True)


def _record(found: asking.HistoryRecord) -> RecordAnswer:
    named = RecordAnswer.model_fields
    envelope = {name: value for name, value in found.envelope.items() if name in named}
    return RecordAnswer.model_validate(
        {**envelope, "seq": found.seq, "content": found.content, "sha256": found.digest}
    )
