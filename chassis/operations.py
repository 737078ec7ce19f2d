"""What an operator sees and does about events that wait: backlog, parked keys, dead events."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter

from chassis import inbox, outbox
from chassis.consumer import Consumer
from chassis.database import Database
from chassis.errors import NotFound


def operations_router(database: Database, consumers: Sequence[Consumer]) -> APIRouter:
    router = APIRouter(prefix="/operations", tags=["operations"])
    by_name = {consumer.name: consumer for consumer in consumers}

    def consumer_named(name: str) -> Consumer:
        if name not in by_name:
            known = ", ".join(sorted(by_name)) or "none"
            raise NotFound("operations/no_such_consumer", f"No consumer {name}; known: {known}.")
        return by_name[name]

    @router.get("/backlog")
    async def backlog() -> dict[str, int]:
        async with database.transaction() as session:
            counts = await outbox.backlog(session)
            return {**counts, "parked_keys": await inbox.parked_keys(session)}

    @router.get("/parked/{consumer}")
    async def parked(consumer: str) -> list[dict[str, object]]:
        async with database.transaction() as session:
            return await inbox.inspect(session, consumer_named(consumer).name)

    @router.post("/parked/{consumer}/{key}/retry")
    async def retry(consumer: str, key: str) -> dict[str, bool]:
        return {"cleared": await consumer_named(consumer).retry_parked(key)}

    @router.post("/parked/{consumer}/{key}/skip")
    async def skip(consumer: str, key: str) -> dict[str, bool]:
        return {"skipped": await consumer_named(consumer).delivery.skip(key)}

    @router.post("/dead/{topic}/{loan_id}/retry")
    async def retry_dead(topic: str, loan_id: str) -> dict[str, int]:
        async with database.transaction() as session:
            return {"events": await outbox.retry_dead(session, topic, loan_id)}

    @router.post("/dead/{topic}/{loan_id}/skip")
    async def skip_dead(topic: str, loan_id: str) -> dict[str, int]:
        async with database.transaction() as session:
            return {"events": await outbox.skip_dead(session, topic, loan_id)}

    return router
