"""A touch by a remote channel: judged and confirmed in one transaction, sent, then recorded.

A try that dies between confirming and recording is repeated: the next one asks the provider
whether the message left; if not, it confirms anew and may find that it must not.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from interfaces.contact import Touch, TouchOutcome, TouchStatus
from interfaces.values import Capacity, Channel, Direction, NoticeStatus
from services.contact.commands import occasions, reachability, telling
from services.contact.commands.composing import message_of
from services.contact.commands.desk import Desk
from services.contact.commands.judging import (
    Hearing,
    docket_of,
    first_outcome,
    hear,
    record_verdict,
    settle,
    standing_of,
    superseded,
    tell_refusal,
)
from services.contact.commands.owing import addressed
from services.contact.commands.progress import document
from services.contact.domain.law.judgement import Verdict, judge
from services.contact.domain.outcomes import Outcome, notice_status
from services.contact.domain.standing import Answer
from services.contact.gateways import Message, Receipt
from services.contact.settings import TOPIC
from services.contact.store import people, touches, withdrawals
from services.contact.store.tables import AttemptRow, EvidenceRow
from services.contact.store.touches import AttemptStatus

ATTEMPT = "attempt"


@dataclass(frozen=True)
class Decision:
    """Exactly one of: a final outcome; a message to send; an earlier attempt whose fate the
    provider must be asked for."""

    outcome: TouchOutcome | None = None
    message: Message | None = None
    in_doubt: str = ""


async def decide(
    session: AsyncSession, desk: Desk, touch: Touch, *, is_known_unsent: bool
) -> Decision:
    """Judge a touch now, and confirm it if nothing forbids it; may raise `contact/behind`."""
    at = desk.clock.instant(touch.at)
    docket = await docket_of(session, desk, ATTEMPT, touch, at)
    if docket.first is not None:
        return Decision(outcome=docket.first)
    if docket.own_id and not is_known_unsent:
        return Decision(in_doubt=docket.own_id)
    earlier = await touches.find(session, touch.tenant, touch.key) if docket.own_id else None
    said, standing = standing_of(docket, touch)
    stop = await withdrawals.stopped(session, touch) if earlier is not None else None
    if said is Answer.SUPERSEDED or stop is not None:
        outcome = superseded(touch, standing)
        outcome = replace(outcome, because=stop.because) if stop is not None else outcome
        await withdraw(session, desk, touch, earlier, outcome.because)
        return Decision(outcome=await settle(session, ATTEMPT, touch, outcome))
    hearing = _without_a_person(hear(desk, docket, touch, standing, at))
    verdict = judge(hearing.pack, hearing.act, hearing.known, at)
    await record_verdict(session, hearing, verdict)
    if not verdict.is_allowed:
        await withdraw(session, desk, touch, earlier, verdict.because)
        outcome = await refuse(session, hearing, verdict)
        return Decision(outcome=await settle(session, ATTEMPT, touch, outcome))
    await _confirm(session, desk, hearing, earlier)
    return Decision(message=message_of(desk, (hearing,), hearing.attempt_id))


def _without_a_person(hearing: Hearing) -> Hearing:
    """A call that is handed over like a message, past the collectors, is spoken by a machine."""
    if hearing.touch.channel is not Channel.CALL:
        return hearing
    return replace(hearing, act=replace(hearing.act, is_automated=True))


async def record_sending(
    session: AsyncSession, desk: Desk, touch: Touch, receipt: Receipt
) -> TouchOutcome:
    """Note what the provider said, and answer the touch for good."""
    first = await first_outcome(session, ATTEMPT, touch)
    if first is not None:
        return first
    at = desk.clock.instant(touch.at)
    row = await touches.find(session, touch.tenant, touch.key)
    assert row is not None, "a message leaves only after its attempt was confirmed"
    accepted = receipt.is_accepted
    party = await reachability.lock_sent(session, row, is_accepted=accepted)
    await session.refresh(row)
    row.status = AttemptStatus.SENT if accepted else AttemptStatus.UNDELIVERABLE
    # A receipt may have overtaken this note; what is known since is not taken back.
    if row.outcome == Outcome.SENT:
        await note(session, row, receipt, at)
        if party is not None:
            await reachability.follow(session, party, at, row.key)
        for evidence in evidences_of(row):
            await document(session, evidence, at, row.key)
    return await settle(session, ATTEMPT, touch, sent_outcome(touch.key, row, receipt))


def sent_outcome(key: str, row: AttemptRow, receipt: Receipt) -> TouchOutcome:
    is_accepted = receipt.is_accepted
    because = receipt.because or "the provider refused the address"
    return TouchOutcome(
        key=key,
        status=TouchStatus.CONFIRMED if is_accepted else TouchStatus.UNDELIVERABLE,
        attempt_id=row.attempt_id,
        because="" if is_accepted else because,
    )


def evidences_of(row: AttemptRow) -> list[EvidenceRow]:
    """What an attempt proves of each loan it was about, where it proves anything."""
    whole = evidence_of(row)
    each_of = [EvidenceRow(**{**whole.model_dump(), **touch}) for touch in row.touches] or [whole]
    return [each for each in each_of if each.notice or each.asks_circumstances]


def proof_of(touch: Touch) -> dict[str, object]:
    """What an attempt about several loans keeps of each: its evidence differs by this alone."""
    return {
        "key": touch.key,
        "loan_id": touch.loan_id,
        "episode": touch.episode,
        "notice": touch.notice,
        "asks_circumstances": touch.asks_circumstances,
    }


def evidence_of(row: AttemptRow) -> EvidenceRow:
    """What an attempt proves, at its latest outcome."""
    return EvidenceRow(
        tenant=row.tenant,
        key=row.key,
        loan_id=row.loan_id,
        episode=row.episode,
        party_id=row.party_id,
        channel=row.channel,
        notice=row.notice,
        asks_circumstances=row.asks_circumstances,
        status=notice_status(Outcome(row.outcome)),
        tried_at=row.from_at,
        delivered_at=None,
        proof=row.attempt_id,
    )


def new_attempt(hearing: Hearing, status: AttemptStatus) -> AttemptRow:
    return AttemptRow(**attempt_columns(hearing, status))


def attempt_columns(hearing: Hearing, status: AttemptStatus) -> dict[str, Any]:
    """An attempt about the touch alone, at its hearing's instant."""
    touch = hearing.touch
    return dict(
        attempt_id=hearing.attempt_id,
        tenant=touch.tenant,
        key=touch.key,
        loan_id=touch.loan_id,
        party_id=touch.party_id,
        debtor_id=hearing.act.debtor_id,
        role=touch.role,
        channel=touch.channel,
        direction=Direction.OUTBOUND,
        purpose=touch.purpose,
        capacity=touch.capacity,
        agency=touch.agency,
        point_id=hearing.act.point_id,
        template=touch.template,
        notice=touch.notice,
        asks_circumstances=touch.asks_circumstances,
        people=touch.people,
        enters=touch.enters,
        episode=touch.episode,
        position_version=touch.position_version,
        loan_ids=[touch.loan_id],
        touches=[],
        status=status,
        outcome=Outcome.SENT,
        from_at=hearing.at,
        until_at=hearing.at,
        confirmed_at=hearing.at,
    )


async def tell_confirmation(
    session: AsyncSession, desk: Desk, hearing: Hearing, attempt_id: str = ""
) -> None:
    """`attempt_id` where the touch is part of another one's attempt. An agency's acts are its own
    door's to heed."""
    touch, clock = hearing.touch, desk.clock
    lag = clock.wall() - clock.reading().wall_time(touch.due_at)
    body = telling.touch_confirmed(
        touch,
        attempt_id or hearing.attempt_id,
        hearing.pack.label,
        hearing.at,
        lag_wall_ms=round(lag.total_seconds() * 1_000),
    )
    event = outbox.Event(touch.tenant, touch.loan_id, body, hearing.at, cause=touch.key)
    await outbox.append(session, TOPIC, event)
    if touch.capacity is Capacity.DEBT_BUYER:
        await occasions.communicated(session, desk, addressed(touch), hearing.at)


async def note(session: AsyncSession, row: AttemptRow, receipt: Receipt, at: datetime) -> None:
    """What the provider said, told of every loan the message was about. A refusal that says nothing
    of the address counts nothing against it."""
    if not receipt.is_accepted:
        row.outcome, row.is_sending_fault = Outcome.UNDELIVERABLE, bool(receipt.because)
    if not receipt.is_accepted and not receipt.because:
        await people.count_failure(session, row.party_id, row.point_id, reached=False)
    await tell_recorded(session, row, at)


async def tell_recorded(session: AsyncSession, row: AttemptRow, at: datetime) -> None:
    body = telling.attempt_recorded(row, at)
    events = [outbox.Event(row.tenant, each, body, at, cause=row.key) for each in row.loan_ids]
    await outbox.append_many(session, TOPIC, events)


async def _confirm(
    session: AsyncSession, desk: Desk, hearing: Hearing, earlier: AttemptRow | None
) -> None:
    if earlier is None:
        await touches.add(session, new_attempt(hearing, AttemptStatus.CONFIRMED))
        await tell_confirmation(session, desk, hearing)
        return
    earlier.point_id = hearing.act.point_id
    earlier.from_at = earlier.until_at = earlier.confirmed_at = hearing.at


async def withdraw(
    session: AsyncSession, desk: Desk, touch: Touch, earlier: AttemptRow | None, because: str
) -> None:
    """A confirmed message that never left must not leave now."""
    if earlier is None:
        return
    at = desk.clock.instant(touch.at)
    earlier.status = AttemptStatus.WITHDRAWN
    body = telling.touch_released(touch.key, because, at)
    event = outbox.Event(touch.tenant, touch.loan_id, body, at, cause=touch.key)
    await outbox.append(session, TOPIC, event)


async def refuse(session: AsyncSession, hearing: Hearing, verdict: Verdict) -> TouchOutcome:
    outcome = await tell_refusal(session, hearing, verdict)
    touch = hearing.touch
    if outcome.status is TouchStatus.UNDELIVERABLE and (touch.notice or touch.asks_circumstances):
        # That a channel leads nowhere is documented too, or the unreachable would stall a case.
        evidence = evidence_of(new_attempt(hearing, AttemptStatus.UNDELIVERABLE))
        evidence.status, evidence.proof = NoticeStatus.UNDELIVERABLE, verdict.rule_id
        await document(session, evidence, hearing.at, touch.key)
    return outcome
