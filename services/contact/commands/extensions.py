"""More time for an answer: asked for by one person, approved by another, told in good time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict, Forbidden, Invalid, NotFound
from services.contact.commands.desk import Desk
from services.contact.commands.grievances import calendar_of, locked, tell
from services.contact.domain.grievances import Due, allowed_extension, extended
from services.contact.store import grievances as store
from services.contact.store.customer_rows import ExtensionRow, GrievanceRow


@dataclass(frozen=True)
class AskExtension:
    tenant: str
    grievance_id: str
    extension_id: str
    days: int
    reason: str
    by: str


@dataclass(frozen=True)
class DecideExtension:
    tenant: str
    grievance_id: str
    extension_id: str
    is_approved: bool
    by: str


async def ask(session: AsyncSession, command: AskExtension, now: datetime) -> ExtensionRow:
    """Raises `contact/unknown_grievance`, `contact/extension_not_allowed` and
    `contact/extension_differs`."""
    grievance, _ = await locked(session, command.tenant, command.grievance_id)
    known = await store.extension(session, command.tenant, command.extension_id)
    if known is not None:
        _check_same(command, known)
        return known
    _check_open(grievance, now)
    await _check_days(session, grievance, command.days)
    grievance.is_taken_up = True
    row = ExtensionRow(
        tenant=command.tenant,
        extension_id=command.extension_id,
        grievance_id=command.grievance_id,
        days=command.days,
        reason=command.reason,
        asked_by=command.by,
        asked_at=now,
    )
    await store.add(session, row)
    return row


async def decide(
    session: AsyncSession, desk: Desk, command: DecideExtension, now: datetime
) -> GrievanceRow:
    """Approve or refuse; nobody approves what they asked for, and a decision stands.

    Raises `contact/unknown_grievance`, `contact/unknown_extension`, `contact/own_approval`,
    `contact/extension_not_allowed` and `contact/extension_differs`.
    """
    grievance, party = await locked(session, command.tenant, command.grievance_id)
    row = await store.extension(session, command.tenant, command.extension_id)
    if row is None or row.grievance_id != command.grievance_id:
        raise NotFound(
            "contact/unknown_extension",
            f"No extension {command.extension_id!r} was asked for {command.grievance_id!r}.",
        )
    if row.is_approved is not None:
        if row.is_approved != command.is_approved:
            raise Conflict(
                "contact/extension_differs",
                f"Extension {row.extension_id!r} was decided otherwise by {row.decided_by}.",
            )
        return grievance
    if row.asked_by == command.by:
        raise Forbidden(
            "contact/own_approval",
            f"{command.by} asked for extension {row.extension_id!r}; somebody else must decide.",
        )
    if command.is_approved:
        _check_open(grievance, now)
        await _check_days(session, grievance, row.days)
        given = extended(
            Due(grievance.due_on, grievance.due_at), calendar_of(desk, command.tenant), row.days
        )
        grievance.due_on, grievance.due_at = given.on, given.at
    row.is_approved, row.decided_by, row.decided_at = command.is_approved, command.by, now
    await session.flush()
    if command.is_approved:
        await tell(session, party, grievance, now)
    return grievance


async def _check_days(session: AsyncSession, grievance: GrievanceRow, days: int) -> None:
    asked = await store.extensions_of(session, grievance.tenant, grievance.grievance_id)
    given = sum(1 for each in asked if each.is_approved)
    allowed = allowed_extension(grievance.extensions, given)
    if days > allowed:
        raise Invalid(
            "contact/extension_not_allowed",
            f"{days} days more are asked for grievance {grievance.grievance_id!r}; rule "
            f"{grievance.rule} allows {allowed} after {given} extensions.",
        )


def _check_open(grievance: GrievanceRow, now: datetime) -> None:
    if grievance.answered_at is not None or now >= grievance.due_at:
        raise Invalid(
            "contact/extension_not_allowed",
            f"Grievance {grievance.grievance_id!r} is answered or overdue; time is extended "
            "before the due date, not after.",
        )


def _check_same(command: AskExtension, known: ExtensionRow) -> None:
    said = (command.grievance_id, command.days, command.by)
    if said != (known.grievance_id, known.days, known.asked_by):
        raise Conflict(
            "contact/extension_differs",
            f"Extension {command.extension_id!r} is kept with another content; use another id.",
        )
