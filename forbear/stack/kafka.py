"""Apache Kafka in KRaft mode, one broker on loopback, as our own child."""

from __future__ import annotations

import asyncio
import base64
import signal
import subprocess
import threading
import uuid
from dataclasses import dataclass
from pathlib import Path

from aiokafka import AIOKafkaClient
from aiokafka.errors import KafkaError

from forbear.stack import jars, java, ports
from forbear.stack.failures import explain
from forbear.stack.process import Child, Command, run, spawn, wait_until_ready

_DEPLOY = Path(__file__).parents[2] / "deploy" / "kafka"
_JVM = (
    *("-Xms64m", "-Xmx224m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k"),
    *("-XX:MaxMetaspaceSize=96m", "-XX:ReservedCodeCacheSize=48m", "-Djava.awt.headless=true"),
    "--enable-native-access=ALL-UNNAMED",
)
# A killed broker is let in again when its former session has timed out (by default 9 s).
_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller_port}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
inter.broker.listener.name=PLAINTEXT
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={logs}
auto.create.topics.enable=false
num.partitions=12
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
log.cleaner.dedupe.buffer.size=8388608
log.segment.bytes=67108864
log.index.size.max.bytes=1048576
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
num.network.threads=2
num.io.threads=4
background.threads=2
"""


@dataclass
class RunningKafka:
    """A broker that answers metadata requests."""

    bootstrap: str
    child: Child

    @property
    def process(self) -> subprocess.Popen[bytes]:
        """The broker's Java."""
        return self.child.process

    def stop(self) -> None:
        """Shut down cleanly, so that the next start need not recover its logs."""
        self.child.stop()


def start(
    directory: Path, port: int, controller_port: int, *, log: Path | None = None
) -> RunningKafka:
    """Start the broker kept in `directory` (formatted on first use) and wait for its answer."""
    command = prepare(directory, port, controller_port, log=log)
    ports.require_free(port, "Kafka")
    ports.require_free(controller_port, "Kafka's controller")
    child = spawn(command)
    wait_until_ready(child, lambda: is_ready(port), within_seconds=90)
    return RunningKafka(bootstrap(port), child)


def bootstrap(port: int) -> str:
    """The address clients are given, as `KAFKA_BOOTSTRAP_SERVERS` has it."""
    return f"127.0.0.1:{port}"


def prepare(
    directory: Path, port: int, controller_port: int, *, log: Path | None = None
) -> Command:
    """Fetch the jars and format the log directory where needed; say how the broker is started."""
    directory = directory.resolve()
    logs = directory / "logs"
    properties = directory / "server.properties"
    class_path = f"{jars.locate()}/*"
    logging = f"-Dlog4j2.configurationFile={_DEPLOY / 'log4j2.yaml'}"
    program = (str(java.locate()), *_JVM, logging, "-cp", class_path)
    text = _PROPERTIES.format(port=port, controller_port=controller_port, logs=logs)
    try:
        logs.mkdir(parents=True, exist_ok=True)
        properties.write_text(text, encoding="utf-8")
    except OSError as failure:
        raise explain(failure, "Kafka's configuration", directory) from failure
    if not (logs / "meta.properties").exists():
        _format(program, properties, directory)
    return Command(
        name="kafka",
        argv=(*program, "kafka.Kafka", str(properties)),
        directory=directory,
        log=log or directory / "kafka.log",
        orphan_signal=signal.SIGTERM,
    )


def is_ready(port: int) -> bool:
    """Whether the broker answers a metadata request (an open port alone is too early)."""
    if not ports.answers(port):
        return False
    answers: list[bool] = []
    asking = threading.Thread(target=lambda: answers.append(asyncio.run(_answers(port))))
    asking.start()
    asking.join()
    return answers == [True]


async def _answers(port: int) -> bool:
    client = AIOKafkaClient(bootstrap_servers=bootstrap(port), request_timeout_ms=2000)
    try:
        await client.bootstrap()
        return bool(client.cluster.brokers())
    except KafkaError:
        return False
    finally:
        await client.close()


def _format(program: tuple[str, ...], properties: Path, directory: Path) -> None:
    argv = (*program, "kafka.tools.StorageTool", "format", "-t", _cluster_id())
    log = directory / "format.log"
    run(Command("formatting Kafka's storage", (*argv, "-c", str(properties)), directory, log))


def _cluster_id() -> str:
    """A random id in Kafka's spelling; one that begins with a dash would read as an option."""
    while True:
        spelled = base64.urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
        if not spelled.startswith("-"):
            return spelled
