"""What a reply sets in motion beyond its holds: cases to answer, and news of a person reached."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.contact.commands import party as parties
from services.contact.commands import reachability
from services.contact.commands.desk import Desk
from services.contact.commands.objections import Objected, open_by_reply


async def follow_reply(
    session: AsyncSession, desk: Desk, objected: Objected, now: datetime
) -> tuple[str, ...]:
    """The ids of the complaints and disputes it opened; the reply is stored already."""
    party = await parties.lock(session, objected.tenant, objected.party_id)
    await reachability.follow(session, party, now, objected.reply_id)
    return await open_by_reply(session, desk, objected, now)
