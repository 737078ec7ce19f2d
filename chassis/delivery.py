"""How a batch of records is applied so that a bad one stops nobody but its own key.

The good case is one transaction: note the batch in the inbox, run the handler, commit. A batch that
fails is halved until the failing record is alone; its key is parked, and later records of that key
queue up behind it. The infrastructure's faults are never a record's: the caller waits them out.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import inbox
from chassis.database import Database
from chassis.errors import Undecodable
from chassis.faults import is_infrastructure
from chassis.inbox import Decoder, Raw, Record
from chassis.outbox import TRACES
from chassis.telemetry import describe

Handler = Callable[[AsyncSession, Sequence[Record]], Awaitable[None]]
OnParked = Callable[[AsyncSession, Collection[str], bool], Awaitable[None]]
Cipher = Callable[[bytes], bytes]
_BACKOFF_SECONDS, _BACKOFF_MAX_SECONDS = 1.0, 60.0
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Item:
    """A record with the bytes it came from, kept together so that it can be parked unread."""

    raw: Raw
    record: Record


@dataclass(frozen=True)
class Delivery:
    """One consumer's way of applying records to its database."""

    name: str
    database: Database
    handler: Handler
    decode: Decoder
    on_parked: OnParked | None = None
    seal: Cipher | None = None
    unseal: Cipher | None = None

    async def apply(self, items: Sequence[Item]) -> None:
        """Apply records in order; raises only for the infrastructure's faults."""
        if not items:
            return
        try:
            await self._together(items)
        except Exception as error:
            if is_infrastructure(error):
                raise
            if len(items) == 1:
                await self._park(items[0], error)
                return
            middle = len(items) // 2
            await self.apply(items[:middle])
            await self.apply(items[middle:])

    async def retry_due(self) -> int:
        """Try the parked keys whose time has come; returns how many were cleared."""
        async with self.database.transaction() as session:
            keys = await inbox.due_keys(session, self.name, 20)
        return sum([await self.retry(key) for key in keys])

    async def retry(self, key: str) -> bool:
        """Apply a key's parked records in order until one fails; True if none is left."""
        while True:
            try:
                if await self._retry_head(key):
                    return True
            except Exception as error:
                if is_infrastructure(error):
                    raise
                await self._postpone(key, error)
                return False

    async def skip(self, key: str) -> bool:
        """Set aside a key's oldest parked record; False if none waits."""
        async with self.database.transaction() as session:
            await inbox.hold_key(session, self.name, key)
            head = await inbox.head_of(session, self.name, key)
            if head is None:
                return False
            await inbox.skip(session, head)
            await self._tell_if_clear(session, key)
        return True

    async def _together(self, items: Sequence[Item]) -> None:
        async with self.database.transaction() as session:
            records = [item.record for item in items]
            fresh = await inbox.take_in(session, self.name, records)
            waiting = await inbox.parked_among(session, self.name, {r.key for r in fresh})
            if waiting:
                await self._queue_behind(session, items, fresh, waiting)
                fresh = [record for record in fresh if record.key not in waiting]
            if fresh:
                await self._handle(session, fresh)

    async def _queue_behind(
        self,
        session: AsyncSession,
        items: Sequence[Item],
        fresh: Sequence[Record],
        waiting: Collection[str],
    ) -> None:
        for key in sorted(waiting):
            await inbox.hold_key(session, self.name, key)
        taken = {id(record) for record in fresh}
        for item in items:
            if id(item.record) in taken and item.record.key in waiting:
                await self._store(session, item, "waits behind a parked record of its key")
        if self.on_parked is not None:
            await self.on_parked(session, sorted(waiting), True)

    async def _park(self, item: Item, error: Exception) -> None:
        key = item.record.key
        async with self.database.transaction() as session:
            await inbox.hold_key(session, self.name, key)
            if not await inbox.take_in(session, self.name, [item.record]):
                return
            await self._store(session, item, describe(error))
            if self.on_parked is not None:
                await self.on_parked(session, [key], True)
        # Not the key: on the bank's topics it is the bank's own number.
        where = {"consumer": self.name, "topic": item.raw.topic, "offset": item.raw.offset}
        _log.warning("key parked", extra={**where, "error": describe(error)})

    async def _store(self, session: AsyncSession, item: Item, error: str) -> None:
        stored = replace(item.raw, value=self.sealed(item.raw.value or b""))
        await inbox.park(session, self.name, item.record.key, stored, error)

    async def _retry_head(self, key: str) -> bool:
        async with self.database.transaction() as session:
            await inbox.hold_key(session, self.name, key)
            head = await inbox.head_of(session, self.name, key)
            if head is None:
                return True
            value = head.raw.value or b""
            opened = self.unseal(value) if self.unseal is not None else value
            await self._handle(session, [self.decode(replace(head.raw, value=opened))])
            await inbox.clear(session, head)
            return await self._tell_if_clear(session, key)

    async def _tell_if_clear(self, session: AsyncSession, key: str) -> bool:
        if await inbox.is_parked(session, self.name, key):
            return False
        if self.on_parked is not None:
            await self.on_parked(session, [key], False)
        return True

    async def _postpone(self, key: str, error: Exception) -> None:
        async with self.database.transaction() as session:
            head = await inbox.head_of(session, self.name, key)
            if head is not None:
                seconds = min(_BACKOFF_SECONDS * 2 ** min(head.attempts, 10), _BACKOFF_MAX_SECONDS)
                await inbox.postpone(session, head, describe(error), seconds)

    async def _handle(self, session: AsyncSession, records: Sequence[Record]) -> None:
        session.info[TRACES] = {r.event_id: r.headers.get("traceparent", "") for r in records}
        await self.handler(session, records)

    def sealed(self, value: bytes) -> bytes:
        return self.seal(value) if self.seal is not None else value

    def read(self, raw: Raw) -> Item | Undecodable:
        try:
            return Item(raw, self.decode(raw))
        except Undecodable as error:
            return error
