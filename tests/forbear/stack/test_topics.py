"""Every topic of the conventions is declared, and declaring twice changes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from forbear.stack.failures import StackError
from forbear.stack.topics import Topic, create_topics, read_topics

_FACTS = (
    *("bank.facts.v1", "bank.people.v1", "collect.intake.v1", "collect.people.v1"),
    *("collect.ledger.v1", "collect.case.v1", "collect.contact.v1", "collect.negotiation.v1"),
    *("collect.field_visit.v1", "collect.legal.v1"),
)


def test_every_topic_has_its_partitions_and_its_dead_letter_topic() -> None:
    declared = {topic.name: topic.partitions for topic in read_topics()}
    assert declared == {name: 4 for name in _FACTS} | {f"{name}.dlq.v1": 1 for name in _FACTS}


def test_facts_are_kept_without_limit_and_sealed_people_for_a_day() -> None:
    days = {topic.name: topic.days for topic in read_topics()}
    assert days["collect.people.v1"] == 1
    assert days["bank.facts.v1"] == 14
    assert days["collect.ledger.v1.dlq.v1"] == 30
    kept = {name for name, limit in days.items() if limit is None}
    assert kept == {n for n in _FACTS if n.startswith("collect.") and n != "collect.people.v1"}


def test_retention_counts_from_arrival() -> None:
    """A case clock months away from the broker's would else expire facts at once, or never."""
    assert Topic("x", 1, None).settings()["message.timestamp.type"] == "LogAppendTime"


def _declare(file: Path, topic: str, partitions: int, days: str) -> Path:
    file.write_text(
        f"topics:\n  - name: {topic}\n    carries: x\n"
        f"    partitions: {partitions}\n    days: {days}\n"
    )
    return file


@pytest.mark.stack
async def test_topics_are_created_once_and_their_retention_is_corrected(
    kafka_bootstrap: str, tmp_path: Path, task_queue: str
) -> None:
    file = _declare(tmp_path / "topics.yaml", task_queue, 3, "1")
    await create_topics(kafka_bootstrap, file)
    await create_topics(kafka_bootstrap, file)
    assert await _setting(kafka_bootstrap, task_queue, "retention.ms") == "86400000"
    await create_topics(kafka_bootstrap, _declare(file, task_queue, 3, "forever"))
    assert await _setting(kafka_bootstrap, task_queue, "retention.ms") == "-1"


@pytest.mark.stack
async def test_another_number_of_partitions_is_refused(
    kafka_bootstrap: str, tmp_path: Path, task_queue: str
) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(task_queue, 2, 1)])
    finally:
        await admin.close()
    file = _declare(tmp_path / "topics.yaml", task_queue, 3, "1")
    with pytest.raises(StackError, match="has 2 partitions and 3 are declared"):
        await create_topics(kafka_bootstrap, file)


async def _setting(bootstrap: str, topic: str, name: str) -> str:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    finally:
        await admin.close()
    entries = answers[0].resources[0][4]
    return str(next(entry[1] for entry in entries if entry[0] == name))
