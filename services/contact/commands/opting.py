"""A point is shared by all who are reached there: who says stop says it for everybody."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from services.contact.commands import party as parties
from services.contact.commands.party import Change, Locked, tell_change
from services.contact.domain.points import OptOut
from services.contact.domain.replies import ReplyKind
from services.contact.domain.words import WordKind
from services.contact.store import people, points, replies
from services.contact.store.customer_rows import PointWordRow


@dataclass(frozen=True)
class Cause:
    """Why a point was opted out for somebody, and who said so. The word's id is of this one time;
    `reply_id` names the reply that said it, by which it can be taken back."""

    word_id: str
    evidence: str
    said_by: str
    reply_id: str = ""


@dataclass(frozen=True)
class Reply:
    """The reply by whose stop, or by whose correction, others are touched too."""

    tenant: str
    reply_id: str


async def reached_at(
    session: AsyncSession, tenant: str, kinds: Collection[ReplyKind], point_id: str
) -> set[str]:
    """Whom these words concern: of a stop, all who are reached at its point."""
    if ReplyKind.STOP not in kinds or not point_id:
        return set()
    return set(await replies.owners(session, tenant, [point_id]))


async def lock_reached(
    session: AsyncSession, tenant: str, party_id: str, reached: Collection[str]
) -> tuple[tuple[str, ...], tuple[Locked, ...]]:
    """Lock a party with its loans, and the others who are reached where it writes from, with
    theirs. Return the party's loans, and the others."""
    held = await parties.lock_all(session, tenant, {party_id, *reached})
    own = next(each for each in held if each.party_id == party_id)
    return own.loan_ids, tuple(each for each in held if each is not own)


async def opt_out(
    session: AsyncSession,
    party: Locked,
    closed: Collection[OptOut],
    cause: Cause,
    now: datetime,
) -> None:
    """One point on one or several channels: kept with its cause and told to the party's loans
    once; of what is opted out already nothing is new."""
    known = await people.opt_outs(session, party.party_id)
    new = [opted for opted in closed if opted not in known]
    for opted in new:
        await points.add_word(session, _word(party, opted, WordKind.OPTED_OUT, cause, now))
        kept_as = cause.reply_id or cause.word_id
        await people.opt_out(session, party.party_id, opted, kept_as, now)
    for point_id in sorted({opted.point_id for opted in new}):
        await tell_change(session, party, Change("point", point_id), now)


async def stop_for_all(
    session: AsyncSession,
    others: Sequence[Locked],
    closed: Collection[OptOut],
    reply: Reply,
    now: datetime,
) -> None:
    """A stop holds for the others as for who said it; also for one who came to share the point a
    moment ago, and is not locked."""
    for party in others:
        await opt_out(session, party, closed, _cause(reply, party, now), now)
    for opted in closed:
        await replies.opt_out_everyone(session, reply.tenant, opted, reply.reply_id, now)


async def take_back(
    session: AsyncSession, others: Sequence[Locked], reply: Reply, now: datetime
) -> None:
    """The stop was none: everybody it had opted out is as before; the others are told."""
    undone = await replies.take_back_opt_out(session, reply.tenant, reply.reply_id)
    for party in others:
        opened = undone.get(party.party_id, [])
        for opted in opened:
            cause = _cause(reply, party, now)
            word = _word(party, opted, WordKind.OPTED_BACK_IN, cause, now)
            await points.add_word(session, word)
        for point_id in sorted({opted.point_id for opted in opened}):
            await tell_change(session, party, Change("point", point_id), now)


def _cause(reply: Reply, party: Locked, now: datetime) -> Cause:
    word_id = f"reply/{reply.reply_id}/{party.party_id}/{now.isoformat()}"
    return Cause(word_id, f"reply {reply.reply_id}", "reply", reply.reply_id)


def _word(
    party: Locked, opted: OptOut, kind: WordKind, cause: Cause, now: datetime
) -> PointWordRow:
    return PointWordRow(
        tenant=party.tenant,
        word_id=f"{cause.word_id}/{opted.channel}",
        party_id=party.party_id,
        point_id=opted.point_id,
        channel=opted.channel,
        kind=kind,
        value="",
        evidence=cause.evidence,
        said_by=cause.said_by,
        at=now,
    )
