"""Timeouts, retries and priorities per kind of activity, in one table."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy

from interfaces import cases, contact, field_visit, legal, negotiation

Command = TypeVar("Command")
Result = TypeVar("Result")


@dataclass(frozen=True)
class Terms:
    """How a service is called: it may be down for days, so retries never end by themselves."""

    queue: str
    start_to_close: timedelta
    retry_first: timedelta
    retry_max: timedelta
    priority: int


SECOND = timedelta(seconds=1)
TERMS: dict[str, Terms] = {
    "CasesActivities": Terms(cases.TASK_QUEUE, 20 * SECOND, SECOND, 30 * SECOND, 1),
    # Standing catches up within a fraction of a second, so `contact/behind` is retried soon.
    "ContactActivities": Terms(contact.TASK_QUEUE, 30 * SECOND, SECOND / 5, 10 * SECOND, 2),
    "NegotiationActivities": Terms(negotiation.TASK_QUEUE, 20 * SECOND, SECOND, 30 * SECOND, 3),
    "FieldVisitActivities": Terms(field_visit.TASK_QUEUE, 20 * SECOND, SECOND, 30 * SECOND, 3),
    "LegalActivities": Terms(legal.TASK_QUEUE, 20 * SECOND, SECOND, 30 * SECOND, 3),
}


async def call(
    method: Callable[[Any, Command], Awaitable[Result]], command: Command, summary: str
) -> Result:
    """Runs one activity on its owner's queue; raises ActivityError when the owner rejects it."""
    owner, _, name = method.__qualname__.partition(".")
    terms = TERMS[owner]
    key = getattr(command, "key", "") or workflow.info().run_id
    return await workflow.execute_activity_method(
        method,
        command,
        task_queue=terms.queue,
        activity_id=f"{name}:{key}",
        start_to_close_timeout=terms.start_to_close,
        retry_policy=RetryPolicy(
            initial_interval=terms.retry_first, maximum_interval=terms.retry_max
        ),
        priority=Priority(priority_key=terms.priority),
        summary=summary[:200],
    )
