"""Preferences, agreements, bans and refusals are put down with their evidence, and taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict, Invalid, NotFound
from interfaces.values import LIABLE_ROLES
from services.contact.commands import party as parties
from services.contact.commands.party import Change, Locked, tell_change
from services.contact.domain.agreements import FOR_EVER, OF_THIRD_PARTIES, Terms, problem
from services.contact.store import customer, people
from services.contact.store.customer_rows import AgreedRow


@dataclass(frozen=True)
class Agree:
    tenant: str
    party_id: str
    agreed_id: str
    terms: Terms
    from_at: datetime | None
    until_at: datetime | None
    evidence: str
    by: str


@dataclass(frozen=True)
class Revoke:
    tenant: str
    agreed_id: str
    at: datetime | None
    reason: str
    by: str


async def agree(session: AsyncSession, command: Agree, now: datetime) -> AgreedRow:
    """Put down once under its id; the same again is answered the same.

    Raises `contact/unknown_party`, `contact/agreement_is_wrong`, `contact/agreement_differs` and
    `contact/refusal_of_the_liable`.
    """
    from_at = command.from_at or now
    wrong = problem(command.terms) or _interval_problem(command, from_at)
    if wrong:
        raise Invalid("contact/agreement_is_wrong", f"{command.agreed_id!r}: {wrong}")
    party = await parties.lock(session, command.tenant, command.party_id)
    if command.terms.kind in OF_THIRD_PARTIES:
        await _check_third_party(session, party)
    row = _row(command, from_at, now)
    known = await customer.agreed(session, command.tenant, command.agreed_id)
    if known is not None:
        _check_same(command, row, known)
        return known
    await customer.add(session, row)
    await tell_change(session, party, Change("agreement", row.agreed_id), now)
    return row


async def revoke(session: AsyncSession, command: Revoke, now: datetime) -> AgreedRow:
    """Take one back, never another; again or later than its end changes nothing.

    Raises `contact/unknown_agreement` and `contact/refusal_is_for_ever`.
    """
    known = await customer.agreed(session, command.tenant, command.agreed_id)
    if known is None:
        raise NotFound(
            "contact/unknown_agreement",
            f"No agreement {command.agreed_id!r} of tenant {command.tenant!r} is kept; "
            "check its id.",
        )
    if known.kind in FOR_EVER:
        raise Conflict(
            "contact/refusal_is_for_ever",
            f"Party {known.party_id} refused at {known.from_at.isoformat()}; a third party's "
            "refusal is never taken back by us. The person may still write or call.",
        )
    party = await parties.lock(session, command.tenant, known.party_id)
    await session.refresh(known)
    at = max(command.at or now, known.from_at)
    ends = min((each for each in (known.until_at, known.revoked_at) if each), default=None)
    if ends is not None and ends <= at:
        return known
    known.revoked_at, known.revoked_by, known.revoke_reason = at, command.by, command.reason
    await session.flush()
    await tell_change(session, party, Change("agreement", known.agreed_id, is_ended=True), now)
    return known


async def of_party(session: AsyncSession, tenant: str, party_id: str) -> list[AgreedRow]:
    """Past ones too. Raises `contact/unknown_party`."""
    await parties.known(session, tenant, party_id)
    return await customer.agreed_of(session, party_id)


def _interval_problem(command: Agree, from_at: datetime) -> str:
    if command.until_at is not None and command.terms.kind in FOR_EVER:
        return "a refusal has no end; leave until_at out."
    if command.until_at is not None and command.until_at <= from_at:
        return f"it ends at {command.until_at.isoformat()}, not after {from_at.isoformat()}."
    return ""


async def _check_third_party(session: AsyncSession, party: Locked) -> None:
    """Somebody who owes and nothing else has other rights: an opt-out, a ban, a complaint."""
    links = await people.links_of_loans(session, party.loan_ids)
    roles = {link.role for link in links if link.party_id == party.party_id}
    if roles and roles <= LIABLE_ROLES:
        raise Invalid(
            "contact/refusal_of_the_liable",
            f"Party {party.party_id} is liable on every loan it is linked to; a refusal and a "
            "will to pay for another are a third party's. Record an opt-out or a ban instead.",
        )


def _row(command: Agree, from_at: datetime, now: datetime) -> AgreedRow:
    terms = command.terms
    return AgreedRow(
        tenant=command.tenant,
        agreed_id=command.agreed_id,
        party_id=command.party_id,
        kind=terms.kind,
        channel=terms.channel or "",
        hours_from=terms.hours.from_.isoformat("minutes") if terms.hours else "",
        hours_until=terms.hours.until.isoformat("minutes") if terms.hours else "",
        per_day_max=terms.per_day_max,
        language=terms.language,
        from_at=from_at,
        until_at=command.until_at,
        evidence=command.evidence,
        agreed_by=command.by,
        agreed_at=now,
    )


def _check_same(command: Agree, given: AgreedRow, known: AgreedRow) -> None:
    """Compares what the caller said itself; a revocation may have come since."""
    later = {"agreed_at", "revoked_at", "revoked_by", "revoke_reason"}
    unsaid = later if command.from_at is not None else later | {"from_at"}
    if given.model_dump(exclude=unsaid) != known.model_dump(exclude=unsaid):
        raise Conflict(
            "contact/agreement_differs",
            f"Agreement {command.agreed_id!r} is kept with another content; use another id.",
        )
