"""What facts and people have in common: known or new by event id, counted once, quarantined."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Generic

from sqlalchemy.ext.asyncio import AsyncSession

from events.v1.bank_pb2 import BankFact, BankPerson
from services.intake.commands.desk import Content, Desk, Entry, Reading, Submission
from services.intake.domain.facts import DUPLICATE, Disposition, Kind, Verdict, refused
from services.intake.store import quarantine, receipts
from services.intake.store.quarantine import NewEntry, Quarantined, RefusedAgain, Settlement
from services.intake.store.receipts import RECEIVED, EventKey, Receipt, Resolution


@dataclass(frozen=True)
class Resolving:
    """Who brings an entry back out of quarantine, how and why."""

    status: str = quarantine.REPLAYED
    by: str = "intake"
    why: str = "the loan was registered"


def out_of_quarantine(kept: Quarantined, message: BankFact | BankPerson, desk: Desk) -> Submission:
    """A quarantined message, or its correction, to be judged again."""
    return Submission(
        cause=f"quarantine/{kept.quarantine_id}",
        message=message,
        tenant=kept.tenant if kept.tenant in desk.tenants else "",
        quarantine_id=kept.quarantine_id,
        counted_under=kept.tenant,
    )


class Receipts(Generic[Content]):
    """The receipts of one batch: those known before, and those its entries add."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind
        self._known: dict[EventKey, Receipt] = {}
        self._clashes: set[tuple[str, str, bytes]] = set()
        self._entries: list[Entry[Content]] = []
        self._fresh: set[EventKey] = set()

    async def load(self, session: AsyncSession, readings: Collection[Reading[Content]]) -> None:
        keys = {reading.event_key for reading in readings} - self._known.keys()
        if not keys:
            return
        found = await receipts.find(session, self._kind, keys)
        self._known |= found
        self._clashes |= await quarantine.known_contents(session, self._kind, found.keys())

    def repetition(self, reading: Reading[Content]) -> Verdict | None:
        """A verdict if the event id came before: with this content, or with another."""
        known = self._known.get(reading.event_key)
        coming_back = reading.submission.quarantine_id
        if known is None:
            return None
        if known.quarantine_id is not None and known.quarantine_id == coming_back:
            return None
        if known.content == reading.digest:
            return DUPLICATE
        if coming_back is None and self._was_quarantined(reading):
            return DUPLICATE
        return refused(
            "event_id_reused",
            "An event with this event_id came before and said something else; every event needs "
            "an id of its own.",
        )

    def enter(
        self, reading: Reading[Content], verdict: Verdict, subject_id: str | None
    ) -> Entry[Content]:
        """Note what became of a reading."""
        quarantine_id = reading.submission.quarantine_id
        if verdict.refusal is not None and quarantine_id is None:
            quarantine_id = uuid.uuid4().hex
        entry = Entry(reading, verdict, subject_id, quarantine_id)
        self._entries.append(entry)
        if verdict.refusal is not None:
            self._clashes.add((*reading.event_key, reading.digest))
        if reading.event_key not in self._known:
            self._fresh.add(reading.event_key)
        if reading.event_key not in self._known or self._owns(entry):
            self._known[reading.event_key] = _receipt(entry)
        return entry

    async def save(self, session: AsyncSession, desk: Desk, resolving: Resolving) -> None:
        """Write receipts, quarantine and tally; nothing else follows in the transaction."""
        entering = [entry for entry in self._entries if not entry.is_reconsidered]
        leaving = [e for e in self._entries if e.is_reconsidered and e.verdict.refusal is None]
        staying = [e for e in self._entries if e.is_reconsidered and e.verdict.refusal is not None]
        fresh = [self._known[key] for key in self._fresh]
        await receipts.resolve(session, [_resolution(entry) for entry in leaving])
        await receipts.save(session, self._kind, fresh, desk.at)
        new = [self._quarantined(entry, desk) for entry in entering if entry.verdict.refusal]
        await quarantine.save(session, self._kind, new, desk.at)
        await quarantine.restate(session, [_restated(entry) for entry in staying])
        settled = [
            Settlement(e.quarantine_id or "", resolving.status, resolving.by, resolving.why)
            for e in leaving
        ]
        await quarantine.settle(session, settled, desk.at)
        await receipts.count(session, self._kind, _changes(entering, leaving))

    def _was_quarantined(self, reading: Reading[Content]) -> bool:
        return (*reading.event_key, reading.digest) in self._clashes

    def _owns(self, entry: Entry[Content]) -> bool:
        """Whether the receipt under this event id is that of the entry's own first coming."""
        known = self._known[entry.reading.event_key]
        return known.quarantine_id is not None and known.quarantine_id == entry.quarantine_id

    def _quarantined(self, entry: Entry[Content], desk: Desk) -> NewEntry:
        reading = entry.reading
        assert entry.verdict.refusal is not None and entry.quarantine_id is not None
        return NewEntry(
            quarantine_id=entry.quarantine_id,
            tenant=reading.tenant,
            event_id=reading.event_id,
            subject_ref=reading.subject_ref,
            subject_id=entry.subject_id,
            content=reading.digest,
            sealed=desk.seals.quarantine(reading.submission.message.SerializeToString()),
            refusal=entry.verdict.refusal,
        )


def _receipt(entry: Entry[Content]) -> Receipt:
    reading, verdict = entry.reading, entry.verdict
    return Receipt(
        tenant=reading.tenant,
        event_id=reading.event_id,
        content=reading.digest,
        disposition=verdict.disposition,
        subject_id=entry.subject_id,
        quarantine_id=entry.quarantine_id if verdict.refusal is not None else None,
    )


def _resolution(entry: Entry[Content]) -> Resolution:
    reading = entry.reading
    return Resolution(
        quarantine_id=entry.quarantine_id or "",
        event_id=reading.event_id,
        content=reading.digest,
        disposition=entry.verdict.disposition,
        subject_id=entry.subject_id,
    )


def _restated(entry: Entry[Content]) -> RefusedAgain:
    assert entry.verdict.refusal is not None and entry.quarantine_id is not None
    return RefusedAgain(entry.quarantine_id, entry.subject_id, entry.verdict.refusal)


def _changes(
    entering: Sequence[Entry[Content]], leaving: Sequence[Entry[Content]]
) -> Counter[tuple[str, str]]:
    changes: Counter[tuple[str, str]] = Counter()
    for entry in entering:
        changes[entry.reading.tenant, RECEIVED] += 1
    for entry in leaving:
        before = entry.reading.submission.counted_under
        changes[before, Disposition.QUARANTINED.value] -= 1
        changes[before, RECEIVED] -= 1
        changes[entry.reading.tenant, RECEIVED] += 1
    for judged in [*entering, *leaving]:
        changes[judged.reading.tenant, judged.verdict.disposition.value] += 1
    return changes
