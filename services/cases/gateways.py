"""The way to a loan's case: its workflow is started and signalled by name, never imported."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from temporalio.client import (
    Client,
    WorkflowUpdateFailedError,
    WorkflowUpdateRPCTimeoutOrCancelledError,
)
from temporalio.common import (
    SearchAttributePair,
    TypedSearchAttributes,
    WorkflowIDConflictPolicy,
    WorkflowIDReusePolicy,
)
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError, RPCStatusCode

from chassis.clock import Clock
from chassis.errors import Behind, Conflict
from interfaces import case
from interfaces.facts import Position
from interfaces.values import Stage
from services.cases.domain.dispatch import FactKind, LoanFact, bucket, major_units

SIGNALS: Mapping[FactKind, str] = {
    FactKind.POSITION: case.POSITION_CHANGED,
    FactKind.HOLDS: case.HOLDS_CHANGED,
    FactKind.CONTACT: case.CONTACT_PROGRESSED,
    FactKind.AGREEMENT: case.AGREEMENT_CHANGED,
    FactKind.VISIT: case.VISIT_CHANGED,
    FactKind.MATTER: case.MATTER_CHANGED,
}
RPC_SECONDS_MAX = timedelta(seconds=10)


@dataclass(frozen=True)
class Order:
    """A person's wish, as the workflow's update of that name takes it; `order_id` makes a
    repetition harmless."""

    order_id: str
    update: str
    wish: case.PauseCase | case.ResumeCase | case.CloseCase


class Cases(Protocol):
    async def start_or_tell(self, told: LoanFact) -> None:
        """Tells an overdue position to the loan's case, starting the case if none runs."""

    async def tell(self, told: LoanFact) -> bool:
        """Tells a fact to the loan's case; False if none runs."""

    async def order(self, tenant: str, loan_id: str, order: Order) -> bool:
        """Has the case carry out an order; False if none runs. Raises `cases/order_refused` and
        the retryable `cases/case_silent`."""


class TemporalCases:
    """Cases as workflows on a Temporal server."""

    def __init__(self, client: Callable[[], Awaitable[Client]], clock: Clock) -> None:
        self._client, self._clock = client, clock

    async def start_or_tell(self, told: LoanFact) -> None:
        position = told.fact
        assert isinstance(position, Position)
        client = await self._client()
        await client.start_workflow(
            case.WORKFLOW_TYPE,
            case.CaseStart(told.tenant, told.loan_id, self._clock.reading()),
            id=case.workflow_id(told.tenant, told.loan_id),
            task_queue=case.TASK_QUEUE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
            start_signal=SIGNALS[FactKind.POSITION],
            start_signal_args=[position],
            search_attributes=_search_attributes(told.tenant, position),
            static_summary=_summary(position),
            rpc_timeout=RPC_SECONDS_MAX,
        )

    async def tell(self, told: LoanFact) -> bool:
        handle = await self._handle(told.tenant, told.loan_id)
        try:
            await handle.signal(SIGNALS[told.kind], told.fact, rpc_timeout=RPC_SECONDS_MAX)
        except RPCError as error:
            return _none_runs(error)
        return True

    async def order(self, tenant: str, loan_id: str, order: Order) -> bool:
        handle = await self._handle(tenant, loan_id)
        try:
            await handle.execute_update(
                order.update, order.wish, id=order.order_id, rpc_timeout=RPC_SECONDS_MAX
            )
        except WorkflowUpdateFailedError as failure:
            raise _refusal(failure) from failure
        except WorkflowUpdateRPCTimeoutOrCancelledError as silence:
            raise Behind(
                "cases/case_silent",
                f"The case of the loan {loan_id} did not answer within "
                f"{RPC_SECONDS_MAX.seconds} s; the order stands: repeat the request with the same "
                "Idempotency-Key to learn its result.",
            ) from silence
        except RPCError as error:
            return _none_runs(error)
        return True

    async def _handle(self, tenant: str, loan_id: str) -> Any:
        return (await self._client()).get_workflow_handle(case.workflow_id(tenant, loan_id))


def _none_runs(error: RPCError) -> bool:
    """False where there is no running case; any other fault rises."""
    if error.status is RPCStatusCode.NOT_FOUND:
        return False
    raise error


def _refusal(failure: WorkflowUpdateFailedError) -> Conflict:
    cause = failure.cause
    said = cause.message if isinstance(cause, ApplicationError) else str(cause)
    return Conflict("cases/order_refused", f"The case refused the order: {said}")


def _search_attributes(tenant: str, position: Position) -> TypedSearchAttributes:
    pairs: list[SearchAttributePair[Any]] = [
        SearchAttributePair(case.TENANT, tenant),
        SearchAttributePair(case.PRODUCT, position.product),
        SearchAttributePair(case.CASE_STAGE, Stage.ASSESS.value),
        SearchAttributePair(case.BUCKET, bucket(position)),
        # Temporal has no exact number type; the amount is shown here and never counted with.
        SearchAttributePair(
            case.BALANCE, float(major_units(position.balance_minor, position.currency))
        ),
    ]
    if position.oldest_due_on is not None:
        since = datetime.fromisoformat(f"{position.oldest_due_on}T00:00:00+00:00")
        pairs.append(SearchAttributePair(case.DELINQUENT_SINCE, since))
    return TypedSearchAttributes(pairs)


def _summary(position: Position) -> str:
    """What the list of cases shows: what kind of loan, and since when; nothing of a person."""
    since = f", overdue since {position.oldest_due_on}" if position.oldest_due_on else ""
    return f"{position.product} ({position.segment}){since}"
