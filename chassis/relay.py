"""Moves committed events from the outbox to Kafka: at least once, and in order per loan.

One relay owns a part of the key space at a time by a session advisory lock, on the very connection
it reads and deletes with: if the session dies, so do the locks. It reads unsent rows in id order
with no cursor, and deletes what the broker acknowledged. Should two relays overlap for a moment,
each still sends its rows in order, so the first arrivals of a key stay in order and the inbox
drops the second ones.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import asyncpg
from aiokafka.errors import KafkaError

from chassis import kafka
from chassis.database import Database
from chassis.outbox import PARTS
from chassis.telemetry import describe

ProducerFactory = Callable[[], Any]
LOCK_SPACE = 0x6F757462
_PRESENCE = PARTS
# A transaction of this process wakes the relay; this is for what another process left.
_IDLE_SECONDS = 0.25
_FAULTS = (
    asyncpg.InternalClientError,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    OSError,
    TimeoutError,
    KafkaError,
)
_log = logging.getLogger(__name__)


class Relay:
    """Runs until stopped; `wake()` tells it that a transaction in this process left events."""

    def __init__(  # noqa: PLR0913 — four of them are limits with defaults
        self,
        database: Database,
        kafka_to: str | ProducerFactory,
        source: str,
        *,
        batch_max: int = 500,
        attempts_max: int = 8,
        ack_seconds: float = 30.0,
        rebalance_seconds: float = 2.0,
    ) -> None:
        self._dsn = database.url.replace("+asyncpg", "")
        self._source = source if source.startswith("/") else f"/{source}"
        self._new_producer: ProducerFactory = (
            (lambda: kafka.new_producer(kafka_to)) if isinstance(kafka_to, str) else kafka_to
        )
        self._batch_max, self._attempts_max = batch_max, attempts_max
        self._ack_seconds, self._rebalance_seconds = ack_seconds, rebalance_seconds
        self._woken = asyncio.Event()
        self._producer: Any = None
        self._rebalance_at = 0.0
        self.owned: list[int] = []
        database.on_append.append(self.wake)

    def wake(self) -> None:
        self._woken.set()

    async def run(self, stop: asyncio.Event) -> None:
        """Relay until `stop`; a lost database or broker is waited for."""
        delay = 0.1
        try:
            while not stop.is_set():
                started = time.monotonic()
                try:
                    await self._serve(stop)
                except _FAULTS as fault:
                    await self._drop_producer()
                    delay = 0.1 if time.monotonic() - started > 10 else min(delay * 2, 5.0)
                    _log.warning(
                        "relay interrupted, trying again", extra={"fault": describe(fault)}
                    )
                    await _pause(stop, delay)
        finally:
            if self._producer is not None:
                await kafka.close(self._producer)

    async def read(self, connection: Any) -> list[Any]:
        """The oldest unsent events of the owned parts, in id order, without the held keys."""
        self.owned = self.owned[1:] + self.owned[:1]
        rows = await connection.fetch(_READ, self.owned, self._batch_max)
        return list(rows)

    async def submit(self, rows: Sequence[Any]) -> list[Any]:
        """Hand rows to the producer; per row a future, or the fault that kept it (or its key)."""
        if self._producer is None:
            self._producer = self._new_producer()
            async with asyncio.timeout(self._ack_seconds):
                await self._producer.start()
        held: dict[tuple[str, str], KafkaError] = {}
        results: list[Any] = []
        async with asyncio.timeout(self._ack_seconds):
            for row in rows:
                key = (row["topic"], row["loan_id"])
                results.append(held[key] if key in held else await self._submit_one(row))
                if isinstance(results[-1], KafkaError):
                    held[key] = results[-1]
        return results

    async def acknowledged(self, results: Sequence[Any]) -> list[BaseException | None]:
        """Wait for the broker; a wait too long has an unknown outcome, and all is sent again."""
        pending = [result for result in results if isinstance(result, asyncio.Future)]
        if pending:
            _, late = await asyncio.wait(pending, timeout=self._ack_seconds)
            if late:
                raise TimeoutError(f"{len(late)} events were not acknowledged; outcome unknown")
        return [r.exception() if isinstance(r, asyncio.Future) else r for r in results]

    async def settle(self, connection: Any, ids: Sequence[int]) -> None:
        """Forget acknowledged events; deleting keeps the table small, and vacuum cheap."""
        await connection.execute("DELETE FROM outbox WHERE id = ANY ($1::bigint[])", ids)

    async def _serve(self, stop: asyncio.Event) -> None:
        connection = await asyncpg.connect(
            self._dsn, timeout=10, command_timeout=30, server_settings={"jit": "off"}
        )
        self._rebalance_at, self.owned = 0.0, []
        try:
            await connection.execute(
                "SELECT pg_advisory_lock_shared($1::int, $2::int)", LOCK_SPACE, _PRESENCE
            )
            while not stop.is_set():
                if time.monotonic() >= self._rebalance_at:
                    await self._rebalance(connection)
                self._woken.clear()
                rows = await self.read(connection)
                if rows:
                    await self._deliver(connection, rows)
                else:
                    await _pause(self._woken, _IDLE_SECONDS)
        finally:
            self.owned = []
            connection.terminate()

    async def _deliver(self, connection: Any, rows: Sequence[Any]) -> None:
        outcomes = await self.acknowledged(await self.submit(rows))
        sent = [row["id"] for row, fault in zip(rows, outcomes, strict=True) if fault is None]
        if sent:
            await self.settle(connection, sent)
        faults = [fault for fault in outcomes if fault is not None]
        if not faults:
            return
        await self._drop_producer()
        if not any(isinstance(fault, kafka.RECORD_FAULTS) for fault in faults):
            raise faults[0]
        left = [row for row, fault in zip(rows, outcomes, strict=True) if fault is not None]
        await self._deliver_singly(connection, left)

    async def _deliver_singly(self, connection: Any, rows: Sequence[Any]) -> None:
        """A refused record fails its whole batch; one by one, only its own key is blocked."""
        blocked: set[tuple[str, str]] = set()
        for row in rows:
            key = (row["topic"], row["loan_id"])
            if key in blocked:
                continue
            (fault,) = await self.acknowledged(await self.submit([row]))
            if fault is None:
                await self.settle(connection, [row["id"]])
                continue
            await self._drop_producer()
            if not isinstance(fault, kafka.RECORD_FAULTS):
                raise fault
            blocked.add(key)
            await self._blame(connection, row, repr(fault)[:500])

    async def _blame(self, connection: Any, row: Any, error: str) -> None:
        attempts = row["attempts"] + 1
        where = {"topic": row["topic"], "loan": row["loan_id"], "attempts": attempts}
        if attempts >= self._attempts_max:
            await connection.execute(_BURY, row["id"], error)
            _log.error("event parked, its loan's later events are held", extra=where)
            return
        delay = timedelta(seconds=min(0.2 * 2**attempts, 60.0))
        await connection.execute(_POSTPONE, row["id"], delay)
        _log.warning("event refused by the broker, will be tried again", extra=where)

    async def _submit_one(self, row: Any) -> Any:
        try:
            return await self._producer.send(
                row["topic"],
                value=row["payload"],
                key=row["loan_id"].encode(),
                headers=self._headers(row),
            )
        except kafka.RECORD_FAULTS as fault:
            return fault

    def _headers(self, row: Any) -> list[tuple[str, bytes]]:
        return [
            ("ce_specversion", b"1.0"),
            ("ce_id", row["event_id"].encode()),
            ("ce_source", self._source.encode()),
            ("ce_type", row["type"].encode()),
            ("ce_time", row["occurred_at"].isoformat().replace("+00:00", "Z").encode()),
            ("ce_subject", b"loan/" + row["loan_id"].encode()),
            ("ce_sequence", str(row["version"]).encode()),
            ("ce_tenant", row["tenant"].encode()),
            ("ce_cause", row["cause"].encode()),
            ("content-type", b"application/protobuf"),
            ("traceparent", row["traceparent"].encode()),
        ]

    async def _rebalance(self, connection: Any) -> None:
        """Take free parts up to a fair share; give back what exceeds it, between batches only."""
        self._rebalance_at = time.monotonic() + self._rebalance_seconds
        held = await connection.fetch(_HELD, LOCK_SPACE)
        relays = sum(row["objid"] == _PRESENCE for row in held)
        share = -(-PARTS // max(relays, 1))
        for part in self.owned[share:]:
            await connection.execute(
                "SELECT pg_advisory_unlock($1::int, $2::int)", LOCK_SPACE, part
            )
        del self.owned[share:]
        free = sorted(set(range(PARTS)) - {row["objid"] for row in held})
        wanted = free[: share - len(self.owned)]
        if wanted:
            taken = await connection.fetch(_TRY, LOCK_SPACE, wanted)
            self.owned += [row["part"] for row in taken if row["got"]]

    async def _drop_producer(self) -> None:
        if self._producer is not None:
            producer, self._producer = self._producer, None
            await kafka.abandon(producer)


async def _pause(event: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return


# Per part, so that each scan walks its index in id order however large other parts are. Keys
# with an event that waits for its next try, or lies dead, are held as a whole.
_READ = """
    WITH held AS MATERIALIZED (
        SELECT coalesce(array_agg(topic || '/' || loan_id), '{}') AS keys FROM (
            SELECT topic, loan_id FROM outbox WHERE next_at > now()
            UNION ALL
            SELECT topic, loan_id FROM outbox_dead WHERE skipped_at IS NULL) blocked)
    SELECT o.* FROM unnest($1::smallint[]) WITH ORDINALITY AS mine (part, turn),
        LATERAL (
            SELECT * FROM outbox
            WHERE outbox.part = mine.part
              AND topic || '/' || loan_id <> ALL ((SELECT keys FROM held)::text[])
            ORDER BY outbox.id LIMIT $2) o
    LIMIT $2"""
_HELD = """
    SELECT objid::int FROM pg_locks
    WHERE locktype = 'advisory' AND objsubid = 2 AND classid = $1::bigint::oid AND granted
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
_TRY = """
    SELECT part, pg_try_advisory_lock($1::int, part) AS got FROM unnest($2::int[]) AS part"""
_POSTPONE = "UPDATE outbox SET attempts = attempts + 1, next_at = now() + $2 WHERE id = $1"
_BURY = """
    WITH dead AS (DELETE FROM outbox WHERE id = $1 RETURNING *)
    INSERT INTO outbox_dead SELECT *, $2 FROM dead"""
