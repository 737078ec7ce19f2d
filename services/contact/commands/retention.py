"""What may be deleted and what not yet, and deletion itself, which leaves a receipt.

Verdicts are listed but never deleted, nor anything the histories are chained over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Conflict, Invalid, NotFound
from interfaces.tenant import Tenant
from interfaces.values import Disposition
from services.contact.commands import queries
from services.contact.commands.desk import Desk
from services.contact.domain.law.retention import (
    Kept,
    Longer,
    RecordKind,
    Retention,
    RetentionRule,
    retention,
    years_after,
)
from services.contact.settings import TOPIC
from services.contact.store import retention as store
from services.contact.store.retention import LegalHoldRow, LoanRecord, RecordingRow, StoredRecord

_VERDICT_ID = re.compile(r"[0-9]{0,18}")


@dataclass(frozen=True)
class Listing:
    """What is asked: a page of one kind of records, judged on a day."""

    tenant: str
    kind: RecordKind
    on: date
    after: str
    limit: int
    wish: Longer | None = None


@dataclass(frozen=True)
class DueRecord:
    record: StoredRecord
    retention: Retention
    may_be_deleted: bool


@dataclass(frozen=True)
class DeleteRecordings:
    """Somebody deleted the sound of these recordings, and proves it."""

    tenant: str
    references: tuple[str, ...]
    evidence: str
    by: str
    wish: Longer | None = None


@dataclass(frozen=True)
class _Judge:
    """By what a tenant's records are judged: its packs' rules, and a wish beyond them."""

    tenant: Tenant
    rules: tuple[RetentionRule, ...]
    wish: Longer | None
    on: date


@dataclass(frozen=True)
class PlaceLegalHold:
    tenant: str
    legal_hold_id: str
    loan_id: str
    reason: str
    by: str


async def due(session: AsyncSession, desk: Desk, listing: Listing) -> list[DueRecord]:
    """A page of records, each with the first day it may be deleted, or what it waits for.

    Raises `contact/page_is_wrong`.
    """
    if listing.kind is RecordKind.VERDICT and not _VERDICT_ID.fullmatch(listing.after):
        raise Invalid(
            "contact/page_is_wrong",
            f"No verdict has the id {listing.after!r}; begin after the last record_id listed.",
        )
    judge = _judge_of(desk, listing.tenant, listing.wish, listing.on)
    found = await store.records(session, listing.tenant, listing.kind, listing.after, listing.limit)
    named = {loan for record in found for loan in record.loan_ids}
    loans = await store.loans(session, named, desk.clock.now())
    return [_judged(judge, record, loans) for record in found]


async def delete_recordings(
    session: AsyncSession, desk: Desk, command: DeleteRecordings, now: datetime
) -> list[RecordingRow]:
    """Keep a receipt for each deletion; all may go or none does.

    Raises `contact/unknown_recording` and `contact/recording_is_kept`.
    """
    tenant = desk.tenants.get(command.tenant)
    about = await store.loans_of_recordings(session, command.tenant, command.references)
    # A hold, a complaint or a dispute takes the same locks: it is seen here, or it comes after.
    await outbox.lock(session, TOPIC, about)
    rows = await store.recordings_named(session, command.tenant, command.references)
    unknown = sorted(set(command.references) - {row.reference for row in rows})
    if unknown:
        raise NotFound("contact/unknown_recording", f"No recording {unknown[0]!r} is kept.")
    judge = _judge_of(desk, tenant.name, command.wish, now.astimezone(ZoneInfo(tenant.zone)).date())
    loans = await store.loans(session, about, now)
    for row in rows:
        if row.deleted_at is not None:
            continue
        record = StoredRecord(
            RecordKind.RECORDING, row.reference, tuple(row.loan_ids), row.recorded_at
        )
        judged = _judged(judge, record, loans)
        if not judged.may_be_deleted:
            until = judged.retention.until or "further notice"
            raise Conflict(
                "contact/recording_is_kept",
                f"Recording {row.reference!r} is kept until {until}: {judged.retention.because}.",
            )
        row.deleted_at, row.deleted_by, row.evidence = now, command.by, command.evidence
        row.kept_until, row.because = judged.retention.until, judged.retention.because
    await session.flush()
    return rows


async def place_legal_hold(
    session: AsyncSession, command: PlaceLegalHold, now: datetime
) -> LegalHoldRow:
    """Keep everything about a loan; raises `contact/unknown_loan` and
    `contact/legal_hold_differs`."""
    await outbox.lock(session, TOPIC, [command.loan_id])
    known = await store.legal_hold(session, command.tenant, command.legal_hold_id)
    if known is not None:
        if (known.loan_id, known.reason) == (command.loan_id, command.reason):
            return known
        raise Conflict(
            "contact/legal_hold_differs",
            f"Legal hold {command.legal_hold_id!r} is kept with another content; use another id.",
        )
    # On a mistyped loan it would hold nothing, and nobody would know.
    await queries.standing_of(session, command.tenant, command.loan_id)
    row = LegalHoldRow(
        tenant=command.tenant,
        legal_hold_id=command.legal_hold_id,
        loan_id=command.loan_id,
        reason=command.reason,
        placed_by=command.by,
        placed_at=now,
    )
    await store.add_legal_hold(session, row)
    return row


async def end_legal_hold(
    session: AsyncSession, tenant: str, legal_hold_id: str, by: str, now: datetime
) -> LegalHoldRow:
    """Raises `contact/unknown_legal_hold`; ending it again changes nothing."""
    row = await store.legal_hold(session, tenant, legal_hold_id)
    if row is None:
        raise NotFound("contact/unknown_legal_hold", f"No legal hold {legal_hold_id!r} is kept.")
    if row.ended_at is None:
        row.ended_at, row.ended_by = now, by
        await session.flush()
    return row


def _judge_of(desk: Desk, tenant: str, wish: Longer | None, on: date) -> _Judge:
    """All packs of the tenant are asked: a record may be about loans of several products."""
    its = desk.tenants.get(tenant)
    at = datetime.combine(on, time.min, UTC)
    rules = [rule for name in its.law for rule in desk.law.find(name, at).retention]
    return _Judge(its, tuple(rules), wish, on)


def _judged(judge: _Judge, record: StoredRecord, loans: Mapping[str, LoanRecord]) -> DueRecord:
    """A record about several loans is kept as long as the longest of them asks."""
    each = [_of_loan(judge, record, loans[loan_id]) for loan_id in record.loan_ids]
    longest = _longest(each)
    if record.kind is RecordKind.VERDICT:
        longest = Retention(None, "verdicts prove what was done and refrained from")
    return DueRecord(record, longest, longest.is_over(judge.on))


def _of_loan(judge: _Judge, record: StoredRecord, loan: LoanRecord) -> Retention:
    zone = ZoneInfo(judge.tenant.zone)
    active_at = max(filter(None, (record.at, loan.last_activity_at)))
    active_on = active_at.astimezone(zone).date()
    kept = Kept(
        recorded_on=record.at.astimezone(zone).date(),
        last_activity_on=active_on,
        cleared_on=_cleared_on(loan, zone),
        limitation_ends_on=_limitation_end(judge.tenant, loan, active_on),
        needed_for=loan.needed_for,
    )
    return retention(judge.rules, kept, judge.wish)


def _cleared_on(loan: LoanRecord, zone: ZoneInfo) -> date | None:
    """A current loan still runs, a charge-off is no forgiveness, and a sold debt is still owed: to
    another, who may need the record."""
    if loan.disposition != Disposition.CLOSED or loan.changed_at is None:
        return None
    return loan.as_of or loan.changed_at.astimezone(zone).date()


def _limitation_end(tenant: Tenant, loan: LoanRecord, active_on: date) -> date:
    """The latest day it can end, as far as contact knows: every act may have begun it anew. The
    legal service keeps the exact clock; this one never ends before it. The tenant's years only
    lengthen what its packs ask for."""
    product = tenant.product(loan.product)
    known = [product] if product is not None else list(tenant.products.values())
    years = max((each.limitation_years for each in known), default=0)
    return years_after(max(filter(None, (active_on, loan.as_of))), years)


def _longest(found: Sequence[Retention]) -> Retention:
    if not found:
        return Retention(None, "it names no loan by which it could be judged")
    endless = next((each for each in found if each.until is None), None)
    return endless or max(found, key=lambda each: each.until or date.max)
