"""A thin loop around aiokafka: a lane per partition, so that a slow one delays no other.

Offsets are committed only after their records are in the database or the dead-letter topic; a crash
in between delivers again, and the inbox drops what is known. See `delivery` for the bad cases.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.errors import KafkaError
from google.protobuf.message import Message

from chassis import kafka
from chassis.database import Database
from chassis.delivery import Cipher, Delivery, Handler, Item, OnParked
from chassis.errors import Undecodable
from chassis.faults import is_infrastructure
from chassis.inbox import Decoder, Raw, Record, decode_event
from chassis.settings import Settings
from chassis.telemetry import describe

__all__ = ["Consumer", "Handler", "Raw", "Record"]

BATCH_MAX, BUFFER_MAX = 500, 2_000
DRAIN_SECONDS = 8.0
COMMIT_EVERY_SECONDS = 0.5
BREAKER_WINDOW, BREAKER_SECONDS = 50, 30.0
_log = logging.getLogger(__name__)


class Consumer:
    """Feeds a handler the records of some topics, at least once each and in order per key.

    `seal` and `unseal` go together: what is parked or dead-lettered is stored sealed, and a
    parked value must be opened again to be retried. Lingering makes bigger batches, for handlers
    nobody waits for. What the handler does not want is decoded, and passed over.
    """

    def __init__(  # noqa: PLR0913 — a consumer on one screen: all keywords
        self,
        *,
        name: str,
        topics: Sequence[str],
        database: Database,
        settings: Settings,
        handler: Handler,
        decode: Decoder = decode_event,
        on_parked: OnParked | None = None,
        seal: Cipher | None = None,
        unseal: Cipher | None = None,
        linger_seconds: float = 0.0,
        wants: tuple[type[Message], ...] = (Message,),
    ) -> None:
        if (seal is None) != (unseal is None):
            raise ValueError(f"consumer {name}: give both seal and unseal, or neither")
        self.name, self.topics = name, tuple(topics)
        self.delivery = Delivery(name, database, handler, decode, on_parked, seal, unseal)
        self._linger_seconds, self._wants = linger_seconds, wants
        self._bootstrap = settings.kafka_bootstrap
        self._lanes: dict[TopicPartition, _Lane] = {}
        self._producer: Any = None
        self._producer_lock = asyncio.Lock()
        self._recent: deque[bool] = deque(maxlen=BREAKER_WINDOW)

    async def run(self, stop: asyncio.Event) -> None:
        """Consume until `stop`; a lost broker or database is waited for."""
        retries = asyncio.create_task(self._retry_parked(stop))
        try:
            while not stop.is_set():
                try:
                    await self._session(stop)
                except (KafkaError, OSError, TimeoutError) as fault:
                    _log.warning(
                        "consumer interrupted, trying again",
                        extra={"consumer": self.name, "fault": describe(fault)},
                    )
                    await _pause(stop, 1.0)
        finally:
            retries.cancel()
            await asyncio.gather(retries, return_exceptions=True)
            if self._producer is not None:
                await kafka.close(self._producer)

    async def retry_parked(self, key: str) -> bool:
        """Try a parked key now; True if nothing of it waits any more."""
        return await self.delivery.retry(key)

    async def settle(self, tp: TopicPartition, messages: Sequence[Any], stop: asyncio.Event) -> int:
        """See a partition's batch through, however long it takes; returns the next offset."""
        delay = 0.1
        while True:
            try:
                await self._settle_once(messages)
                return int(messages[-1].offset) + 1
            except Exception as fault:
                if stop.is_set() or not is_infrastructure(fault):
                    raise
                where = {"consumer": self.name, "topic": tp.topic, "fault": describe(fault)}
                _log.warning("batch delayed", extra={**where, "partition": tp.partition})
            await _pause(stop, delay)
            delay = min(delay * 2, 5.0)

    async def _session(self, stop: asyncio.Event) -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            group_id=self.name,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=100,
            session_timeout_ms=10_000,
            heartbeat_interval_ms=2_000,
            rebalance_timeout_ms=20_000,
            max_poll_interval_ms=60_000,
        )
        consumer.subscribe(list(self.topics), listener=_Rebalance(consumer, self))
        try:
            await consumer.start()
            committed = 0.0
            while not stop.is_set():
                fetched = await consumer.getmany(timeout_ms=100, max_records=BUFFER_MAX)
                for tp, messages in fetched.items():
                    self._lane(tp, stop).offer(messages)
                self._regulate(consumer)
                if time.monotonic() - committed >= COMMIT_EVERY_SECONDS:
                    committed = time.monotonic()
                    await self.commit(consumer, self._lanes)
        finally:
            await self.drain(consumer, list(self._lanes))
            await consumer.stop()

    def _lane(self, tp: TopicPartition, stop: asyncio.Event) -> _Lane:
        if tp not in self._lanes:
            self._lanes[tp] = _Lane(partial(self.settle, tp, stop=stop), self._linger_seconds)
        return self._lanes[tp]

    def _regulate(self, consumer: Any) -> None:
        """Stop fetching for lanes that are full, and surface what killed a lane."""
        paused = consumer.paused()
        for tp in [tp for tp in consumer.assignment() if tp in self._lanes]:
            lane = self._lanes[tp]
            lane.raise_fault()
            if len(lane.buffer) > BUFFER_MAX and tp not in paused:
                consumer.pause(tp)
            elif len(lane.buffer) < BATCH_MAX and tp in paused:
                consumer.resume(tp)

    async def commit(self, consumer: Any, partitions: Collection[TopicPartition]) -> None:
        """Commit what the lanes have finished since the last time."""
        done = {tp: lane for tp in partitions if (lane := self._lanes.get(tp)) and lane.unsaved}
        offsets = {tp: lane.next_offset for tp, lane in done.items()}
        if not offsets:
            return
        try:
            await consumer.commit(offsets)
        except KafkaError as fault:
            # The partition has moved on to another member, whose inbox drops what we did.
            _log.info("offsets not committed", extra={"fault": describe(fault)})
            return
        for tp, lane in done.items():
            lane.saved = offsets[tp]

    async def drain(self, consumer: Any, partitions: Collection[TopicPartition]) -> None:
        """Let batches in flight end, commit them, and forget the rest: it comes again."""
        lanes = [self._lanes[tp] for tp in partitions if tp in self._lanes]
        await asyncio.gather(*(lane.finish(DRAIN_SECONDS) for lane in lanes))
        await self.commit(consumer, partitions)
        for tp in partitions:
            self._lanes.pop(tp, None)

    async def _settle_once(self, messages: Sequence[Any]) -> None:
        items: list[Item] = []
        letters: list[tuple[Raw, Undecodable]] = []
        for message in messages:
            raw = Raw.of(message)
            read = self.delivery.read(raw)
            self._recent.append(isinstance(read, Undecodable))
            if isinstance(read, Undecodable):
                letters.append((raw, read))
            elif isinstance(read.record.body, self._wants):
                items.append(read)
        if letters and self._is_tripped():
            await self._wait_for_repair(letters[0])
        for raw, error in letters:
            await self._dead_letter(raw, error)
        await self.delivery.apply(items)

    def _is_tripped(self) -> bool:
        return len(self._recent) == BREAKER_WINDOW and sum(self._recent) * 2 > BREAKER_WINDOW

    async def _wait_for_repair(self, first: tuple[Raw, Undecodable]) -> None:
        """So many bad letters are rather our fault (an old schema?) than so many bad senders."""
        self._recent.clear()
        where = {"consumer": self.name, "topic": first[0].topic, "offset": first[0].offset}
        why = "more than half of the last records are undecodable; consuming stops for a while"
        _log.error(why, extra={**where, "error": str(first[1])[:200], "seconds": BREAKER_SECONDS})
        await asyncio.sleep(BREAKER_SECONDS)

    async def _dead_letter(self, raw: Raw, error: Undecodable) -> None:
        headers = [*raw.headers, *_origin(raw, self.name, error)]
        value = self.delivery.sealed(raw.value or b"")
        topic = f"{raw.topic}.dlq.v1"
        async with self._producer_lock:
            if self._producer is None:
                self._producer = kafka.new_producer(self._bootstrap)
                await self._producer.start()
            try:
                async with asyncio.timeout(30):
                    await self._producer.send_and_wait(topic, value, raw.key, headers=headers)
            except (KafkaError, TimeoutError):
                producer, self._producer = self._producer, None
                await kafka.abandon(producer)
                raise

    async def _retry_parked(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            try:
                await self.delivery.retry_due()
            except Exception as fault:
                # Whatever it is, the keys stay parked and the loop must live to try them again.
                extra = {"consumer": self.name, "fault": describe(fault)}
                _log.warning("parked keys not retried", extra=extra)
            await _pause(stop, 0.5)


class _Lane:
    """One partition's records, worked off in order by one task."""

    def __init__(self, settle: Callable[[Sequence[Any]], Any], linger_seconds: float) -> None:
        self.buffer: deque[Any] = deque()
        self.next_offset = self.saved = -1
        self._settle, self._linger_seconds = settle, linger_seconds
        self._task: asyncio.Task[None] | None = None
        self._closing = False

    @property
    def unsaved(self) -> bool:
        return self.next_offset > self.saved

    def offer(self, messages: Sequence[Any]) -> None:
        self.buffer.extend(messages)
        if self._task is None or (self._task.done() and not self._task.exception()):
            self._task = asyncio.create_task(self._work())

    def raise_fault(self) -> None:
        if self._task is not None and self._task.done():
            self._task.result()

    async def finish(self, seconds: float) -> None:
        self._closing = True
        if self._task is not None:
            await asyncio.wait([self._task], timeout=seconds)
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _work(self) -> None:
        while self.buffer and not self._closing:
            if self._linger_seconds and len(self.buffer) < BATCH_MAX:
                await asyncio.sleep(self._linger_seconds)
            batch = [self.buffer.popleft() for _ in range(min(len(self.buffer), BATCH_MAX))]
            self.next_offset = await self._settle(batch)


class _Rebalance(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, consumer: Any, owner: Consumer) -> None:
        self._consumer, self._owner = consumer, owner

    async def on_partitions_revoked(self, revoked: Collection[TopicPartition]) -> None:
        await self._owner.drain(self._consumer, revoked)

    async def on_partitions_assigned(self, assigned: Collection[TopicPartition]) -> None:
        return


def _origin(raw: Raw, group: str, error: Undecodable) -> list[tuple[str, bytes]]:
    facts = {
        "origin_topic": raw.topic,
        "origin_partition": raw.partition,
        "origin_offset": raw.offset,
        "origin_timestamp": raw.timestamp_ms,
        "origin_group": group,
        "error_class": type(error).__name__,
        "error_message": str(error)[:200],
    }
    return [(name, str(value).encode()) for name, value in facts.items()]


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return
