"""One attempt is shown by its id; so are hand-overs of which nobody knows whether they left."""

from __future__ import annotations

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel

from chassis.http import ContextDependency
from services.contact.api.attempts import AttemptOut
from services.contact.api.doors import After, Limit, desk_of
from services.contact.commands import handovers, queries

router = APIRouter()


class AttemptShown(AttemptOut):
    """With every loan the attempt was about."""

    loan_ids: list[str]
    role: str
    asks_circumstances: bool


class HandoverOut(BaseModel):
    attempt_id: str
    channel: str
    provider: str
    state: str
    tries: int
    begun_wall_at: datetime


class HandoversOut(BaseModel):
    handovers: list[HandoverOut]


@router.get("/attempts/{attempt_id}", summary="One attempt, and the loans it was about")
async def show_attempt(tenant: str, attempt_id: str, context: ContextDependency) -> AttemptShown:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        row = await queries.attempt_of(session, tenant, attempt_id)
        return AttemptShown.model_validate(row, from_attributes=True)


@router.get("/handovers/unknown", summary="Messages of which nobody knows whether they left")
async def list_unknown(
    tenant: str, context: ContextDependency, after: After = "", limit: Limit = 100
) -> HandoversOut:
    desk_of(context, tenant)
    async with context.database.transaction() as session:
        rows = await handovers.unknown(session, tenant, after, limit)
    return HandoversOut(
        handovers=[HandoverOut.model_validate(row, from_attributes=True) for row in rows]
    )
