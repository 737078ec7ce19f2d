"""A call's touches are answered once: confirmed at its first dial, or ended without one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.contact import Touch, TouchOutcome, TouchStatus
from services.contact.commands.calls.hearing import Opinion
from services.contact.commands.judging import first_outcome, record_verdict, settle
from services.contact.commands.progress import document
from services.contact.commands.progress import settle as settle_wish
from services.contact.commands.touches import ATTEMPT, refuse
from services.contact.store import wishes
from services.contact.store.tables import EvidenceRow


async def unanswered(session: AsyncSession, touches: Sequence[Touch]) -> set[str]:
    """The keys of the touches that nobody has answered; locks the keys, so it comes before the
    streams."""
    keys = set()
    for touch in sorted(touches, key=lambda touch: touch.key):
        if await first_outcome(session, ATTEMPT, touch) is None:
            keys.add(touch.key)
    return keys


async def answer(
    session: AsyncSession, touch: Touch, outcome: TouchOutcome, evidence: EvidenceRow | None = None
) -> None:
    """For good, with what it proves; a wish that waited for it is settled and its case told."""
    await settle(session, ATTEMPT, touch, outcome)
    wish = await wishes.find(session, touch.tenant, touch.key)
    if wish is not None and wish.settled is None:
        await settle_wish(session, wish, outcome, _ended_at(touch, outcome, evidence), evidence)
    elif evidence is not None:
        await prove(session, evidence)


def _ended_at(touch: Touch, outcome: TouchOutcome, evidence: EvidenceRow | None) -> datetime:
    if evidence is not None:
        return evidence.tried_at
    is_expired = outcome.status is TouchStatus.EXPIRED
    return touch.window_until if is_expired and touch.window_until else touch.at


async def prove(session: AsyncSession, evidence: EvidenceRow) -> None:
    await document(session, evidence, evidence.tried_at, evidence.key)


async def refusal_of(session: AsyncSession, opinion: Opinion) -> TouchOutcome:
    """What a touch that may not be made is answered; its verdict is kept and told."""
    if opinion.superseded is not None:
        return opinion.superseded
    assert opinion.hearing is not None and opinion.verdict is not None
    await record_verdict(session, opinion.hearing, opinion.verdict)
    return await refuse(session, opinion.hearing, opinion.verdict)


async def drop(session: AsyncSession, opinion: Opinion, open_keys: set[str]) -> None:
    """This loan will not be spoken of in this call."""
    outcome = await refusal_of(session, opinion)
    if opinion.touch.key in open_keys:
        await answer(session, opinion.touch, outcome)


async def expire(session: AsyncSession, touches: Sequence[Touch], open_keys: set[str]) -> None:
    """Nobody dialled inside the window: the case decides anew."""
    because = "no collector was free inside the call's window"
    for touch in touches:
        if touch.key in open_keys:
            outcome = TouchOutcome(touch.key, TouchStatus.EXPIRED, because=because)
            await answer(session, touch, outcome)


def earliest(opinions: Sequence[Opinion]) -> list[datetime | None]:
    """When each heard touch may be made at the earliest."""
    return [each.verdict.next_allowed_at for each in opinions if each.verdict is not None]
