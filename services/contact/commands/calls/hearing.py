"""The one place where the call queue asks the gate: may each loan of a call be spoken of now?"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from interfaces.contact import Touch, TouchOutcome
from services.contact.commands.desk import Desk
from services.contact.commands.judging import Hearing, hear, standing_for, superseded
from services.contact.domain.gate import Verdict, judge
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
    standings = [(touch, *await standing_for(session, touch)) for touch in touches]
    found = []
    for touch, said, standing in standings:
        if said is Answer.SUPERSEDED:
            found.append(Opinion(touch, superseded=superseded(touch, standing)))
            continue
        hearing = await hear(session, desk, touch, standing, at)
        verdict = judge(hearing.pack, hearing.act, hearing.known, at)
        found.append(Opinion(touch, hearing=hearing, verdict=verdict))
    return found
