"""What a person owed by a date and did not do is told once, and waits at the desk: answers to
complaints and disputes, and reviews of how somebody vulnerable is treated."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from google.protobuf.message import Message
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
_Row = TypeVar("_Row", GrievanceRow, VulnerabilityRow)
_Find = Callable[[AsyncSession, datetime, int], Awaitable[list[_Row]]]


@dataclass(frozen=True)
class Overdue:
    """What is told of one, to which loans of its party; its record names it; and what its desk task
    is called and about."""

    body: Message
    told: Locked
    record_id: str
    kind: TaskKind
    name: str
    loan_id: str


async def raise_grievances(session: AsyncSession, now: datetime) -> int:
    """Tell of those whose answer is overdue, and put each on the desk; how many were."""
    return await _raise(session, now, store.overdue, _overdue_answer)


async def raise_reviews(session: AsyncSession, now: datetime) -> int:
    """Tell of treatments whose review is due, and put each on the desk; how many were."""
    return await _raise(session, now, customer.reviews_due, _due_review)


def review_name(row: VulnerabilityRow) -> str:
    """What a desk task about a review is named after; each review has a task of its own."""
    return f"treatment/{row.record_id}/{row.review_at.isoformat()}"


async def _raise(
    session: AsyncSession,
    now: datetime,
    find: _Find[_Row],
    overdue_of: Callable[[_Row, Locked, datetime], Overdue],
) -> int:
    """Looked for again once the parties are locked: what was done meanwhile is not raised."""
    seen = await find(session, now, RAISED_AT_ONCE_MAX)
    locked = await _locked(session, [(row.tenant, row.party_id) for row in seen])
    rows = [
        row
        for row in await find(session, now, RAISED_AT_ONCE_MAX)
        if (row.tenant, row.party_id) in locked
    ]
    for row in rows:
        overdue = overdue_of(row, locked[(row.tenant, row.party_id)], now)
        row.raised_at = now
        await tasks.add(session, [_task(overdue, now)])
        await tell_loans(session, overdue.told, overdue.body, now, overdue.record_id)
    await session.flush()
    return len(rows)


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


def _overdue_answer(row: GrievanceRow, party: Locked, now: datetime) -> Overdue:
    body = GrievanceOverdue(
        grievance_id=row.grievance_id,
        kind=row.kind,
        party_id=row.party_id,
        due_at=row.due_at,
        at=now,
    )
    return Overdue(
        body=body,
        told=grievances.told_of(party, row),
        record_id=row.grievance_id,
        kind=TaskKind.GRIEVANCE_OVERDUE,
        name=grievances.task_name(row.grievance_id),
        loan_id=row.loan_id or next(iter(party.loan_ids), ""),
    )


def _due_review(row: VulnerabilityRow, party: Locked, now: datetime) -> Overdue:
    body = TreatmentReviewDue(
        record_id=row.record_id, party_id=row.party_id, review_at=row.review_at, at=now
    )
    return Overdue(
        body=body,
        told=party,
        record_id=row.record_id,
        kind=TaskKind.REVIEW_DUE,
        name=review_name(row),
        loan_id=next(iter(party.loan_ids), ""),
    )


def _task(overdue: Overdue, now: datetime) -> TaskRow:
    party, urgency = overdue.told, URGENCY[overdue.kind]
    return TaskRow(
        task_id=task_id(party.tenant, overdue.name, overdue.kind),
        tenant=party.tenant,
        kind=overdue.kind,
        priority=urgency.priority,
        due_at=now + urgency.within,
        reply_id=overdue.name,
        party_id=party.party_id,
        loan_id=overdue.loan_id,
        created_at=now,
    )
