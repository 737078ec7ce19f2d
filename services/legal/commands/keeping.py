"""A matter's state as it is kept, and how each change of it is told to the world."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import NotFound
from chassis.outbox import Event
from events.v1.legal_pb2 import MatterChanged
from interfaces.facts import Matter
from interfaces.tenant import Tenant
from interfaces.values import MatterStatus
from services.legal import store
from services.legal.domain import matters
from services.legal.domain.limitation import Claim, Interruption, InterruptionKind, expires_on
from services.legal.domain.matters import Ending
from services.legal.settings import TOPIC
from services.legal.store import ClaimRow, MatterRow


@dataclass(frozen=True)
class Moment:
    """When something happens to a matter, by which tenant's rules, and what caused it."""

    at: datetime
    tenant: Tenant
    cause: str

    @property
    def today(self) -> date:
        return matters.local_date(self.at, self.tenant.zone)


async def find_locked(session: AsyncSession, tenant: str, matter_id: str) -> MatterRow:
    """Locks the loan's stream, then reads; raises `legal/unknown_matter`."""
    loan_id = await store.loan_of(session, tenant, matter_id)
    if loan_id is not None:
        await outbox.lock(session, TOPIC, [loan_id])
        row = await store.matter(session, matter_id)
        if row is not None:
            return row
    raise NotFound(
        "legal/unknown_matter", f"Tenant {tenant} has no matter {matter_id}; list the matters."
    )


async def enter(
    session: AsyncSession, row: MatterRow, status: MatterStatus, because: str, moment: Moment
) -> None:
    """Take a milestone, with what it brings: its deadline, and what it does to limitation."""
    row.status, row.because = status, because
    row.deadline_at = matters.first_deadline(status, moment.at, moment.tenant.zone)
    if status is MatterStatus.ORDERED:
        row.ordered_on = moment.today
    if status is MatterStatus.FILED:
        suit = _suit(row.loan_id, f"{row.matter_id}/filed", moment.today)
        await store.note_interruptions(session, [suit])
        await renew_limitation(session, row, moment)


async def end(session: AsyncSession, row: MatterRow, ending: Ending, moment: Moment) -> Matter:
    row.outcome = ending.outcome
    await enter(session, row, MatterStatus.ENDED, ending.because, moment)
    return await publish(session, row, moment)


async def renew_limitation(session: AsyncSession, row: MatterRow, moment: Moment) -> None:
    claim = await store.claim(session, row.loan_id)
    known = (await store.interruptions(session, [row.loan_id]))[row.loan_id]
    row.limitation_expires_on = limitation(claim, known, moment.tenant, row.given_expires_on)


def limitation(
    claim: ClaimRow | None,
    interruptions: list[Interruption],
    tenant: Tenant,
    given: date | None,
) -> date | None:
    """The later of what the case knows and what legal knows: each may have heard of an
    interruption that the other has not."""
    product = None if claim is None else tenant.product(claim.product)
    own = None
    if claim is not None and product is not None:
        facts = Claim(
            years=product.limitation_years,
            oldest_due_on=claim.oldest_due_on,
            last_instalment_due_on=claim.last_instalment_due_on,
            is_accelerated=claim.is_accelerated,
        )
        own = expires_on(facts, interruptions)
    return max((day for day in (own, given) if day is not None), default=None)


async def publish(session: AsyncSession, row: MatterRow, moment: Moment) -> Matter:
    """Tell the matter's absolute state; its version is that of the stream."""
    event = Event(row.tenant, row.loan_id, _changed(row, moment.at), moment.at, moment.cause)
    row.version = await outbox.append(session, TOPIC, event)
    row.changed_at = moment.at
    session.add(row)
    await session.flush()
    return fact_of(row)


def fact_of(row: MatterRow) -> Matter:
    return Matter(
        version=row.version,
        at=row.changed_at,
        matter_id=row.matter_id,
        status=MatterStatus(row.status),
        deadline_at=row.deadline_at,
        limitation_expires_on=row.limitation_expires_on,
        outcome=row.outcome,
    )


def _suit(loan_id: str, evidence: str, on: date) -> dict[str, object]:
    """The suit as the store keeps what interrupts."""
    return {
        "loan_id": loan_id,
        "evidence": evidence,
        "kind": InterruptionKind.SUIT,
        "on_day": on.isoformat(),
        "is_void": False,
    }


def _changed(row: MatterRow, at: datetime) -> MatterChanged:
    limit = row.limitation_expires_on
    return MatterChanged(
        matter_id=row.matter_id,
        status=row.status,
        party_id=row.party_id,
        deadline_at=row.deadline_at,
        limitation_expires_on=limit.isoformat() if limit else "",
        outcome=row.outcome,
        court_reference=row.court_reference,
        currency=row.currency,
        claim_minor=row.claim_minor,
        because=row.because,
        at=at,
    )
