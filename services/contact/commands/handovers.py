"""What is known of each hand-over to a provider, kept so that nothing is sent twice or lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.values import Channel
from services.contact.domain.refusals import is_final
from services.contact.gateways import Receipt
from services.contact.store import handovers
from services.contact.store.handovers import HandoverRow, HandoverState, Try

__all__ = [
    "HandoverRow",
    "HandoverState",
    "Known",
    "Try",
    "begin",
    "end",
    "find",
    "refuse",
    "unknown",
]


@dataclass(frozen=True)
class Known:
    """An earlier hand-over, by the latest try that was found. `receipt` where the provider has
    answered; `because` why it refused the message, where that says nothing of the address."""

    tenant: str
    channel: Channel
    provider: str
    state: HandoverState
    found: Try
    because: str = ""

    def receipt(self, attempt_id: str) -> Receipt | None:
        if self.state in (HandoverState.ACCEPTED, HandoverState.REFUSED):
            is_accepted = self.state is HandoverState.ACCEPTED
            return Receipt(attempt_id, is_accepted, "" if is_accepted else self.because)
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
    row = _row(command, HandoverState.BEGUN, wall)
    return await handovers.begin(session, row, may_repeat=command.may_repeat)


async def refuse(
    session: AsyncSession, command: Begin, own: Try | None, because: str, wall: datetime
) -> Receipt | None:
    """A provider refused a message for good: none while it is worth another try, else the end of
    it."""
    row = _row(command, HandoverState.UNSENT, wall)
    row.because = because
    kept = await handovers.refuse(session, row, own)
    since = None if kept is None else kept.refused_wall_at
    if kept is None or since is None or not is_final(kept.refusals, since, wall):
        return None
    await handovers.give_up(session, command.attempt_id)
    return Receipt(command.attempt_id, is_accepted=False, because=because)


async def end(session: AsyncSession, own: Try, state: HandoverState, wall: datetime) -> None:
    await handovers.end(session, own, state, wall)


async def find(session: AsyncSession, attempt_id: str) -> Known | None:
    row = await handovers.find(session, attempt_id)
    if row is None:
        return None
    found = Try(attempt_id, row.tries)
    state = HandoverState(row.state)
    return Known(row.tenant, Channel(row.channel), row.provider, state, found, row.because)


async def unknown(session: AsyncSession, tenant: str, after: str, limit: int) -> list[HandoverRow]:
    """Hand-overs that a person should look at: nobody knows whether the message left."""
    return await handovers.unknown(session, tenant, after, limit)


def _row(command: Begin, state: HandoverState, wall: datetime) -> HandoverRow:
    return HandoverRow(
        attempt_id=command.attempt_id,
        tenant=command.tenant,
        channel=command.channel,
        provider=command.provider,
        state=state,
        tries=1,
        begun_wall_at=wall,
    )
