"""Negotiation, field visit and legal as real processes between real Kafka, PostgreSQL, Temporal."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from google.protobuf.message import Message
from temporalio import workflow
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import UnsandboxedWorkflowRunner

import forbear.stack.postgres
import forbear.stack.topics
from chassis.settings import PORT_OFFSETS
from chassis.temporal import worker
from events.v1.bank_pb2 import PartyRole
from events.v1.field_visit_pb2 import VisitChanged
from events.v1.ledger_pb2 import PaymentPosted, PositionChanged
from events.v1.legal_pb2 import MatterChanged
from events.v1.negotiation_pb2 import AgreementChanged
from interfaces import field_visit, legal, negotiation
from interfaces.facts import Agreement, Matter, Visit
from interfaces.field_visit import FieldVisitActivities, FindWindow
from interfaces.legal import LegalActivities, OpenMatter
from interfaces.negotiation import MakeOffer, NegotiationActivities

pytestmark = pytest.mark.stack

TOLD: dict[str, type[Message]] = {
    "negotiation": AgreementChanged,
    "field_visit": VisitChanged,
    "legal": MatterChanged,
}
NAMES = tuple(TOLD)
ROOT = Path(__file__).parents[2]
CALL: dict[str, Any] = {"start_to_close_timeout": timedelta(seconds=30)}


@workflow.defn
class AskAll:
    """A case of three questions."""

    @workflow.run
    async def run(self, loan_id: str) -> tuple[Agreement, Visit, Matter]:
        at = workflow.now()
        ids = (loan_id, "demo", loan_id, 1, "party-1")
        offer = MakeOffer(*ids, at, "CNY", 90_000, 90_000, "consumer_loan", "individual")
        window = FindWindow(*ids, "pudong", at, at)
        matter = OpenMatter(*ids, at, "CNY", 90_000, None)
        return (
            await workflow.execute_activity_method(
                NegotiationActivities.make_offer, offer, task_queue=negotiation.TASK_QUEUE, **CALL
            ),
            await workflow.execute_activity_method(
                FieldVisitActivities.book, window, task_queue=field_visit.TASK_QUEUE, **CALL
            ),
            await workflow.execute_activity_method(
                LegalActivities.open_matter, matter, task_queue=legal.TASK_QUEUE, **CALL
            ),
        )


@pytest.fixture
async def base(
    postgres_url: str,
    kafka_bootstrap: str,
    temporal: WorkflowEnvironment,
    tmp_path: Path,
    port: int,
) -> AsyncIterator[int]:
    """The three services, each in a process of its own; yields the base of their ports."""
    forbear.stack.postgres.create_databases(postgres_url, NAMES)
    await forbear.stack.topics.create_topics(kafka_bootstrap)
    base = min(port, 60_000)
    environment = {
        **os.environ,
        "FORBEAR_VAR": str(tmp_path),
        "FORBEAR_PORT_BASE": str(base),
        "FORBEAR_POSTGRES_URL": postgres_url,
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
        "TEMPORAL_ADDRESS": temporal.client.service_client.config.target_host,
        "TEMPORAL_NAMESPACE": temporal.client.namespace,
    }
    processes = [
        await asyncio.create_subprocess_exec(
            sys.executable, "-m", f"services.{name}", cwd=ROOT, env=environment
        )
        for name in NAMES
    ]
    try:
        yield base
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(15):
            codes = [await process.wait() for process in processes]
    assert codes == [0, 0, 0]


async def test_a_position_an_offer_a_visit_a_matter_and_a_payment_travel_through_all_three(
    base: int, kafka_bootstrap: str, temporal: WorkflowEnvironment
) -> None:
    loan_id = f"loan-{uuid.uuid4().hex}"
    await until(lambda: all_ready(base))
    await send(kafka_bootstrap, loan_id, 1, overdue())
    async with worker(
        temporal.client, "asking", workflows=[AskAll], workflow_runner=UnsandboxedWorkflowRunner()
    ):
        agreement, visit, matter = await temporal.client.execute_workflow(
            AskAll.run, loan_id, id=loan_id, task_queue="asking"
        )
    assert (agreement.version, visit.version, matter.version) == (1, 1, 1)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{base + 5}") as http:
        choice = {"option": "settlement", "party_id": "party-1"}
        path = f"/v1/demo/offers/{agreement.agreement_id}/accept"
        accepted = await http.post(path, json=choice)
        assert accepted.status_code == 200, accepted.text
        await send(kafka_bootstrap, loan_id, 2, paid(accepted.json()["total_minor"]))

        async def is_kept() -> bool:
            listed = await http.get(f"/v1/demo/loans/{loan_id}/agreements")
            return bool(listed.json()["agreements"][0]["status"] == "kept")

        await until(is_kept)
    told = await heard(kafka_bootstrap, loan_id, 5)
    assert [each.change for each in told["negotiation"]] == ["offered", "accepted", "kept"]
    assert [each.status for each in told["field_visit"]] == ["booked"]
    assert [each.status for each in told["legal"]][:1] == ["awaiting_approval"]


def overdue() -> PositionChanged:
    borrower = PartyRole(party_ref="party-1", role="borrower", kind="person", language="zh-CN")
    return PositionChanged(
        disposition="overdue", currency="CNY", product="consumer_loan", parties=[borrower]
    )


def paid(amount_minor: int) -> PaymentPosted:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)  # noqa: TID251 - real clocks meet here
    return PaymentPosted(
        transaction_id="t-1", amount_minor=amount_minor, effective_on=tomorrow.isoformat()
    )


async def send(bootstrap: str, loan_id: str, version: int, body: Message) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - real clocks meet here
    headers = {
        "ce_id": uuid.uuid4().hex,
        "ce_source": "/ledger",
        "ce_type": body.DESCRIPTOR.full_name,
        "ce_time": now.isoformat(),
        "ce_sequence": str(version),
        "ce_tenant": "demo",
    }
    async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
        await producer.send_and_wait(
            "collect.ledger.v1",
            value=body.SerializeToString(),
            key=loan_id.encode(),
            headers=[(name, value.encode()) for name, value in headers.items()],
        )


async def heard(bootstrap: str, loan_id: str, count: int) -> dict[str, list[Any]]:
    """The first events of a loan on the three topics, by service."""
    found: dict[str, list[Any]] = {name: [] for name in NAMES}
    topics = [f"collect.{name}.v1" for name in NAMES]
    async with AIOKafkaConsumer(
        *topics, bootstrap_servers=bootstrap, auto_offset_reset="earliest"
    ) as consumer:
        async with asyncio.timeout(30):
            async for message in consumer:
                if message.key == loan_id.encode():
                    name = message.topic.split(".")[1]
                    found[name].append(TOLD[name].FromString(message.value))
                if sum(map(len, found.values())) >= count:
                    break
    return found


async def all_ready(base: int) -> bool:
    async with httpx.AsyncClient() as http:
        try:
            answers = [
                await http.get(f"http://127.0.0.1:{base + PORT_OFFSETS[name]}/readyz")
                for name in NAMES
            ]
        except httpx.TransportError:
            return False
    return all(answer.status_code == 200 for answer in answers)


async def until(condition: Callable[[], Awaitable[bool]], seconds: float = 60.0) -> None:
    async with asyncio.timeout(seconds):
        while True:
            if await condition():
                return
            await asyncio.sleep(0.1)
