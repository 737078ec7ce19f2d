"""A demand to cease: a hold where a pack grants it, and else an opt-out from all that rings."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Invalid
from interfaces.values import HoldKind
from services.contact.commands import party as parties
from services.contact.commands.desk import Desk
from services.contact.commands.holds import PlaceHold
from services.contact.commands.party import Change, tell_change
from services.contact.domain.cease import OPTED_OUT_INSTEAD
from services.contact.domain.points import OptOut
from services.contact.domain.words import WordKind
from services.contact.store import people, points
from services.contact.store.customer_rows import PointWordRow


async def divert(
    session: AsyncSession, desk: Desk, command: PlaceHold, now: datetime
) -> Invalid | None:
    """Nothing where the hold may be placed; else the refusal to answer with, once the opt-out that
    stands in its place is committed."""
    if command.kind is not HoldKind.CEASE_REQUEST:
        return None
    packs = [desk.law.find(name, now) for name in desk.tenants.get(command.tenant).law]
    if any(pack.grants_cease for pack in packs):
        return None
    said = "name the party_id, so that an opt-out can be recorded instead"
    if command.party_id is not None:
        await _opt_out(session, command, command.party_id, now)
        channels = ", ".join(channel.value for channel in OPTED_OUT_INSTEAD)
        said = f"an opt-out from {channels} was recorded instead; letters and notices stay possible"
    return Invalid(
        "contact/cease_not_granted",
        f"Hold {command.hold_id!r}: of the rule packs {', '.join(each.label for each in packs)} "
        f"none grants a cease of contact; {said}.",
    )


async def _opt_out(session: AsyncSession, command: PlaceHold, party_id: str, now: datetime) -> None:
    party = await parties.lock(session, command.tenant, party_id)
    for channel in OPTED_OUT_INSTEAD:
        word_id = f"{command.hold_id}/{channel.value}"
        if await points.word(session, command.tenant, word_id) is not None:
            continue
        row = PointWordRow(
            tenant=command.tenant,
            word_id=word_id,
            party_id=party_id,
            point_id="",
            channel=channel,
            kind=WordKind.OPTED_OUT,
            value="",
            evidence=command.evidence,
            said_by=command.by,
            at=now,
        )
        await points.add_word(session, row)
        await people.opt_out(session, party_id, OptOut(channel), word_id, now)
        await tell_change(session, party, Change("point", word_id), now)
