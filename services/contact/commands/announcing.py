"""Whom an owed notice names beside the loan, and what keeps it from being written.

What is missing is kept with the duty, so that its list and its being missed say what to do.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from services.contact.commands.desk import Desk
from services.contact.commands.duties import OweDuty
from services.contact.domain.announced import NO_AGENCY, NO_ASSIGNEE, Announced, ComingAgency
from services.contact.domain.duties import DOING, DutyKind
from services.contact.settings import TOPIC
from services.contact.store import agencies, assignments, people, placements
from services.contact.store import duties as duty_rows
from services.contact.store.assignments import TellAssignee
from services.contact.store.duties import DutyRow

__all__ = ["Announcement", "TellAssignee", "announcement", "hear", "planned"]
_NOBODY_TOLD = {DutyKind.ASSIGNMENT: NO_ASSIGNEE, DutyKind.AGENT_INTIMATION: NO_AGENCY}


@dataclass(frozen=True)
class Announcement:
    """`lacks` says why the text for the party cannot be written yet; empty if it can."""

    names: tuple[Announced, ...]
    lacks: str = ""


async def announcement(
    session: AsyncSession, desk: Desk, duty: OweDuty | DutyRow, language: str
) -> Announcement:
    """What is known now for a duty's text in a language."""
    kind = DutyKind(duty.kind)
    found = await _named(session, desk, duty, kind)
    names = () if found is None else (found,)
    doing = DOING.get(kind)
    text = desk.library.find(doing.template, language) if doing is not None else None
    if text is None or not text.names:
        return Announcement(names)
    return Announcement(names, _NOBODY_TOLD.get(kind, "") if found is None else found.lacks)


async def planned(session: AsyncSession, desk: Desk, wanted: Sequence[OweDuty]) -> list[OweDuty]:
    """Duties as they are to be kept: one whose text cannot be written yet is not contact's to do,
    and says what it waits for."""
    found = []
    for duty in wanted:
        language = await people.language_of(session, duty.party_id)
        known = await announcement(session, desk, duty, language)
        waits = replace(duty, planned_at=None, waits_for=known.lacks)
        found.append(waits if known.lacks and duty.planned_at is not None else duty)
    return found


async def hear(
    session: AsyncSession, desk: Desk, told: Sequence[TellAssignee], now: datetime
) -> None:
    """Keep who bought debts, and do the notices that waited for it; those that still cannot be
    written say what is missing now."""
    loan_ids = {each.loan_id for each in told}
    await outbox.lock(session, TOPIC, loan_ids)
    await assignments.save(session, told)
    for row in await duty_rows.of_loans(session, loan_ids, [DutyKind.ASSIGNMENT]):
        if row.is_open and row.planned_at is None and row.lease_wall_at is None:
            language = await people.language_of(session, row.party_id)
            known = await announcement(session, desk, row, language)
            row.put_off_because = known.lacks
            row.planned_at = None if known.lacks else now
    await session.flush()


async def _named(
    session: AsyncSession, desk: Desk, duty: OweDuty | DutyRow, kind: DutyKind
) -> Announced | None:
    if kind is DutyKind.ASSIGNMENT:
        return await assignments.find(session, duty.loan_id)
    if kind is not DutyKind.AGENT_INTIMATION:
        return None
    placed = await placements.find(session, duty.tenant, duty.occasion)
    if placed is None:
        return None
    title = await agencies.title_of(session, duty.tenant, placed.agency_id)
    if title is None:
        return None
    zone = ZoneInfo(desk.tenants.get(duty.tenant).zone)
    return ComingAgency(
        name=title,
        from_on=placed.from_at.astimezone(zone).date(),
        until_on=placed.until_at.astimezone(zone).date(),
    )
