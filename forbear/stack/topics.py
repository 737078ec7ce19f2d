"""The declared topics, brought into being on whatever cluster there is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.errors import KafkaError, for_code

from forbear.stack.failures import StackError

TOPICS_FILE = Path(__file__).parents[2] / "deploy" / "topics.yaml"

_DAY_MS = 86_400_000
_HOUR_MS = 3_600_000
_MEBIBYTE = 1_048_576
_DEAD_LETTERS = ".dlq.v1"
_ALREADY_EXISTS = 36


@dataclass(frozen=True)
class Topic:
    """A topic as declared; `days` is None where records are kept without limit."""

    name: str
    partitions: int
    days: int | None

    def settings(self) -> dict[str, str]:
        """What the broker is told. Retention counts from arrival, never from a fast case clock."""
        retention = -1 if self.days is None else self.days * _DAY_MS
        settings = {"retention.ms": str(retention), "message.timestamp.type": "LogAppendTime"}
        if self.days == 1:
            # Only closed segments expire, so a short retention needs short segments.
            settings["segment.ms"] = str(_HOUR_MS)
        if self.name.endswith(_DEAD_LETTERS):
            # A dead letter is its original plus headers and seal; it must always fit.
            settings["max.message.bytes"] = str(2 * _MEBIBYTE)
        return settings


def read_topics(topics_file: Path = TOPICS_FILE) -> tuple[Topic, ...]:
    """The declarations in the order of the file."""
    declared = yaml.safe_load(topics_file.read_text(encoding="utf-8"))["topics"]
    return tuple(
        Topic(d["name"], int(d["partitions"]), None if d["days"] == "forever" else int(d["days"]))
        for d in declared
    )


async def create_topics(bootstrap: str, topics_file: Path = TOPICS_FILE) -> None:
    """Create the missing topics and check the others; calling it again changes nothing."""
    topics = read_topics(topics_file)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        present = set(await admin.list_topics())
        missing = [topic for topic in topics if topic.name not in present]
        await _create(admin, missing)
        await _wait_for_leaders(bootstrap, missing)
        existing = [topic for topic in topics if topic.name in present]
        await _check_partitions(admin, existing)
        await _correct_settings(admin, existing)
    except KafkaError as failure:
        raise StackError(f"the topics could not be created at {bootstrap}: {failure}") from failure
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, topics: list[Topic]) -> None:
    if not topics:
        return
    brokers = (await admin.describe_cluster())["brokers"]
    copies = min(3, len(brokers))
    answer = await admin.create_topics(
        [
            NewTopic(topic.name, topic.partitions, copies, topic_configs=topic.settings())
            for topic in topics
        ]
    )
    for name, code, message in answer.topic_errors:
        if code not in (0, _ALREADY_EXISTS):
            raise StackError(f"the topic {name} was refused: {message or for_code(code).__name__}")


async def _wait_for_leaders(bootstrap: str, topics: list[Topic]) -> None:
    """A new partition refuses records until its broker leads it; offsets are told from then on."""
    if not topics:
        return
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        await consumer.end_offsets(
            [TopicPartition(topic.name, n) for topic in topics for n in range(topic.partitions)]
        )


async def _check_partitions(admin: AIOKafkaAdminClient, topics: list[Topic]) -> None:
    if not topics:
        return
    wanted = {topic.name: topic.partitions for topic in topics}
    for described in await admin.describe_topics(list(wanted)):
        name, found = described["topic"], len(described["partitions"])
        if found != wanted[name]:
            raise StackError(
                f"the topic {name} has {found} partitions and {wanted[name]} are declared; adding "
                "some would break the order of events per loan: declare what is there, or "
                "recreate the topic"
            )


async def _correct_settings(admin: AIOKafkaAdminClient, topics: list[Topic]) -> None:
    if not topics:
        return
    await admin.alter_configs(
        [
            ConfigResource(ConfigResourceType.TOPIC, topic.name, configs=topic.settings())
            for topic in topics
        ]
    )
