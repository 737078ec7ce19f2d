"""The standing rows, read and written for many loans at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import col, select

from interfaces.values import Disposition
from services.contact.domain.standing import Amounts, Standing
from services.contact.store.tables import StandingRow

_COLUMNS = {
    "loan_id": "text",
    "tenant": "text",
    "position_version": "bigint",
    "disposition": "text",
    "episode": "int",
    "closed_episode": "int",
    "closing_reason": "text",
    "currency": "text",
    "overdue_minor": "bigint",
    "disputed_minor": "bigint",
    "balance_minor": "bigint",
    "minimum_due_minor": "bigint",
    "oldest_due_on": "date",
    "as_of": "date",
    "product": "text",
    "changed_at": "timestamptz",
}


async def load(session: AsyncSession, loan_ids: Collection[str]) -> dict[str, Standing]:
    query = select(StandingRow).where(col(StandingRow.loan_id).in_(sorted(set(loan_ids))))
    rows = (await session.execute(query)).scalars()
    return {row.loan_id: _standing(row) for row in rows}


async def save(session: AsyncSession, standings: Sequence[Standing], changed_at: datetime) -> None:
    """Write the rows whole; their streams are locked by the caller."""
    if not standings:
        return
    rows = [_values(standing, changed_at) for standing in standings]
    await session.execute(_SAVE, {name: [row[name] for row in rows] for name in _COLUMNS})


async def save_limitation(
    session: AsyncSession, loan_id: str, version: int, expires_on: date | None
) -> None:
    """What the loan's latest matter says; an older one changes nothing. The stream is locked."""
    bound = {"loan_id": loan_id, "version": version, "expires_on": expires_on}
    await session.execute(_LIMITATION, bound)


async def save_arrangement(
    session: AsyncSession, loan_id: str, version: int, arrangement: str
) -> None:
    """What the loan's latest agreement says, empty if none is kept; an older one changes nothing.
    The stream is locked."""
    bound = {"loan_id": loan_id, "version": version, "arrangement": arrangement}
    await session.execute(_ARRANGEMENT, bound)


def _standing(row: StandingRow) -> Standing:
    amounts = Amounts(
        currency=row.currency,
        overdue_minor=row.overdue_minor,
        disputed_minor=row.disputed_minor,
        balance_minor=row.balance_minor,
        minimum_due_minor=row.minimum_due_minor,
        oldest_due_on=row.oldest_due_on,
        as_of=row.as_of,
        product=row.product,
    )
    return Standing(
        tenant=row.tenant,
        loan_id=row.loan_id,
        position_version=row.position_version,
        disposition=Disposition(row.disposition),
        episode=row.episode,
        closed_episode=row.closed_episode,
        closing_reason=row.closing_reason,
        amounts=amounts,
    )


def _values(standing: Standing, changed_at: datetime) -> dict[str, object]:
    amounts = standing.amounts
    return {
        "loan_id": standing.loan_id,
        "tenant": standing.tenant,
        "position_version": standing.position_version,
        "disposition": standing.disposition.value,
        "episode": standing.episode,
        "closed_episode": standing.closed_episode,
        "closing_reason": standing.closing_reason,
        "currency": amounts.currency,
        "overdue_minor": amounts.overdue_minor,
        "disputed_minor": amounts.disputed_minor,
        "balance_minor": amounts.balance_minor,
        "minimum_due_minor": amounts.minimum_due_minor,
        "oldest_due_on": amounts.oldest_due_on,
        "as_of": amounts.as_of,
        "product": amounts.product,
        "changed_at": changed_at,
    }


_LIMITATION = text(
    """UPDATE standing SET limitation_expires_on = :expires_on, matter_version = :version
    WHERE loan_id = :loan_id AND matter_version < :version"""
)
_ARRANGEMENT = text(
    """UPDATE standing SET arrangement = :arrangement, agreement_version = :version
    WHERE loan_id = :loan_id AND agreement_version < :version"""
)
_SAVE = text(
    f"""INSERT INTO standing ({", ".join(_COLUMNS)})
    SELECT * FROM unnest({", ".join(f"CAST(:{n} AS {t}[])" for n, t in _COLUMNS.items())})
    ON CONFLICT (loan_id) DO UPDATE SET
    {", ".join(f"{name} = EXCLUDED.{name}" for name in _COLUMNS if name != "loan_id")}"""
)
