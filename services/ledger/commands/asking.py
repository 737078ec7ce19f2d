"""What may be asked of the ledger; each question is answered in the caller's transaction."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from google.protobuf.json_format import MessageToDict
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import NotFound
from chassis.inbox import parse
from events.v1.ledger_pb2 import PositionChanged
from interfaces.tenant import Tenant
from services.ledger.store import chains, reading
from services.ledger.store.tables import LoanRow, RecordRow


@dataclass(frozen=True)
class LoanPosition:
    """A position as it is now; `version` is that of the event that last told of it."""

    loan_id: str
    version: int
    grace_ends_at: datetime | None
    content: PositionChanged


@dataclass(frozen=True)
class JournalEntry:
    account: str
    currency: str
    amount_minor: int


@dataclass(frozen=True)
class PostedJournal:
    number: int
    key: str
    kind: str
    fact_id: str
    effective_on: date
    recorded_at: datetime
    reverses: str | None
    entries: tuple[JournalEntry, ...]


@dataclass(frozen=True)
class HistoryRecord:
    """One event of a loan: its envelope as recorded, its content as JSON, and its chain's hash."""

    seq: int
    envelope: Mapping[str, str | int]
    content: Mapping[str, object]
    digest: str


async def position_of(session: AsyncSession, tenant: Tenant, loan_id: str) -> LoanPosition:
    """May reject with `ledger/unknown_loan`."""
    row = await reading.loan(session, tenant.name, loan_id)
    if row is None or not row.position:
        raise _unknown(tenant, loan_id)
    return _position(row)


async def positions_after(
    session: AsyncSession, tenant: Tenant, after: str, at_most: int
) -> list[LoanPosition]:
    rows = await reading.loans_after(session, tenant.name, after, at_most)
    return [_position(row) for row in rows]


async def journals_of(
    session: AsyncSession, tenant: Tenant, loan_id: str, after: int, at_most: int
) -> list[PostedJournal]:
    """May reject with `ledger/unknown_loan`."""
    if await reading.loan(session, tenant.name, loan_id) is None:
        raise _unknown(tenant, loan_id)
    found = await reading.journals(session, loan_id, after, at_most)
    return [_journal(each) for each in found]


async def history_of(
    session: AsyncSession, tenant: Tenant, loan_id: str, after: int, at_most: int
) -> list[HistoryRecord]:
    """May reject with `ledger/unknown_loan`."""
    rows = await chains.records(session, tenant.name, loan_id, after, at_most)
    if not rows and not await chains.is_known(session, tenant.name, loan_id):
        raise _unknown(tenant, loan_id)
    return [_record(row) for row in rows]


async def imbalance(session: AsyncSession, tenant: Tenant) -> dict[str, int]:
    """Per currency, what all entries sum to; the tenant's own currency is always named."""
    return {tenant.currency: 0, **await reading.imbalance(session, tenant.name)}


def _position(row: LoanRow) -> LoanPosition:
    content = PositionChanged.FromString(row.position)
    return LoanPosition(row.loan_id, row.version, row.grace_ends_at, content)


def _journal(found: reading.JournalWithEntries) -> PostedJournal:
    row = found.journal
    return PostedJournal(
        number=row.number,
        key=row.key,
        kind=row.kind,
        fact_id=row.fact_id,
        effective_on=row.effective_on,
        recorded_at=row.recorded_at,
        reverses=row.reverses,
        entries=tuple(
            JournalEntry(entry.account, entry.currency, entry.amount_minor)
            for entry in found.entries
        ),
    )


def _record(row: RecordRow) -> HistoryRecord:
    envelope = json.loads(row.envelope)
    body = parse(envelope["type"], row.value)
    content = MessageToDict(body, preserving_proto_field_name=True)
    return HistoryRecord(row.seq, envelope, content, row.digest.hex())


def _unknown(tenant: Tenant, loan_id: str) -> NotFound:
    return NotFound(
        "ledger/unknown_loan",
        f"The ledger knows no loan {loan_id[:64]!r} of tenant {tenant.name}; use the id that "
        "intake gave it, not the bank's own number.",
    )
