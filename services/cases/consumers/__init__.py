"""The door for facts: kept first, then told to the loan's case, and only then taken off Kafka."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.consumer import Consumer, Record
from chassis.database import Database
from chassis.service import Context
from services.cases.commands import facts as keeping
from services.cases.consumers.records import WANTED, read_fact
from services.cases.domain.dispatch import LoanFact, Signal
from services.cases.gateways import Cases, TemporalCases

TOPICS = (
    "collect.ledger.v1",
    "collect.contact.v1",
    "collect.negotiation.v1",
    "collect.field_visit.v1",
    "collect.legal.v1",
)
SIGNALS_AT_ONCE = 32
TELL_AGAIN_MAX, TELL_AGAIN_SECONDS = 3, 0.2
_log = logging.getLogger(__name__)


def consumers(context: Context) -> list[Consumer]:
    """A consumer with pools of its own: each lane holds its inbox transaction while facts are
    kept in a second one and while Temporal is told, which must starve neither of the two."""
    settings = context.settings
    url = settings.database_url("cases")
    dispatcher = Dispatcher(Database(url), TemporalCases(context.temporal, context.clock))
    return [
        Consumer(
            name="cases",
            topics=TOPICS,
            database=Database(url),
            settings=settings,
            handler=dispatcher.take_in,
            wants=WANTED,
        )
    ]


class Dispatcher:
    """Keeps the facts of a batch in a transaction of their own, then tells them to their cases.

    Both may happen again for the same record: keeping ignores what is not newer, and a case
    ignores a version it has seen.
    """

    def __init__(self, database: Database, cases: Cases) -> None:
        self._database, self._cases = database, cases
        self._at_once = asyncio.Semaphore(SIGNALS_AT_ONCE)

    async def take_in(self, _inbox: AsyncSession, records: Sequence[Record]) -> None:
        read = [fact for record in records if (fact := read_fact(record)) is not None]
        if not read:
            return
        async with self._database.transaction() as session:
            signals = await keeping.keep_facts(session, read)
        await _all([self._tell(signal) for signal in signals])

    async def _tell(self, signal: Signal) -> None:
        async with self._at_once:
            if signal.starts:
                await self._cases.start_or_tell(signal.told)
            else:
                await self._tell_running(signal.told)

    async def _tell_running(self, told: LoanFact) -> None:
        """A case that just ended needs nothing more. One whose episode is still open is about to
        run on; if it is not, its run was taken away, and its next claim finds the fact kept."""
        for _ in range(TELL_AGAIN_MAX):
            if await self._cases.tell(told) or not await self._has_open_episode(told):
                return
            await asyncio.sleep(TELL_AGAIN_SECONDS)
        _log.warning("an open episode has no running case", extra={"loan": told.loan_id})

    async def _has_open_episode(self, told: LoanFact) -> bool:
        async with self._database.transaction() as session:
            return await keeping.has_open_episode(session, told.tenant, told.loan_id)


async def _all(deeds: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Sees all of them through, then raises the first fault as it is: the consumer tells an
    infrastructure's fault by its class."""
    results: list[BaseException | None] = await asyncio.gather(*deeds, return_exceptions=True)
    for fault in results:
        if fault is not None:
            raise fault
