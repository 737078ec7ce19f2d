"""Which promises of a reply can be taken as they are: by whom, of which loan, how much, by when."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from services.contact.domain.replies import ReplyKind
from services.contact.domain.understanding.classify import Understanding


def is_complete(read: Understanding) -> bool:
    """It names an amount and a day, and is no stranger's. Whether they can be taken, negotiation
    says, which alone knows what else was agreed."""
    kinds = read.kinds
    if ReplyKind.PROMISE not in kinds or ReplyKind.WRONG_PERSON in kinds:
        return False
    return bool(read.amount_minor) and read.on is not None


def loan_meant(loan_ids: Sequence[str], liable: Collection[str], owing: Collection[str]) -> str:
    """The loan the reply is about; of several, the only one that the person owes and is behind
    with. Empty where it is none of theirs, or could be more than one."""
    if len(loan_ids) == 1:
        return loan_ids[0] if loan_ids[0] in liable else ""
    possible = [loan_id for loan_id in loan_ids if loan_id in liable and loan_id in owing]
    return possible[0] if len(possible) == 1 else ""
