"""The doors for facts, for the history and for time: batches as the chassis delivers them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from chassis.clock import format_reading
from chassis.consumer import Raw
from chassis.delivery import Delivery, Item
from chassis.inbox import decode_event
from chassis.service import Context
from interfaces.clock import ClockReading
from services.ledger.consumers import Doors, FactDoor, GraceWatch, record_history
from services.ledger.settings import INTAKE_TOPIC, Tenants
from tests.chassis.topic_log import until
from tests.services.ledger.telling import BEGIN, Ledger, paid, registered, snapshot

pytestmark = pytest.mark.database

GRACE_ENDS_AT = datetime(2026, 3, 4, 16, tzinfo=UTC)


def item(ledger: Ledger, body: object, version: int, loan: str = "loan-1") -> Item:
    """A record as it comes off the topic, so that the door decodes it itself."""
    accepted = ledger.accepted(body, loan=loan)  # type: ignore[arg-type]
    headers = {
        "ce_id": accepted.cause,
        "ce_type": "events.v1.LoanFactAccepted",
        "ce_source": "/intake",
        "ce_time": accepted.at.isoformat(),
        "ce_sequence": str(version),
        "ce_tenant": "demo",
        "ce_cause": "bank-1",
    }
    raw = Raw(
        topic=INTAKE_TOPIC,
        partition=0,
        offset=version,
        timestamp_ms=0,
        key=loan.encode(),
        value=accepted.message.SerializeToString(),
        headers=[(name, value.encode()) for name, value in headers.items()],
    )
    return Item(raw, decode_event(raw))


def fact_delivery(context: Context, tenants: Tenants) -> Delivery:
    door = FactDoor(tenants, GraceWatch(context, tenants))
    return Delivery("ledger", context.database, door, decode_event)


@asynccontextmanager
async def awake(watch: GraceWatch) -> AsyncIterator[None]:
    task = asyncio.create_task(watch.run())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def set_clock(context: Context, case: datetime, rate: float) -> None:
    reading = ClockReading(context.clock.wall(), case, rate)
    context.settings.clock_file.write_text(format_reading(reading))


async def test_a_batch_delivered_twice_is_booked_once(
    context: Context, tenants: Tenants, ledger: Ledger
) -> None:
    delivery = fact_delivery(context, tenants)
    batch = [item(ledger, registered(), 1), item(ledger, paid("p1", 50, "2026-03-02"), 2)]
    await delivery.apply(batch)
    await delivery.apply(batch)
    assert await ledger.count_of("SELECT count(*) FROM journal") == 1
    assert len(await ledger.events()) == 2


async def test_a_fact_that_contradicts_parks_its_loan_and_no_other(
    context: Context, tenants: Tenants, ledger: Ledger
) -> None:
    delivery = fact_delivery(context, tenants)
    await delivery.apply(
        [
            item(ledger, registered(), 1),
            item(ledger, paid("p1", 50, "2026-03-02"), 2),
            item(ledger, paid("p1", 51, "2026-03-02"), 3),
            item(ledger, paid("p2", 7, "2026-03-03"), 4),
            item(ledger, registered(), 1, "loan-2"),
        ]
    )
    assert await ledger.count_of("SELECT count(*) FROM journal") == 1
    assert await ledger.count_of("SELECT count(*) FROM inbox_parked WHERE key = 'loan-1'") == 2
    assert len(await ledger.positions("loan-2")) == 1


async def test_the_event_carries_the_instant_and_the_cause_of_its_fact(
    context: Context, tenants: Tenants, ledger: Ledger
) -> None:
    told = item(ledger, registered(), 1)
    await fact_delivery(context, tenants).apply([told])
    async with ledger.database.transaction() as session:
        row = (await session.execute(text("SELECT cause, occurred_at FROM outbox"))).one()
    assert (row.cause, row.occurred_at) == (told.record.event_id, told.record.occurred_at)


async def test_the_history_keeps_the_bytes_as_they_came(context: Context, ledger: Ledger) -> None:
    told = item(ledger, registered(), 1)
    # An unknown field, as a newer sender would add: it is under the hash too.
    raw = replace(told.raw, value=(told.raw.value or b"") + b"\xf8\x06\x01")
    delivery = Delivery("history", context.database, record_history, decode_event)
    await delivery.apply([Item(raw, decode_event(raw))])
    async with ledger.database.transaction() as session:
        row = (await session.execute(text("SELECT source, version, value FROM record"))).one()
    assert (row.source, row.version, bytes(row.value)) == (INTAKE_TOPIC, 1, raw.value)


async def test_the_sleeper_publishes_when_grace_ends_on_a_fast_clock(
    context: Context, tenants: Tenants, ledger: Ledger
) -> None:
    await ledger.tell(registered(grace_days=3), snapshot("2026-03-02", "2026-03-01", 70))
    set_clock(context, GRACE_ENDS_AT - timedelta(hours=6), rate=6 * 3600)
    async with awake(GraceWatch(context, tenants)):

        async def is_told() -> bool:
            return (await ledger.positions())[-1].disposition == "overdue"

        await until(is_told, 20)
    last = (await ledger.positions())[-1]
    lateness = last.accepted_at.ToDatetime(tzinfo=UTC) - GRACE_ENDS_AT
    assert timedelta(0) <= lateness < timedelta(days=1)


async def test_the_sleeper_notices_that_the_clock_was_set_anew(
    context: Context, tenants: Tenants, ledger: Ledger
) -> None:
    await ledger.tell(registered(grace_days=3), snapshot("2026-03-02", "2026-03-01", 70))
    set_clock(context, BEGIN, rate=1)
    watch = GraceWatch(context, tenants)

    async def is_asleep() -> bool:
        return watch.sleeps_until == GRACE_ENDS_AT

    async with awake(watch):
        await until(is_asleep, 20)
        set_clock(context, GRACE_ENDS_AT, rate=1)

        async def is_told() -> bool:
            return (await ledger.positions())[-1].disposition == "overdue"

        await until(is_told, 20)


async def test_a_fact_that_brings_the_end_of_grace_nearer_wakes_the_sleeper(
    context: Context, tenants: Tenants, ledger: Ledger
) -> None:
    set_clock(context, GRACE_ENDS_AT - timedelta(hours=1), rate=3600)
    watch = GraceWatch(context, tenants)
    delivery = Delivery("ledger", context.database, FactDoor(tenants, watch), decode_event)
    async with awake(watch):
        owed = snapshot("2026-03-02", "2026-03-01", 70)
        await delivery.apply([item(ledger, registered(grace_days=3), 1), item(ledger, owed, 2)])

        async def is_told() -> bool:
            return (await ledger.positions())[-1].disposition == "overdue"

        await until(is_told, 20)


async def test_both_doors_and_the_sleeper_share_one_watch(
    context: Context, tenants: Tenants
) -> None:
    doors = Doors(tenants)
    assert [consumer.name for consumer in doors.consumers(context)] == ["ledger", "history"]
    for sleeper in doors.background(context):
        sleeper.close()
    assert len(context.database.on_append) == 1
