"""What is known of each hand-over to a provider, kept so that nothing is sent twice or lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.values import Channel
from services.contact.gateways import Receipt
from services.contact.store import handovers
from services.contact.store.handovers import HandoverRow, HandoverState, Try

__all__ = ["HandoverRow", "HandoverState", "Known", "Try", "begin", "end", "find", "unknown"]


@dataclass(frozen=True)
class Known:
    """An earlier hand-over, by the latest try that was found. `receipt` where the provider has
    answered."""

    tenant: str
    channel: Channel
    provider: str
    state: HandoverState
    found: Try

    def receipt(self, attempt_id: str) -> Receipt | None:
        if self.state in (HandoverState.ACCEPTED, HandoverState.REFUSED):
            return Receipt(attempt_id, self.state is HandoverState.ACCEPTED)
        return None


@dataclass(frozen=True)
class Begin:
    attempt_id: str
    tenant: str
    channel: Channel
    provider: str
    may_repeat: bool


async def begin(session: AsyncSession, command: Begin, wall: datetime) -> Try | None:
    """Note, before it happens, that a message may leave; none if another try already did."""
    row = HandoverRow(
        attempt_id=command.attempt_id,
        tenant=command.tenant,
        channel=command.channel,
        provider=command.provider,
        state=HandoverState.BEGUN,
        tries=1,
        begun_wall_at=wall,
    )
    return await handovers.begin(session, row, may_repeat=command.may_repeat)


async def end(session: AsyncSession, own: Try, state: HandoverState, wall: datetime) -> None:
    await handovers.end(session, own, state, wall)


async def find(session: AsyncSession, attempt_id: str) -> Known | None:
    row = await handovers.find(session, attempt_id)
    if row is None:
        return None
    found = Try(attempt_id, row.tries)
    return Known(row.tenant, Channel(row.channel), row.provider, HandoverState(row.state), found)


async def unknown(session: AsyncSession, tenant: str, after: str, limit: int) -> list[HandoverRow]:
    """Hand-overs that a person should look at: nobody knows whether the message left."""
    return await handovers.unknown(session, tenant, after, limit)
