"""A service starts, does all its parts in one process, and stops within bounds."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import httpx
import pytest
from temporalio.testing import WorkflowEnvironment

from tests.chassis.topic_log import until
from tests.conftest import NewTopics, free_port

pytestmark = [pytest.mark.stack, pytest.mark.database]
ROOT = Path(__file__).parents[2]


@dataclass
class Process:
    process: asyncio.subprocess.Process
    log: Path
    client: httpx.AsyncClient

    async def is_ready(self) -> bool:
        assert self.process.returncode is None, self.log.read_text()
        try:
            return (await self.client.get("/readyz")).status_code == 200
        except httpx.TransportError:
            return False

    async def stop(self) -> float:
        started = time.monotonic()
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        await asyncio.wait_for(self.process.wait(), 20)
        return time.monotonic() - started


@pytest.fixture
async def environment(
    postgres_url: str,
    kafka_bootstrap: str,
    temporal: WorkflowEnvironment,
    new_topics: NewTopics,
    tmp_path: Path,
) -> dict[str, str]:
    await _recreate(postgres_url, "borrowers")
    return {
        **os.environ,
        "SAMPLE_TOPIC": (await new_topics())[0],
        "FORBEAR_POSTGRES_URL": postgres_url,
        "KAFKA_BOOTSTRAP_SERVERS": kafka_bootstrap,
        "TEMPORAL_ADDRESS": temporal.client.service_client.config.target_host,
        "TEMPORAL_NAMESPACE": temporal.client.namespace,
        "FORBEAR_VAR": str(tmp_path),
        "FORBEAR_PORT_BASE": str(min(free_port(), 64_000)),
    }


@pytest.fixture
async def service(environment: dict[str, str], tmp_path: Path) -> AsyncIterator[Process]:
    started = await _start(environment, tmp_path / "log")
    try:
        yield started
    finally:
        await started.stop()
        await started.client.aclose()


async def test_all_roles_work_in_one_process_and_stop_in_time(service: Process) -> None:
    await until(service.is_ready)
    for version in (1, 2):
        answer = await service.client.post("/notes/loan-1")
        assert answer.json() == version

    async def is_heard() -> bool:
        return bool((await service.client.get("/notes/loan-1")).json() == 2)

    async def is_drained() -> bool:
        backlog = (await service.client.get("/operations/backlog")).json()
        return bool(backlog == {"outbox_backlog": 0, "outbox_dead": 0, "parked_keys": 0})

    await until(is_heard)
    await until(is_drained)
    assert await service.stop() < 10
    assert service.process.returncode == 0, service.log.read_text()
    assert " borrowers stopped" in service.log.read_text()


async def test_a_taken_port_ends_the_process_with_a_plain_message(
    service: Process, environment: dict[str, str], tmp_path: Path
) -> None:
    await until(service.is_ready)
    second = await _start(environment, tmp_path / "second")
    assert await asyncio.wait_for(second.process.wait(), 30) == 1
    assert "FORBEAR_PORT_BASE" in second.log.read_text()
    assert "Traceback" not in second.log.read_text()
    await second.client.aclose()


@pytest.mark.parametrize("unsafe", [{"FORBEAR_PROFILE": "production"}, {"FORBEAR_HOST": "0.0.0.0"}])
async def test_an_unsafe_environment_ends_the_process_with_a_plain_message(
    unsafe: dict[str, str], tmp_path: Path
) -> None:
    environment = {**os.environ, "SAMPLE_TOPIC": "none", "FORBEAR_PORT_BASE": "7200", **unsafe}
    started = await _start(environment, tmp_path / "log")
    assert await asyncio.wait_for(started.process.wait(), 30) == 1
    assert "authentication" in started.log.read_text()
    assert "Traceback" not in started.log.read_text()
    await started.client.aclose()


async def test_a_service_waits_for_its_database_and_says_so(
    environment: dict[str, str], tmp_path: Path
) -> None:
    nowhere = f"postgresql://forbear:forbear@127.0.0.1:{free_port()}"
    started = await _start({**environment, "FORBEAR_POSTGRES_URL": nowhere}, tmp_path / "log")

    async def says_so() -> bool:
        return "waiting for the database" in started.log.read_text()

    await until(says_so)
    await started.stop()
    assert started.process.returncode == 0
    await started.client.aclose()


async def _start(environment: dict[str, str], log: Path) -> Process:
    with log.open("w") as output:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "tests.chassis.sample_service",
            env=environment,
            cwd=ROOT,
            stdout=output,
            stderr=output,
        )
    port = int(environment["FORBEAR_PORT_BASE"]) + 8
    return Process(process, log, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}"))


async def _recreate(base_url: str, name: str) -> None:
    connection = await asyncpg.connect(urlsplit(base_url)._replace(path="/postgres").geturl())
    try:
        await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        await connection.execute(f'CREATE DATABASE "{name}"')
    finally:
        await connection.close()
