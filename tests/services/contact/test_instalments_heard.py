"""Instalments as contact's consumer takes them from the topic of all accepted facts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

import pytest
from aiokafka import TopicPartition
from sqlalchemy import text

from events.v1.bank_pb2 import (
    Assignee,
    BalanceChanged,
    DelinquencySnapshot,
    InstalmentDue,
    LoanFact,
    LoanSold,
)
from events.v1.intake_pb2 import LoanFactAccepted
from services.contact.consumers import consumers
from services.contact.settings import INTAKE_TOPIC
from services.contact.store import assignments
from tests.services.contact.reminding import DAY, DUE_ON, current, payment, rows
from tests.services.contact.scene import NOON, TENANT, Scene

pytestmark = pytest.mark.database
DUE = InstalmentDue(number=1, due_on=DUE_ON.isoformat(), principal_minor=50_000, currency="CNY")


@dataclass(frozen=True)
class Delivered:
    """A record as the broker hands it over."""

    value: bytes
    offset: int
    topic: str = INTAKE_TOPIC
    partition: int = 0
    timestamp: int = 0
    key: bytes = b"l1"
    headers: tuple[tuple[str, bytes], ...] = field(default=())


def delivered(offset: int, fact: LoanFact) -> Delivered:
    headers = {
        "ce_tenant": TENANT,
        "ce_id": f"event-{offset}",
        "ce_type": LoanFactAccepted.DESCRIPTOR.full_name,
        "ce_sequence": str(offset),
        "ce_time": NOON.isoformat(),
        "ce_source": "/intake",
    }
    value = LoanFactAccepted(fact_id=f"f{offset}", sequence=offset, fact=fact).SerializeToString()
    return Delivered(value, offset, headers=tuple((k, v.encode()) for k, v in headers.items()))


FACTS = (
    delivered(1, LoanFact(balance_changed=BalanceChanged(balance_minor=1))),
    delivered(2, LoanFact(instalment_due=DUE)),
    delivered(3, LoanFact(snapshot=DelinquencySnapshot(as_of="2026-03-01"))),
)
SOLD = LoanSold(on="2026-03-02", assignee=Assignee(name="Buyer Ltd"))


async def hear(scene: Scene, facts: Sequence[Delivered] = FACTS) -> None:
    _, accepted, *_ = consumers(scene.context)
    assert INTAKE_TOPIC in accepted.topics
    partition = TopicPartition(INTAKE_TOPIC, 0)
    assert await accepted.settle(partition, facts, asyncio.Event()) == len(facts) + 1


async def taken_in(scene: Scene) -> list[str]:
    async with scene.database.transaction() as session:
        found = await session.execute(text("SELECT event_id FROM inbox ORDER BY event_id"))
        return list(found.scalars())


async def test_of_all_facts_instalments_alone_are_taken_in_once_however_often_they_come(
    scene: Scene,
) -> None:
    await current(scene)
    await hear(scene)
    await hear(scene)
    assert await taken_in(scene) == ["event-2"]
    assert await scene.count("instalment") == 1
    [duty] = await rows(scene)
    assert (duty.kind, duty.occasion) == ("pre_due", "instalment-1")


async def test_a_sale_is_taken_in_with_its_buyer(scene: Scene) -> None:
    await hear(scene, [delivered(1, LoanFact(sold=SOLD))])
    assert await taken_in(scene) == ["event-1"]
    async with scene.database.transaction() as session:
        buyer = await assignments.find(session, "l1")
    assert buyer is not None and buyer.name == "Buyer Ltd" and "purpose" in buyer.lacks


async def test_of_what_was_paid_before_its_instalment_was_heard_only_the_recent_counts(
    scene: Scene,
) -> None:
    await current(scene)
    await scene.tell(payment(50_000, NOON.date() - DAY * 10))
    await hear(scene)
    [duty] = await rows(scene)
    assert duty.dropped_at is None
    await scene.tell(payment(50_000, NOON.date(), name="t2"))
    [duty] = await rows(scene)
    assert duty.dropped_because == "the instalment was paid before its day"
