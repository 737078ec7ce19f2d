"""A contact of the debtor who says stop has refused: for ever, and not at one number alone.

GB/T 45251-2025 and CBA 2026 (CN-3P-1): once the contact refuses it is asked no more. A debtor's
stop closes the point it came from; a stranger to the debt need not say it once for each.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.values import Role
from services.contact.commands.party import Change, Locked, tell_change
from services.contact.domain.agreements import TermKind
from services.contact.store import customer, people
from services.contact.store.customer_rows import AgreedRow


@dataclass(frozen=True)
class Stop:
    """By what somebody said stop; the id is of this one time."""

    stop_id: str
    evidence: str
    by: str


async def heed(session: AsyncSession, party: Locked, stop: Stop, now: datetime) -> None:
    """Keep the refusal of who is a contact on any loan; of others a stop is none. The party is
    locked."""
    links = await people.links_of_loans(session, party.loan_ids)
    if (party.party_id, Role.CONTACT) not in {(link.party_id, link.role) for link in links}:
        return
    known = await customer.agreed(session, party.tenant, _id(stop.stop_id))
    if known is None:
        await customer.add(session, _row(party, stop, now))
    elif known.revoked_at is not None:
        known.revoked_at = known.revoked_by = known.revoke_reason = None
        await session.flush()
    else:
        return
    await tell_change(session, party, Change("agreement", _id(stop.stop_id)), now)


async def take_back(session: AsyncSession, party: Locked, stop: Stop, now: datetime) -> None:
    """It was no stop, so nobody refused; what the party refused besides stays. It is locked."""
    known = await customer.agreed(session, party.tenant, _id(stop.stop_id))
    if known is None or known.revoked_at is not None:
        return
    known.revoked_at, known.revoked_by, known.revoke_reason = now, stop.by, stop.evidence
    await session.flush()
    change = Change("agreement", known.agreed_id, is_ended=True)
    await tell_change(session, party, change, now)


def _id(stop_id: str) -> str:
    return f"{stop_id}/refusal"


def _row(party: Locked, stop: Stop, now: datetime) -> AgreedRow:
    return AgreedRow(
        tenant=party.tenant,
        agreed_id=_id(stop.stop_id),
        party_id=party.party_id,
        kind=TermKind.REFUSAL,
        channel="",
        hours_from="",
        hours_until="",
        language="",
        from_at=now,
        evidence=stop.evidence,
        agreed_by=stop.by,
        agreed_at=now,
    )
