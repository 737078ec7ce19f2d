"""What a person owed by a date and did not do is told once, and waits at the desk: answers to
complaints and disputes, and reviews of how somebody vulnerable is treated."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from events.v1.contact_customer_pb2 import GrievanceOverdue, TreatmentReviewDue
from services.contact.commands import grievances
from services.contact.commands import party as parties
from services.contact.commands.consequences import task_id
from services.contact.commands.party import Locked, tell_loans
from services.contact.domain.tasks import URGENCY, TaskKind
from services.contact.store import customer, tasks
from services.contact.store import grievances as store
from services.contact.store.customer_rows import GrievanceRow, VulnerabilityRow
from services.contact.store.tasks import TaskRow

RAISED_AT_ONCE_MAX = 100


async def raise_grievances(session: AsyncSession, now: datetime) -> int:
    """Tell of those whose answer is overdue, and put each on the desk; how many were."""
    found = await store.overdue(session, now, RAISED_AT_ONCE_MAX)
    locked = await _locked(session, [(row.tenant, row.party_id) for row in found])
    rows = [
        row
        for row in await store.overdue(session, now, RAISED_AT_ONCE_MAX)
        if (row.tenant, row.party_id) in locked
    ]
    for row in rows:
        party = locked[(row.tenant, row.party_id)]
        row.raised_at = now
        await tasks.add(session, [_grievance_task(row, party, now)])
        told = GrievanceOverdue(
            grievance_id=row.grievance_id,
            kind=row.kind,
            party_id=row.party_id,
            due_at=row.due_at,
            at=now,
        )
        about = grievances.told_of(party, row)
        await tell_loans(session, about, told, now, row.grievance_id)
    await session.flush()
    return len(rows)


async def raise_reviews(session: AsyncSession, now: datetime) -> int:
    """Tell of treatments whose review is due, and put each on the desk; how many were."""
    found = await customer.reviews_due(session, now, RAISED_AT_ONCE_MAX)
    locked = await _locked(session, [(row.tenant, row.party_id) for row in found])
    rows = [
        row
        for row in await customer.reviews_due(session, now, RAISED_AT_ONCE_MAX)
        if (row.tenant, row.party_id) in locked
    ]
    for row in rows:
        party = locked[(row.tenant, row.party_id)]
        row.raised_at = now
        await tasks.add(session, [_review_task(row, party, now)])
        told = TreatmentReviewDue(
            record_id=row.record_id, party_id=row.party_id, review_at=row.review_at, at=now
        )
        await tell_loans(session, party, told, now, row.record_id)
    await session.flush()
    return len(rows)


def review_name(row: VulnerabilityRow) -> str:
    """What a desk task about a review is named after; each review has a task of its own."""
    return f"treatment/{row.record_id}/{row.review_at.isoformat()}"


async def _locked(
    session: AsyncSession, owners: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Locked]:
    """The parties of the first one's tenant; the others' turn comes with the next call."""
    if not owners:
        return {}
    tenant = owners[0][0]
    party_ids = sorted({party_id for its, party_id in owners if its == tenant})
    held = await parties.lock_all(session, tenant, party_ids)
    return {(tenant, each.party_id): each for each in held}


def _grievance_task(row: GrievanceRow, party: Locked, now: datetime) -> TaskRow:
    about = row.loan_id or next(iter(party.loan_ids), "")
    name = grievances.task_name(row.grievance_id)
    return _task(party, TaskKind.GRIEVANCE_OVERDUE, (name, about), now)


def _review_task(row: VulnerabilityRow, party: Locked, now: datetime) -> TaskRow:
    about = next(iter(party.loan_ids), "")
    return _task(party, TaskKind.REVIEW_DUE, (review_name(row), about), now)


def _task(party: Locked, kind: TaskKind, about: tuple[str, str], now: datetime) -> TaskRow:
    name, loan_id = about
    return TaskRow(
        task_id=task_id(party.tenant, name, kind),
        tenant=party.tenant,
        kind=kind,
        priority=URGENCY[kind].priority,
        due_at=now + URGENCY[kind].within,
        reply_id=name,
        party_id=party.party_id,
        loan_id=loan_id,
        created_at=now,
    )
