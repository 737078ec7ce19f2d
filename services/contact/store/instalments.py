"""Instalments and payments of loans as rows: what a reminder is about, and whether it is paid."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.contact.domain.instalments import Instalment, Paid

_INSTALMENT = {
    "tenant": "text",
    "loan_id": "text",
    "number": "int",
    "due_on": "date",
    "amount_minor": "bigint",
    "currency": "text",
    "sequence": "bigint",
    "told_at": "timestamptz",
}
_PAYMENT = {
    "tenant": "text",
    "loan_id": "text",
    "transaction_id": "text",
    "effective_on": "date",
    "arrears_minor": "bigint",
    "beyond_minor": "bigint",
}


@dataclass(frozen=True)
class TellInstalment:
    """`sequence` is the bank's own, rising per loan, or 0: then the later word counts. Of
    `told_at` the first is kept."""

    tenant: str
    loan_id: str
    number: int
    due_on: date
    amount_minor: int
    currency: str
    sequence: int
    told_at: datetime


@dataclass(frozen=True)
class TellPayment:
    tenant: str
    loan_id: str
    transaction_id: str
    effective_on: date
    arrears_minor: int
    beyond_minor: int


async def save(session: AsyncSession, told: Sequence[TellInstalment]) -> None:
    """Of two words about one instalment the later counts; an older one changes nothing."""
    last = {(each.loan_id, each.number): each for each in sorted(told, key=_sequence)}
    await session.execute(_SAVE, _columns(list(last.values()), _INSTALMENT))


async def save_payments(session: AsyncSession, told: Sequence[TellPayment]) -> None:
    """Those of loans of which an instalment was told; the others pay none that is known."""
    await session.execute(_SAVE_PAYMENTS, _columns(told, _PAYMENT))


async def reverse(session: AsyncSession, loan_id: str, transaction_id: str) -> None:
    await session.execute(_REVERSE, {"loan_id": loan_id, "transaction_id": transaction_id})


async def of_loans(
    session: AsyncSession, loan_ids: Collection[str]
) -> Mapping[str, list[Instalment]]:
    """By loan, for those of which any was told."""
    found: dict[str, list[Instalment]] = defaultdict(list)
    for row in await session.execute(_OF_LOANS, {"loan_ids": sorted(set(loan_ids))}):
        found[row.loan_id].append(
            Instalment(row.number, row.due_on, row.amount_minor, row.currency, row.told_at.date())
        )
    return found


async def with_coming(
    session: AsyncSession, loan_ids: Collection[str], after: date, now: datetime
) -> frozenset[str]:
    """Those of the loans with an instalment that falls due after a day, or with a reminder that may
    still be given."""
    bound = {"loan_ids": sorted(set(loan_ids)), "after": after, "now": now}
    return frozenset((await session.execute(_COMING, bound)).scalars())


async def payments(session: AsyncSession, loan_ids: Collection[str]) -> Mapping[str, list[Paid]]:
    """By loan, those that were not reversed."""
    found: dict[str, list[Paid]] = defaultdict(list)
    for row in await session.execute(_PAYMENTS, {"loan_ids": sorted(set(loan_ids))}):
        found[row.loan_id].append(Paid(row.effective_on, row.arrears_minor, row.beyond_minor))
    return found


def _sequence(told: TellInstalment) -> int:
    return told.sequence


def _columns(
    told: Sequence[TellInstalment] | Sequence[TellPayment], types: Mapping[str, str]
) -> dict[str, list[object]]:
    return {name: [getattr(each, name) for each in told] for name in types}


def _given(types: Mapping[str, str]) -> str:
    return ", ".join(f"CAST(:{name} AS {kind}[])" for name, kind in types.items())


_SAVE = text(
    f"""INSERT INTO instalment ({", ".join(_INSTALMENT)})
    SELECT * FROM unnest({_given(_INSTALMENT)})
    ON CONFLICT (loan_id, number) DO UPDATE SET due_on = EXCLUDED.due_on,
        amount_minor = EXCLUDED.amount_minor, currency = EXCLUDED.currency,
        sequence = EXCLUDED.sequence
    WHERE EXCLUDED.sequence = 0 OR EXCLUDED.sequence >= instalment.sequence"""
)
_SAVE_PAYMENTS = text(
    f"""INSERT INTO instalment_payment ({", ".join(_PAYMENT)})
    SELECT * FROM unnest({_given(_PAYMENT)}) AS given ({", ".join(_PAYMENT)})
    WHERE EXISTS (SELECT FROM instalment i WHERE i.loan_id = given.loan_id)
    ON CONFLICT DO NOTHING"""
)
_REVERSE = text(
    """UPDATE instalment_payment SET is_reversed = true
    WHERE loan_id = :loan_id AND transaction_id = :transaction_id"""
)
_OF_LOANS = text(
    """SELECT loan_id, number, due_on, amount_minor, currency, told_at FROM instalment
    WHERE loan_id = ANY (CAST(:loan_ids AS text[])) ORDER BY loan_id, due_on, number"""
)
_COMING = text(
    """SELECT loan_id FROM instalment
    WHERE loan_id = ANY (CAST(:loan_ids AS text[])) AND due_on > :after
    UNION SELECT loan_id FROM duty
    WHERE loan_id = ANY (CAST(:loan_ids AS text[])) AND kind = 'pre_due' AND owed_by > :now
        AND done_at IS NULL AND dropped_at IS NULL"""
)
_PAYMENTS = text(
    """SELECT loan_id, effective_on, arrears_minor, beyond_minor FROM instalment_payment
    WHERE loan_id = ANY (CAST(:loan_ids AS text[])) AND NOT is_reversed"""
)
