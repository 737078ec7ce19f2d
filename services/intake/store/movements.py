"""Payments and reversals by the bank's transaction id, which is unique within a tenant."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain.facts import Payment, Reversal
from services.intake.domain.judgement import Movement

TransactionKey = tuple[str, str]
"""(tenant, transaction id)"""
Told = dict[type[Payment] | type[Reversal], Movement]


async def find(
    session: AsyncSession, keys: Collection[TransactionKey]
) -> dict[TransactionKey, Told]:
    """What was told before of these transactions."""
    if not keys:
        return {}
    bound = {
        "tenants": [tenant for tenant, _ in keys],
        "transactions": [transaction for _, transaction in keys],
    }
    found: dict[TransactionKey, Told] = {}
    for row in await session.execute(_FIND, bound):
        told = found.setdefault((row.tenant, row.transaction_id), {})
        told[Reversal if row.is_reversal else Payment] = Movement(
            row.loan_id, row.amount_minor, row.currency, row.effective_on
        )
    return found


async def save(
    session: AsyncSession,
    movements: Mapping[tuple[str, str, type[Payment] | type[Reversal]], Movement],
) -> None:
    """Keep new movements, by (tenant, transaction id, kind)."""
    if not movements:
        return
    ordered = sorted(movements, key=lambda key: (key[0], key[1], key[2] is Reversal))
    await session.execute(
        _SAVE,
        {
            "tenants": [tenant for tenant, _, _ in ordered],
            "transactions": [transaction for _, transaction, _ in ordered],
            "are_reversals": [kind is Reversal for _, _, kind in ordered],
            "loans": [movements[key].loan_id for key in ordered],
            "amounts": [movements[key].amount_minor for key in ordered],
            "currencies": [movements[key].currency for key in ordered],
            "effective": [movements[key].effective_on for key in ordered],
        },
    )


_FIND = text(
    """SELECT movement.* FROM unnest(CAST(:tenants AS text[]), CAST(:transactions AS text[]))
        AS given (tenant, transaction_id)
    JOIN movement USING (tenant, transaction_id)"""
)
_SAVE = text(
    """INSERT INTO movement (tenant, transaction_id, is_reversal, loan_id, amount_minor, currency,
        effective_on)
    SELECT * FROM unnest(CAST(:tenants AS text[]), CAST(:transactions AS text[]),
        CAST(:are_reversals AS boolean[]), CAST(:loans AS text[]), CAST(:amounts AS bigint[]),
        CAST(:currencies AS text[]), CAST(:effective AS date[]))"""
)
