"""When a stack has nothing left to do: nothing unsent, unread, parked or pending."""

from __future__ import annotations

import asyncio
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from temporalio.client import Client

from forbear.stack.parts import SERVICES
from tests.end_to_end.conditions import eventually
from tests.end_to_end.running import RunningStack

_RUNNING = 'ExecutionStatus="Running"'
Ends = dict[TopicPartition, int]


async def all_quiet(stack: RunningStack, within: float = 120.0) -> None:
    """Wait until twice in a row nothing is under way and nothing new was written between."""
    seen: list[Ends] = []
    under_way: list[str] = []

    async def is_quiet() -> bool:
        under_way[:] = await what_is_under_way(stack)
        if under_way:
            seen.clear()
            return False
        seen.append(await ends(stack.settings.kafka_bootstrap))
        return len(seen) > 1 and seen[-1] == seen[-2]

    try:
        await eventually(is_quiet, within, "nothing is under way")
    except AssertionError as late:
        raise AssertionError(f"{late}; under way: {under_way}") from late


async def what_is_under_way(stack: RunningStack) -> list[str]:
    """In words; empty if nothing is."""
    found = [
        f"{service}: {name} {count}"
        for service in SERVICES
        for name, count in (await backlog(stack, service)).items()
        if count
    ]
    found += await _unread(stack.settings.kafka_bootstrap)
    return found or await _pending(await stack.temporal())


async def backlog(stack: RunningStack, service: str) -> dict[str, int]:
    answer = await stack.http.get(stack.url(service, "/operations/backlog"))
    answer.raise_for_status()
    counts: dict[str, int] = answer.json()
    return counts


async def ends(bootstrap: str) -> Ends:
    """How far every topic of the project reaches now."""
    async with AIOKafkaConsumer(bootstrap_servers=bootstrap) as consumer:
        names = [n for n in await consumer.topics() if n.startswith(("bank.", "collect."))]
        partitions = [
            TopicPartition(name, partition)
            for name in names
            for partition in consumer.partitions_for_topic(name) or ()
        ]
        found: Ends = await consumer.end_offsets(partitions)
        return found


async def _unread(bootstrap: str) -> list[str]:
    reach = await ends(bootstrap)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        groups = [name for name, *_ in await admin.list_consumer_groups()]
        read = [await admin.list_consumer_group_offsets(group) for group in groups]
    finally:
        await admin.close()
    return [
        f"{group} at {topic}/{tp.partition}: {done} of {reach[tp]}"
        for group, offsets in zip(groups, read, strict=True)
        for topic in sorted({tp.topic for tp in offsets})
        for tp in reach
        if tp.topic == topic and (done := _offset(offsets, tp)) < reach[tp]
    ]


def _offset(offsets: Any, tp: TopicPartition) -> int:
    return int(offsets[tp].offset) if tp in offsets else 0


async def _pending(client: Client) -> list[str]:
    ids = [execution.id async for execution in client.list_workflows(_RUNNING)]

    async def look(workflow_id: str) -> str:
        described = await client.get_workflow_handle(workflow_id).describe()
        raw = described.raw_description
        acts = [activity.activity_type.name for activity in raw.pending_activities]
        is_thinking = raw.HasField("pending_workflow_task")
        return f"{workflow_id}: {acts or 'a workflow task'}" if acts or is_thinking else ""

    return [said for said in await asyncio.gather(*map(look, ids)) if said]
