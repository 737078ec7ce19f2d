"""What others tell changes claims, limitation and matters; whole batches at a time."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from interfaces.tenant import Tenant
from interfaces.values import ClosingReason, Disposition
from services.legal import store
from services.legal.commands import keeping
from services.legal.commands.keeping import Moment
from services.legal.domain.limitation import InterruptionKind
from services.legal.domain.matters import BY_CLOSING, BY_DISPOSITION, Ending
from services.legal.settings import TOPIC
from services.legal.store import MatterRow


@dataclass(frozen=True)
class LoanSeen:
    loan_id: str
    tenant: str
    version: int
    at: datetime
    disposition: Disposition
    product: str
    oldest_due_on: date | None
    last_instalment_due_on: date | None
    is_accelerated: bool


@dataclass(frozen=True)
class InterruptionSeen:
    """`is_void`: the payment behind it was undone."""

    loan_id: str
    evidence: str
    kind: InterruptionKind
    on: date
    is_void: bool = False


@dataclass(frozen=True)
class EpisodeEnded:
    loan_id: str
    episode: int
    reason: ClosingReason


@dataclass(frozen=True)
class Heard:
    """The latest word on a loan in a batch."""

    tenant: str
    at: datetime
    cause: str


@dataclass
class Batch:
    loans: list[LoanSeen] = field(default_factory=list)
    interruptions: list[InterruptionSeen] = field(default_factory=list)
    endings: list[EpisodeEnded] = field(default_factory=list)
    heard: dict[str, Heard] = field(default_factory=dict)


async def take_in(session: AsyncSession, batch: Batch, tenant_of: Callable[[str], Tenant]) -> None:
    """Store the facts, then bring the matters under way up to them. Streams are locked by loan,
    so no matter can be opened in between unnoticed."""
    loan_ids = list(batch.heard)
    await outbox.lock(session, TOPIC, loan_ids)
    await _store(session, batch)
    for loan_id, row in sorted((await store.open_matters(session, loan_ids)).items()):
        heard = batch.heard[loan_id]
        moment = Moment(heard.at, tenant_of(heard.tenant), heard.cause)
        ending = _ending(row, batch)
        if ending is not None:
            await keeping.end(session, row, ending, moment)
            continue
        before = row.limitation_expires_on
        await keeping.renew_limitation(session, row, moment)
        if row.limitation_expires_on != before:
            await keeping.publish(session, row, moment)


async def _store(session: AsyncSession, batch: Batch) -> None:
    if batch.loans:
        await store.upsert_claims(session, _newest(batch.loans))
    if batch.interruptions:
        rows: list[dict[str, object]] = [
            {
                "loan_id": seen.loan_id,
                "evidence": seen.evidence,
                "kind": seen.kind,
                "on_day": seen.on.isoformat(),
                "is_void": seen.is_void,
            }
            for seen in batch.interruptions
        ]
        await store.note_interruptions(session, rows)


def _newest(loans: list[LoanSeen]) -> list[dict[str, object]]:
    """The newest position of each loan; a loan seen overdue keeps that due date if a later
    position of the same batch owes nothing."""
    newest: dict[str, dict[str, object]] = {}
    for seen in sorted(loans, key=lambda seen: seen.version):
        earlier = newest.get(seen.loan_id, {}).get("oldest_due_on")
        newest[seen.loan_id] = {
            "loan_id": seen.loan_id,
            "tenant": seen.tenant,
            "product": seen.product,
            "position_version": seen.version,
            "disposition": seen.disposition,
            "accepted_at": seen.at.isoformat(),
            "oldest_due_on": _iso(seen.oldest_due_on) or earlier,
            "last_instalment_due_on": _iso(seen.last_instalment_due_on),
            "is_accelerated": seen.is_accelerated,
        }
    return list(newest.values())


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


def _ending(row: MatterRow, batch: Batch) -> Ending | None:
    """A position accepted before the matter was opened is old news arriving late; what it says
    is looked at again when the matter's deadline comes."""
    for closed in batch.endings:
        if closed.loan_id == row.loan_id and row.episode <= closed.episode:
            return Ending(BY_CLOSING[closed.reason], f"the case closed as {closed.reason}")
    for seen in batch.loans:
        outcome = BY_DISPOSITION.get(seen.disposition)
        if seen.loan_id == row.loan_id and outcome is not None and seen.at >= row.opened_at:
            return Ending(outcome, f"the loan is {seen.disposition}")
    return None
