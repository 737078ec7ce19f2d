"""Mounts a service: its roles in one event loop, started in order and stopped within bounds."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
import sys
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn
import uvloop
from fastapi import APIRouter
from pydantic import ValidationError
from sqlalchemy.exc import SQLAlchemyError
from temporalio.client import Client

from chassis import telemetry, temporal
from chassis.clock import Clock
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.http import create_app
from chassis.idempotency import forget_old
from chassis.operations import operations_router
from chassis.relay import Relay
from chassis.settings import Settings

ROLES = ("all", "api", "worker", "consumer", "relay")
STOP_SECONDS = 10.0
WAIT_FOR_DATABASE_SECONDS = 120.0
_HOUSEKEEPING_SECONDS = 3600.0
_log = logging.getLogger(__name__)


def _none(context: Context) -> Sequence[Any]:
    return ()


@dataclass
class Context:
    """What a service's doors may reach; one per process."""

    settings: Settings
    database: Database
    clock: Clock
    relay: Relay | None = None
    _client: Client | None = None

    async def temporal(self) -> Client:
        """The Temporal client, connected at first use."""
        if self._client is None:
            self._client = await temporal.connect(self.settings)
        return self._client


@dataclass(frozen=True)
class Service:
    """A service on one screen: what it answers, does, listens to and tells."""

    name: str
    settings: Settings
    routers: Sequence[APIRouter] = ()
    activities: Callable[[Context], Sequence[object]] = _none
    task_queue: str | None = None
    consumers: Callable[[Context], Sequence[Consumer]] = _none
    topic: str | None = None
    background: Callable[[Context], Sequence[Coroutine[Any, Any, None]]] = _none
    package: str = ""
    larger_bodies: Mapping[str, int] = field(default_factory=dict)

    @property
    def migrations(self) -> Path:
        """The service's `migrations` directory, found through its package."""
        module = sys.modules.get(self.package or f"services.{self.name}")
        if module is None or module.__file__ is None:
            raise RuntimeError(f"the package services.{self.name} of the service is not imported")
        return Path(module.__file__).parent / "migrations"


def run(service: Service, argv: Sequence[str]) -> int:
    """Run a role (default all) until SIGTERM or SIGINT; the process' exit code is returned."""
    role = argv[0] if argv else "all"
    telemetry.configure(service.name)
    if role not in ROLES or len(argv) > 1:
        _log.error("usage: python -m services.%s [%s]", service.name, "|".join(ROLES))
        return 2
    try:
        uvloop.run(_main(service, role))
    except (ConnectionError, ValidationError) as fault:
        _log.error("cannot run: %s", fault)
        return 1
    except Exception as fault:
        _log.error("failed", exc_info=fault)
        return 1
    return 0


async def _main(service: Service, role: str) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    settings = service.settings
    database = Database(settings.database_url(service.name))
    context = Context(settings, database, Clock(settings))
    try:
        if await _database_is_up(service, database, stop):
            await database.migrate(service.migrations)
            await _serve(service, role, context, stop)
    finally:
        await database.dispose()
    _log.info("stopped")


async def _serve(service: Service, role: str, context: Context, stop: asyncio.Event) -> None:
    """Start the role's parts and wait: for the signal, or for a part that ends by itself."""
    parts = _parts(service, role, context, stop)
    tasks = {asyncio.create_task(part, name=name) for name, part in parts.items()}
    stopping = asyncio.create_task(stop.wait())
    _log.info("running", extra={"role": role, "pid": os.getpid(), "parts": ",".join(parts)})
    await asyncio.wait({*tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
    broken = [task for task in tasks if task.done() and task.exception() is not None]
    stop.set()
    if context.relay is not None:
        context.relay.wake()
    _, late = await asyncio.wait({*tasks, stopping}, timeout=STOP_SECONDS)
    for task in late:
        _log.warning("did not stop in time", extra={"part": task.get_name()})
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for task in broken:
        task.result()


def _parts(
    service: Service, role: str, context: Context, stop: asyncio.Event
) -> dict[str, Coroutine[Any, Any, None]]:
    def wanted(part: str) -> bool:
        return role in ("all", part)

    parts: dict[str, Coroutine[Any, Any, None]] = {}
    if service.topic is not None and wanted("relay"):
        context.relay = Relay(context.database, context.settings.kafka_bootstrap, service.name)
        parts["relay"] = context.relay.run(stop)
    consumers = service.consumers(context) if role in ("all", "consumer", "api") else ()
    if wanted("consumer"):
        for consumer in consumers:
            parts[f"consumer {consumer.name}"] = consumer.run(stop)
        parts["housekeeping"] = _until(_housekeeping(context.database), stop)
        for number, work in enumerate(service.background(context)):
            parts[f"background {number}"] = _until(work, stop)
    if wanted("api"):
        parts["api"] = _api(service, context, consumers, stop)
    if service.task_queue is not None and wanted("worker"):
        parts["worker"] = _worker(service, context, stop)
    return parts


async def _api(
    service: Service, context: Context, consumers: Sequence[Consumer], stop: asyncio.Event
) -> None:
    settings = service.settings
    routers = [*service.routers, operations_router(context.database, consumers)]
    app = create_app(service.name, settings, context.database, routers, service.larger_bodies)
    app.state.context = context
    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port(service.name),
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=5,
        server_header=False,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve())
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stopping.cancel()
    await serving


async def _worker(service: Service, context: Context, stop: asyncio.Event) -> None:
    client = await context.temporal()
    assert service.task_queue is not None
    mounted = temporal.worker(
        client,
        service.task_queue,
        activities=service.activities(context),
        settings=service.settings,
        max_concurrent_activities=20,
    )
    async with mounted:
        await stop.wait()


async def _housekeeping(database: Database) -> None:
    while True:
        try:
            async with database.transaction() as session:
                await forget_old(session)
        except (SQLAlchemyError, OSError, TimeoutError) as fault:
            _log.warning("old answers not dropped", extra={"fault": telemetry.describe(fault)})
        await asyncio.sleep(_HOUSEKEEPING_SECONDS)


async def _until(work: Coroutine[Any, Any, None], stop: asyncio.Event) -> None:
    """A background coroutine runs until it ends or the service stops."""
    task = asyncio.ensure_future(work)
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({task, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not task.done():
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return
    task.result()
    await stop.wait()


async def _database_is_up(service: Service, database: Database, stop: asyncio.Event) -> bool:
    loop = asyncio.get_running_loop()
    deadline = loop.time() + WAIT_FOR_DATABASE_SECONDS
    while not stop.is_set():
        if await database.healthy():
            return True
        if loop.time() > deadline:
            raise ConnectionError(
                f"the database {service.name} does not answer at {service.settings.postgres_url} "
                f"after {WAIT_FOR_DATABASE_SECONDS:.0f} s; start it (forbear up) or set "
                "FORBEAR_POSTGRES_URL"
            )
        _log.info("waiting for the database", extra={"database": service.name})
        await asyncio.sleep(1)
    return False


class _Server(uvicorn.Server):
    """Leaves signals to the service, and a taken port to it as an error instead of an exit."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def serve(self, sockets: Any = None) -> None:
        try:
            await super().serve(sockets)
        except SystemExit as refused:
            address = f"{self.config.host}:{self.config.port}"
            raise ConnectionError(
                f"cannot listen on {address}: is the port taken? Set FORBEAR_PORT_BASE"
            ) from refused
