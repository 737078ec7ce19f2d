"""Sends planned facts to Kafka when the case clock reaches them, in order per key."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.clock import Clock
from chassis.kafka import abandon, close, new_producer
from forbear.portfolio.planned import PlannedFact

UNANSWERED_MAX = 2_000
_ANSWER_SECONDS = 120.0
_NAP_SECONDS = 0.5


@dataclass(frozen=True)
class Progress:
    """How many facts the broker has acknowledged, and the instant of the last one handed over."""

    sent: int
    at: datetime


async def play(
    facts: Iterable[PlannedFact],
    bootstrap: str,
    clock: Clock | None,
    on_progress: Callable[[Progress], None] | None = None,
    stop: asyncio.Event | None = None,
) -> int:
    """Send every fact, each when `clock` reaches it, or as fast as it goes without a clock.

    Answers how many were acknowledged; ends early, with all sent ones acknowledged, once `stop`
    is set. A second play of the same facts is harmless: the bank's event ids are the same.
    """
    producer = new_producer(bootstrap)
    async with AsyncExitStack() as failing:
        failing.push_async_callback(abandon, producer)
        await producer.start()
        sent = await Player(producer, clock, on_progress, stop or asyncio.Event()).run(facts)
        failing.pop_all()
    await close(producer)
    return sent


class Player:
    """One play: what is sent and not yet answered stays bounded."""

    def __init__(
        self,
        producer: Any,
        clock: Clock | None,
        on_progress: Callable[[Progress], None] | None,
        stop: asyncio.Event,
    ) -> None:
        self._producer, self._clock, self._stop = producer, clock, stop
        self._on_progress = on_progress or (lambda progress: None)
        self._unanswered: deque[asyncio.Future[object]] = deque()
        self._sent = 0

    async def run(self, facts: Iterable[PlannedFact]) -> int:
        for fact in facts:
            if not self._is_reached(fact):
                await self._settle(0, fact.at)
                await self._wait_for(fact.at)
            if self._stop.is_set():
                break
            self._unanswered.append(await self._send(fact))
            if len(self._unanswered) >= UNANSWERED_MAX:
                await self._settle(UNANSWERED_MAX // 2, fact.at)
            last = fact.at
        if self._unanswered:
            await self._settle(0, last)
        return self._sent

    def _is_reached(self, fact: PlannedFact) -> bool:
        return self._clock is None or self._clock.now() >= fact.at

    async def _send(self, fact: PlannedFact) -> asyncio.Future[object]:
        headers = [("content-type", b"application/protobuf"), ("ce_tenant", fact.tenant.encode())]
        async with asyncio.timeout(_ANSWER_SECONDS):
            answer: asyncio.Future[object] = await self._producer.send(
                fact.topic, fact.value, key=fact.key.encode(), headers=headers
            )
        return answer

    async def _settle(self, leave: int, at: datetime) -> None:
        # The producer retries for ever; the bound turns a lost broker into an error.
        async with asyncio.timeout(_ANSWER_SECONDS):
            while len(self._unanswered) > leave:
                await self._unanswered.popleft()
                self._sent += 1
        self._on_progress(Progress(self._sent, at))

    async def _wait_for(self, at: datetime) -> None:
        while self._clock is not None and not self._stop.is_set():
            left = (at - self._clock.now()) / self._clock.reading().rate
            if left.total_seconds() <= 0:
                return
            # The rate may change at any moment, so no nap is long.
            nap = min(left.total_seconds(), _NAP_SECONDS)
            try:
                async with asyncio.timeout(nap):
                    await self._stop.wait()
            except TimeoutError:
                continue
