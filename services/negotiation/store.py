"""Negotiation's tables and queries: loans as far as agreements need them, money, agreements."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, DateTime, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel, col, func, select

from interfaces.values import AgreementKind, AgreementStatus


def _instant(nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(DateTime(timezone=True), nullable=nullable))


class _Table(SQLModel, registry=registry()):
    """Tables of this service are strangers to those of others, by name too."""


class LoanRow(_Table, table=True):
    __tablename__ = "loan"

    loan_id: str = Field(primary_key=True)
    tenant: str
    position_version: int
    disposition: str
    currency: str
    overdue_minor: int
    tolerance_minor: int
    is_accelerated: bool
    liable_parties: list[str] = Field(sa_column=Column(JSONB, nullable=False))
    taken_over_on: date | None = None
    balance_minor: int | None = None


class AgreementRow(_Table, table=True):
    __tablename__ = "agreement"

    agreement_id: str = Field(primary_key=True)
    tenant: str
    loan_id: str
    ordinal: int
    episode: int
    rounds: int
    kind: str
    status: str
    party_id: str
    currency: str
    total_minor: int
    paid_minor: int = 0
    paid_before_minor: int = 0
    waived_minor: int = 0
    tolerance_minor: int = 0
    made_at: datetime = _instant()
    agreed_on: date | None = None
    agreed_at: datetime | None = _instant(nullable=True)
    instalments: list[dict[str, Any]] = Field(
        default_factory=list, sa_column=Column(JSONB, nullable=False)
    )
    offer: dict[str, Any] | None = Field(default=None, sa_column=Column(JSONB(none_as_null=True)))
    promise_id: str | None = None
    next_due_on: date | None = None
    judge_at: datetime | None = _instant(nullable=True)
    version: int = 0
    changed_at: datetime = _instant()


class PaymentRow(_Table, table=True):
    __tablename__ = "payment"

    loan_id: str = Field(primary_key=True)
    transaction_id: str = Field(primary_key=True)
    amount_minor: int | None = None
    effective_on: date | None = None
    accepted_at: datetime | None = _instant(nullable=True)
    reversed_at: datetime | None = _instant(nullable=True)


class ReplyPromiseRow(_Table, table=True):
    __tablename__ = "reply_promise"

    tenant: str = Field(primary_key=True)
    loan_id: str = Field(primary_key=True)
    reply_id: str = Field(primary_key=True)
    revision: int
    agreement_id: str | None = None
    code: str = ""


async def reply_promise(
    session: AsyncSession, tenant: str, loan_id: str, reply_id: str
) -> ReplyPromiseRow | None:
    key = (tenant, loan_id, reply_id)
    return await session.get(ReplyPromiseRow, key, populate_existing=True)


async def loan(session: AsyncSession, tenant: str, loan_id: str) -> LoanRow | None:
    found = await session.get(LoanRow, loan_id, populate_existing=True)
    return found if found is not None and found.tenant == tenant else None


async def episode_of(session: AsyncSession, loan_id: str) -> int:
    """The latest episode heard of, 0 if none."""
    found = await session.execute(_EPISODE, {"loan_id": loan_id})
    return int(found.scalar_one_or_none() or 0)


async def note_episodes(session: AsyncSession, numbers: dict[str, int]) -> None:
    """Keep the highest episode per loan."""
    rows = [{"loan_id": loan_id, "number": number} for loan_id, number in numbers.items()]
    await session.execute(_NOTE_EPISODES, {"rows": json.dumps(rows)})


async def upsert_loans(session: AsyncSession, rows: Sequence[dict[str, object]]) -> None:
    await session.execute(_UPSERT_LOANS, {"rows": json.dumps(rows)})


async def upsert_payments(session: AsyncSession, rows: Sequence[dict[str, object]]) -> None:
    """A payment and its reversal meet in one row, whichever comes first."""
    await session.execute(_UPSERT_PAYMENTS, {"rows": json.dumps(rows)})


async def payments_of(
    session: AsyncSession, loan_ids: Collection[str]
) -> dict[str, list[PaymentRow]]:
    """The posted payments of these loans; a reversal still without its payment is left out."""
    rows = await session.execute(
        select(PaymentRow)
        .where(col(PaymentRow.loan_id).in_(loan_ids), col(PaymentRow.amount_minor).is_not(None))
        .execution_options(populate_existing=True)
    )
    found: dict[str, list[PaymentRow]] = {loan_id: [] for loan_id in loan_ids}
    for row in rows.scalars():
        found[row.loan_id].append(row)
    return found


async def loan_of(session: AsyncSession, tenant: str, agreement_id: str) -> str | None:
    found = await session.execute(
        select(AgreementRow.loan_id).where(
            AgreementRow.agreement_id == agreement_id, AgreementRow.tenant == tenant
        )
    )
    return found.scalar_one_or_none()


async def agreement(session: AsyncSession, agreement_id: str) -> AgreementRow | None:
    return await session.get(AgreementRow, agreement_id, populate_existing=True)


async def by_promise(session: AsyncSession, tenant: str, promise_id: str) -> AgreementRow | None:
    found = await session.execute(
        select(AgreementRow).where(
            AgreementRow.tenant == tenant, AgreementRow.promise_id == promise_id
        )
    )
    return found.scalar_one_or_none()


async def latest_of(session: AsyncSession, loan_ids: Collection[str]) -> dict[str, AgreementRow]:
    """Each loan's latest agreement: the one that counts."""
    rows = await session.execute(
        select(AgreementRow)
        .where(col(AgreementRow.loan_id).in_(loan_ids))
        .order_by(col(AgreementRow.loan_id), col(AgreementRow.ordinal).desc())
        .distinct(col(AgreementRow.loan_id))
        .execution_options(populate_existing=True)
    )
    return {row.loan_id: row for row in rows.scalars()}


async def agreements_of(
    session: AsyncSession, tenant: str, loan_id: str, at_most: int
) -> Sequence[AgreementRow]:
    """A loan's agreements, newest first."""
    rows = await session.execute(
        select(AgreementRow)
        .where(AgreementRow.tenant == tenant, AgreementRow.loan_id == loan_id)
        .order_by(col(AgreementRow.ordinal).desc())
        .limit(at_most)
    )
    return rows.scalars().all()


async def rounds_of(session: AsyncSession, loan_id: str, episode: int) -> int:
    """How many agreements this episode has seen."""
    found = await session.execute(
        select(func.count()).where(AgreementRow.loan_id == loan_id, AgreementRow.episode == episode)
    )
    return int(found.scalar_one())


async def broken_promises_of(session: AsyncSession, loan_id: str, episode: int) -> int:
    found = await session.execute(
        select(func.count()).where(
            AgreementRow.loan_id == loan_id,
            AgreementRow.episode == episode,
            AgreementRow.kind == AgreementKind.PROMISE,
            AgreementRow.status == AgreementStatus.BROKEN,
        )
    )
    return int(found.scalar_one())


_EPISODE = text("SELECT number FROM episode WHERE loan_id = :loan_id")
_NOTE_EPISODES = text(
    """INSERT INTO episode (loan_id, number)
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given (loan_id text, number int)
    ON CONFLICT (loan_id) DO UPDATE SET number = EXCLUDED.number
    WHERE EXCLUDED.number > episode.number"""
)
_UPSERT_LOANS = text(
    """INSERT INTO loan (loan_id, tenant, position_version, disposition, currency, overdue_minor,
        tolerance_minor, is_accelerated, liable_parties, taken_over_on, balance_minor)
    SELECT * FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given (loan_id text, tenant text,
        position_version bigint, disposition text, currency text, overdue_minor bigint,
        tolerance_minor bigint, is_accelerated bool, liable_parties jsonb, taken_over_on date,
        balance_minor bigint)
    ON CONFLICT (loan_id) DO UPDATE SET position_version = EXCLUDED.position_version,
        disposition = EXCLUDED.disposition, currency = EXCLUDED.currency,
        overdue_minor = EXCLUDED.overdue_minor, tolerance_minor = EXCLUDED.tolerance_minor,
        is_accelerated = EXCLUDED.is_accelerated, liable_parties = EXCLUDED.liable_parties,
        taken_over_on = EXCLUDED.taken_over_on, balance_minor = EXCLUDED.balance_minor
    WHERE EXCLUDED.position_version > loan.position_version"""
)
_UPSERT_PAYMENTS = text(
    """INSERT INTO payment (loan_id, transaction_id, amount_minor, effective_on, accepted_at,
        reversed_at)
    SELECT loan_id, transaction_id, max(amount_minor), max(effective_on), max(accepted_at),
        max(reversed_at)
    FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS given (loan_id text, transaction_id text,
        amount_minor bigint, effective_on date, accepted_at timestamptz, reversed_at timestamptz)
    GROUP BY loan_id, transaction_id
    ON CONFLICT (loan_id, transaction_id) DO UPDATE SET
        amount_minor = coalesce(payment.amount_minor, EXCLUDED.amount_minor),
        effective_on = coalesce(payment.effective_on, EXCLUDED.effective_on),
        accepted_at = coalesce(payment.accepted_at, EXCLUDED.accepted_at),
        reversed_at = coalesce(payment.reversed_at, EXCLUDED.reversed_at)"""
)
