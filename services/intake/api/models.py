"""The shapes of intake's answers, and the reception both halves of its API share."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal, cast

from fastapi import Depends, Request
from pydantic import BaseModel, Field

from chassis.errors import NotFound
from chassis.service import Context
from events.v1.bank_pb2 import BankFact, BankPerson
from services.intake.commands.desk import Outcome, Reception, open_reception
from services.intake.commands.quarantine import EntryOf
from services.intake.domain.facts import Disposition, Kind
from services.intake.settings import NOBODY

Status = Literal["waiting", "replayed", "replaced", "discarded"]


class Receipt(BaseModel):
    """What became of one fact or person."""

    event_id: str
    status: Disposition
    line: int | None = Field(None, description="Its line in the body, from 1; bulk only.")
    quarantine_id: str | None = None
    code: str | None = None
    reason: str | None = None


class Receipts(BaseModel):
    items: list[Receipt]


class Counts(BaseModel):
    """received = applied + duplicate + stale + quarantined + dead_lettered, always."""

    received: int
    applied: int
    duplicate: int
    stale: int
    quarantined: int
    dead_lettered: int


class AllCounts(Counts):
    facts: Counts
    people: Counts


class QuarantineEntry(BaseModel):
    quarantine_id: str
    seq: int
    kind: Kind
    event_id: str
    subject_ref: str = Field(description="The bank's reference of the loan or the party.")
    code: str
    reason: str
    status: Status
    received_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    resolution: str | None
    fact: dict[str, Any] | None = Field(
        None, description="The fact as received, one by one only; personal data are never shown."
    )


class QuarantinePage(BaseModel):
    entries: list[QuarantineEntry]
    after: int | None = Field(description="Give it as `after` for the next page; null at the end.")


class Paging(BaseModel):
    status: Status | None = None
    after: int = Field(0, ge=0, le=2**62)
    limit: int = Field(100, ge=1, le=1000)


class Discard(BaseModel):
    reason: str = Field(min_length=1, max_length=500)
    by: str = Field(min_length=1, max_length=100)


class Refs(BaseModel):
    refs: list[Annotated[str, Field(max_length=64)]] = Field(max_length=1000)


class PartyFound(BaseModel):
    party_id: str
    role: str


class LoanFound(BaseModel):
    loan_id: str
    parties: dict[str, PartyFound]


class LoansFound(BaseModel):
    loans: dict[str, LoanFound]


def receipt(outcome: Outcome, line: int | None = None) -> Receipt:
    return Receipt(**asdict(outcome), line=line)


def message_type(kind: Kind) -> type[BankFact] | type[BankPerson]:
    return BankFact if kind is Kind.FACT else BankPerson


async def reception(request: Request, tenant: str) -> Reception:
    """The reception, opened once per process; refuses a tenant that is not configured.

    `-` stands for what names no tenant known here; it has a quarantine and counts, and no loans.
    """
    state = request.app.state
    if not hasattr(state, "reception"):
        context = cast(Context, state.context)
        state.reception = open_reception(context.settings, context.clock)
    opened = cast(Reception, state.reception)
    if tenant not in opened.tenants and tenant != NOBODY:
        known = ", ".join(sorted(opened.tenants))
        raise NotFound(
            "intake/unknown_tenant",
            f"There is no tenant of this name; known are {known}. Add its file to config/tenants.",
        )
    return opened


ReceptionDependency = Annotated[Reception, Depends(reception)]


async def entry_of(tenant: str, quarantine_id: str) -> EntryOf:
    return EntryOf(tenant, quarantine_id)


EntryDependency = Annotated[EntryOf, Depends(entry_of)]
