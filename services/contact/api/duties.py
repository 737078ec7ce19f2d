"""Acts owed by a date: kept as computed, marked as done, and shown with what was missed."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, model_validator

from chassis.http import ContextDependency
from services.contact.api.doors import After, Body, Id, Instant, Limit, Name, Note, desk_of
from services.contact.commands import duties
from services.contact.commands.duties import Asked, DutyShown, OweDuty, SettleDuty
from services.contact.domain.duties import DutyKind

router = APIRouter(tags=["duties"])


class DutyIn(Body):
    loan_id: Id
    party_id: Id | None = None
    kind: DutyKind
    occasion: Name
    rule_id: Name
    owed_by: Instant


class SettledIn(Body):
    """Exactly one of `proof` (it was done) and `because` (it is owed no more)."""

    loan_id: Id
    party_id: Id | None = None
    kind: DutyKind
    occasion: Name
    proof: Note | None = None
    because: Note | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> SettledIn:
        if (self.proof is None) == (self.because is None):
            raise ValueError("give exactly one of proof and because")
        return self


class DutyOut(BaseModel):
    loan_id: str
    party_id: str
    kind: str
    occasion: str
    rule_id: str
    state: str
    owed_by: datetime
    done_at: datetime | None
    proof: str
    raised_at: datetime | None
    dropped_because: str
    planned_at: datetime | None
    put_off_because: str


class DutiesOut(BaseModel):
    duties: list[DutyOut]


@router.post("/duties", status_code=204, summary="Keep an act owed by a date")
async def owe_duty(tenant: str, body: DutyIn, context: ContextDependency) -> None:
    desk_of(context, tenant)
    fields = {name: getattr(body, name) for name in DutyIn.model_fields}
    duty = OweDuty(tenant=tenant, **{**fields, "party_id": body.party_id or ""})
    async with context.database.transaction() as session:
        await duties.owe_as_told(session, duty, context.clock.now())


@router.post("/duties/settle", summary="Say that a duty was done, or is owed no more")
async def settle_duty(tenant: str, body: SettledIn, context: ContextDependency) -> DutyOut:
    desk_of(context, tenant)
    now = context.clock.now()
    command = SettleDuty(
        tenant=tenant,
        loan_id=body.loan_id,
        party_id=body.party_id or "",
        kind=body.kind,
        occasion=body.occasion,
        proof=body.proof or "",
        because=body.because or "",
    )
    async with context.database.transaction() as session:
        return _out(await duties.settle(session, command, now))


@router.get("/duties", summary="Duties, the earliest owed first; a loan's, or those missed")
async def list_duties(
    tenant: str,
    context: ContextDependency,
    loan_id: After = "",
    only_missed: Annotated[bool, Query()] = False,
    limit: Limit = 100,
) -> DutiesOut:
    desk_of(context, tenant)
    now = context.clock.now()
    async with context.database.transaction() as session:
        found = await duties.listed(session, Asked(tenant, loan_id, only_missed, limit), now)
    return DutiesOut(duties=[_out(each) for each in found])


def _out(duty: DutyShown) -> DutyOut:
    fields = {name: getattr(duty.row, name) for name in DutyOut.model_fields if name != "state"}
    return DutyOut(state=duty.state, **fields)
