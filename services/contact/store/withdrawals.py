"""Open wishes by their keys, the calls that wait with them, and until when a case has stopped."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from interfaces.contact import Touch
from services.contact.store.wishes import WishRow


async def named(session: AsyncSession, tenant: str, keys: Collection[str]) -> list[WishRow]:
    """The wishes as they stand at this moment, whatever was read before."""
    query = (
        select(WishRow)
        .where(col(WishRow.tenant) == tenant, col(WishRow.key).in_(sorted(keys)))
        .order_by(col(WishRow.key))
        .execution_options(populate_existing=True)
    )
    return list((await session.execute(query)).scalars())


@dataclass(frozen=True)
class Sought:
    """Calls to these parties that are to meet one of the wishes `keys`, or that were made about the
    loan as it was wished until `at` and are to be made again."""

    tenant: str
    loan_id: str
    party_ids: Collection[str]
    keys: Collection[str]
    at: datetime


@dataclass(frozen=True)
class Stop:
    """What a loan's case asked for until `at` is not begun anew."""

    at: datetime
    because: str


async def stop(session: AsyncSession, tenant: str, loan_id: str, stopped: Stop) -> None:
    """Keep the latest; the loan's stream is locked."""
    bound = {"tenant": tenant, "loan_id": loan_id, "at": stopped.at, "because": stopped.because}
    await session.execute(_STOP, bound)


async def stops(session: AsyncSession, loan_ids: Collection[str]) -> dict[str, Stop]:
    """The stops of these loans, where there was one."""
    rows = await session.execute(_STOPS, {"loan_ids": sorted(set(loan_ids))})
    return {row.loan_id: Stop(row.at, row.because) for row in rows}


async def stopped(session: AsyncSession, touch: Touch) -> Stop | None:
    """The stop by which a touch's case took it back, if it did."""
    found = (await stops(session, [touch.loan_id])).get(touch.loan_id)
    return found if found is not None and touch.at <= found.at else None


async def waiting_calls(session: AsyncSession, sought: Sought) -> list[str]:
    """The calls that nobody is on, in the order in which they are locked."""
    bound = {
        "tenant": sought.tenant,
        "loan_id": sought.loan_id,
        "party_ids": sorted(sought.party_ids),
        "keys": sorted(sought.keys),
        "at": sought.at,
    }
    return [row.call_id for row in await session.execute(_WAITING, bound)]


_WAITING = text(
    """SELECT call_id FROM call
    WHERE party_id = ANY (CAST(:party_ids AS text[])) AND state IN ('queued', 'claimed')
        AND tenant = :tenant AND direction = 'outbound'
        AND EXISTS (SELECT FROM jsonb_array_elements(touches) touch
            WHERE touch ->> 'key' = ANY (CAST(:keys AS text[]))
                OR dials > 0 AND touch ->> 'loan_id' = :loan_id
                    AND CAST(touch ->> 'at' AS timestamptz) <= :at)
    ORDER BY call_id"""
)
_STOP = text(
    """INSERT INTO case_stop AS known (loan_id, tenant, at, because)
    VALUES (:loan_id, :tenant, :at, :because)
    ON CONFLICT (loan_id) DO UPDATE SET at = EXCLUDED.at, because = EXCLUDED.because
    WHERE known.at < EXCLUDED.at"""
)
_STOPS = text(
    "SELECT loan_id, at, because FROM case_stop WHERE loan_id = ANY (CAST(:loan_ids AS text[]))"
)
