"""The door for people: what cases there are, one case's story, and orders to a running case."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import AwareDatetime, BaseModel, Field
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict
from chassis.http import ContextDependency
from chassis.idempotency import IdempotencyKey, Outcome, RequestKey
from chassis.service import Context
from interfaces import case
from interfaces.values import Stage
from services.cases.commands import moves, orders, reading, rulebook
from services.cases.gateways import Cases, Order, TemporalCases

LIMIT_MAX = 1_000
Wish = case.PauseCase | case.ResumeCase | case.CloseCase
Text = Annotated[str, Field(min_length=1, max_length=500)]


async def known_tenant(tenant: str, context: ContextDependency) -> str:
    """The tenant in the path; raises `cases/unknown_tenant`."""
    return rulebook.load(context.settings.config).tenant(tenant).name


async def running_cases(context: ContextDependency) -> Cases:
    return TemporalCases(context.temporal, context.clock)


TenantName = Annotated[str, Depends(known_tenant)]
CasesDependency = Annotated[Cases, Depends(running_cases)]
router = APIRouter(prefix="/v1/{tenant}/cases", tags=["cases"])


class CasePage(BaseModel):
    """`after` asks for the next page; it is absent on the last one."""

    cases: list[reading.CaseLine]
    after: str | None = None


class Pause(BaseModel):
    until: AwareDatetime
    reason: Text
    by: Text


class Resume(BaseModel):
    reason: Text
    by: Text


class Close(BaseModel):
    reason: Text
    by: Text


class Ordered(BaseModel):
    """What was ordered. `is_abandoned`: no case was running, and its episode was closed here."""

    loan_id: str
    episode: int
    order: str
    is_abandoned: bool = False


class CaseQuery(BaseModel):
    status: Literal["open", "closed"] | None = None
    stage: Stage | None = None
    after: str = Field(default="", max_length=64)
    limit: int = Field(default=100, ge=1, le=LIMIT_MAX)


@router.get("")
async def list_cases(
    tenant: TenantName, context: ContextDependency, query: Annotated[CaseQuery, Query()]
) -> CasePage:
    """Lists each loan's latest episode by loan id."""
    wanted = reading.Wanted(query.status, query.stage, query.after, query.limit)
    async with context.database.transaction() as session:
        lines = await reading.list_cases(session, tenant, wanted)
    last = lines[-1].loan_id if len(lines) == query.limit else None
    return CasePage(cases=lines, after=last)


@router.get("/summary")
async def summary(tenant: TenantName, context: ContextDependency) -> reading.Summary:
    """Counts loans, episodes and runs; episodes by furthest stage and by closing reason."""
    async with context.database.transaction() as session:
        return await reading.summarise(session, tenant)


@router.get("/{loan_id}")
async def tell_case(
    tenant: TenantName, loan_id: str, context: ContextDependency
) -> reading.CaseStory:
    """Tells a loan's episodes with every move, and the latest facts they live on."""
    async with context.database.transaction() as session:
        return await reading.tell_case(session, tenant, loan_id)


class _Desk:
    """What taking an order needs of its request."""

    def __init__(
        self,
        context: ContextDependency,
        cases: CasesDependency,
        tenant: TenantName,
        loan_id: str,
        request: IdempotencyKey,
    ) -> None:
        self.context: Context = context
        self.cases: Cases = cases
        self.tenant, self.loan_id = tenant, loan_id
        self.request: RequestKey = request


Desk = Annotated[_Desk, Depends()]


@router.post("/{loan_id}/pause", responses={200: {"model": Ordered}})
async def pause(desk: Desk, body: Pause) -> Response:
    """Has the case do nothing before `until`; limitation and the bank's own count run on."""
    wish = case.PauseCase(until=body.until, reason=body.reason, by=body.by)
    return await _give_order(desk, case.PAUSE_CASE, wish)


@router.post("/{loan_id}/resume", responses={200: {"model": Ordered}})
async def resume(desk: Desk, body: Resume) -> Response:
    """Ends a person's pause."""
    return await _give_order(desk, case.RESUME_CASE, case.ResumeCase(body.reason, body.by))


@router.post("/{loan_id}/close", responses={200: {"model": Ordered}})
async def close(desk: Desk, body: Close) -> Response:
    """Closes a case that should never have been opened (reason `error`); where its run is gone,
    the episode is closed here, so that the loan is not stuck."""
    return await _give_order(desk, case.CLOSE_CASE, case.CloseCase(body.reason, body.by))


async def _give_order(desk: _Desk, update: str, wish: Wish) -> Response:
    """Takes the order in, has the case carry it out, keeps the answer: three steps, so that no
    transaction waits for a workflow. Each of them may be repeated."""
    database = desk.context.database
    async with database.transaction() as session:
        taken = await orders.accept_order(session, desk.tenant, desk.loan_id, desk.request)
    if taken.status != orders.ACCEPTED or not isinstance(taken.body, dict):
        return taken.response()
    order = Order(str(taken.body["order_id"]), update, wish)
    async with database.transaction() as session:
        known = await orders.order_result(session, order.order_id)
    if known is not None:
        return Outcome(200, known).response()
    is_running = await desk.cases.order(desk.tenant, desk.loan_id, order)
    answer = Ordered(
        loan_id=desk.loan_id,
        episode=taken.body["episode"],
        order=update,
        is_abandoned=not is_running,
    )
    async with database.transaction() as session:
        if not is_running:
            await _without_a_run(session, desk, wish)
        await orders.keep_order_result(session, order.order_id, answer.model_dump())
    return Outcome(200, answer.model_dump()).response()


async def _without_a_run(session: AsyncSession, desk: _Desk, wish: Wish) -> None:
    """Raises `cases/no_open_episode` if the case has just ended, and `cases/no_running_case` for
    an order that only a running case can carry out."""
    await moves.require_open(session, desk.tenant, desk.loan_id)
    if not isinstance(wish, case.CloseCase):
        raise Conflict(
            "cases/no_running_case",
            f"The case of the loan {desk.loan_id} does not run, though its episode is open; close "
            "it, and the next overdue position opens another.",
        )
    because = f"{wish.reason} ({wish.by}); its run was gone"
    now = desk.context.clock.now()
    await moves.close_abandoned(session, desk.tenant, desk.loan_id, because, now)
