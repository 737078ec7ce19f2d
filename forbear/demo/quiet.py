"""Whether anything is still under way: the demo judges only when all lag is zero."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from temporalio.client import Client

from chassis.settings import Settings
from chassis.temporal import connect
from forbear.demo.busy import waiting_tasks
from forbear.stack.parts import SERVICES
from forbear.stack.topics import read_topics

_STATUS_STALE_AFTER = timedelta(seconds=5)


@dataclass(frozen=True)
class Lag:
    """What is waiting where; a part that does not answer counts as waiting."""

    outbox: int = 0
    parked: int = 0
    records: Mapping[str, int] = field(default_factory=dict)
    people: int = 0
    tasks: int = 0
    silent: tuple[str, ...] = ()
    ends: int = 0

    @property
    def waiting(self) -> int:
        return self.outbox + sum(self.records.values()) + self.people + self.tasks

    @property
    def is_zero(self) -> bool:
        return not (self.waiting or self.parked or self.silent)

    def __str__(self) -> str:
        groups = ", ".join(f"{group} {n}" for group, n in self.records.items() if n)
        return (
            f"outbox {self.outbox}, parked {self.parked}, records [{groups}], "
            f"people {self.people}, tasks {self.tasks}"
            + (f", silent {', '.join(self.silent)}" if self.silent else "")
        )


class Gauge:
    """Measures lag; holds its Kafka connections open between two looks."""

    def __init__(self, settings: Settings, tenant: str, *, has_people: bool) -> None:
        self._settings, self._tenant, self._has_people = settings, tenant, has_people
        self._http = httpx.AsyncClient(timeout=10)
        self._admin: Any = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap)
        self._consumer: Any = AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap)
        self._temporal: Client | None = None

    async def open(self) -> None:
        self._temporal = await connect(self._settings)
        await self._admin.start()
        await self._consumer.start()

    async def close(self) -> None:
        await self._http.aclose()
        await self._admin.close()
        await self._consumer.stop()

    async def lag(self, wall: datetime) -> Lag:
        outbox = parked = 0
        silent = []
        for service in SERVICES:
            backlog = await self._backlog(service)
            if backlog is None:
                silent.append(service)
                continue
            outbox += backlog["outbox_backlog"] + backlog.get("outbox_dead", 0)
            parked += backlog["parked_keys"]
        ends, records = await self._kafka(silent)
        tasks = await waiting_tasks(self._temporal) if self._temporal else 0
        if tasks is None:
            silent.append("temporal")
        people = self._people(wall) if self._has_people else 0
        return Lag(
            outbox=outbox,
            parked=parked,
            records=records,
            people=people,
            tasks=tasks or 0,
            silent=tuple(silent),
            ends=sum(ends.values()),
        )

    async def _kafka(self, silent: list[str]) -> tuple[dict[TopicPartition, int], dict[str, int]]:
        """The ends of all partitions and what each group is behind; a broker that loads its
        groups anew, after a restart say, is silent for a look or two."""
        try:
            ends = await self._ends()
            return ends, await self._records(ends)
        except KafkaError:
            silent.append("kafka")
            return {}, {}

    async def _backlog(self, service: str) -> dict[str, int] | None:
        address = f"http://{self._settings.host}:{self._settings.port(service)}"
        try:
            answer = await self._http.get(f"{address}/operations/backlog")
            answer.raise_for_status()
        except httpx.HTTPError:
            return None
        content: dict[str, int] = answer.json()
        return content

    async def _ends(self) -> dict[TopicPartition, int]:
        wanted = [TopicPartition(t.name, n) for t in read_topics() for n in range(t.partitions)]
        ends: dict[TopicPartition, int] = await self._consumer.end_offsets(wanted)
        return ends

    async def _records(self, ends: Mapping[TopicPartition, int]) -> dict[str, int]:
        """Per consumer group: records that are there and not committed."""
        behind = {}
        for group, *_ in await self._admin.list_consumer_groups():
            offsets = await self._admin.list_consumer_group_offsets(group)
            topics = {place.topic for place in offsets}
            done = {place: max(0, at.offset) for place, at in offsets.items()}
            behind[group] = sum(
                max(0, end - done.get(place, 0))
                for place, end in ends.items()
                if place.topic in topics
            )
        return behind

    def _people(self, wall: datetime) -> int:
        """Deeds due now; 1 if the people have not said so lately."""
        status = people_status(self._settings.var, self._tenant)
        if status is None:
            return 1
        is_stale = wall - datetime.fromisoformat(status["wall"]) > _STATUS_STALE_AFTER
        return max(1, status["due"]) if is_stale else int(status["due"])


def people_status(var: Path, tenant: str) -> dict[str, Any] | None:
    """What the people's process last said of itself."""
    file = var / "borrowers" / f"{tenant}.status.json"
    if not file.exists():
        return None
    status: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return status
