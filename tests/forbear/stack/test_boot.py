"""The real servers under the supervisor: booted, killed, stopped, and continued."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from chassis.settings import Settings
from chassis.temporal import connect
from forbear.stack.parts import Plan, plan
from forbear.stack.state import PartState, read_state
from forbear.stack.supervisor import Supervisor
from forbear.stack.temporal import SEARCH_ATTRIBUTES
from forbear.stack.topics import read_topics
from tests.forbear.stack.conftest import MakePart, until

pytestmark = pytest.mark.stack

_PARTITION = TopicPartition("bank.facts.v1", 0)


async def test_the_stack_survives_the_death_of_each_server_and_a_second_up_continues(
    stack_settings: Settings, make_part: MakePart
) -> None:
    stack = Plan(plan(stack_settings).servers, (make_part("intake"),))
    async with Supervisor(stack_settings, stack=stack) as supervisor:
        await _write_everywhere(stack_settings)
        for name in ("postgres", "kafka", "temporal", "intake"):
            await _survives_the_death_of(supervisor, name)
        await _find_everything(stack_settings)
        began = time.monotonic()
    assert time.monotonic() - began < 15
    async with Supervisor(stack_settings, stack=stack) as supervisor:
        await _find_everything(stack_settings)
        assert sum(supervisor.memory().values()) < 1024**3


async def test_ctrl_c_stops_everything_cleanly_within_15_seconds(stack_settings: Settings) -> None:
    with _driver(stack_settings) as driver:
        parts = await _when_up(stack_settings)
        driver.send_signal(signal.SIGINT)
        assert driver.wait(15) == 0
    assert not any(part.process and part.process.is_alive() for part in parts)
    log = (stack_settings.var / "logs" / "postgres.log").read_text()
    assert "database system is shut down" in log


async def test_a_killed_supervisor_leaves_no_orphans_and_the_next_continues(
    stack_settings: Settings,
) -> None:
    with _driver(stack_settings) as driver:
        parts = await _when_up(stack_settings)
        await _write_everywhere(stack_settings)
        driver.kill()
        driver.wait()
        await until(lambda: not any(p.process and p.process.is_alive() for p in parts), 15)
    with _driver(stack_settings) as driver:
        await _when_up(stack_settings)
        await _find_everything(stack_settings)
        driver.send_signal(signal.SIGTERM)
        assert driver.wait(15) == 0


@contextmanager
def _driver(settings: Settings) -> Iterator[subprocess.Popen[bytes]]:
    settings.var.mkdir(exist_ok=True)
    driver = subprocess.Popen(
        [sys.executable, "-m", "tests.forbear.stack.driver", settings.var, str(settings.port_base)],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    try:
        yield driver
    finally:
        driver.kill()  # its children die with it
        driver.wait()


async def _when_up(settings: Settings) -> tuple[PartState, ...]:
    def is_up() -> bool:
        state = read_state(settings.var / "run")
        return bool(
            state
            and state.supervisor.is_alive()
            and len(state.parts) == 4
            and all(part.state == "up" for part in state.parts)
        )

    await until(is_up, 90)
    state = read_state(settings.var / "run")
    assert state is not None
    return state.parts


async def _survives_the_death_of(supervisor: Supervisor, name: str) -> None:
    supervisor.kill(name)
    await until(lambda: supervisor.restarts(name) == 1, 30)
    await supervisor.ready(60)


async def _write_everywhere(settings: Settings) -> None:
    connection = await asyncpg.connect(f"{settings.postgres_url}/ledger")
    await connection.execute("CREATE TABLE kept (word text); INSERT INTO kept VALUES ('kept')")
    await connection.close()
    async with AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap) as producer:
        await producer.send_and_wait(_PARTITION.topic, b"kept", partition=0)
    client = await connect(settings)
    await client.start_workflow("Kept", id="kept", task_queue="nobody")


async def _find_everything(settings: Settings) -> None:
    connection = await asyncpg.connect(f"{settings.postgres_url}/ledger")
    assert await connection.fetchval("SELECT word FROM kept") == "kept"
    await connection.close()
    async with AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap, auto_offset_reset="earliest"
    ) as consumer:
        assert {topic.name for topic in read_topics()} <= await consumer.topics()
        consumer.assign([_PARTITION])
        assert (await consumer.getone()).value == b"kept"
    client = await connect(settings)
    described = await client.get_workflow_handle("kept").describe()
    assert described.status is not None
    assert described.status.name == "RUNNING"
    for name in SEARCH_ATTRIBUTES:
        assert (await client.count_workflows(f"{name} IS NULL")).count >= 1
