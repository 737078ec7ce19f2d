"""What follows from the way a call ended, all in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.values import Channel, Direction
from services.contact.commands import (
    opting,
    outcomes,
    reachability,
    recordings,
    replies,
    tasks,
)
from services.contact.commands.calls import holding, telling, tracing
from services.contact.commands.desk import Desk
from services.contact.commands.holds import lock_parties
from services.contact.commands.outcomes import ReportOutcome
from services.contact.commands.replies import RecordReply
from services.contact.domain.calls.dispositions import Action, Code, Ended, Next, follows
from services.contact.domain.calls.identity import IdentityState
from services.contact.domain.calls.queue import (
    CALLBACK_PRIORITY,
    CALLBACK_SLACK,
    CallState,
)
from services.contact.domain.outcomes import Outcome
from services.contact.domain.replies import ReplyKind
from services.contact.store import calls, people, touches, withdrawals
from services.contact.store.calls import CallRow, DispositionRow
from services.contact.store.touches import AttemptStatus

_FOLLOW_UP_AT = time(9, 0)


@dataclass(frozen=True)
class Ending:
    """How a call ended and what was said; `loan_id` is empty where it concerns all its loans."""

    code: Code
    collector: str
    recording: str = ""
    words: str = ""
    loan_id: str = ""
    also: tuple[ReplyKind, ...] = ()
    amount_minor: int | None = None
    promised_on: date | None = None
    disputed_minor: int | None = None
    callback_at: datetime | None = None
    request: str = ""


async def end(
    session: AsyncSession, desk: Desk, row: CallRow, ending: Ending, now: datetime
) -> DispositionRow:
    """The call's row is locked; it is under way, or was and owes the word."""
    said = {*filter(None, (ending.code.reply,)), *ending.also}
    reached = await opting.reached_at(session, row.tenant, said, row.point_id)
    await lock_parties(session, row.tenant, {row.party_id, *reached}, row.loan_ids)
    party = await reachability.lock(session, row.tenant, row.party_id, row.loan_ids)
    outcome = await _report(session, row, ending, now)
    await _record_replies(session, desk, row, ending, now)
    if outcome is Outcome.OUT_OF_SERVICE:
        await people.disown_point(session, row.party_id, row.point_id, now)
        await reachability.follow(session, party, now, row.attempt_id)
    following = follows(ending.code, _ended(desk, row, ending, now))
    if following.dials_again:
        following = await _unless_stopped(session, row, following, now)
    kept = _kept(desk, row, ending, following, now)
    kept.outcome = outcome
    await calls.add(session, kept)
    await keep_recording(session, desk, kept)
    _go_on(row, following)
    await session.flush()
    await telling.tell(session, row, telling.disposed(row, kept), now)
    if kept.is_recording_missing:
        await telling.tell(session, row, telling.recording_missing(row, kept.recording, now), now)
    await tracing.open_if_unreachable(session, row.tenant, row.party_id, now)
    return kept


async def keep_recording(session: AsyncSession, desk: Desk, kept: DispositionRow) -> None:
    """One that can be retrieved is kept as long as the law asks; raises
    `contact/recording_is_of_another`."""
    if not kept.recording or not desk.calls.recordings.exists(kept.tenant, kept.recording):
        return
    attempt = await touches.attempt(session, kept.tenant, kept.attempt_id)
    assert attempt is not None, "a disposition is of an attempt"
    await recordings.keep(session, attempt, kept.recording)


async def _report(session: AsyncSession, row: CallRow, ending: Ending, now: datetime) -> Outcome:
    """Who was identified was the right person, however short the call."""
    outcome = ending.code.outcome
    if outcome is Outcome.CONNECTED and row.identity == IdentityState.PASSED:
        outcome = Outcome.RIGHT_PARTY
    attempt = await touches.attempt(session, row.tenant, row.attempt_id)
    assert attempt is not None, "a call under way has its attempt"
    if attempt.status == AttemptStatus.CONFIRMED:
        attempt.status = AttemptStatus.SENT
    await outcomes.report(session, ReportOutcome(row.tenant, row.attempt_id, outcome, now))
    return outcome


async def _record_replies(
    session: AsyncSession, desk: Desk, row: CallRow, ending: Ending, now: datetime
) -> None:
    """What was said is one reply, about one loan or all of the call's."""
    said = dict.fromkeys((*filter(None, (ending.code.reply,)), *ending.also))
    links = await people.links_of_loans(session, row.loan_ids)
    linked = sorted({link.loan_id for link in links if link.party_id == row.party_id})
    about = [ending.loan_id] if ending.loan_id else linked
    if not said or not about:
        return
    reply = RecordReply(
        tenant=row.tenant,
        reply_id=f"call/{row.attempt_id}/{about[0]}",
        party_id=row.party_id,
        loan_id=None,
        channel=Channel.CALL,
        kinds=tuple(said),
        words=ending.words,
        amount_minor=ending.amount_minor,
        in_attempt=row.attempt_id,
        on=ending.promised_on,
        disputed_minor=ending.disputed_minor,
        loan_ids=tuple(about),
    )
    await replies.record(session, desk, reply, now)


def _ended(desk: Desk, row: CallRow, ending: Ending, now: datetime) -> Ended:
    promised_at = None
    if ending.promised_on is not None:
        zone = ZoneInfo(desk.tenants.get(row.tenant).zone)
        day = ending.promised_on + timedelta(days=1)
        promised_at = datetime.combine(day, _FOLLOW_UP_AT, zone).astimezone(UTC)
    return Ended(
        at=now,
        dials=row.dials,
        window_until=row.window_until,
        is_inbound=row.direction == Direction.INBOUND,
        callback_at=ending.callback_at,
        promised_at=promised_at,
    )


def _kept(
    desk: Desk, row: CallRow, ending: Ending, following: Next, now: datetime
) -> DispositionRow:
    is_kept = bool(ending.recording) and desk.calls.recordings.exists(row.tenant, ending.recording)
    return DispositionRow(
        attempt_id=row.attempt_id,
        tenant=row.tenant,
        call_id=row.call_id,
        dial=row.dials,
        code=ending.code.code,
        codes_version=desk.calls.codes(now).version,
        outcome=ending.code.outcome,
        collector=ending.collector,
        at=now,
        recording=ending.recording,
        is_recording_missing=ending.code.needs_recording and not is_kept,
        request=ending.request,
        promised_on=ending.promised_on,
        next_action=following.action,
        next_at=following.at,
        next_channel=following.channel or "",
    )


async def _unless_stopped(
    session: AsyncSession, row: CallRow, following: Next, now: datetime
) -> Next:
    """Nobody is called again for a case that stopped while this call was under way; a call back
    that was asked for is then for a person to make."""
    left = holding.lasting(row, await withdrawals.stops(session, row.loan_ids))
    if left:
        holding.narrow(row, left)
        return following
    if following.action is not Action.CALLBACK or following.at is None:
        return Next(Action.NONE)
    await tasks.ask_to_call_back(session, row, following.at, now)
    return Next(Action.CALLBACK, following.at)


def _go_on(row: CallRow, following: Next) -> None:
    """Back into the queue where it is dialled again, else done. A time that the person chose comes
    before other calls, and prevails over the window in which the case wished for it."""
    if not following.dials_again or following.at is None:
        holding.move(row, CallState.DONE)
        return
    holding.move(row, CallState.QUEUED, following.action)
    row.collector, row.not_before = "", following.at
    if row.direction == Direction.OUTBOUND and following.action == "callback":
        row.priority = CALLBACK_PRIORITY
        latest = following.at + CALLBACK_SLACK
        row.window_until = max(row.window_until, latest) if row.window_until else latest
