"""What must hold before an agency's act reaches the gate: the placement, its terms, the list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Forbidden, Invalid
from interfaces.contact import Touch
from interfaces.values import LIABLE_ROLES, Capacity, Channel, Purpose, Role
from services.contact.commands.desk import Desk
from services.contact.domain.agencies import may_act
from services.contact.domain.placements import is_kept_away
from services.contact.store import agencies, agency_acts, holds, people, placements
from services.contact.store import standing as standings
from services.contact.store.agency_acts import AgencyActRow
from services.contact.store.placements import PlacementRow


@dataclass(frozen=True)
class Acting:
    """Who would act on what."""

    tenant: str
    agency_id: str
    loan_id: str


@dataclass(frozen=True)
class ReserveAct:
    """A touch an agency plans on a loan placed with it; `act_id` is its own."""

    tenant: str
    agency_id: str
    act_id: str
    loan_id: str
    party_id: str
    channel: Channel
    purpose: Purpose
    window_from: datetime
    window_until: datetime
    people: int = 0
    enters: bool = False


async def placed_now(
    session: AsyncSession, desk: Desk, acting: Acting, now: datetime
) -> PlacementRow:
    """The running placement, its loan locked; whatever else is wrong, a stranger hears the same."""
    row = await placements.active_placement(session, acting.loan_id)
    is_its = row is not None and (row.tenant, row.agency_id) == (acting.tenant, acting.agency_id)
    if row is None or not is_its or not row.from_at <= now < row.until_at:
        raise Forbidden(
            "contact/not_placed_with_agency",
            f"Loan {acting.loan_id!r} is not placed with agency {acting.agency_id!r} now; act on "
            "loans of its own list alone.",
        )
    zone = ZoneInfo(desk.tenants.get(acting.tenant).zone)
    listing = await agencies.listing(session, acting.tenant, acting.agency_id)
    refusal = may_act(listing, now.astimezone(zone).date())
    if refusal is not None:
        raise Forbidden(
            f"contact/{refusal.word}",
            f"Agency {acting.agency_id!r} may not act: {refusal.because}.",
        )
    return row


def check_within(command: ReserveAct, placed: PlacementRow) -> None:
    if command.purpose not in placed.purposes:
        raise Forbidden(
            "contact/purpose_not_entrusted",
            f"Loan {command.loan_id} is placed for {', '.join(placed.purposes)}, not for "
            f"{command.purpose.value}.",
        )
    if command.window_from < placed.from_at or command.window_until > placed.until_at:
        raise Invalid(
            "contact/outside_placement",
            f"The window of act {command.act_id} leaves the placement, which runs from "
            f"{placed.from_at.isoformat()} to {placed.until_at.isoformat()}.",
        )


async def check_kept_away(
    session: AsyncSession, touch: Touch, from_at: datetime, until_at: datetime
) -> None:
    intervals = (await holds.touching(session, [touch.loan_id]))[touch.loan_id]
    if is_kept_away(intervals, touch.party_id, from_at, until_at):
        raise Forbidden(
            "contact/agencies_kept_away",
            f"No agency may reach party {touch.party_id!r} then; leave it to the bank.",
        )


async def touch_of(session: AsyncSession, command: ReserveAct, key: str) -> Touch:
    standing = (await standings.load(session, [command.loan_id]))[command.loan_id]
    links = await people.links_of_loans(session, [command.loan_id])
    roles = [link.role for link in links if link.party_id == command.party_id]
    borrowers = [link.party_id for link in links if link.role is Role.BORROWER]
    if not roles:
        raise Invalid(
            "contact/party_not_of_loan",
            f"Party {command.party_id!r} is not linked to loan {command.loan_id}.",
        )
    role = min(roles, key=lambda each: (each not in LIABLE_ROLES, list(Role).index(each)))
    is_liable = role in LIABLE_ROLES or not borrowers
    return Touch(
        key=key,
        tenant=command.tenant,
        loan_id=command.loan_id,
        episode=standing.episode,
        position_version=standing.position_version,
        party_id=command.party_id,
        role=role,
        about_party_id=command.party_id if is_liable else borrowers[0],
        channel=command.channel,
        purpose=command.purpose,
        at=command.window_from,
        due_at=command.window_from,
        template="agency",
        capacity=Capacity.AGENCY,
        agency=command.agency_id,
        people=command.people,
        enters=command.enters,
    )


def check_same(command: ReserveAct, known: AgencyActRow) -> None:
    touch = agency_acts.touch_in(known)
    kept = replace(
        command,
        loan_id=touch.loan_id,
        party_id=touch.party_id,
        channel=touch.channel,
        purpose=touch.purpose,
        people=touch.people,
        enters=touch.enters,
        window_from=known.window_from,
        window_until=known.window_until,
    )
    if kept != command:
        raise Invalid(
            "contact/act_differs",
            f"Act {command.act_id!r} was reserved with another content; use another id.",
        )
