"""The white list is kept by two people; taking an agency off it needs one, and is felt at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Conflict, Forbidden, Invalid, NotFound
from services.contact.commands import placement_ends
from services.contact.commands.desk import Desk
from services.contact.domain.agencies import EntryStatus
from services.contact.settings import TOPIC
from services.contact.store import agencies as store
from services.contact.store import placements
from services.contact.store.agencies import AgencyEntryRow

_STANDING = frozenset({EntryStatus.PROPOSED, EntryStatus.APPROVED})


@dataclass(frozen=True)
class ProposeEntry:
    """An agency's whole entry anew: a first listing, a new evaluation or a longer contract."""

    tenant: str
    agency_id: str
    title: str
    listed_from: date
    listed_until: date | None
    evaluated_on: date
    contract_until: date
    products: tuple[str, ...]
    has_certified_agents: bool
    is_published: bool
    by: str


@dataclass(frozen=True)
class DecideEntry:
    tenant: str
    agency_id: str
    version: int
    is_approved: bool
    by: str


@dataclass(frozen=True)
class Delist:
    tenant: str
    agency_id: str
    reason: str
    by: str


async def propose(
    session: AsyncSession, desk: Desk, command: ProposeEntry, now: datetime
) -> AgencyEntryRow:
    """Keep a proposal for a second person; the same again is answered the same.

    Raises `contact/agency_is_wrong` and `contact/agency_proposal_is_open`.
    """
    zone = ZoneInfo(desk.tenants.get(command.tenant).zone)
    problem = _problem(command, now.astimezone(zone).date())
    if problem:
        raise Invalid("contact/agency_is_wrong", f"Agency {command.agency_id!r}: {problem}")
    await store.lock(session, command.tenant, command.agency_id)
    entries = await store.entries(session, command.tenant, command.agency_id)
    waiting = next((row for row in entries if row.status == EntryStatus.PROPOSED), None)
    if waiting is not None:
        if _is_same(waiting, _content_of(command)):
            return waiting
        raise Conflict(
            "contact/agency_proposal_is_open",
            f"Version {waiting.version} of agency {command.agency_id!r} waits for approval; "
            "approve or decline it first.",
        )
    row = AgencyEntryRow(
        **_content_of(command),
        tenant=command.tenant,
        agency_id=command.agency_id,
        version=1 + max((row.version for row in entries), default=0),
        status=EntryStatus.PROPOSED,
        proposed_at=now,
    )
    await store.add(session, row)
    return row


async def decide(session: AsyncSession, command: DecideEntry, now: datetime) -> AgencyEntryRow:
    """A second person approves or declines; raises `contact/unknown_agency`,
    `contact/second_person_needed` and `contact/agency_is_decided`."""
    await store.lock(session, command.tenant, command.agency_id)
    entries = await store.entries(session, command.tenant, command.agency_id)
    row = next((each for each in entries if each.version == command.version), None)
    if row is None:
        raise _unknown(command.tenant, command.agency_id)
    wanted = EntryStatus.APPROVED if command.is_approved else EntryStatus.DECLINED
    if row.status == wanted and row.decided_by == command.by:
        return row
    if row.status != EntryStatus.PROPOSED:
        raise Conflict(
            "contact/agency_is_decided",
            f"Version {row.version} of agency {row.agency_id!r} is {row.status}; propose anew.",
        )
    if command.is_approved and command.by == row.proposed_by:
        raise Forbidden(
            "contact/second_person_needed",
            f"{command.by!r} proposed agency {row.agency_id!r}; somebody else must approve it.",
        )
    if command.is_approved:
        for earlier in entries:
            if earlier.status == EntryStatus.APPROVED:
                earlier.status = EntryStatus.SUPERSEDED
        # Only one entry may stand at a time; the old one must give way first.
        await session.flush()
    row.status, row.decided_by, row.decided_at = wanted, command.by, now
    await session.flush()
    return row


async def delist(session: AsyncSession, command: Delist, now: datetime) -> AgencyEntryRow:
    """Take an agency off the list and call all its loans back; again changes nothing.

    Raises `contact/unknown_agency` and, while a loan is being placed with it,
    `contact/agency_is_busy`.
    """
    loans = await placements.open_loans_of_agency(session, command.tenant, command.agency_id)
    await outbox.lock(session, TOPIC, loans)
    await store.lock(session, command.tenant, command.agency_id)
    entries = await store.entries(session, command.tenant, command.agency_id)
    if not entries:
        raise _unknown(command.tenant, command.agency_id)
    rows = await placements.open_among(session, loans)
    mine = [row for row in rows if row.agency_id == command.agency_id]
    now_open = await placements.open_loans_of_agency(session, command.tenant, command.agency_id)
    if set(now_open) - set(loans):
        raise Conflict(
            "contact/agency_is_busy",
            f"A loan was placed with agency {command.agency_id!r} this moment; try again.",
        )
    standing = [row for row in entries if row.status in _STANDING]
    for row in standing:
        row.status, row.decided_by, row.decided_at = EntryStatus.DELISTED, command.by, now
        row.reason = command.reason
    await session.flush()
    await placement_ends.recall_all(
        session, mine, f"the agency was delisted: {command.reason}", now
    )
    return entries[0]


async def shown(session: AsyncSession, tenant: str, agency_id: str) -> list[AgencyEntryRow]:
    """Every version of an entry, the latest first; raises `contact/unknown_agency`."""
    entries = await store.entries(session, tenant, agency_id)
    if not entries:
        raise _unknown(tenant, agency_id)
    return entries


async def listed(
    session: AsyncSession, tenant: str, after: str, limit: int
) -> list[AgencyEntryRow]:
    """The white list as it is published."""
    rows = await store.approved(session, tenant, after, limit)
    return [row for row in rows if row.is_published]


def _problem(command: ProposeEntry, today: date) -> str:
    if command.evaluated_on > today:
        return f"it was evaluated on {command.evaluated_on}, and today is {today}."
    if command.contract_until < command.listed_from:
        return f"its contract ends on {command.contract_until}, before it is listed."
    if command.listed_until is not None and command.listed_until < command.listed_from:
        return f"its listing ends on {command.listed_until}, before it begins."
    # CN-AGENCY-1: evaluated before the contract's expiry.
    if command.evaluated_on > command.contract_until:
        return f"its contract ended on {command.contract_until}, before it was evaluated."
    return ""


def _content_of(command: ProposeEntry) -> dict[str, Any]:
    return {
        "title": command.title,
        "listed_from": command.listed_from,
        "listed_until": command.listed_until,
        "evaluated_on": command.evaluated_on,
        "contract_until": command.contract_until,
        "products": list(command.products),
        "has_certified_agents": command.has_certified_agents,
        "is_published": command.is_published,
        "proposed_by": command.by,
    }


def _is_same(row: AgencyEntryRow, content: dict[str, Any]) -> bool:
    return all(getattr(row, name) == value for name, value in content.items())


def _unknown(tenant: str, agency_id: str) -> NotFound:
    return NotFound(
        "contact/unknown_agency",
        f"No such agency {agency_id!r} is known to tenant {tenant!r}; propose it first.",
    )
