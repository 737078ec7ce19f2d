"""What the ledger and the cases tell changes how agreements stand; whole batches at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from interfaces.values import AgreementKind, AgreementStatus, ClosingReason, Disposition
from services.negotiation import store
from services.negotiation.commands import standing
from services.negotiation.commands.standing import OPEN, Moment
from services.negotiation.settings import TOPIC
from services.negotiation.store import AgreementRow

ENDED = (
    Disposition.CLOSED,
    Disposition.SOLD,
    Disposition.RECALLED,
    Disposition.WRITTEN_OFF,
)


@dataclass(frozen=True)
class LoanSeen:
    loan_id: str
    tenant: str
    version: int
    at: datetime
    disposition: Disposition
    currency: str
    overdue_minor: int
    tolerance_minor: int
    is_accelerated: bool
    liable_parties: tuple[str, ...]
    taken_over_on: date | None
    balance_minor: int


@dataclass(frozen=True)
class PaymentSeen:
    loan_id: str
    transaction_id: str
    amount_minor: int
    effective_on: date
    accepted_at: datetime


@dataclass(frozen=True)
class ReversalSeen:
    loan_id: str
    transaction_id: str
    accepted_at: datetime


@dataclass(frozen=True)
class EpisodeSeen:
    """An episode that opened, or ended for a reason."""

    loan_id: str
    episode: int
    reason: ClosingReason | None = None


@dataclass(frozen=True)
class Heard:
    """The latest word on a loan in a batch."""

    tenant: str
    at: datetime
    cause: str


@dataclass
class Batch:
    loans: list[LoanSeen] = field(default_factory=list)
    payments: list[PaymentSeen] = field(default_factory=list)
    reversals: list[ReversalSeen] = field(default_factory=list)
    episodes: list[EpisodeSeen] = field(default_factory=list)
    heard: dict[str, Heard] = field(default_factory=dict)


async def take_in(session: AsyncSession, batch: Batch, zone_of: Callable[[str], str]) -> None:
    """Store the facts, then bring each touched loan's latest agreement up to them."""
    loan_ids = list(batch.heard)
    await outbox.lock(session, TOPIC, loan_ids)
    await _store(session, batch)
    latest = await store.latest_of(session, loan_ids)
    if not latest:
        return
    payments = await store.payments_of(session, list(latest))
    ended = {seen.loan_id: seen for seen in batch.loans if seen.disposition in ENDED}
    for loan_id, row in sorted(latest.items()):
        heard = batch.heard[loan_id]
        moment = Moment(heard.at, zone_of(heard.tenant), heard.cause)
        await standing.settle(session, row, payments[loan_id], moment)
        if row.status in OPEN and (
            _ends_with_loan(row, ended.get(loan_id)) or _ends_with_episode(row, batch.episodes)
        ):
            late = standing.not_before(moment, row)
            await standing.conclude(session, row, AgreementStatus.CANCELLED, "cancelled", late)


async def _store(session: AsyncSession, batch: Batch) -> None:
    if batch.loans:
        await store.upsert_loans(session, _newest(batch.loans))
    money: list[dict[str, object]] = [
        {
            "loan_id": seen.loan_id,
            "transaction_id": seen.transaction_id,
            "amount_minor": seen.amount_minor,
            "effective_on": seen.effective_on.isoformat(),
            "accepted_at": seen.accepted_at.isoformat(),
        }
        for seen in batch.payments
    ]
    money += [
        {
            "loan_id": seen.loan_id,
            "transaction_id": seen.transaction_id,
            "reversed_at": seen.accepted_at.isoformat(),
        }
        for seen in batch.reversals
    ]
    if money:
        await store.upsert_payments(session, money)
    if batch.episodes:
        numbers: dict[str, int] = {}
        for episode in batch.episodes:
            numbers[episode.loan_id] = max(episode.episode, numbers.get(episode.loan_id, 0))
        await store.note_episodes(session, numbers)


def _newest(loans: Sequence[LoanSeen]) -> list[dict[str, object]]:
    newest: Mapping[str, LoanSeen] = {
        seen.loan_id: seen for seen in sorted(loans, key=lambda seen: seen.version)
    }
    return [
        {
            "loan_id": seen.loan_id,
            "tenant": seen.tenant,
            "position_version": seen.version,
            "disposition": seen.disposition,
            "currency": seen.currency,
            "overdue_minor": seen.overdue_minor,
            "tolerance_minor": seen.tolerance_minor,
            "is_accelerated": seen.is_accelerated,
            "liable_parties": list(seen.liable_parties),
            "taken_over_on": seen.taken_over_on.isoformat() if seen.taken_over_on else None,
            "balance_minor": seen.balance_minor,
        }
        for seen in newest.values()
    ]


def _ends_with_loan(row: AgreementRow, seen: LoanSeen | None) -> bool:
    """An ending accepted before the agreement was made is old news arriving late."""
    return seen is not None and seen.at >= row.made_at


def _ends_with_episode(row: AgreementRow, episodes: Sequence[EpisodeSeen]) -> bool:
    """A signed plan outlives the cure of its loan; everything else ends with its episode."""
    outlives = row.kind == AgreementKind.PLAN and row.status == AgreementStatus.ACTIVE
    return any(
        seen.loan_id == row.loan_id
        and seen.reason is not None
        and row.episode <= seen.episode
        and not (outlives and seen.reason is ClosingReason.CURED)
        for seen in episodes
    )
