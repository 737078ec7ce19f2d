"""python -m tests.chassis.sample_service: notes over HTTP, told to Kafka, and heard back."""

import os
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from fastapi import APIRouter
from google.protobuf.wrappers_pb2 import StringValue
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from temporalio import activity

from chassis import outbox
from chassis.consumer import Consumer, Record
from chassis.http import ContextDependency
from chassis.service import Context, Service, run
from chassis.settings import Settings, load

TOPIC = os.environ["SAMPLE_TOPIC"]
NOW = datetime(2026, 3, 1, tzinfo=UTC)
router = APIRouter()


@router.post("/notes/{loan_id}")
async def note(loan_id: str, context: ContextDependency) -> int:
    async with context.database.transaction() as session:
        told = outbox.Event("bank", loan_id, StringValue(value=loan_id), NOW)
        return await outbox.append(session, TOPIC, told)


@router.get("/notes/{loan_id}")
async def noted(loan_id: str, context: ContextDependency) -> int:
    async with context.database.transaction() as session:
        found = await session.execute(
            text("SELECT version FROM noted WHERE loan_id = :loan_id"), {"loan_id": loan_id}
        )
        return int(found.scalar_one_or_none() or 0)


class Activities:
    @activity.defn(name="sample.greet")
    async def greet(self, name: str) -> str:
        return f"hello {name}"


async def hear(session: AsyncSession, records: Sequence[Record]) -> None:
    for record in records:
        await session.execute(
            text(
                """INSERT INTO noted VALUES (:loan_id, :version)
                ON CONFLICT (loan_id) DO UPDATE SET version = EXCLUDED.version"""
            ),
            {"loan_id": record.key, "version": record.version},
        )


def consumers(context: Context) -> Sequence[Consumer]:
    return [
        Consumer(
            name=f"sample-{TOPIC}",
            topics=[TOPIC],
            database=context.database,
            settings=context.settings,
            handler=hear,
        )
    ]


SERVICE = Service(
    name="borrowers",
    settings=load(Settings),
    routers=[router],
    activities=lambda _: [Activities()],
    task_queue="sample",
    consumers=consumers,
    topic=TOPIC,
    package="tests.chassis.sample_service",
)

if __name__ == "__main__":
    sys.exit(run(SERVICE, sys.argv[1:]))
