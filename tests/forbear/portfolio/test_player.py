"""Facts leave when the case clock reaches them, in order, and all are acknowledged."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.clock import Clock, format_reading
from chassis.settings import Settings
from events.v1.bank_pb2 import BankFact
from forbear.portfolio.facts import Format, PlannedFact, Progress, load, play
from forbear.portfolio.player import UNANSWERED_MAX, Player
from forbear.portfolio.sample import DIRECTORY
from forbear.portfolio.topic import read_bank_facts
from forbear.stack.topics import create_topics
from interfaces.clock import ClockReading

START = datetime(2026, 3, 2, tzinfo=UTC)


class FakeProducer:
    """Answers a send at once, or holds all answers until told."""

    def __init__(self, answers_at_once: bool = True) -> None:
        self.sent: list[tuple[str, bytes]] = []
        self._answers_at_once = answers_at_once
        self.unanswered: list[asyncio.Future[object]] = []

    async def send(
        self, topic: str, value: bytes, key: bytes, headers: object
    ) -> asyncio.Future[object]:
        self.sent.append((topic, key))
        answer: asyncio.Future[object] = asyncio.get_running_loop().create_future()
        if self._answers_at_once:
            answer.set_result(None)
        else:
            self.unanswered.append(answer)
        return answer


def facts(count: int, apart: timedelta) -> Iterator[PlannedFact]:
    for number in range(count):
        yield PlannedFact(START + apart * number, "bank.facts.v1", f"L-{number}", b"", "demo")


def fast_clock(settings: Settings, rate: float) -> Clock:
    clock = Clock(settings)
    settings.clock_file.write_text(format_reading(ClockReading(clock.wall(), START, rate)))
    return clock


async def test_no_fact_leaves_before_the_case_clock_reaches_it(settings: Settings) -> None:
    # A day a tenth of a second: three days' facts take a fifth.
    clock = fast_clock(settings, rate=864_000)
    producer = FakeProducer()
    seen: list[tuple[datetime, Progress]] = []

    def note(progress: Progress) -> None:
        seen.append((clock.now(), progress))

    player = Player(producer, clock, note, asyncio.Event())
    assert await player.run(facts(3, timedelta(days=1))) == 3
    assert clock.now() >= START + timedelta(days=2)
    assert seen[-1][1].sent == 3


async def test_without_a_clock_everything_leaves_at_once() -> None:
    producer = FakeProducer()
    player = Player(producer, None, lambda progress: None, asyncio.Event())
    assert await player.run(facts(5, timedelta(days=365))) == 5
    assert [key for _, key in producer.sent] == [f"L-{n}".encode() for n in range(5)]


async def test_a_stop_ends_the_wait_and_counts_what_was_sent(settings: Settings) -> None:
    clock, producer, stop = fast_clock(settings, rate=1), FakeProducer(), asyncio.Event()
    player = Player(producer, clock, lambda progress: stop.set(), stop)
    async with asyncio.timeout(5):
        assert await player.run(facts(3, timedelta(days=1))) == 1


async def test_what_is_unanswered_stays_bounded() -> None:
    producer = FakeProducer(answers_at_once=False)
    player = Player(producer, None, lambda progress: None, asyncio.Event())
    playing = asyncio.create_task(player.run(facts(3 * UNANSWERED_MAX, timedelta(0))))
    # It runs until it must wait for answers, and no further.
    for _ in range(10):
        await asyncio.sleep(0)
    assert len(producer.sent) == UNANSWERED_MAX
    while not playing.done():
        for answer in producer.unanswered:
            if not answer.done():
                answer.set_result(None)
        await asyncio.sleep(0)
    assert playing.result() == 3 * UNANSWERED_MAX


@pytest.mark.stack
async def test_the_sample_stands_on_kafka_as_it_was_read(
    kafka_bootstrap: str, tmp_path: Path
) -> None:
    await create_topics(kafka_bootstrap)
    loaded = load(Format.FORBEAR_CSV, DIRECTORY)
    assert await play(loaded.facts, kafka_bootstrap, None) == loaded.total
    told: dict[str, list[bytes]] = {}
    for planned in load(Format.FORBEAR_CSV, DIRECTORY).facts:
        if isinstance(planned.message, BankFact):
            told.setdefault(planned.key, []).append(planned.value)
    found: dict[str, list[bytes]] = {}
    async for fact in read_bank_facts(kafka_bootstrap):
        found.setdefault(fact.loan_ref, []).append(fact.SerializeToString())
    assert found == told
