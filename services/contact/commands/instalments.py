"""What the bank says falls due, and what is paid of it: kept for the reminders that hang on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from services.contact.commands import occasions
from services.contact.commands.desk import Desk
from services.contact.settings import TOPIC
from services.contact.store import instalments as store
from services.contact.store.instalments import TellInstalment, TellPayment

__all__ = ["TellInstalment", "TellPayment", "TellReversal", "hear", "hear_money"]


@dataclass(frozen=True)
class TellReversal:
    tenant: str
    loan_id: str
    transaction_id: str


async def hear(session: AsyncSession, desk: Desk, told: Sequence[TellInstalment]) -> None:
    """Keep instalments as last told, and owe the reminders of those to come."""
    loan_ids = {each.loan_id for each in told}
    await outbox.lock(session, TOPIC, loan_ids)
    await store.save(session, told)
    await occasions.reckon(session, desk, loan_ids, desk.clock.now())


async def hear_money(
    session: AsyncSession, desk: Desk, told: Sequence[TellPayment | TellReversal]
) -> None:
    """Keep what was paid and taken back, in this order; the loans are locked. What is paid before
    its day is not reminded of."""
    await store.save_payments(session, [each for each in told if isinstance(each, TellPayment)])
    for each in told:
        if isinstance(each, TellReversal):
            await store.reverse(session, each.loan_id, each.transaction_id)
    await occasions.reckon(session, desk, {each.loan_id for each in told}, desk.clock.now())
