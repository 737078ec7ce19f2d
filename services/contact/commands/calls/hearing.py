"""The one place where the call queue asks the gate: may each loan of a call be spoken of now?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from interfaces.contact import Touch, TouchOutcome, TouchStatus
from services.contact.commands.desk import Desk
from services.contact.commands.judging import Hearing, docket_of, hear, standing_of, superseded
from services.contact.commands.touches import ATTEMPT
from services.contact.domain.law.judgement import Verdict, judge
from services.contact.domain.standing import Answer
from services.contact.settings import TOPIC


@dataclass(frozen=True)
class Opinion:
    """Either its loan was stopped (`superseded`), or the touch was heard and judged."""

    touch: Touch
    superseded: TouchOutcome | None = None
    hearing: Hearing | None = None
    verdict: Verdict | None = None

    @property
    def is_allowed(self) -> bool:
        return self.verdict is not None and self.verdict.is_allowed


Ask = Callable[[AsyncSession, Desk, Sequence[Touch], datetime], Awaitable[list[Opinion]]]


async def opinions(
    session: AsyncSession, desk: Desk, touches: Sequence[Touch], at: datetime
) -> list[Opinion]:
    """Locks the loans, then the parties; records nothing. May raise `contact/behind`."""
    await outbox.lock(session, TOPIC, {touch.loan_id for touch in touches})
    return [await _opinion(session, desk, touch, at) for touch in touches]


async def _opinion(session: AsyncSession, desk: Desk, touch: Touch, at: datetime) -> Opinion:
    docket = await docket_of(session, desk, ATTEMPT, touch, at)
    if docket.first is not None:
        because = "the touch was answered before"
        return Opinion(
            touch, superseded=TouchOutcome(touch.key, TouchStatus.SUPERSEDED, because=because)
        )
    said, standing = standing_of(docket, touch)
    if said is Answer.SUPERSEDED:
        return Opinion(touch, superseded=superseded(touch, standing))
    hearing = hear(desk, docket, touch, standing, at)
    verdict = judge(hearing.pack, hearing.act, hearing.known, at)
    return Opinion(touch, hearing=hearing, verdict=verdict)
