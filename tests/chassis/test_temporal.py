"""A refusal reaches the workflow under its stable code, and only a retryable one is retried."""

from __future__ import annotations

import uuid
from abc import ABC, abstractmethod
from datetime import timedelta

import pytest
from temporalio import activity, workflow
from temporalio.client import WorkflowFailureError
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner

from chassis.errors import Behind, Conflict
from chassis.temporal import activities_of, worker

pytestmark = pytest.mark.stack


class ContactActivities(ABC):
    @activity.defn(name="contact.attempt")
    @abstractmethod
    async def attempt(self, mood: str) -> str: ...


class Contact(ContactActivities):
    def __init__(self) -> None:
        self.tries = 0

    async def attempt(self, mood: str) -> str:
        self.tries += 1
        if mood == "refuses":
            raise Conflict("contact/outside_hours", "It is 22:10 there; try after 08:00.", hour=22)
        if mood == "lags" and self.tries < 3:
            raise Behind("contact/behind", "Standing is older than the act; try again.")
        return "made"

    async def not_an_activity(self) -> None:
        return


@workflow.defn
class Attempt:
    @workflow.run
    async def run(self, mood: str) -> str:
        outcome: str = await workflow.execute_activity(
            "contact.attempt",
            mood,
            result_type=str,
            start_to_close_timeout=timedelta(seconds=10),
            retry_policy=RetryPolicy(initial_interval=timedelta(milliseconds=10)),
        )
        return outcome


def test_an_override_is_found_under_its_interfaces_name() -> None:
    contact = Contact()
    assert list(activities_of(contact)) == [contact.attempt]


@pytest.mark.parametrize(("mood", "tries"), [("gladly", 1), ("lags", 3)])
async def test_an_attempt_is_made_at_last(
    mood: str, tries: int, temporal: WorkflowEnvironment, task_queue: str
) -> None:
    contact = Contact()
    assert await _attempt(temporal, task_queue, contact, mood) == "made"
    assert contact.tries == tries


async def test_a_refusal_is_not_retried_and_keeps_its_code(
    temporal: WorkflowEnvironment, task_queue: str
) -> None:
    contact = Contact()
    with pytest.raises(WorkflowFailureError) as failed:
        await _attempt(temporal, task_queue, contact, "refuses")
    assert isinstance(failed.value.cause, ActivityError)
    refusal = failed.value.cause.cause
    assert isinstance(refusal, ApplicationError)
    assert (refusal.type, refusal.non_retryable) == ("contact/outside_hours", True)
    assert refusal.message == "It is 22:10 there; try after 08:00."
    assert list(refusal.details) == [{"hour": 22}]
    assert contact.tries == 1


async def _attempt(
    environment: WorkflowEnvironment, task_queue: str, contact: Contact, mood: str
) -> str:
    async with worker(
        environment.client,
        task_queue,
        activities=[contact],
        workflows=[Attempt],
        workflow_runner=UnsandboxedWorkflowRunner(),
    ):
        return await environment.client.execute_workflow(
            Attempt.run, mood, id=f"attempt-{uuid.uuid4()}", task_queue=task_queue
        )
