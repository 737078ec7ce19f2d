"""What reaches the ledger: accepted facts, every event for the history, and the end of grace."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Coroutine, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Consumer, Record
from chassis.service import Context

# Imported for their message types: the history decodes every event there is.
from events.v1 import (  # noqa: F401
    case_pb2,
    contact_calls_pb2,
    contact_customer_pb2,
    contact_pb2,
    contact_placements_pb2,
    contact_replies_pb2,
    field_visit_pb2,
    ledger_pb2,
    legal_pb2,
    negotiation_pb2,
)
from events.v1.intake_pb2 import LoanFactAccepted
from services.ledger.commands import books, history
from services.ledger.settings import HISTORY_TOPICS, INTAKE_TOPIC, Tenants

CLOCK_LOOK_SECONDS = 0.5
_log = logging.getLogger(__name__)


class Doors:
    """The ledger's consumers, and the one sleeper that wakes when a loan's grace ends."""

    def __init__(self, tenants: Tenants) -> None:
        self._tenants = tenants
        self._watch: GraceWatch | None = None

    def consumers(self, context: Context) -> Sequence[Consumer]:
        facts = FactDoor(self._tenants, self._watch_of(context))
        return [
            Consumer(
                name="ledger",
                topics=[INTAKE_TOPIC],
                database=context.database,
                settings=context.settings,
                handler=facts,
            ),
            Consumer(
                name="history",
                topics=HISTORY_TOPICS,
                database=context.database,
                linger_seconds=0.5,
                settings=context.settings,
                handler=record_history,
            ),
        ]

    def background(self, context: Context) -> Sequence[Coroutine[Any, Any, None]]:
        return [self._watch_of(context).run()]

    def _watch_of(self, context: Context) -> GraceWatch:
        if self._watch is None:
            self._watch = GraceWatch(context, self._tenants)
        return self._watch


class FactDoor:
    """Hands accepted facts to the books and notes when one of them makes grace end sooner."""

    def __init__(self, tenants: Tenants, watch: GraceWatch) -> None:
        self._tenants, self._watch = tenants, watch

    async def __call__(self, session: AsyncSession, records: Sequence[Record]) -> None:
        accepted = [
            books.Accepted(
                tenant=record.tenant,
                loan_id=record.key,
                cause=record.event_id,
                at=record.occurred_at,
                message=record.body,
            )
            for record in records
            if isinstance(record.body, LoanFactAccepted)
        ]
        self._watch.note(await books.take_facts(session, self._tenants, accepted))


async def record_history(session: AsyncSession, records: Sequence[Record]) -> None:
    await history.record(
        session,
        [
            history.Told(
                tenant=record.tenant,
                loan_id=record.key,
                source=record.topic,
                version=record.version,
                event_id=record.event_id,
                type=record.type,
                time=record.headers["ce_time"],
                cause=record.cause,
                value=record.raw,
            )
            for record in records
        ],
    )


class GraceWatch:
    """Sleeps until the next loan's grace ends, and publishes it then. A fact that brings that
    instant nearer wakes it, once its transaction is committed."""

    def __init__(self, context: Context, tenants: Tenants) -> None:
        self._database, self._clock, self._tenants = context.database, context.clock, tenants
        self._woken = asyncio.Event()
        self.sleeps_until: datetime | None = None
        self._noted: datetime | None = None
        context.database.on_append.append(self._committed)

    def note(self, instant: datetime | None) -> None:
        if instant is not None and (self._noted is None or instant < self._noted):
            self._noted = instant

    async def run(self) -> None:
        while True:
            try:
                await self._end_grace()
            except (SQLAlchemyError, OSError, TimeoutError) as fault:
                _log.warning(
                    "grace not looked at, trying again", extra={"fault": repr(fault)[:200]}
                )
                await asyncio.sleep(1)
                continue
            await self._sleep()

    async def _end_grace(self) -> None:
        self._woken.clear()
        looked_at = 1
        while looked_at:
            async with self._database.transaction() as session:
                looked_at = await books.end_grace(
                    session, self._tenants, self._clock.now(), self._clock.wall()
                )
        async with self._database.transaction() as session:
            self.sleeps_until = await books.next_grace_end(session)
        self._forget_note()

    def _forget_note(self) -> None:
        """Seen in the database, or past: then its transaction was undone."""
        if self._noted is None:
            return
        is_seen = self.sleeps_until is not None and self.sleeps_until <= self._noted
        if is_seen or self._noted <= self._clock.now():
            self._noted = None

    def _committed(self) -> None:
        if self._noted is not None and (
            self.sleeps_until is None or self._noted < self.sleeps_until
        ):
            self._woken.set()

    async def _sleep(self) -> None:
        """The case clock may change its rate meanwhile, so its file (no more) is looked at."""
        while not self._woken.is_set():
            left = self._wall_seconds_left()
            if left <= 0:
                return
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(min(left, CLOCK_LOOK_SECONDS)):
                    await self._woken.wait()

    def _wall_seconds_left(self) -> float:
        if self.sleeps_until is None:
            return float("inf")
        wakes_at = self._clock.reading().wall_time(self.sleeps_until)
        return (wakes_at - self._clock.wall()).total_seconds()
