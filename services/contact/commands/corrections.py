"""A person says what a reply really was: what follows is done, what followed wrongly is undone."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict
from interfaces.values import Channel
from services.contact.commands import consequences, holds, opting, third_parties
from services.contact.commands.desk import Desk
from services.contact.commands.holds import EndHold
from services.contact.commands.objections import Decided, withdraw
from services.contact.commands.party import Locked
from services.contact.commands.promising import loan_promised
from services.contact.commands.replies import check_disputed
from services.contact.commands.reply_holds import MISUNDERSTOOD, holds_of_reply
from services.contact.commands.said import Said
from services.contact.commands.understanding import keep_understanding, understanding_row
from services.contact.domain.grievances import GrievanceKind
from services.contact.domain.replies import HOLD_OF, ReplyKind
from services.contact.domain.understanding.classify import Understanding, Understood
from services.contact.domain.understanding.lexicon import Topic
from services.contact.store import progress
from services.contact.store import replies as store
from services.contact.store.replies import UnderstandingRow
from services.contact.store.tables import ReplyRow

_CERTAIN_PERCENT = 100


@dataclass(frozen=True)
class Correction:
    """The labels as a person reads them; they replace those of the word lists."""

    tenant: str
    by: str
    kinds: tuple[ReplyKind, ...]
    topics: tuple[Topic, ...] = ()
    amount_minor: int | None = None
    on: date | None = None
    disputed_minor: int | None = None


async def correct(
    session: AsyncSession, desk: Desk, reply_id: str, correction: Correction, now: datetime
) -> None:
    """Keep the correction as the next revision, which is also what the word lists are taught by.

    Raises `contact/reply_of_nobody` for a reply whose sender is not known, and
    `contact/disputed_amount`.
    """
    reply = await progress.reply(session, correction.tenant, reply_id)
    if reply is None:
        raise Conflict(
            "contact/reply_of_nobody",
            f"Reply {reply_id} has no known sender to act for; record it again for its party.",
        )
    all_loan_ids, others = await _lock(session, reply, correction)
    before = await store.latest(session, correction.tenant, reply_id)
    assert before is not None, "every reply is kept with what it was understood as"
    said = _said(reply, before, correction, all_loan_ids)
    meant = await loan_promised(session, said.party_id, said.loan_ids, said.understanding)
    said = replace(said, promised_loan=meant, others=others)
    check_disputed(said.disputed_minor, correction.kinds, said.loan_ids)
    removed = {ReplyKind(kind) for kind in before.labels} - set(correction.kinds)
    if ReplyKind.STOP in removed:
        stop = opting.Reply(reply.tenant, reply_id)
        await opting.take_back(session, others, stop, now)
        await third_parties.take_back(session, stop, correction.by, now)
    await _undo(session, reply, before, removed, Decided(correction.by, now))
    row = understanding_row(desk, said, before.revision + 1, correction.by, now)
    row.wished_at, row.attempt_id = before.wished_at, before.attempt_id
    await keep_understanding(session, desk, said, row)
    await consequences.follow(session, desk, said, now)


def _said(
    reply: ReplyRow, before: UnderstandingRow, correction: Correction, loans: tuple[str, ...]
) -> Said:
    kinds = sorted(set(correction.kinds))
    is_question = ReplyKind.QUESTION in kinds
    is_promise = ReplyKind.PROMISE in kinds
    read = Understanding(
        labels=tuple(Understood(kind, _CERTAIN_PERCENT, ()) for kind in kinds),
        topics=correction.topics if is_question else (),
        amount_minor=(correction.amount_minor or before.amount_minor) if is_promise else None,
        on=(correction.on or before.due_on) if is_promise else None,
    )
    return Said(
        tenant=reply.tenant,
        reply_id=reply.reply_id,
        party_id=reply.party_id,
        loan_ids=tuple(each for each in before.loan_ids if each in loans),
        all_loan_ids=loans,
        channel=Channel(reply.channel),
        point_id=before.point_id,
        understanding=read,
        is_by_person=True,
        disputed_minor=correction.disputed_minor,
    )


async def _lock(
    session: AsyncSession, reply: ReplyRow, correction: Correction
) -> tuple[tuple[str, ...], tuple[Locked, ...]]:
    """A stop that comes or goes is also for the others who are reached where it was said."""
    kept = await store.revision(session, reply.tenant, reply.reply_id, 0)
    point_id = kept.point_id if kept is not None else ""
    reached = await opting.reached_at(session, reply.tenant, correction.kinds, point_id)
    reached |= await store.opted_out_by(session, reply.tenant, reply.reply_id)
    return await opting.lock_reached(session, reply.tenant, reply.party_id, reached)


async def _undo(
    session: AsyncSession,
    reply: ReplyRow,
    before: UnderstandingRow,
    removed: set[ReplyKind],
    decided: Decided,
) -> None:
    """Only what this reply itself brought about; other replies and people keep theirs."""
    if ReplyKind.WRONG_PERSON in removed:
        await store.own_again(session, reply.party_id, before.point_id, reply.at)
    if ReplyKind.QUESTION in removed:
        await store.forgo(session, reply.tenant, reply.reply_id)
    objected = [kind for kind in GrievanceKind if ReplyKind(kind) in removed]
    staying = await withdraw(session, reply, objected, decided)
    for kind in sorted(HOLD_OF[each] for each in removed if each in HOLD_OF):
        for loan_id in ("", *before.loan_ids):
            placed = await holds_of_reply(session, reply.tenant, reply.reply_id, kind, loan_id)
            for name in sorted({row.hold_id for row in placed} - staying):
                ended = EndHold(reply.tenant, name, decided.at, MISUNDERSTOOD, decided.by)
                await holds.end(session, ended, decided.at)
