"""A collector says how a call ended: checked here, then all that follows is done."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Conflict, Invalid, NotFound
from services.contact.commands.calls import ending, holding
from services.contact.commands.calls.ending import Ending
from services.contact.commands.desk import Desk
from services.contact.domain.calls.dispositions import Action, Code
from services.contact.domain.calls.identity import IdentityState
from services.contact.domain.calls.queue import CallState
from services.contact.domain.replies import OF_THE_PERSON_ALONE, ReplyKind
from services.contact.settings import TOPIC
from services.contact.store import calls
from services.contact.store.calls import CallRow, DispositionRow

_AHEAD_MAX = timedelta(days=60)


@dataclass(frozen=True)
class DisposeCall:
    """`attempt_id` is the dial it is about. `also` are further things the person said;
    `amount_minor` is promised, and `disputed_minor` the part of one loan that is disputed."""

    tenant: str
    call_id: str
    attempt_id: str
    collector: str
    code: str
    recording: str = ""
    words: str = ""
    loan_id: str = ""
    also: tuple[ReplyKind, ...] = ()
    amount_minor: int | None = None
    promised_on: date | None = None
    callback_at: datetime | None = None
    disputed_minor: int | None = None


@dataclass(frozen=True)
class AttachRecording:
    tenant: str
    attempt_id: str
    recording: str


@dataclass(frozen=True)
class Disposed:
    row: CallRow
    ended: DispositionRow


async def dispose(
    session: AsyncSession, desk: Desk, command: DisposeCall, now: datetime
) -> Disposed:
    """Record the end of one dial once; the same again is answered the same.

    Raises `contact/unknown_call`, `contact/disposition_differs`, `contact/call_is_not_under_way`,
    `contact/call_is_not_yours`, `contact/unknown_code`, `contact/identity_not_checked` and
    `contact/disposition_is_wrong`.
    """
    row = await holding.locked(session, command.tenant, command.call_id)
    request = hashlib.sha256(repr(command).encode()).hexdigest()
    known = await calls.disposition(session, command.attempt_id)
    if known is not None and known.call_id == row.call_id:
        if known.request != request:
            raise Conflict(
                "contact/disposition_differs",
                f"This dial of call {row.call_id} was ended as {known.code}; it stays so.",
            )
        return Disposed(row, known)
    _check_state(row, command)
    code = desk.calls.codes(now).by_code.get(command.code)
    if code is None:
        known_codes = ", ".join(sorted(desk.calls.codes(now).by_code))
        raise Invalid(
            "contact/unknown_code",
            f"No code {command.code!r} is in force; use one of {known_codes}.",
        )
    _check(desk, row, code, command, now)
    said = Ending(
        code=code,
        collector=command.collector,
        recording=command.recording,
        words=command.words,
        loan_id=command.loan_id,
        also=command.also,
        amount_minor=command.amount_minor,
        promised_on=command.promised_on,
        disputed_minor=command.disputed_minor,
        callback_at=command.callback_at,
        request=request,
    )
    return Disposed(row, await ending.end(session, desk, row, said, now))


async def attach_recording(
    session: AsyncSession, desk: Desk, command: AttachRecording
) -> DispositionRow:
    """Name the recording of an ended call that can be retrieved after all.

    Raises `contact/unknown_attempt`, `contact/recording_not_found` and
    `contact/recording_is_of_another`.
    """
    kept = await calls.disposition(session, command.attempt_id)
    if kept is None or kept.tenant != command.tenant:
        raise NotFound(
            "contact/unknown_attempt",
            f"No call of tenant {command.tenant!r} ended under {command.attempt_id!r}.",
        )
    if not desk.calls.recordings.exists(command.tenant, command.recording):
        raise Invalid(
            "contact/recording_not_found",
            f"No recording {command.recording!r} can be retrieved; check its reference.",
        )
    row = await holding.locked(session, kept.tenant, kept.call_id)
    await outbox.lock(session, TOPIC, row.loan_ids)
    kept.recording, kept.is_recording_missing = command.recording, False
    await session.flush()
    await ending.keep_recording(session, desk, kept)
    return kept


def _check_state(row: CallRow, command: DisposeCall) -> None:
    if row.attempt_id != command.attempt_id or row.state not in (
        CallState.UNDER_WAY,
        CallState.UNREPORTED,
    ):
        raise Conflict(
            "contact/call_is_not_under_way",
            f"Call {row.call_id} is {row.state}; only the dial under way can be ended, by its "
            "attempt id.",
        )
    # Whoever was told of it may speak for a call whose collector went silent.
    if row.state == CallState.UNDER_WAY and row.collector != command.collector:
        raise Conflict(
            "contact/call_is_not_yours",
            f"Call {row.call_id} is another collector's; {command.collector!r} cannot end it.",
        )


def _check(desk: Desk, row: CallRow, code: Code, command: DisposeCall, now: datetime) -> None:
    is_theirs = not OF_THE_PERSON_ALONE.isdisjoint(command.also)
    if (code.needs_identity or is_theirs) and row.identity != IdentityState.PASSED:
        raise Conflict(
            "contact/identity_not_checked",
            f"The code {code.code} with what was said in it speaks of the person meant; check "
            "their identity first, or end the call as not_identified, without a promise.",
        )
    today = now.astimezone(ZoneInfo(desk.tenants.get(row.tenant).zone)).date()
    problem = _problem(row, code, command, now, today)
    if problem:
        raise Invalid("contact/disposition_is_wrong", f"Code {code.code}: {problem}")


def _problem(row: CallRow, code: Code, command: DisposeCall, now: datetime, today: date) -> str:
    if command.loan_id and command.loan_id not in row.loan_ids:
        return f"loan {command.loan_id} is not one of the call's: {', '.join(row.loan_ids)}."
    has_amount = (command.amount_minor, command.disputed_minor) != (None, None)
    if has_amount and not command.loan_id and len(row.loan_ids) > 1:
        return "an amount is of one loan; name its loan_id."
    said = (code.reply, *command.also)
    if command.disputed_minor is not None and ReplyKind.DISPUTE not in said:
        return "disputed_minor belongs to a dispute; name it in also."
    if ReplyKind.PROMISE in said and (command.amount_minor is None or command.promised_on is None):
        return "a promise needs its amount_minor and promised_on."
    if command.promised_on is not None and not today <= command.promised_on <= today + _AHEAD_MAX:
        return f"promised_on must lie between {today} and {today + _AHEAD_MAX}."
    if code.action is not Action.CALLBACK:
        return "" if command.callback_at is None else "it takes no callback_at."
    if command.callback_at is None or not now < command.callback_at <= now + _AHEAD_MAX:
        return "callback_at must be given, after now and within 60 days."
    return ""
