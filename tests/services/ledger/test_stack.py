"""The ledger's parts on real Kafka: a fact accepted by intake ends as position and as history."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from chassis import kafka
from chassis.clock import Clock
from chassis.database import Database
from chassis.relay import Relay
from chassis.service import Context
from chassis.settings import Settings, settings_from
from events.v1.bank_pb2 import LoanFact
from services.ledger.consumers import Doors
from services.ledger.settings import HISTORY_TOPICS, INTAKE_TOPIC, TOPIC, Tenants
from tests.chassis.topic_log import read_events, until
from tests.services.ledger.telling import Ledger, paid, registered, snapshot

pytestmark = [pytest.mark.stack, pytest.mark.database]


@dataclass(frozen=True)
class Intake:
    """Sends accepted facts as intake's relay does, with gap-free versions per loan."""

    bootstrap: str
    ledger: Ledger

    async def send(self, loan: str, *bodies: LoanFact) -> None:
        producer = kafka.new_producer(self.bootstrap)
        await producer.start()
        try:
            for version, body in enumerate(bodies, 1):
                await self._send_one(producer, loan, version, body)
        finally:
            await kafka.close(producer)

    async def _send_one(self, producer: Any, loan: str, version: int, body: LoanFact) -> None:
        accepted = self.ledger.accepted(body, loan=loan)
        headers = {
            "ce_id": f"{loan}-{version}",
            "ce_type": "events.v1.LoanFactAccepted",
            "ce_source": "/intake",
            "ce_time": accepted.at.isoformat(),
            "ce_sequence": str(version),
            "ce_tenant": "demo",
            "ce_cause": "",
        }
        await producer.send_and_wait(
            INTAKE_TOPIC,
            key=loan.encode(),
            value=accepted.message.SerializeToString(),
            headers=[(name, value.encode()) for name, value in headers.items()],
        )


@pytest.fixture
async def stack(kafka_bootstrap: str, settings: Settings, books: Database) -> Context:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, 4, 1) for name in HISTORY_TOPICS])
    finally:
        await admin.close()
    given = settings_from(**{**settings.model_dump(), "kafka_bootstrap": kafka_bootstrap})
    return Context(given, books, Clock(given))


@asynccontextmanager
async def running(context: Context, tenants: Tenants) -> AsyncIterator[None]:
    stop = asyncio.Event()
    relay = Relay(context.database, context.settings.kafka_bootstrap, "ledger")
    tasks = [asyncio.create_task(relay.run(stop))]
    tasks += [asyncio.create_task(each.run(stop)) for each in Doors(tenants).consumers(context)]
    try:
        yield
    finally:
        stop.set()
        relay.wake()
        await asyncio.wait_for(asyncio.gather(*tasks), 25)


async def test_an_accepted_fact_ends_as_position_event_and_verified_history(
    stack: Context, tenants: Tenants, ledger: Ledger, client: httpx.AsyncClient
) -> None:
    loan = uuid.uuid4().hex
    intake = Intake(stack.settings.kafka_bootstrap, ledger)
    await intake.send(
        loan,
        registered(),
        snapshot("2026-02-20", "2026-02-10", 70),
        paid("p1-" + loan, 70, "2026-02-25"),
    )
    async with running(stack, tenants):

        async def is_recorded() -> bool:
            answer = await client.get(f"/v1/demo/loans/{loan}/history")
            return len(answer.json().get("records", [])) == 7

        await until(is_recorded, 60)
    position = (await client.get(f"/v1/demo/loans/{loan}/position")).json()
    assert (position["disposition"], position["position_version"]) == ("covered", 4)
    told = await read_events(stack.settings.kafka_bootstrap, TOPIC)
    versions = [event.version for event in told if event.key == loan]
    assert versions == [1, 2, 3, 4]
    audit = (await client.post("/v1/demo/audit/verify")).json()
    assert (audit["verified"], audit["first_broken"]) == (audit["loans"], None)
    assert loan not in [gap["loan_id"] for gap in audit["gaps"]]
