"""One click stops messages to a contact point; nobody can make up a link for another."""

from __future__ import annotations

import base64
import hmac
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import NotFound
from interfaces.values import Channel
from services.contact.commands import party as parties
from services.contact.commands import third_parties
from services.contact.commands.desk import Desk
from services.contact.commands.opting import Cause, opt_out
from services.contact.commands.party import Locked
from services.contact.domain.points import OptOut
from services.contact.store import people, replies
from services.contact.store.dockets import AnyPoint

_PURPOSE = "unsubscribe"
_MAC_CHARACTERS = 40


@dataclass(frozen=True)
class Ticket:
    """What a token stands for. It holds ids only."""

    tenant: str
    party_id: str
    point_id: str


def token_of(desk: Desk, ticket: Ticket) -> str:
    named = f"{ticket.party_id}\n{ticket.point_id}".encode()
    return f"{base64.urlsafe_b64encode(named).decode().rstrip('=')}.{_mac(desk, ticket)}"


def address_of(desk: Desk, tenant: str, point: AnyPoint) -> str:
    """The link to put into a message; empty where no public address is configured."""
    base = desk.gateways.of(tenant).public_url.rstrip("/")
    if not base:
        return ""
    token = token_of(desk, Ticket(tenant, point.party_id, point.point_id))
    return f"{base}/v1/{tenant}/unsubscribe/{token}"


def read(desk: Desk, tenant: str, token: str) -> Ticket:
    """Raises `contact/unknown_token`."""
    named, _, mac = token.partition(".")
    try:
        padded = named + "=" * (-len(named) % 4)
        party_id, point_id = base64.b64decode(padded, b"-_", validate=True).decode().split("\n")
    except ValueError:
        raise _unknown() from None
    ticket = Ticket(tenant, party_id, point_id)
    if not hmac.compare_digest(mac.encode(), _mac(desk, ticket).encode()):
        raise _unknown()
    return ticket


async def language(session: AsyncSession, ticket: Ticket) -> str:
    party = await people.party(session, ticket.party_id)
    return party.language if party else ""


async def unsubscribe(
    session: AsyncSession, ticket: Ticket, now: datetime, evidence: str = ""
) -> None:
    """Acts at once, for everybody who is reached at that point; doing it again changes nothing."""
    sharing = await replies.owners(session, ticket.tenant, [ticket.point_id])
    for party in await parties.lock_all(session, ticket.tenant, {ticket.party_id, *sharing}):
        await _opt_out(session, ticket, party, now, evidence)


async def _opt_out(
    session: AsyncSession, ticket: Ticket, party: Locked, now: datetime, evidence: str
) -> None:
    # Who opted back in may click again: each time is a word of its own.
    word_id = f"{_PURPOSE}/{party.party_id}/{ticket.point_id}/{now.isoformat()}"
    said = evidence or f"the link in a mail to party {ticket.party_id}"
    opted = OptOut(Channel.EMAIL, ticket.point_id)
    await opt_out(session, party, [opted], Cause(word_id, said, _PURPOSE), now)
    if party.party_id == ticket.party_id:
        stop = third_parties.Stop(f"{_PURPOSE}/{party.party_id}", said, _PURPOSE)
        await third_parties.heed(session, party, stop, now)


def _mac(desk: Desk, ticket: Ticket) -> str:
    named = f"{ticket.tenant}\n{ticket.party_id}\n{ticket.point_id}"
    return desk.vault.blind_index(named, _PURPOSE).hex()[:_MAC_CHARACTERS]


def _unknown() -> NotFound:
    return NotFound(
        "contact/unknown_token",
        "This link is not one of ours, or was cut; open it again from the message as a whole.",
    )
