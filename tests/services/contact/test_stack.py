"""The whole service as one process, between a real Kafka, a real Temporal and its database."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from google.protobuf.message import Message
from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner, Worker

import forbear.stack.postgres
import forbear.stack.topics
from chassis.clock import format_reading
from chassis.settings import Settings
from chassis.vault import load_or_create_keys, seal
from events.v1.bank_pb2 import ContactPoint, PersonalData
from events.v1.case_pb2 import EpisodeOpened
from events.v1.intake_pb2 import PersonSealed
from interfaces.clock import ClockReading
from interfaces.contact import TASK_QUEUE, ContactActivities, Touch, TouchOutcome, TouchStatus
from interfaces.values import Channel, Role
from tests.conftest import free_port
from tests.services.contact.scene import NOON, TENANT, position, touch_of

pytestmark = pytest.mark.stack
READY_SECONDS = 60


@workflow.defn
class OneTouch:
    """Asks contact for one touch, as a case would."""

    @workflow.run
    async def run(self, touch: Touch) -> TouchOutcome:
        return await workflow.execute_activity_method(
            ContactActivities.wish,
            touch,
            task_queue=TASK_QUEUE,
            start_to_close_timeout=timedelta(seconds=30),
        )


async def test_a_loan_told_on_kafka_is_touched_once_by_temporal_and_told_on_kafka(
    postgres_url: str,
    kafka_bootstrap: str,
    temporal: WorkflowEnvironment,
    settings: Settings,
    task_queue: str,
) -> None:
    loan_id, party_id = uuid.uuid4().hex, uuid.uuid4().hex
    forbear.stack.postgres.create_databases(postgres_url, ("contact",))
    await forbear.stack.topics.create_topics(kafka_bootstrap)
    environment = prepared(settings, temporal, postgres_url, kafka_bootstrap)
    async with running_service(environment) as http:
        await send(kafka_bootstrap, "collect.people.v1", party_id, sealed(settings, party_id))
        # The act is asked for before its loan is known: contact answers `behind` until it is.
        touch = replace(touch_of(loan_id, party_id), channel=Channel.SMS, template="reminder")
        async with Worker(
            temporal.client,
            task_queue=task_queue,
            workflows=[OneTouch],
            workflow_runner=UnsandboxedWorkflowRunner(),
        ):
            asked = asyncio.create_task(
                temporal.client.execute_workflow(
                    OneTouch.run, touch, id=loan_id, task_queue=task_queue
                )
            )
            told = position(loan_id, parties=[(party_id, Role.BORROWER)])
            await send(kafka_bootstrap, "collect.ledger.v1", loan_id, told.body)
            await send(kafka_bootstrap, "collect.case.v1", loan_id, EpisodeOpened(episode=1))
            async with asyncio.timeout(READY_SECONDS):
                outcome = await asked
        assert outcome.status is TouchStatus.CONFIRMED
        path = "/v1/demo/sandbox/messages"
        messages = (await http.get(path, params={"limit": 1000})).json()["messages"]
        assert [m["attempt_id"] for m in messages if m["loan_id"] == loan_id] == [
            outcome.attempt_id
        ]
        assert await told_about(kafka_bootstrap, loan_id, 4) == [
            "StandingChanged",
            "StandingChanged",
            "TouchConfirmed",
            "AttemptRecorded",
        ]


def prepared(
    settings: Settings, temporal: WorkflowEnvironment, postgres_url: str, kafka_bootstrap: str
) -> dict[str, str]:
    """The service's environment, with a case clock that shows noon."""
    settings.var.mkdir(exist_ok=True)
    reading = ClockReading(datetime.now(UTC), NOON, 1.0)  # noqa: TID251
    settings.clock_file.write_text(format_reading(reading))
    return {
        "FORBEAR_VAR": str(settings.var),
        "FORBEAR_PORT_BASE": str(free_port() - 4),
        "FORBEAR_POSTGRES_URL": postgres_url,
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
        "TEMPORAL_ADDRESS": temporal.client.service_client.config.target_host,
        "TEMPORAL_NAMESPACE": temporal.client.namespace,
    }


def sealed(settings: Settings, party_id: str) -> PersonSealed:
    person = PersonalData(
        name="王小明",
        kind="person",
        language="zh-CN",
        points=[ContactPoint(point_ref="p", kind="phone", value="+8613900000001")],
    )
    key = load_or_create_keys(settings.keys).transport_public
    return PersonSealed(party_id=party_id, sealed_person=seal(key, person.SerializeToString()))


async def send(bootstrap: str, topic: str, key: str, body: Message) -> None:
    headers = {
        "ce_id": uuid.uuid4().hex,
        "ce_source": f"/test/{topic}",
        "ce_type": body.DESCRIPTOR.full_name,
        "ce_time": NOON.isoformat(),
        "ce_sequence": "1",
        "ce_tenant": TENANT,
    }
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        await producer.send_and_wait(
            topic,
            body.SerializeToString(),
            key=key.encode(),
            headers=[(name, value.encode()) for name, value in headers.items()],
        )


async def told_about(bootstrap: str, loan_id: str, count: int) -> list[str]:
    """The types of the first events about a loan on contact's topic."""
    found: list[str] = []
    async with (
        asyncio.timeout(READY_SECONDS),
        AIOKafkaConsumer(
            "collect.contact.v1", bootstrap_servers=bootstrap, auto_offset_reset="earliest"
        ) as consumer,
    ):
        while len(found) < count:
            message = await consumer.getone()
            if message.key == loan_id.encode():
                kind = dict(message.headers)["ce_type"].decode()
                found.append(kind.removeprefix("events.v1."))
    return found


@asynccontextmanager
async def running_service(environment: dict[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    process = started(environment)
    base_url = f"http://127.0.0.1:{int(environment['FORBEAR_PORT_BASE']) + 4}"
    try:
        async with httpx.AsyncClient(base_url=base_url) as http:
            async with asyncio.timeout(READY_SECONDS):
                while not await is_ready(http):
                    assert process.poll() is None, "the service ended; its log says why"
                    await asyncio.sleep(0.2)
            yield http
    finally:
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 20) == 0


def started(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "services.contact"]
    return subprocess.Popen(command, env={**os.environ, **environment})


async def is_ready(http: httpx.AsyncClient) -> bool:
    try:
        return (await http.get("/readyz")).status_code == 200
    except httpx.TransportError:
        return False
