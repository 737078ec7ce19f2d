"""Somebody vulnerable is treated otherwise: recorded with what it asks for, reviewed, and ended.

The treatment needs no diagnosis. Why somebody needs it is kept only with the person's consent, and
then under the person's own key.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict, Invalid, NotFound
from services.contact.commands import party as parties
from services.contact.commands.desk import Desk
from services.contact.commands.overdue import review_name
from services.contact.commands.party import Change, Locked, key_of, tell_change
from services.contact.domain.treatments import Treatment, written
from services.contact.store import customer, tasks
from services.contact.store.customer_rows import VulnerabilityRow
from services.contact.store.tables import PartyRow


@dataclass(frozen=True)
class RecordVulnerability:
    tenant: str
    party_id: str
    record_id: str
    category: str
    evidence: str
    may_keep: bool
    review_at: datetime
    treatment: Treatment
    by: str


@dataclass(frozen=True)
class EndVulnerability:
    tenant: str
    record_id: str
    reason: str
    by: str


@dataclass(frozen=True)
class ReviewVulnerability:
    """Somebody looked: the treatment goes on until it is looked at again."""

    tenant: str
    record_id: str
    next_review_at: datetime
    by: str


@dataclass(frozen=True)
class ShownVulnerability:
    row: VulnerabilityRow
    category: str
    evidence: str


async def record(
    session: AsyncSession, desk: Desk, command: RecordVulnerability, now: datetime
) -> ShownVulnerability:
    """Keep it once under its id; without consent only what is to be done.

    Raises `contact/unknown_party`, `contact/treatment_is_wrong` and
    `contact/vulnerability_differs`.
    """
    _check(command, now)
    party = await parties.lock(session, command.tenant, command.party_id)
    known = await customer.vulnerability(session, command.tenant, command.record_id)
    if known is not None:
        return _repeated(desk, command, party.row, known)
    key = await key_of(session, desk, party.row)
    row = VulnerabilityRow(
        tenant=command.tenant,
        record_id=command.record_id,
        party_id=command.party_id,
        may_keep=command.may_keep,
        review_at=command.review_at,
        treatment=written(command.treatment),
        recorded_by=command.by,
        recorded_at=now,
    )
    if command.may_keep:
        for field in ("category", "evidence"):
            told = getattr(command, field).encode()
            setattr(row, field, desk.vault.encrypt(key, told, _context(row, field)))
    await customer.add(session, row)
    await tell_change(session, party, Change("treatment", row.record_id), now)
    return _shown(desk, party.row, row)


async def review(
    session: AsyncSession, desk: Desk, command: ReviewVulnerability, now: datetime
) -> ShownVulnerability:
    """Keep who looked and when the next review is due; the same again changes nothing.

    Raises `contact/unknown_vulnerability` and `contact/treatment_is_wrong`.
    """
    known, party = await _locked(session, command.tenant, command.record_id)
    if known.ended_at is not None or command.next_review_at <= now:
        raise Invalid(
            "contact/treatment_is_wrong",
            f"Record {command.record_id!r} has ended, or its next review at "
            f"{command.next_review_at.isoformat()} is past; name a later one.",
        )
    if known.review_at != command.next_review_at:
        await tasks.close_of(session, known.tenant, review_name(known), command.by, now)
        known.review_at, known.raised_at = command.next_review_at, None
        known.reviewed_at, known.reviewed_by = now, command.by
        await session.flush()
        await tell_change(session, party, Change("treatment", known.record_id), now)
    return _shown(desk, party.row, known)


async def to_review(
    session: AsyncSession, tenant: str, before: datetime, limit: int
) -> list[VulnerabilityRow]:
    """Records in force that somebody must look at by an instant, the longest waiting first."""
    return await customer.to_review(session, tenant, before, limit)


async def end(session: AsyncSession, command: EndVulnerability, now: datetime) -> VulnerabilityRow:
    """Raises `contact/unknown_vulnerability`; ending it again changes nothing."""
    known, party = await _locked(session, command.tenant, command.record_id)
    if known.ended_at is None:
        known.ended_at, known.ended_by, known.end_reason = now, command.by, command.reason
        await session.flush()
        await tasks.close_of(session, known.tenant, review_name(known), command.by, now)
        change = Change("treatment", known.record_id, is_ended=True)
        await tell_change(session, party, change, now)
    return known


async def treatment_of(session: AsyncSession, tenant: str, party_id: str) -> Treatment:
    """What all records ask for together. Raises `contact/unknown_party`."""
    await parties.known(session, tenant, party_id)
    return await customer.treatment_of(session, party_id)


async def of_party(
    session: AsyncSession, desk: Desk, tenant: str, party_id: str
) -> list[ShownVulnerability]:
    """Raises `contact/unknown_party`."""
    party = await parties.known(session, tenant, party_id)
    return [_shown(desk, party, row) for row in await customer.vulnerabilities(session, party_id)]


async def _locked(
    session: AsyncSession, tenant: str, record_id: str
) -> tuple[VulnerabilityRow, Locked]:
    known = await customer.vulnerability(session, tenant, record_id)
    if known is None:
        raise NotFound(
            "contact/unknown_vulnerability",
            f"No record {record_id!r} of tenant {tenant!r} is kept; check its id.",
        )
    party = await parties.lock(session, tenant, known.party_id)
    await session.refresh(known)
    return known, party


def _check(command: RecordVulnerability, now: datetime) -> None:
    wrong = ""
    if not command.treatment.asks_for_something:
        wrong = "it asks for no treatment; say what is to be done otherwise."
    elif command.review_at <= now:
        wrong = f"its review at {command.review_at.isoformat()} is past; name a later one."
    if wrong:
        raise Invalid("contact/treatment_is_wrong", f"Record {command.record_id!r}: {wrong}")


def _repeated(
    desk: Desk, command: RecordVulnerability, party: PartyRow, known: VulnerabilityRow
) -> ShownVulnerability:
    shown = _shown(desk, party, known)
    told = (command.category, command.evidence) if command.may_keep else ("", "")
    same = (
        known.party_id == command.party_id
        and known.treatment == written(command.treatment)
        and (known.review_at == command.review_at or known.reviewed_at is not None)
        and known.may_keep == command.may_keep
        and (shown.category, shown.evidence) == told
    )
    if not same:
        raise Conflict(
            "contact/vulnerability_differs",
            f"Record {command.record_id!r} is kept with another content; use another id.",
        )
    return shown


def _shown(desk: Desk, party: PartyRow, row: VulnerabilityRow) -> ShownVulnerability:
    return ShownVulnerability(
        row, _opened(desk, party, row, "category"), _opened(desk, party, row, "evidence")
    )


def _opened(desk: Desk, party: PartyRow, row: VulnerabilityRow, field: str) -> str:
    sealed: bytes | None = getattr(row, field)
    if sealed is None:
        return ""
    assert party.subject_key is not None, "what is sealed lies under the person's key"
    return desk.vault.decrypt(party.subject_key, sealed, _context(row, field)).decode()


def _context(row: VulnerabilityRow, field: str) -> str:
    return f"vulnerability/{field}/{row.tenant}/{row.record_id}"
