"""What may be deleted and what not yet, and deletion itself, which leaves a receipt.

Verdicts are listed but never deleted, nor anything the histories are chained over.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict, Invalid, NotFound
from interfaces.tenant import Tenant
from interfaces.values import Disposition
from services.contact.commands.desk import Desk
from services.contact.domain.retention import Kept, RecordKind, Retention, retention, years_after
from services.contact.store import retention as store
from services.contact.store.retention import LegalHoldRow, LoanRecord, RecordingRow, StoredRecord

# A current loan still runs, and a charge-off is no forgiveness; a sold debt is owed to another.
_CLEARED = frozenset({Disposition.CLOSED, Disposition.SOLD})
_VERDICT_ID = re.compile(r"[0-9]{0,18}")


@dataclass(frozen=True)
class RetentionRule:
    """The years a rule asks for, from the record or from the last collection activity."""

    years: int
    counts_from_last_activity: bool = False


@dataclass(frozen=True)
class Listing:
    """What is asked: a page of one kind of records, judged on a day."""

    tenant: str
    kind: RecordKind
    on: date
    after: str
    limit: int


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


@dataclass(frozen=True)
class PlaceLegalHold:
    tenant: str
    legal_hold_id: str
    loan_id: str
    reason: str
    by: str


async def due(
    session: AsyncSession, desk: Desk, listing: Listing, rule: RetentionRule
) -> list[DueRecord]:
    """A page of records, each with the first day it may be deleted, or what it waits for.

    Raises `contact/page_is_wrong`.
    """
    if listing.kind is RecordKind.VERDICT and not _VERDICT_ID.fullmatch(listing.after):
        raise Invalid(
            "contact/page_is_wrong",
            f"No verdict has the id {listing.after!r}; begin after the last record_id listed.",
        )
    tenant = desk.tenants.get(listing.tenant)
    found = await store.records(session, listing.tenant, listing.kind, listing.after, listing.limit)
    loans = await store.loans(session, {loan for record in found for loan in record.loan_ids})
    return [_judged(tenant, record, loans, rule, listing.on) for record in found]


async def delete_recordings(
    session: AsyncSession, desk: Desk, command: DeleteRecordings, rule: RetentionRule, now: datetime
) -> list[RecordingRow]:
    """Keep a receipt for each deletion; all may go or none does.

    Raises `contact/unknown_recording` and `contact/recording_is_kept`.
    """
    tenant = desk.tenants.get(command.tenant)
    rows = await store.recordings_named(session, command.tenant, command.references)
    unknown = sorted(set(command.references) - {row.reference for row in rows})
    if unknown:
        raise NotFound("contact/unknown_recording", f"No recording {unknown[0]!r} is kept.")
    on = now.astimezone(ZoneInfo(tenant.zone)).date()
    loans = await store.loans(session, {loan for row in rows for loan in row.loan_ids})
    for row in rows:
        if row.deleted_at is not None:
            continue
        record = StoredRecord(
            RecordKind.RECORDING, row.reference, tuple(row.loan_ids), row.recorded_at
        )
        judged = _judged(tenant, record, loans, rule, on)
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
    """Keep everything about a loan; raises `contact/legal_hold_differs`."""
    known = await store.legal_hold(session, command.tenant, command.legal_hold_id)
    if known is not None:
        if (known.loan_id, known.reason) == (command.loan_id, command.reason):
            return known
        raise Conflict(
            "contact/legal_hold_differs",
            f"Legal hold {command.legal_hold_id!r} is kept with another content; use another id.",
        )
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


def _judged(
    tenant: Tenant,
    record: StoredRecord,
    loans: Mapping[str, LoanRecord],
    rule: RetentionRule,
    on: date,
) -> DueRecord:
    """A record about several loans is kept as long as the longest of them asks."""
    each = [_of_loan(tenant, record, loans[loan_id], rule) for loan_id in record.loan_ids]
    longest = _longest(each)
    is_proof = record.kind is RecordKind.VERDICT
    if is_proof:
        longest = Retention(None, "verdicts prove what was done and refrained from")
    return DueRecord(record, longest, longest.is_over(on))


def _of_loan(
    tenant: Tenant, record: StoredRecord, loan: LoanRecord, rule: RetentionRule
) -> Retention:
    zone = ZoneInfo(tenant.zone)
    active_at = max(filter(None, (record.at, loan.last_activity_at)))
    counted = active_at if rule.counts_from_last_activity else record.at
    return retention(
        Kept(
            counts_from=counted.astimezone(zone).date(),
            years=rule.years,
            is_debt_cleared=loan.disposition in _CLEARED,
            limitation_ends_on=_limitation_end(tenant, loan, active_at.astimezone(zone).date()),
            legal_holds=loan.legal_holds,
        )
    )


def _limitation_end(tenant: Tenant, loan: LoanRecord, active_on: date) -> date:
    """The latest day it can end, as far as contact knows: every act may have begun it anew. The
    legal service keeps the exact clock; this one never ends before it."""
    product = tenant.product(loan.product)
    known = [product] if product is not None else list(tenant.products.values())
    years = max((each.limitation_years for each in known), default=0)
    return years_after(max(filter(None, (active_on, loan.as_of))), years)


def _longest(found: Sequence[Retention]) -> Retention:
    endless = next((each for each in found if each.until is None), None)
    return endless or max(found, key=lambda each: each.until or date.max)
