"""A dialled call of which nobody says how it ended is not forgotten: a person is asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from services.contact.commands import tasks
from services.contact.commands.calls import telling
from services.contact.domain.calls.queue import Reason
from services.contact.domain.outcomes import Outcome, is_connected
from services.contact.settings import TOPIC
from services.contact.store import touches
from services.contact.store.calls import CallRow


async def ask_person(session: AsyncSession, row: CallRow, now: datetime) -> None:
    """The call stays unreported, and whoever takes up the task may say how it ended."""
    await outbox.lock(session, TOPIC, row.loan_ids)
    attempt = await touches.attempt(session, row.tenant, row.attempt_id)
    assert attempt is not None, "an unreported call has its attempt"
    row.because = Reason.SILENT
    await tasks.ask_about_call(session, row, now)
    await session.flush()
    if is_connected(Outcome(attempt.outcome or Outcome.SENT)):
        await telling.tell(session, row, telling.recording_missing(row, "", now), now)
