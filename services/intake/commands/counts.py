"""The count that always closes, the letters nobody could read, and the look-up of loans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.commands.desk import Desk
from services.intake.domain.facts import DeadLetter, Disposition, Kind
from services.intake.settings import NOBODY
from services.intake.store import identities, receipts
from services.intake.store.receipts import RECEIVED

NAMES = (RECEIVED, *(disposition.value for disposition in Disposition))


@dataclass(frozen=True)
class KnownParty:
    party_id: str
    role: str


@dataclass(frozen=True)
class KnownLoan:
    loan_id: str
    parties: dict[str, KnownParty]


async def count_dead_letters(
    session: AsyncSession, desk: Desk, letters: Sequence[DeadLetter]
) -> None:
    """Keep what could not be read, and count each once by its origin."""
    new = await receipts.save_dead_letters(session, letters, desk.at)
    for kind in Kind:
        changes: Counter[tuple[str, str]] = Counter()
        for letter in letters:
            if letter.kind is kind and letter.origin in new:
                changes[letter.tenant, RECEIVED] += 1
                changes[letter.tenant, Disposition.DEAD_LETTERED.value] += 1
        await receipts.count(session, kind, changes)


async def counts(session: AsyncSession, tenant: str) -> dict[Kind, dict[str, int]]:
    """Per kind, how many were received and what became of them.

    What names no tenant known here counts with every tenant: nobody else would see it.
    """
    totals = await receipts.totals(session, {tenant, NOBODY})
    return {kind: {name: totals.get((kind, name), 0) for name in NAMES} for kind in Kind}


async def look_up(
    session: AsyncSession, tenant: str, refs: Collection[str]
) -> dict[str, KnownLoan]:
    """The registered loans among these references, with their present parties.

    A party in several roles is told in the first one the bank named.
    """
    loans: dict[str, KnownLoan] = {}
    for row in await identities.lookup(session, tenant, list(refs)):
        loan = loans.setdefault(row.loan_ref, KnownLoan(row.loan_id, {}))
        loan.parties.setdefault(row.party_ref, KnownParty(row.party_id, row.role))
    return loans
