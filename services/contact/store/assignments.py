"""Who holds sold loans now, as rows: what the bank told last with the sale."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.contact.domain.announced import Assignee


@dataclass(frozen=True)
class TellAssignee:
    """With a sale; `sequence` is the bank's own, rising per loan, or 0: then the later word counts.
    Without a name nobody was told of."""

    tenant: str
    loan_id: str
    sequence: int
    told_at: datetime
    assignee: Assignee


async def save(session: AsyncSession, told: Sequence[TellAssignee]) -> None:
    """In their order; the loans are locked. The same sale told without its assignee takes none
    back, another sale does."""
    for each in told:
        given = {**asdict(each.assignee), "data_kinds": list(each.assignee.data_kinds)}
        own = {"tenant": each.tenant, "loan_id": each.loan_id}
        await session.execute(
            _SAVE, {**given, **own, "sequence": each.sequence, "told_at": each.told_at}
        )


async def find(session: AsyncSession, loan_id: str) -> Assignee | None:
    """None where no sale was told, or none with an assignee."""
    row = (await session.execute(_FIND, {"loan_id": loan_id})).one_or_none()
    if row is None:
        return None
    return Assignee(
        on=row.sold_on,
        name=row.name,
        address=row.address,
        phone=row.phone,
        email=row.email,
        purpose=row.purpose,
        data_kinds=tuple(row.data_kinds),
    )


_SAVE = text(
    """INSERT INTO assignment (tenant, loan_id, sold_on, name, address, phone, email, purpose,
        data_kinds, sequence, told_at)
    VALUES (:tenant, :loan_id, :on, :name, :address, :phone, :email, :purpose,
        CAST(:data_kinds AS text[]), :sequence, :told_at)
    ON CONFLICT (loan_id) DO UPDATE SET sold_on = EXCLUDED.sold_on, name = EXCLUDED.name,
        address = EXCLUDED.address, phone = EXCLUDED.phone, email = EXCLUDED.email,
        purpose = EXCLUDED.purpose, data_kinds = EXCLUDED.data_kinds,
        sequence = EXCLUDED.sequence, told_at = EXCLUDED.told_at
    WHERE (EXCLUDED.sequence = 0 OR EXCLUDED.sequence >= assignment.sequence)
        AND (EXCLUDED.name <> '' OR EXCLUDED.sold_on <> assignment.sold_on)"""
)
_FIND = text("SELECT * FROM assignment WHERE loan_id = :loan_id AND name <> ''")
