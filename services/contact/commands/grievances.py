"""Complaints and disputes are cases of their own: opened, owned, held for, and answered."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict, Invalid, NotFound
from events.v1.contact_customer_pb2 import GrievanceChanged
from interfaces.calendar import Calendar
from services.contact.commands import holds
from services.contact.commands import party as parties
from services.contact.commands.desk import Desk
from services.contact.commands.holds import EndHold, PlaceHold
from services.contact.commands.party import Locked, tell_loans
from services.contact.domain.grievances import (
    HOLD_KIND,
    Answer,
    DueRule,
    GrievanceKind,
    due,
    rule_for,
)
from services.contact.store import grievances as store
from services.contact.store import tasks
from services.contact.store.customer_rows import GrievanceRow


@dataclass(frozen=True)
class OpenGrievance:
    """`owner` left empty is the desk that the due date's rule names."""

    tenant: str
    grievance_id: str
    kind: GrievanceKind
    party_id: str
    loan_id: str | None
    amount_minor: int | None
    owner: str
    evidence: str
    by: str
    reply_id: str = ""
    hold_id: str = ""


@dataclass(frozen=True)
class AnswerGrievance:
    tenant: str
    grievance_id: str
    outcome: Answer
    evidence: str
    by: str


@dataclass(frozen=True)
class AssignGrievance:
    tenant: str
    grievance_id: str
    owner: str


async def open_(
    session: AsyncSession, desk: Desk, command: OpenGrievance, now: datetime
) -> GrievanceRow:
    """Open one under its id, with its due date and a hold of its own.

    Raises `contact/unknown_party`, `contact/grievance_is_wrong`, `contact/grievance_differs` and
    `contact/no_due_rule`.
    """
    if command.kind is GrievanceKind.DISPUTE and command.loan_id is None:
        raise Invalid("contact/grievance_is_wrong", "A dispute is about a loan: name the loan_id.")
    if command.amount_minor is not None and command.kind is not GrievanceKind.DISPUTE:
        raise Invalid("contact/grievance_is_wrong", "An amount belongs to a dispute alone.")
    party = await parties.lock(session, command.tenant, command.party_id)
    if command.loan_id is not None and command.loan_id not in party.loan_ids:
        raise Invalid(
            "contact/grievance_is_wrong",
            f"Party {command.party_id} is not linked to loan {command.loan_id}; name one it is "
            "linked to.",
        )
    known = await store.find(session, command.tenant, command.grievance_id)
    if known is not None:
        _check_same(command, known)
        return known
    row = _row(desk, command, now)
    await store.add(session, row)
    if not command.hold_id:
        await holds.place(session, _hold_of(command, row), now)
    await tell(session, party, row, now)
    return row


async def assign(session: AsyncSession, command: AssignGrievance) -> GrievanceRow:
    """Raises `contact/unknown_grievance`."""
    row, _ = await locked(session, command.tenant, command.grievance_id)
    row.owner, row.is_taken_up = command.owner, True
    return row


async def answer(session: AsyncSession, command: AnswerGrievance, now: datetime) -> GrievanceRow:
    """The first answer stands; it ends the holds of the case, and never another one.

    Raises `contact/unknown_grievance` and `contact/answered_otherwise`.
    """
    row, party = await locked(session, command.tenant, command.grievance_id)
    if row.answered_at is not None:
        _check_same_answer(command, row)
        return row
    await close(session, party, row, command, now)
    return row


async def close(
    session: AsyncSession, party: Locked, row: GrievanceRow, word: AnswerGrievance, now: datetime
) -> None:
    """End it and its holds, and tell so; nobody at the desk need look any more."""
    row.outcome, row.answer_evidence = word.outcome, word.evidence
    row.answered_at, row.answered_by = now, word.by
    await session.flush()
    reason = f"{row.kind} {row.grievance_id} answered: {word.outcome.value}"
    for hold_id in (row.hold_id, *row.further_holds):
        await holds.end(session, EndHold(row.tenant, hold_id, None, reason, word.by), now)
    await tasks.close_of(session, row.tenant, task_name(row.grievance_id), word.by, now)
    await tell(session, party, row, now)


async def waiting(
    session: AsyncSession, tenant: str, due_before: datetime | None, limit: int
) -> list[GrievanceRow]:
    """Those without an answer, due first before the others; only those due by then if given."""
    return await store.waiting(session, tenant, due_before, limit)


async def locked(
    session: AsyncSession, tenant: str, grievance_id: str
) -> tuple[GrievanceRow, Locked]:
    """Raises `contact/unknown_grievance`."""
    row = await store.find(session, tenant, grievance_id)
    if row is None:
        raise NotFound(
            "contact/unknown_grievance",
            f"No complaint or dispute {grievance_id!r} of tenant {tenant!r} is kept; check its id.",
        )
    party = await parties.lock(session, tenant, row.party_id)
    await session.refresh(row)
    return row, party


async def tell(session: AsyncSession, party: Locked, row: GrievanceRow, at: datetime) -> None:
    """A dispute is told of its loan, a complaint of every loan of the party."""
    body = GrievanceChanged(
        grievance_id=row.grievance_id,
        kind=row.kind,
        party_id=row.party_id,
        hold_id=row.hold_id,
        due_at=row.due_at,
        outcome=row.outcome,
        at=at,
    )
    await tell_loans(session, told_of(party, row), body, at, row.grievance_id)


def told_of(party: Locked, row: GrievanceRow) -> Locked:
    """The party with the loans that hear of the grievance."""
    if row.kind == GrievanceKind.DISPUTE and row.loan_id in party.loan_ids:
        return replace(party, loan_ids=(row.loan_id,))
    return party


def task_name(grievance_id: str) -> str:
    """What a desk task about an overdue one is named after."""
    return f"grievance/{grievance_id}"


def calendar_of(desk: Desk, tenant_name: str) -> Calendar:
    """The jurisdiction's days on the bank's own clock; without data, its weekends alone."""
    tenant = desk.tenants.get(tenant_name)
    known = desk.calendars.get(tenant.jurisdiction)
    if known is None:
        return Calendar(tenant.jurisdiction, "weekends alone", tenant.zone)
    return replace(known, zone=tenant.zone)


def _row(desk: Desk, command: OpenGrievance, now: datetime) -> GrievanceRow:
    rule = _rule(desk, command, now)
    answer_by = due(rule, calendar_of(desk, command.tenant), now)
    return GrievanceRow(
        tenant=command.tenant,
        grievance_id=command.grievance_id,
        kind=command.kind,
        party_id=command.party_id,
        loan_id=command.loan_id,
        amount_minor=command.amount_minor,
        owner=command.owner or rule.owner,
        opened_by=command.by,
        reply_id=command.reply_id,
        evidence=command.evidence,
        hold_id=command.hold_id or f"grievance/{command.grievance_id}",
        rule=rule.label,
        extensions=list(rule.extensions),
        due_on=answer_by.on,
        due_at=answer_by.at,
        opened_at=now,
    )


def _rule(desk: Desk, command: OpenGrievance, now: datetime) -> DueRule:
    tenant = desk.tenants.get(command.tenant)
    today = now.astimezone(ZoneInfo(tenant.zone)).date()
    rule = rule_for(desk.due_rules, tenant.jurisdiction, command.kind, today)
    if rule is None:
        raise Invalid(
            "contact/no_due_rule",
            f"No rule in config/grievances says when a {command.kind.value} must be answered in "
            f"{tenant.jurisdiction!r} on {today.isoformat()}; add one.",
        )
    return rule


def _hold_of(command: OpenGrievance, row: GrievanceRow) -> PlaceHold:
    """A dispute holds the loan, or a part of its balance; a complaint holds its person."""
    is_dispute = command.kind is GrievanceKind.DISPUTE
    return PlaceHold(
        tenant=command.tenant,
        hold_id=row.hold_id,
        kind=HOLD_KIND[command.kind],
        loan_id=command.loan_id if is_dispute else None,
        party_id=None if is_dispute else command.party_id,
        blocks=None,
        from_at=None,
        until_at=None,
        review_at=row.due_at,
        amount_minor=command.amount_minor,
        has_no_estate=False,
        evidence=command.evidence,
        by=command.by,
    )


def _check_same(command: OpenGrievance, known: GrievanceRow) -> None:
    said = (command.kind, command.party_id, command.loan_id, command.amount_minor)
    kept = (known.kind, known.party_id, known.loan_id, known.amount_minor)
    if said != kept or command.evidence != known.evidence:
        raise Conflict(
            "contact/grievance_differs",
            f"Grievance {command.grievance_id!r} is kept with another content; use another id.",
        )


def _check_same_answer(command: AnswerGrievance, row: GrievanceRow) -> None:
    if (row.outcome, row.answer_evidence) != (command.outcome, command.evidence):
        raise Conflict(
            "contact/answered_otherwise",
            f"Grievance {row.grievance_id!r} was answered {row.outcome} at "
            f"{row.answered_at}; open another one for another answer.",
        )
