"""What contact tells those who ask; nothing here changes anything."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import NotFound
from interfaces.facts import HoldInterval
from services.contact.commands import party as parties
from services.contact.commands.whose import unknown_loan
from services.contact.domain.reachability import Reach
from services.contact.domain.standing import Standing
from services.contact.store import customer, holds, touches
from services.contact.store import standing as standings
from services.contact.store.tables import AttemptRow


@dataclass(frozen=True)
class LoanStanding:
    standing: Standing
    holds: tuple[HoldInterval, ...]


@dataclass(frozen=True)
class Summary:
    """Touches that took place, and refusals by the rule that refused."""

    made: int
    refused_by_rule: dict[str, int]


async def standing_of(session: AsyncSession, tenant: str, loan_id: str) -> LoanStanding:
    """Raises `contact/unknown_loan`."""
    standing = (await standings.load(session, [loan_id])).get(loan_id)
    if standing is None or standing.tenant != tenant:
        raise unknown_loan(tenant, loan_id)
    return LoanStanding(standing, (await holds.touching(session, [loan_id]))[loan_id])


async def reachability_of(session: AsyncSession, tenant: str, party_id: str) -> Reach:
    """Raises `contact/unknown_party`."""
    await parties.known(session, tenant, party_id)
    return await customer.reachability_of(session, party_id)


async def attempts_of(
    session: AsyncSession, tenant: str, loan_id: str, after: str, limit: int
) -> list[AttemptRow]:
    return await touches.of_loan(session, tenant, loan_id, after, limit)


async def attempt_of(session: AsyncSession, tenant: str, attempt_id: str) -> AttemptRow:
    """Raises `contact/unknown_attempt`."""
    row = await touches.attempt(session, tenant, attempt_id)
    if row is None:
        raise NotFound(
            "contact/unknown_attempt",
            f"No attempt {attempt_id[:100]!r} of tenant {tenant!r} is known; check its id.",
        )
    return row


async def summary(session: AsyncSession, tenant: str) -> Summary:
    return Summary(
        await touches.made(session, tenant), await touches.refused_by_rule(session, tenant)
    )
