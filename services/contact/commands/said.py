"""A reply as it was understood, with whom and what it concerns."""

from __future__ import annotations

from dataclasses import dataclass

from interfaces.values import Channel
from services.contact.commands.party import Locked
from services.contact.domain.replies import ReplyKind
from services.contact.domain.understanding.classify import Understanding


@dataclass(frozen=True)
class Said:
    """A reply as understood. `loan_ids` are the loans it is about; `all_loan_ids` those of the
    party, which are locked; `promised_loan` the one whose promise can be taken, if there is one.
    `others` are those who are reached at the same point, locked too where it says stop.
    `disputed_minor` is the part of one loan that a person read as disputed; without it, a dispute
    is of the whole."""

    tenant: str
    reply_id: str
    party_id: str
    loan_ids: tuple[str, ...]
    all_loan_ids: tuple[str, ...]
    channel: Channel
    point_id: str
    understanding: Understanding
    is_by_person: bool
    disputed_minor: int | None = None
    promised_loan: str = ""
    others: tuple[Locked, ...] = ()

    @property
    def asks_promise(self) -> bool:
        """A promise was given that cannot be taken as it is."""
        return ReplyKind.PROMISE in self.understanding.kinds and not self.promised_loan
