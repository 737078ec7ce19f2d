"""People arrive from the bank, perhaps with a way to reach somebody who was out of reach."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict
from services.contact.commands import party as parties
from services.contact.commands import people, reachability
from services.contact.commands.desk import Desk
from services.contact.commands.party import Locked
from services.contact.commands.people import SealedPerson
from services.contact.store import customer
from services.contact.store import people as store

_TRIES_MAX = 20
_CAUSE = "bank"


async def receive(session: AsyncSession, desk: Desk, sealed: Sequence[SealedPerson]) -> None:
    """Keep the newest data of each person. Whoever was lost because every point was invalid is so
    no longer with a new one: while the debtor can be asked, no third party may be (CN-3P-1).

    Raises `chassis.vault.Unreadable` for a foreign box.
    """
    held: list[Locked] = []
    for tenant in sorted({each.tenant for each in sealed}):
        of_tenant = {each.party_id for each in sealed if each.tenant == tenant}
        held += await _lock(session, tenant, of_tenant)
    await people.receive(session, desk, sealed)
    for each in held:
        await reachability.follow(session, each, desk.clock.now(), _CAUSE)


async def _lock(session: AsyncSession, tenant: str, party_ids: Collection[str]) -> list[Locked]:
    """Lock the parties; return those out of reach, whose loans are locked too, to be told."""
    for _ in range(_TRIES_MAX):
        away = await customer.out_of_reach(session, party_ids)
        attempt = await session.begin_nested()
        held: list[Locked] = []
        if away:
            held = await parties.lock_all(session, tenant, party_ids)
        else:
            await store.lock_parties(session, tenant, party_ids)
        if await customer.out_of_reach(session, party_ids) <= away:
            await attempt.commit()
            return [each for each in held if each.party_id in away]
        await attempt.rollback()
    named = ", ".join(sorted(party_ids))
    raise Conflict("contact/party_is_busy", f"Party {named} is being reached; try again.")
