"""One message about several loans of one party: one attempt, confirmed and noted for each loan."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from services.contact.commands import reachability, telling
from services.contact.commands.composing import speaking
from services.contact.commands.desk import Desk
from services.contact.commands.judging import Hearing, attempt_id_of
from services.contact.commands.party import Locked
from services.contact.commands.touches import (
    evidences_of,
    new_attempt,
    note,
    proof_of,
    tell_confirmation,
)
from services.contact.domain.outcomes import Outcome
from services.contact.gateways import Receipt
from services.contact.settings import TOPIC
from services.contact.store import touches
from services.contact.store.tables import AttemptRow, EvidenceRow
from services.contact.store.touches import AttemptStatus

STOPPED = "stopped before the message left"


async def confirm(
    session: AsyncSession, desk: Desk, hearings: Sequence[Hearing], earlier: AttemptRow | None
) -> AttemptRow:
    """The attempt about all that was heard; `earlier` is one of it that never left."""
    fresh = new_attempt(speaking(hearings), AttemptStatus.CONFIRMED)
    if earlier is None:
        fresh.key = _key([hearing.touch.key for hearing in hearings])
        fresh.attempt_id = attempt_id_of(fresh.tenant, fresh.key)
    else:
        # The provider knows this attempt by its id, whichever loans are left of it.
        fresh.attempt_id, fresh.key = earlier.attempt_id, earlier.key
    fresh.loan_ids = sorted({hearing.touch.loan_id for hearing in hearings})
    fresh.touches = [proof_of(hearing.touch) for hearing in hearings]
    if earlier is not None:
        await touches.replace(session, fresh)
        return fresh
    if await touches.find(session, fresh.tenant, fresh.key) is None:
        await touches.add(session, fresh)
    else:
        # It was taken back before it left, and is confirmed anew.
        await touches.replace(session, fresh)
    for hearing in hearings:
        await tell_confirmation(session, desk, hearing, fresh.attempt_id)
    return fresh


async def release(
    session: AsyncSession,
    earlier: AttemptRow,
    kept: Collection[str],
    because: Mapping[str, str],
    at: datetime,
) -> None:
    """A message that was confirmed but never left is not about the other touches any more; both
    `kept` and the reasons by touch are keys."""
    whole = [{"key": earlier.key, "loan_id": earlier.loan_id}]
    about = earlier.touches or whole
    gone = [touch for touch in about if touch["key"] not in kept]
    earlier.touches = [touch for touch in earlier.touches if touch["key"] in kept]
    events = [
        outbox.Event(
            earlier.tenant,
            touch["loan_id"],
            telling.touch_released(touch["key"], because.get(touch["key"], STOPPED), at),
            at,
            touch["key"],
        )
        for touch in gone
    ]
    await outbox.append_many(session, TOPIC, events)


async def note_receipt(
    session: AsyncSession, row: AttemptRow, party: Locked | None, receipt: Receipt
) -> dict[str, EvidenceRow]:
    """Note what the provider said, under the locks of `reachability.lock_sent`; what it proves, by
    the touch's key."""
    accepted = receipt.is_accepted
    row.status = AttemptStatus.SENT if accepted else AttemptStatus.UNDELIVERABLE
    # A receipt may have overtaken this note; what is known since is not taken back.
    if row.outcome != Outcome.SENT:
        return {}
    await note(session, row, receipt, row.from_at)
    if party is not None:
        await reachability.follow(session, party, row.from_at, row.key)
    return {each.key: each for each in evidences_of(row)}


def _key(keys: Sequence[str]) -> str:
    """A touch's own key where it is alone. Several have one that is nobody's: a loan that leaves
    the message is touched under its own later, and then the message counts as another's."""
    if len(keys) == 1:
        return keys[0]
    others = hashlib.sha256("\n".join(keys).encode()).hexdigest()[:12]
    return f"{keys[0]}/with/{others}"
