"""What the queue shows; nothing here changes anything."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.contact.domain.calls.queue import CallState
from services.contact.store import calls
from services.contact.store.calls import CallRow, DispositionRow


@dataclass(frozen=True)
class Listed:
    """One state's calls, and how many there are in each."""

    counts: dict[str, int]
    calls: list[CallRow]


async def listed(
    session: AsyncSession, tenant: str, state: CallState, after: str, limit: int
) -> Listed:
    counts = dict.fromkeys(CallState, 0) | await calls.counts(session, tenant)
    rows = await calls.listed(session, tenant, state, after, limit)
    return Listed({str(name): number for name, number in counts.items()}, rows)


async def without_recording(
    session: AsyncSession, tenant: str, after: str, limit: int
) -> list[DispositionRow]:
    return await calls.without_recording(session, tenant, after, limit)
