"""Who reports a mail of ours as spam has said stop, to that address by that channel."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.values import Channel
from services.contact.commands import queries, unsubscribing
from services.contact.commands.unsubscribing import Ticket
from services.contact.domain.abuse_reports import read_abuse_report


async def heed(session: AsyncSession, tenant: str, raw: bytes, now: datetime) -> str:
    """Stop the mail that was reported, for everybody who is reached at its address; the attempt it
    is about, or nothing for what is no such report. Raises `contact/unknown_attempt`."""
    attempt_id = read_abuse_report(raw)
    if not attempt_id:
        return ""
    attempt = await queries.attempt_of(session, tenant, attempt_id)
    if attempt.channel == Channel.EMAIL and attempt.point_id:
        ticket = Ticket(tenant, attempt.party_id, attempt.point_id)
        evidence = f"a spam report about the mail of attempt {attempt_id}"
        await unsubscribing.unsubscribe(session, ticket, now, evidence)
    return attempt_id
