"""The holds that a reply places by itself, until a person has looked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.values import HoldKind
from services.contact.commands import third_parties
from services.contact.commands.said import Said
from services.contact.domain.grievances import covers
from services.contact.domain.holds import DEFAULT_BLOCKS, REVIEW_AFTER
from services.contact.domain.replies import Consequences
from services.contact.store import holds
from services.contact.store.tables import HoldRow

MISUNDERSTOOD = "the reply was misunderstood"


async def place(
    session: AsyncSession, said: Said, follows: Consequences, now: datetime
) -> tuple[str, ...]:
    """Place the reply's own holds, once; each waits for a person to review it. Another hold in
    force is no reason for none: it may be of a part, or end first, and holds are a union."""
    placed: list[str] = []
    for kind, is_of_loan in follows.holds:
        for named, row in await _wanted(session, said, kind, is_of_loan, now):
            earlier = await holds_of_reply(session, said.tenant, said.reply_id, kind, named)
            row.hold_id = hold_id(said.reply_id, kind, named, len(earlier))
            known = earlier[-1] if earlier else None
            if known is None or known.end_reason == MISUNDERSTOOD:
                await holds.add(session, row)
                placed.append(row.hold_id)
            elif not covers(known.amount_minor, row.amount_minor):
                known.amount_minor = row.amount_minor
                placed.append(known.hold_id)
    return tuple(placed)


async def holds_of_reply(
    session: AsyncSession, tenant: str, reply_id: str, kind: HoldKind, loan_id: str
) -> list[HoldRow]:
    """Those of a kind that a reply placed, the latest last. One that ended because the reply was
    misunderstood stays as it was: meant after all, the reply has another one."""
    found: list[HoldRow] = []
    while True:
        known = await holds.find(session, tenant, hold_id(reply_id, kind, loan_id, len(found)))
        if known is None:
            return found
        found.append(known)


async def _wanted(
    session: AsyncSession, said: Said, kind: HoldKind, is_of_loan: bool, now: datetime
) -> list[tuple[str, HoldRow]]:
    """The holds of a kind, each with the loan that its id names, if it does. A contact that tells
    of a death tells of the debtor's: on the loans it is a contact for."""
    several = len(said.loan_ids) > 1
    rows = [
        (each if several else "", _hold_row(said, kind, each, now))
        for each in said.loan_ids
        if is_of_loan
    ]
    rows = rows or [("", _hold_row(said, kind, None, now))]
    if kind is HoldKind.BEREAVEMENT:
        debtors = await third_parties.debtors_of(session, said.party_id, said.loan_ids)
        for loan_id, debtor_id in debtors:
            row = _hold_row(said, kind, loan_id, now)
            row.party_id = debtor_id
            rows.append((loan_id, row))
    return rows


def _hold_row(said: Said, kind: HoldKind, loan_id: str | None, now: datetime) -> HoldRow:
    """Its id is still to be given."""
    return HoldRow(
        tenant=said.tenant,
        hold_id="",
        kind=kind,
        loan_id=loan_id,
        party_id=said.party_id if loan_id is None else None,
        blocks=[block.value for block in DEFAULT_BLOCKS[kind]],
        from_at=now,
        review_at=now + REVIEW_AFTER,
        amount_minor=said.disputed_minor if kind is HoldKind.DISPUTE else None,
        evidence=f"reply {said.reply_id}",
        placed_by="contact",
        placed_at=now,
    )


def hold_id(said_reply_id: str, kind: HoldKind, loan_id: str = "", again: int = 0) -> str:
    """A hold of one of several loans names it too, one placed again how often it was."""
    times = f"again-{again}/" if again else ""
    return f"reply/{said_reply_id}/{times}" + (f"{loan_id}/" if loan_id else "") + kind.value
