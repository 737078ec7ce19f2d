"""Real servers for the tests that need them: started lazily, once, or given by address."""

from __future__ import annotations

import os
import socket
import sysconfig
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import hypothesis
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from temporalio.testing import WorkflowEnvironment

import forbear.stack.kafka
import forbear.stack.postgres
from chassis.database import Database, create_chassis_tables
from chassis.settings import Settings, settings_from
from chassis.temporal import DATA_CONVERTER

# A busy machine is slow, not wrong: no example has a deadline of its own.
hypothesis.settings.register_profile("forbear", deadline=None)
hypothesis.settings.load_profile("forbear")

NewDatabase = Callable[..., Awaitable[Database]]
TemplateDatabase = Callable[[Path | None], Awaitable[str]]
NewTopics = Callable[..., Awaitable[list[str]]]


def free_port() -> int:
    """A port nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def venv_binary(name: str) -> Path:
    path = Path(sysconfig.get_path("scripts")) / name
    assert path.exists(), f"{path} is missing: install the locked requirements"
    return path


@pytest.fixture(scope="session")
def postgres_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a server, as FORBEAR_POSTGRES_URL has it."""
    given = os.environ.get("FORBEAR_TEST_POSTGRES_URL")
    if given:
        yield given
        return
    directory = tmp_path_factory.mktemp("postgres")
    running = forbear.stack.postgres.start(directory, free_port(), durable=False)
    with ExitStack() as stack:
        stack.callback(running.stop)
        yield running.url


@pytest.fixture(scope="session")
def kafka_bootstrap(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    given = os.environ.get("FORBEAR_TEST_KAFKA")
    if given:
        yield given
        return
    directory = tmp_path_factory.mktemp("kafka")
    running = forbear.stack.kafka.start(directory, free_port(), free_port())
    with ExitStack() as stack:
        stack.callback(running.stop)
        yield running.bootstrap


@pytest.fixture(scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    """A development server in memory; its clock is real."""
    async with await WorkflowEnvironment.start_local(
        dev_server_existing_path=str(venv_binary("temporal")),
        data_converter=DATA_CONVERTER,
        dev_server_log_level="error",
        dev_server_startup_timeout=timedelta(seconds=30),
    ) as environment:
        yield environment


@pytest.fixture(scope="session")
async def template_database(postgres_url: str) -> AsyncIterator[TemplateDatabase]:
    """The name of a database with these migrations, made once: a copy of it takes milliseconds."""
    names: dict[Path | None, str] = {}
    settings = settings_from(postgres_url=postgres_url)

    async def make(migrations: Path | None) -> str:
        if migrations in names:
            return names[migrations]
        name = names[migrations] = f"template_{uuid.uuid4().hex[:16]}"
        await _administer(postgres_url, f'CREATE DATABASE "{name}"')
        database = Database(settings.database_url(name))
        if migrations is not None:
            await database.migrate(migrations)
        else:
            async with database.transaction() as session:
                await create_chassis_tables(await session.connection())
        await database.dispose()
        return name

    yield make
    for name in names.values():
        await _administer(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def new_database(
    postgres_url: str, template_database: TemplateDatabase
) -> AsyncIterator[NewDatabase]:
    """Makes databases of a test's own: `await new_database(migrations)`, or with the chassis'
    tables alone if no migrations directory is given."""
    made: list[Database] = []
    names: list[str] = []

    async def make(migrations: Path | None = None) -> Database:
        names.append(f"test_{uuid.uuid4().hex[:16]}")
        template = await template_database(migrations)
        await _administer(postgres_url, f'CREATE DATABASE "{names[-1]}" TEMPLATE "{template}"')
        settings = settings_from(postgres_url=postgres_url)
        made.append(Database(settings.database_url(names[-1])))
        return made[-1]

    yield make
    for database in made:
        await database.dispose()
    for name in names:
        await _administer(postgres_url, f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
async def database(new_database: NewDatabase) -> Database:
    """A fresh database with the chassis' tables."""
    return await new_database()


@pytest.fixture
async def new_topics(kafka_bootstrap: str) -> NewTopics:
    """Makes topics of a test's own, and their dead-letter topics."""

    async def make(count: int = 1, partitions: int = 4, **configs: str) -> list[str]:
        names = [f"test.{uuid.uuid4().hex[:12]}" for _ in range(count)]
        topics = [NewTopic(name, partitions, 1, topic_configs=configs) for name in names]
        topics += [NewTopic(f"{name}.dlq.v1", 1, 1) for name in names]
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
        await admin.start()
        try:
            await admin.create_topics(topics)
        finally:
            await admin.close()
        return names

    return make


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings whose state lives in the test's own directory, whatever the environment says."""
    return settings_from(var=tmp_path, clock_file=tmp_path / "clock.json", keys=tmp_path / "keys")


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def task_queue() -> str:
    return f"queue-{uuid.uuid4()}"


async def _administer(base_url: str, statement: str) -> None:
    parts = urlsplit(base_url)
    connection = await asyncpg.connect(parts._replace(path="/postgres").geturl())
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
