"""Look after the quarantine: judge an entry again, put a correction in its place, give it up."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from google.protobuf import json_format
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Conflict, Invalid, NotFound
from events.v1.bank_pb2 import BankFact, BankPerson
from services.intake.commands import facts, people
from services.intake.commands.desk import Desk, Outcome, Submission
from services.intake.commands.receipts import Resolving, out_of_quarantine
from services.intake.domain.facts import Disposition, Kind
from services.intake.settings import ACCEPTED_TOPIC, SEALED_TOPIC
from services.intake.store import quarantine
from services.intake.store.quarantine import Quarantined, Settlement


@dataclass(frozen=True)
class EntryOf:
    tenant: str
    quarantine_id: str


@dataclass(frozen=True)
class Page:
    """Entries of a tenant after a sequence number; of any status if None."""

    tenant: str
    status: str | None
    after: int
    limit: int


@dataclass(frozen=True)
class GivingUp:
    entry: EntryOf
    by: str
    reason: str


@dataclass(frozen=True)
class Shown:
    """An entry as people see it; `fact` only when it is asked for alone, and never a person."""

    quarantine_id: str
    seq: int
    kind: Kind
    event_id: str
    subject_ref: str
    code: str
    reason: str
    status: str
    received_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    resolution: str | None
    fact: dict[str, object] | None = None


async def list_entries(session: AsyncSession, asked: Page) -> list[Shown]:
    kept = await quarantine.page(session, asked.tenant, asked.status, asked.after, asked.limit)
    return [_shown(entry) for entry in kept]


async def show_entry(session: AsyncSession, desk: Desk, entry: EntryOf) -> Shown:
    """An entry with the fact it holds; a person's data are not shown, not even here."""
    kept = await _entry(session, entry)
    if kept.kind != Kind.FACT:
        return _shown(kept)
    message = BankFact.FromString(desk.seals.open_quarantine(kept.sealed))
    fact = json_format.MessageToDict(message, preserving_proto_field_name=True)
    return replace(_shown(kept), fact=fact)


async def replay_entry(session: AsyncSession, desk: Desk, entry: EntryOf, by: str) -> Outcome:
    """Judge an entry's content again; refused again, it stays, with the reason of today."""
    kept = await _claim(session, entry)
    reopened = (facts if kept.kind == Kind.FACT else people).reopened(kept, desk)
    resolving = Resolving(quarantine.REPLAYED, by, "replayed")
    return await _judge(session, desk, kept, reopened, resolving)


async def replace_entry(
    session: AsyncSession, desk: Desk, entry: EntryOf, corrected: BankFact | BankPerson
) -> Outcome:
    """Accept a corrected whole in an entry's place; raises Invalid if it is refused too."""
    kept = await _claim(session, entry)
    submission = out_of_quarantine(kept, corrected, desk)
    resolving = Resolving(quarantine.REPLACED, "http", "replaced by a corrected one")
    outcome = await _judge(session, desk, kept, submission, resolving)
    if outcome.status is Disposition.QUARANTINED:
        raise Invalid(
            outcome.code or "",
            f"The correction is refused too, and the entry is unchanged: {outcome.reason}",
            quarantine_id=entry.quarantine_id,
        )
    return outcome


async def discard_entry(session: AsyncSession, desk: Desk, giving_up: GivingUp) -> Shown:
    """Give an entry up; it stays counted as quarantined. Returns it as it is now."""
    kept = await _claim(session, giving_up.entry)
    settlement = Settlement(
        kept.quarantine_id, quarantine.DISCARDED, giving_up.by, giving_up.reason
    )
    await quarantine.settle(session, [settlement], desk.at)
    await session.refresh(kept)
    return _shown(kept)


async def kind_of(session: AsyncSession, entry: EntryOf) -> Kind:
    return Kind((await _entry(session, entry)).kind)


async def _judge(
    session: AsyncSession,
    desk: Desk,
    kept: Quarantined,
    submission: Submission,
    resolving: Resolving,
) -> Outcome:
    accept = facts.accept_facts if kept.kind == Kind.FACT else people.accept_people
    (outcome,) = await accept(session, desk, [submission], resolving)
    return outcome


async def _claim(session: AsyncSession, entry: EntryOf) -> Quarantined:
    """The entry, locked and still waiting; its stream first, as everywhere."""
    kept = await _entry(session, entry)
    if kept.subject_id is not None:
        topic = ACCEPTED_TOPIC if kept.kind == Kind.FACT else SEALED_TOPIC
        await outbox.lock(session, topic, [kept.subject_id])
    if not await quarantine.is_waiting(session, entry.quarantine_id):
        raise Conflict(
            "intake/quarantine_settled",
            f"Quarantine entry {entry.quarantine_id} is settled already; nothing is left to do.",
        )
    return kept


async def _entry(session: AsyncSession, entry: EntryOf) -> Quarantined:
    kept = await quarantine.get(session, entry.tenant, entry.quarantine_id)
    if kept is None:
        raise NotFound(
            "intake/no_such_entry",
            f"No quarantine entry {entry.quarantine_id[:64]} of tenant {entry.tenant}; list them "
            f"at /v1/{entry.tenant}/quarantine.",
        )
    return kept


def _shown(kept: Quarantined) -> Shown:
    return Shown(
        quarantine_id=kept.quarantine_id,
        seq=kept.seq,
        kind=Kind(kept.kind),
        event_id=kept.event_id,
        subject_ref=kept.subject_ref,
        code=kept.code,
        reason=kept.reason,
        status=kept.status,
        received_at=kept.received_at,
        resolved_at=kept.resolved_at,
        resolved_by=kept.resolved_by,
        resolution=kept.resolution,
    )
