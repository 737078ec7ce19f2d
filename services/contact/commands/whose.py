"""A loan or a party of one tenant is unknown to every other one."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import NotFound
from services.contact.store import holds


async def refuse_of_others(
    session: AsyncSession, tenant: str, loan_id: str | None, party_id: str | None
) -> None:
    """Raises `contact/unknown_loan` and `contact/unknown_party` for one that another tenant has;
    one that nobody told of yet passes. The loan is locked, lest it become another's meanwhile."""
    others = await holds.of_others(session, tenant, loan_id, party_id)
    if others.has_loan:
        raise unknown_loan(tenant, loan_id or "")
    if others.has_party:
        raise unknown_party(tenant, party_id or "")


def unknown_loan(tenant: str, loan_id: str) -> NotFound:
    return NotFound(
        "contact/unknown_loan",
        f"No position of loan {loan_id!r} of tenant {tenant!r} has reached contact yet.",
    )


def unknown_party(tenant: str, party_id: str) -> NotFound:
    return NotFound(
        "contact/unknown_party",
        f"No party {party_id!r} of tenant {tenant!r} is known; check its id.",
    )
