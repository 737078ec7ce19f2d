"""One way to reach Temporal, and the one place where refusals become its errors."""

from __future__ import annotations

import asyncio
import inspect
import logging
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

from temporalio import activity
from temporalio.client import Client
from temporalio.contrib.pydantic import PydanticPayloadConverter
from temporalio.converter import CompositePayloadConverter, DataConverter
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError
from temporalio.worker import (
    ActivityInboundInterceptor,
    ExecuteActivityInput,
    Interceptor,
    PollerBehaviorAutoscaling,
    Worker,
)

from chassis.errors import Rejected
from chassis.settings import Settings

GRACE = timedelta(seconds=8)
_DEFINITION = "__temporal_activity_definition"
_log = logging.getLogger(__name__)


_CONVERTERS = tuple(PydanticPayloadConverter().converters.values())


class SharedPayloadConverter(CompositePayloadConverter):
    """Pydantic's converter with one set of type adapters for all.

    The SDK makes a converter for every workflow instance; adapters of its own would cost each cold
    wake-up of a case about 30 ms and each cached case their memory.
    """

    def __init__(self) -> None:
        super().__init__(*_CONVERTERS)


DATA_CONVERTER = DataConverter(payload_converter_class=SharedPayloadConverter)


async def connect(settings: Settings, seconds_max: float = 120.0) -> Client:
    """A client of the project's namespace; waits for a server that is not up yet."""
    deadline = asyncio.get_running_loop().time() + seconds_max
    while True:
        try:
            return await Client.connect(
                settings.temporal_address,
                namespace=settings.temporal_namespace,
                data_converter=DATA_CONVERTER,
            )
        except (RuntimeError, RPCError, OSError) as fault:
            if asyncio.get_running_loop().time() > deadline:
                raise ConnectionError(
                    f"Temporal does not answer at {settings.temporal_address} after "
                    f"{seconds_max:.0f} s; start it (forbear up) or set TEMPORAL_ADDRESS"
                ) from fault
            _log.info("waiting for Temporal", extra={"address": settings.temporal_address})
            await asyncio.sleep(1)


def worker(
    client: Client,
    task_queue: str,
    *,
    activities: Sequence[object] = (),
    workflows: Sequence[type] = (),
    settings: Settings | None = None,
    **options: Any,
) -> Worker:
    """A worker over instances (their `@activity.defn` methods) or plain activity functions.

    As many pollers as tasks ask for: with five, tasks waited seconds on a busy server (decision
    0011).
    """
    return Worker(
        client,
        task_queue=task_queue,
        activities=[each for given in activities for each in activities_of(given)],
        workflows=list(workflows),
        interceptors=[RefusalInterceptor()],
        graceful_shutdown_timeout=GRACE,
        workflow_task_poller_behavior=PollerBehaviorAutoscaling(),
        activity_task_poller_behavior=PollerBehaviorAutoscaling(),
        **options,
    )


def activities_of(given: Any) -> Iterator[Callable[..., Any]]:
    """The activities of an instance; an override need not repeat its interface's decorator."""
    if inspect.isroutine(given):
        yield given
        return
    for name, function in inspect.getmembers(type(given), inspect.isfunction):
        declared = next(
            (
                vars(base)[name]
                for base in type(given).__mro__
                if hasattr(vars(base).get(name), _DEFINITION)
            ),
            None,
        )
        if declared is None:
            continue
        if not hasattr(function, _DEFINITION):
            activity.defn(name=getattr(declared, _DEFINITION).name)(function)
        yield getattr(given, name)


def application_error(refusal: Rejected) -> ApplicationError:
    return ApplicationError(
        refusal.message,
        refusal.details,
        type=refusal.code,
        non_retryable=not refusal.retryable,
    )


class RefusalInterceptor(Interceptor):
    """Turns `Rejected` into an `ApplicationError` whose type is the stable code."""

    def intercept_activity(self, next: ActivityInboundInterceptor) -> ActivityInboundInterceptor:
        return _RefusingActivity(next)


class _RefusingActivity(ActivityInboundInterceptor):
    async def execute_activity(self, input: ExecuteActivityInput) -> Any:
        try:
            return await super().execute_activity(input)
        except Rejected as refusal:
            raise application_error(refusal) from refusal
