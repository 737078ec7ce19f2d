"""A mail that came in is a reply, whichever way it was handed over: by a webhook or a mailbox."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.values import Channel
from services.contact.commands.desk import Desk
from services.contact.commands.incoming import Incoming, take_in
from services.contact.domain.mail import Letter


class Fate(StrEnum):
    RECORDED = "recorded"
    UNKNOWN_SENDER = "unknown_sender"
    IGNORED = "ignored"


@dataclass(frozen=True)
class TakenIn:
    reply_id: str
    fate: Fate


async def take_in_message(
    session: AsyncSession, desk: Desk, incoming: Incoming, now: datetime
) -> TakenIn:
    """Raises as `take_in` does."""
    recorded = await take_in(session, desk, incoming, now)
    fate = Fate.RECORDED if recorded.party_id else Fate.UNKNOWN_SENDER
    return TakenIn(recorded.reply_id, fate)


async def take_in_letter(
    session: AsyncSession, desk: Desk, tenant: str, letter: Letter, now: datetime
) -> TakenIn:
    """Known by its Message-ID, sender and words: the same again has no second effect, and nobody's
    words are lost because an id was used before. What a machine wrote is no reply. Raises as
    `take_in` does."""
    named = "\n".join((letter.message_id, letter.from_address.casefold(), letter.text))
    reply_id = reply_id_of(Channel.EMAIL, named)
    if letter.is_automatic:
        return TakenIn(reply_id, Fate.IGNORED)
    incoming = Incoming(
        tenant=tenant,
        reply_id=reply_id,
        channel=Channel.EMAIL,
        from_address=letter.from_address,
        text=letter.text,
        attempt_ids=letter.attempt_ids,
        seen=letter.whole,
        is_whole=letter.is_whole,
    )
    return await take_in_message(session, desk, incoming, now)


def ours(desk: Desk, tenant: str) -> Callable[[str], bool]:
    """Tells the subjects of the tenant's own messages."""
    return partial(desk.library.is_ours, desk.tenants.get(tenant).institution)


def reply_id_of(channel: Channel, message_id: str) -> str:
    """The provider's id, in a form of ours: theirs may hold anything."""
    digest = hashlib.sha256(f"{channel}/{message_id}".encode("utf-8", "replace")).hexdigest()
    return f"{channel}-{digest[:32]}"
