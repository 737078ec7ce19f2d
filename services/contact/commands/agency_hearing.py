"""What an agency heard in an act has the same consequences as what the bank hears itself."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Invalid
from events.v1.contact_calls_pb2 import RecordingMissing
from interfaces.values import Channel
from services.contact.commands import opting, reachability, recordings, replies
from services.contact.commands.calls import tracing
from services.contact.commands.desk import Desk
from services.contact.commands.holds import lock_parties
from services.contact.commands.replies import RecordReply
from services.contact.domain.agencies import may_have_heard, needs_recording
from services.contact.domain.outcomes import Outcome
from services.contact.domain.replies import ReplyKind
from services.contact.settings import TOPIC
from services.contact.store import people, touches
from services.contact.store.agency_acts import AgencyActRow
from services.contact.store.tables import AttemptRow


@dataclass(frozen=True)
class Heard:
    """Amount and day are those of a promise, or the amount of a dispute."""

    kinds: tuple[ReplyKind, ...] = ()
    words: str = ""
    amount_minor: int | None = None
    promised_on: date | None = None


NOTHING = Heard()


async def lock(session: AsyncSession, row: AgencyActRow, heard: Heard, outcome: Outcome) -> None:
    """Before the outcome is reported: a stop is told to all who are reached at that point.

    Raises `contact/nothing_can_be_heard`.
    """
    if not heard.kinds:
        return
    if not may_have_heard(outcome, heard.kinds):
        raise Invalid(
            "contact/nothing_can_be_heard",
            f"An act that ended as {outcome.value} reached nobody who can have said "
            f"{', '.join(sorted(heard.kinds))}; report how it ended when that was heard.",
        )
    attempt = await touches.attempt(session, row.tenant, row.attempt_id)
    if attempt is None:
        return
    reached = await opting.reached_at(session, row.tenant, heard.kinds, attempt.point_id)
    await lock_parties(session, row.tenant, {attempt.party_id, *reached}, attempt.loan_ids)


async def heed_end(
    session: AsyncSession, attempt: AttemptRow, outcome: Outcome, now: datetime
) -> None:
    """A number out of service is no longer used, as after a call of the bank's own."""
    if attempt.channel != Channel.CALL:
        return
    if outcome is Outcome.OUT_OF_SERVICE:
        party = await reachability.lock(session, attempt.tenant, attempt.party_id, attempt.loan_ids)
        await people.disown_point(session, attempt.party_id, attempt.point_id, now)
        await reachability.follow(session, party, now, attempt.attempt_id)
    await tracing.open_if_unreachable(session, attempt.tenant, attempt.party_id, now)


async def heed_recording(
    session: AsyncSession, row: AgencyActRow, attempt: AttemptRow, reference: str, now: datetime
) -> None:
    """Keep the recording's reference; a call that somebody answered without one is raised, once.

    Raises `contact/recording_is_of_another`.
    """
    if reference:
        row.recording, row.is_recording_missing = reference, False
        await recordings.keep(session, attempt, reference)
        return
    is_call = attempt.channel == Channel.CALL
    if row.recording or row.is_recording_missing:
        return
    if needs_recording(is_call, Outcome(attempt.outcome)):
        row.is_recording_missing = True
        body = RecordingMissing(party_id=attempt.party_id, attempt_id=attempt.attempt_id, at=now)
        loans = attempt.loan_ids or [attempt.loan_id]
        events = [outbox.Event(row.tenant, loan, body, now, row.key) for loan in loans]
        await outbox.append_many(session, TOPIC, events)


async def record(
    session: AsyncSession, desk: Desk, row: AgencyActRow, heard: Heard, now: datetime
) -> None:
    """Once for what was heard; more that was heard in the same act may follow.

    Raises `contact/party_not_of_loan`.
    """
    if not heard.kinds:
        return
    attempt = await touches.attempt(session, row.tenant, row.attempt_id)
    assert attempt is not None, "a reported act has its attempt"
    reply = RecordReply(
        tenant=row.tenant,
        reply_id=f"{row.key}/{_mark(heard)}",
        party_id=attempt.party_id,
        loan_id=row.loan_id,
        channel=Channel(attempt.channel),
        kinds=heard.kinds,
        words=heard.words,
        amount_minor=heard.amount_minor,
        in_attempt=attempt.attempt_id,
        on=heard.promised_on,
    )
    await replies.record(session, desk, reply, now)


def _mark(heard: Heard) -> str:
    said = (sorted(set(heard.kinds)), heard.amount_minor, str(heard.promised_on or ""))
    return hashlib.sha256(repr(said).encode()).hexdigest()[:12]
