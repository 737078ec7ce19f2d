"""Touches of one party's loans that fall together become one message; each loan is told its end.

A wish waits until every loan that could share its touch has left one too, or a while. Then, under
the loans' streams and the party's lock, those stopped meanwhile drop out, the others are judged one
by one, and what is left is confirmed as one attempt, sent once, and settled per loan.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Behind
from interfaces.contact import Touch, TouchOutcome, TouchStatus
from interfaces.values import Channel
from services.contact.commands import reachability, telling
from services.contact.commands.calls.queue import CallWanted, enqueue
from services.contact.commands.composing import message_of, speaking
from services.contact.commands.desk import Desk
from services.contact.commands.judging import (
    Hearing,
    docket_of,
    hear,
    record_verdict,
    settle,
    standing_of,
    superseded,
)
from services.contact.commands.progress import settle as settle_wish
from services.contact.commands.touches import (
    ATTEMPT,
    Decision,
    evidences_of,
    new_attempt,
    note,
    proof_of,
    refuse,
    sent_outcome,
    tell_confirmation,
)
from services.contact.domain.law.judgement import judge
from services.contact.domain.outcomes import Outcome
from services.contact.domain.standing import Answer
from services.contact.gateways import Receipt
from services.contact.settings import TOPIC
from services.contact.store import touches, wishes, withdrawals
from services.contact.store.tables import AttemptRow
from services.contact.store.touches import AttemptStatus
from services.contact.store.wishes import Claim, WishRow

_BEHIND_AGAIN = timedelta(seconds=1)
# A wish met later than this after its window was slept over by an outage.
_LATE_MAX = timedelta(minutes=15)


async def meet(
    session: AsyncSession, desk: Desk, claimed: Claim, *, is_known_unsent: bool
) -> Decision:
    """Judge each wish of a pool and confirm what is left of it as one attempt. An empty decision:
    every wish has ended, or waits on."""
    known = {row.loan_id for row in await wishes.of_claim(session, claimed)}
    await outbox.lock(session, TOPIC, known)
    # A wish left meanwhile is met with the next pool: its loan is not locked.
    rows = [row for row in await wishes.of_claim(session, claimed) if row.loan_id in known]
    if not rows:
        return Decision()
    earlier = None
    if claimed.attempt_key:
        earlier = await touches.find(session, claimed.tenant, claimed.attempt_key)
    if earlier is not None:
        if not is_known_unsent:
            return Decision(in_doubt=earlier.attempt_id)
        # Until it is confirmed anew it counts against nobody.
        earlier.status = AttemptStatus.WITHDRAWN
        await session.flush()
    at = desk.clock.instant(max(row.ripe_at for row in rows))
    heard = [(row, hearing) for row in rows if (hearing := await _heard(session, desk, row, at))]
    if earlier is not None:
        await _release(session, earlier, {row.key for row, _ in heard}, at)
    if heard and heard[0][1].touch.channel is Channel.CALL:
        await _queue(session, desk, heard, at)
        return Decision()
    return await _confirm(session, desk, heard, earlier) if heard else Decision()


async def record(session: AsyncSession, desk: Desk, receipt: Receipt, claimed: Claim) -> None:
    """Note what the provider said, and settle every wish that the message met."""
    row = await touches.attempt(session, claimed.tenant, receipt.attempt_id)
    assert row is not None, "a message leaves only after its attempt was confirmed"
    accepted = receipt.is_accepted
    party = await reachability.lock_sent(session, row, is_accepted=accepted)
    await session.refresh(row)
    about = {each["key"] for each in row.touches}
    waiting = await wishes.of_claim(session, Claim(claimed.tenant, claimed.pool, row.key))
    met = [wish for wish in waiting if wish.key in about]
    row.status = AttemptStatus.SENT if accepted else AttemptStatus.UNDELIVERABLE
    is_news = row.outcome == Outcome.SENT
    if is_news:
        await note(session, row, accepted, row.from_at)
    if is_news and party is not None:
        await reachability.follow(session, party, row.from_at, row.key)
    proven = {each.key: each for each in evidences_of(row)} if is_news else {}
    for wish in met:
        outcome = sent_outcome(wish.key, row, accepted)
        await settle(session, ATTEMPT, wishes.touch_of(wish), outcome)
        await settle_wish(session, wish, outcome, row.from_at, proven.get(wish.key))


async def _heard(session: AsyncSession, desk: Desk, row: WishRow, at: datetime) -> Hearing | None:
    """The hearing of a wish that may be met now; the others end or wait on."""
    touch = wishes.touch_of(row)
    if touch.window_until is not None and at > touch.window_until + _LATE_MAX:
        because = f"its window ended at {touch.window_until.isoformat()}"
        await _end(session, row, TouchOutcome(touch.key, TouchStatus.EXPIRED, because=because), at)
        return None
    docket = await docket_of(session, desk, ATTEMPT, touch, at)
    try:
        said, standing = standing_of(docket, touch)
    except Behind:
        # Alone from now on: what the others' message says, it says without this loan.
        row.attempt_key = ""
        await wishes.put_back(session, [row], desk.clock.wall() + _BEHIND_AGAIN)
        return None
    if said is Answer.SUPERSEDED:
        await _end(session, row, superseded(touch, standing), at)
        return None
    if row.attempt_key and (stop := await withdrawals.stopped(session, touch)) is not None:
        stopped = TouchOutcome(touch.key, TouchStatus.SUPERSEDED, because=stop.because)
        await _end(session, row, stopped, at)
        return None
    hearing = hear(desk, docket, touch, standing, at)
    verdict = judge(hearing.pack, hearing.act, hearing.known, at)
    await record_verdict(session, hearing, verdict)
    if verdict.is_allowed:
        return hearing
    await _end(session, row, await refuse(session, hearing, verdict), at)
    return None


async def _queue(
    session: AsyncSession, desk: Desk, heard: Sequence[tuple[WishRow, Hearing]], at: datetime
) -> None:
    """One call by one collector about all of these loans; judged anew when it is dialled.

    Collectors live on the clock, which a case may lag behind when it runs fast: its patience counts
    from when they can see the call.
    """
    lag = timedelta(days=max(0, (desk.clock.now() - at).days))
    asked = tuple(_later(hearing.touch, lag) for _, hearing in heard)
    wanted = CallWanted(
        key=asked[0].key,
        tenant=asked[0].tenant,
        party_id=asked[0].party_id,
        touches=asked,
        due_at=min(touch.due_at for touch in asked),
        window_until=min(each.window_until for each in asked if each.window_until),
    )
    await enqueue(session, desk, wanted, at)
    for row, _ in heard:
        row.is_queued, row.lease_wall_at = True, None
    await session.flush()


def _later(touch: Touch, lag: timedelta) -> Touch:
    """Whole days, so that the window still ends with a day's acting hours."""
    until = touch.window_until
    return touch if until is None else replace(touch, window_until=until + lag)


async def _end(session: AsyncSession, row: WishRow, outcome: TouchOutcome, at: datetime) -> None:
    await settle(session, ATTEMPT, wishes.touch_of(row), outcome)
    await settle_wish(session, row, outcome, at)


async def _confirm(
    session: AsyncSession,
    desk: Desk,
    heard: Sequence[tuple[WishRow, Hearing]],
    earlier: AttemptRow | None,
) -> Decision:
    lead = speaking([hearing for _, hearing in heard])
    fresh = new_attempt(lead, AttemptStatus.CONFIRMED)
    if earlier is not None:
        # The provider knows this attempt by its id, whichever loans are left of it.
        fresh.attempt_id, fresh.key = earlier.attempt_id, earlier.key
    fresh.loan_ids = sorted({hearing.touch.loan_id for _, hearing in heard})
    fresh.touches = [proof_of(hearing.touch) for _, hearing in heard]
    if earlier is None:
        await touches.add(session, fresh)
    else:
        await touches.replace(session, fresh)
    for row, hearing in heard:
        row.attempt_key = fresh.key
        if earlier is None:
            await tell_confirmation(session, desk, hearing, fresh.attempt_id)
    await session.flush()
    hearings = [hearing for _, hearing in heard]
    return Decision(message=message_of(desk, hearings, fresh.attempt_id))


async def _release(
    session: AsyncSession, earlier: AttemptRow, kept: set[str], at: datetime
) -> None:
    """A message that was confirmed but never left is not about the other touches any more."""
    gone = [touch for touch in earlier.touches if touch["key"] not in kept]
    earlier.touches = [touch for touch in earlier.touches if touch["key"] in kept]
    because = "stopped before the message left"
    events = [
        outbox.Event(
            earlier.tenant,
            touch["loan_id"],
            telling.touch_released(touch["key"], because, at),
            at,
            touch["key"],
        )
        for touch in gone
    ]
    await outbox.append_many(session, TOPIC, events)
