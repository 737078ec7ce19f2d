"""What the stack consists of, as data: three servers and one process per service."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from chassis.settings import Settings
from forbear.stack import kafka, ports, postgres, temporal
from forbear.stack.process import Child, Command
from interfaces.case import TASK_QUEUE

SERVICES = ("intake", "ledger", "cases", "contact", "negotiation", "field_visit", "legal")

_REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True)
class Part:
    """One supervised process. `prepare` may take long and runs again before each start."""

    name: str
    address: str
    prepare: Callable[[], Command]
    is_ready: Callable[[Child], bool]
    ports: tuple[int, ...] = ()


@dataclass(frozen=True)
class Plan:
    """The parts in the order they are started; `outside` maps a name to its address."""

    servers: tuple[Part, ...]
    processes: tuple[Part, ...]
    outside: dict[str, str] = field(default_factory=dict)


def plan(settings: Settings) -> Plan:
    """The whole local stack, less what the environment says is elsewhere."""
    own = {
        "postgres": _postgres(settings),
        "kafka": _kafka(settings),
        "temporal": _temporal(settings),
    }
    outside = {
        "postgres": settings.postgres_url.rpartition("@")[2],
        "kafka": settings.kafka_bootstrap,
        "temporal": settings.temporal_address,
    }
    elsewhere = {
        name: address
        for name, address in outside.items()
        if settings.is_outside(name)  # type: ignore[arg-type]
    }
    services = tuple(service(settings, name, settings.port(name)) for name in SERVICES)
    return Plan(
        tuple(part for name, part in own.items() if name not in elsewhere),
        (*services, _workflows(settings)),
        elsewhere,
    )


def service(settings: Settings, name: str, port: int) -> Part:
    """A service in one process; it is up when it says so at its door."""
    part = python(settings, name, f"services.{name}", port=port)
    return replace(part, is_ready=lambda _: ports.is_ready(port))


def python(settings: Settings, name: str, *module: str, port: int | None = None) -> Part:
    """`python -m` the module with its arguments, under the settings of this stack."""
    command = Command(
        name=name,
        argv=(sys.executable, "-m", *module),
        directory=_REPOSITORY,
        log=log_of(settings, name),
        environment=environment(settings),
    )
    if port is None:
        return Part(name, "", lambda: command, lambda child: child.is_alive())
    address = f"http://{settings.host}:{port}"
    return Part(name, address, lambda: command, lambda _: ports.answers(port), (port,))


def environment(settings: Settings) -> dict[str, str]:
    """What a child needs to see the same settings as its supervisor."""
    outside = {
        "FORBEAR_POSTGRES_URL": settings.postgres_url,
        "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap,
        "TEMPORAL_ADDRESS": settings.temporal_address,
        "TEMPORAL_NAMESPACE": settings.temporal_namespace,
    }
    return {
        "FORBEAR_PROFILE": settings.profile,
        "FORBEAR_VAR": str(settings.var.resolve()),
        "FORBEAR_HOST": settings.host,
        "FORBEAR_PORT_BASE": str(settings.port_base),
        "FORBEAR_CLOCK_FILE": str(settings.clock_file.resolve()),
        "FORBEAR_KEYS": str(settings.keys.resolve()),
        "FORBEAR_CONFIG": str(settings.config.resolve()),
        "PYTHONUNBUFFERED": "1",
        "MALLOC_ARENA_MAX": "2",
        **outside,
    }


def log_of(settings: Settings, name: str) -> Path:
    """Where a part's output goes."""
    return settings.var.resolve() / "logs" / f"{name}.log"


def _workflows(settings: Settings) -> Part:
    """The cases' worker has no door; it is up when the server counts it among the pollers."""
    at, namespace = settings.temporal_address, settings.temporal_namespace
    return replace(
        python(settings, "workflows", "workflows"),
        is_ready=lambda child: temporal.is_polled(at, namespace, TASK_QUEUE, child.pid),
    )


def _postgres(settings: Settings) -> Part:
    port = settings.port("postgres")
    return Part(
        "postgres",
        f"127.0.0.1:{port}",
        lambda: postgres.prepare(settings.var / "postgres", port, log=log_of(settings, "postgres")),
        lambda _: postgres.is_ready(port),
        (port,),
    )


def _kafka(settings: Settings) -> Part:
    port, controller = settings.port("kafka"), settings.port("kafka_controller")
    log = log_of(settings, "kafka")
    return Part(
        "kafka",
        kafka.bootstrap(port),
        lambda: kafka.prepare(settings.var / "kafka", port, controller, log=log),
        lambda _: kafka.is_ready(port),
        (port, controller),
    )


def _temporal(settings: Settings) -> Part:
    port, ui = settings.port("temporal"), settings.port("temporal_ui")
    metrics, log = settings.port("temporal_metrics"), log_of(settings, "temporal")
    state = settings.var / "temporal"
    return Part(
        "temporal",
        f"{temporal.address(port)}, UI {temporal.ui_url(ui)}",
        lambda: temporal.prepare(state, port, ui, metrics_port=metrics, log=log),
        lambda _: temporal.is_ready(port),
        (port, ui, metrics),
    )
