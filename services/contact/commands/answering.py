"""What people asked is answered from facts, with the amounts that stand when the answer leaves.

An answer is a touch of purpose `reply` like any other: judged, confirmed, sent once. Where it may
not leave, a person answers instead: nobody who asks is left without either.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.contact import Touch, TouchOutcome, TouchStatus
from interfaces.values import LIABLE_ROLES, Channel, Purpose, Role
from services.contact.commands import tasks, touches
from services.contact.commands.desk import Desk
from services.contact.commands.touches import Decision
from services.contact.domain.answers import WRITTEN
from services.contact.domain.leases import LEASE, rest_after
from services.contact.domain.standing import Standing
from services.contact.domain.tasks import PERSON_FIRST, UNREADABLE
from services.contact.gateways import Receipt
from services.contact.store import answers as store
from services.contact.store import people, standing
from services.contact.store import tasks as task_store
from services.contact.store import touches as attempts
from services.contact.store.answers import Owed
from services.contact.store.replies import AnswerOwedRow
from services.contact.store.touches import AttemptStatus

__all__ = ["Owed", "claim_next", "decide", "leave_unreadable", "put_back", "record"]

# By then some twenty minutes have gone by, and a person is asked too.
TRIES_ALONE = 10
# Machines that answer machines would never end; who asks as often as this is better called.
ANSWERS_MAX, _PER = 10, timedelta(days=1)
_BY_A_PERSON = "by_a_person"


async def claim_next(session: AsyncSession, desk: Desk) -> Owed | None:
    """The answer owed longest, leased to the caller."""
    wall = desk.clock.wall()
    return await store.claim(session, desk.clock.now(), wall, wall + LEASE)


async def decide(
    session: AsyncSession, desk: Desk, owed: Owed, *, is_known_unsent: bool
) -> Decision:
    """Judge and confirm the answer; an empty decision: a person answers. May raise
    `contact/behind`."""
    row = await store.find(session, owed)
    now = desk.clock.now()
    role = await _role(session, row)
    is_tried = await attempts.find(session, row.tenant, key_of(row)) is not None
    because = "" if is_tried else await _why_not(session, row, role, now)
    if because:
        await _leave_to_a_person(session, row, because, now)
        return Decision()
    known = (await standing.load(session, [row.loan_id])).get(row.loan_id)
    touch = _touch(row, role or Role.BORROWER, known or Standing(row.tenant, row.loan_id), now)
    decision = await touches.decide(session, desk, touch, is_known_unsent=is_known_unsent)
    if decision.outcome is not None:
        await _end(session, row, decision.outcome, now)
    return decision


async def record(session: AsyncSession, desk: Desk, receipt: Receipt, owed: Owed) -> None:
    """Note what the provider said."""
    row = await store.find(session, owed)
    now = desk.clock.now()
    # Of the touch only its key and instant are looked at, once its attempt is kept.
    touch = _touch(row, Role.BORROWER, Standing(row.tenant, row.loan_id), now)
    outcome = await touches.record_sending(session, desk, touch, receipt)
    await _end(session, row, outcome, now)


async def put_back(session: AsyncSession, desk: Desk, owed: Owed) -> None:
    """It could not be sent now: it is tried again later, and a person is asked too if that goes on
    for long."""
    row = await store.find(session, owed)
    row.lease_wall_at = desk.clock.wall() + rest_after(owed.tries)
    if owed.tries >= TRIES_ALONE:
        await tasks.ask_person(session, row, desk.clock.now())
    await session.flush()


async def leave_unreadable(session: AsyncSession, desk: Desk, owed: Owed) -> None:
    """What the party is known by cannot be read: no message is written, a person answers. An
    earlier try did not leave, and counts no more."""
    row = await store.find(session, owed)
    if row.ended_at is not None:
        return
    now = desk.clock.now()
    earlier = await attempts.find(session, row.tenant, key_of(row))
    if earlier is not None and earlier.status == AttemptStatus.CONFIRMED:
        touch = _touch(row, Role.BORROWER, Standing(row.tenant, row.loan_id), now)
        await touches.withdraw(session, desk, touch, earlier, UNREADABLE)
    await _leave_to_a_person(session, row, UNREADABLE, now)


def key_of(row: AnswerOwedRow) -> str:
    """The same answer has the same key at every try."""
    return f"answer/{row.reply_id}/{row.loan_id}/{row.template}"


async def _role(session: AsyncSession, row: AnswerOwedRow) -> Role | None:
    """As whom the party is liable for the loan now, if it is."""
    links = await people.links_of_loans(session, [row.loan_id])
    own = {link.role for link in links if link.party_id == row.party_id}
    return next((role for role in Role if role in own & LIABLE_ROLES), None)


async def _why_not(
    session: AsyncSession, row: AnswerOwedRow, role: Role | None, now: datetime
) -> str:
    if role is None:
        return "the party is not liable for the loan"
    if Channel(row.channel) not in WRITTEN:
        return f"nothing can be written by {row.channel}"
    if await task_store.has_open(session, row.party_id, PERSON_FIRST):
        return "the party must hear a person first"
    if await store.sent_since(session, row.party_id, now - _PER) >= ANSWERS_MAX:
        return f"{ANSWERS_MAX} answers were sent within a day"
    return ""


def _touch(row: AnswerOwedRow, role: Role, known: Standing, now: datetime) -> Touch:
    return Touch(
        key=key_of(row),
        tenant=row.tenant,
        loan_id=row.loan_id,
        episode=known.episode,
        position_version=known.position_version,
        party_id=row.party_id,
        role=role,
        about_party_id=row.party_id,
        channel=Channel(row.channel),
        purpose=Purpose.REPLY,
        at=now,
        due_at=row.owed_at,
        template=row.template,
    )


async def _end(
    session: AsyncSession, row: AnswerOwedRow, outcome: TouchOutcome, now: datetime
) -> None:
    if row.ended_at is not None:
        return
    row.attempt_id = outcome.attempt_id
    if outcome.status is not TouchStatus.CONFIRMED:
        rule = f"{outcome.rule_id}: " if outcome.rule_id else ""
        await _leave_to_a_person(session, row, rule + outcome.because, now, outcome.status)
        return
    row.outcome, row.ended_at, row.lease_wall_at = outcome.status, now, None
    await session.flush()


async def _leave_to_a_person(
    session: AsyncSession,
    row: AnswerOwedRow,
    because: str,
    now: datetime,
    outcome: str = _BY_A_PERSON,
) -> None:
    row.outcome, row.because, row.ended_at, row.lease_wall_at = outcome, because, now, None
    await tasks.ask_person(session, row, now)
