"""Whether a promise in a reply can be taken, and of which loan; else a person asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.values import LIABLE_ROLES
from services.contact.commands.consequences import task_id
from services.contact.domain.promises import is_complete, loan_meant
from services.contact.domain.tasks import URGENCY, TaskKind
from services.contact.domain.understanding.classify import Understanding
from services.contact.store import people
from services.contact.store import standing as standings
from services.contact.store import tasks as task_store
from services.contact.store.tasks import TaskRow


@dataclass(frozen=True)
class NotTaken:
    """Negotiation could not make an agreement of what this revision of a reply promised."""

    tenant: str
    loan_id: str
    reply_id: str
    revision: int
    party_id: str
    code: str


async def loan_promised(
    session: AsyncSession, party_id: str, loan_ids: Sequence[str], read: Understanding
) -> str:
    """The loan that the promise is of; empty if it cannot be taken as it is."""
    if not is_complete(read):
        return ""
    links = await people.links_of_loans(session, loan_ids)
    liable = {
        link.loan_id for link in links if link.party_id == party_id and link.role in LIABLE_ROLES
    }
    known = await standings.load(session, loan_ids)
    owing = {loan_id for loan_id, each in known.items() if each.amounts.overdue_minor > 0}
    return loan_meant(loan_ids, liable, owing)


async def ask_again(session: AsyncSession, told: NotTaken, at: datetime) -> None:
    """One task per revision: what a person corrected may again not be taken."""
    urgency = URGENCY[TaskKind.PROMISE]
    row = TaskRow(
        task_id=task_id(told.tenant, f"{told.reply_id}/{told.revision}", TaskKind.PROMISE),
        tenant=told.tenant,
        kind=TaskKind.PROMISE,
        priority=urgency.priority,
        due_at=at + urgency.within,
        reply_id=told.reply_id,
        party_id=told.party_id,
        loan_id=told.loan_id,
        created_at=at,
        because=told.code,
    )
    await task_store.add(session, [row])
