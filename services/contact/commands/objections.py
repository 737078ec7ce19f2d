"""What a reply objects to is opened as a complaint or dispute, and withdrawn if it meant none."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from itertools import count

from sqlalchemy.ext.asyncio import AsyncSession

from services.contact.commands.desk import Desk
from services.contact.commands.grievances import (
    AnswerGrievance,
    OpenGrievance,
    close,
    locked,
    open_,
)
from services.contact.domain.grievances import HOLD_KIND, Answer, GrievanceKind, covers
from services.contact.store import grievances as store
from services.contact.store import replies
from services.contact.store.customer_rows import GrievanceRow
from services.contact.store.tables import ReplyRow


@dataclass(frozen=True)
class Objected:
    """What somebody wrote that is a complaint or a dispute, with the hold it was given, if any."""

    tenant: str
    reply_id: str
    party_id: str
    loan_id: str
    amount_minor: int | None
    kinds: frozenset[GrievanceKind]
    hold_ids: tuple[str, ...]


@dataclass(frozen=True)
class Decided:
    """Which person decided, and when."""

    by: str
    at: datetime


async def open_by_reply(
    session: AsyncSession, desk: Desk, objected: Objected, now: datetime
) -> tuple[str, ...]:
    """Open what a reply objects to, unless as much waits for its answer already; returns the new
    ids.

    The hold that the reply placed becomes the case's own, so that its answer ends it.
    """
    opened = []
    for kind in sorted(objected.kinds):
        ending = f"/{HOLD_KIND[kind].value}"
        own = next((each for each in objected.hold_ids if each.endswith(ending)), "")
        waits = await _waiting_for(session, objected, kind)
        if waits is not None:
            waits.further_holds = [*waits.further_holds, own] if own else waits.further_holds
            continue
        command = OpenGrievance(
            tenant=objected.tenant,
            grievance_id=await _free_id(session, objected, kind),
            kind=kind,
            party_id=objected.party_id,
            loan_id=objected.loan_id,
            amount_minor=objected.amount_minor if kind is GrievanceKind.DISPUTE else None,
            owner="",
            evidence=f"reply {objected.reply_id}",
            by="contact",
            reply_id=objected.reply_id,
            hold_id=own,
        )
        opened.append((await open_(session, desk, command, now)).grievance_id)
    return tuple(opened)


async def _waiting_for(
    session: AsyncSession, objected: Objected, kind: GrievanceKind
) -> GrievanceRow | None:
    """The oldest case that waits and covers as much: one about a part leaves the rest open."""
    wanted = objected.amount_minor if kind is GrievanceKind.DISPUTE else None
    rows = await store.open_ones(session, objected.party_id, objected.loan_id, kind)
    return next((row for row in rows if covers(row.amount_minor, wanted)), None)


async def withdraw(
    session: AsyncSession,
    reply: ReplyRow,
    kinds: Collection[GrievanceKind],
    decided: Decided,
) -> frozenset[str]:
    """Close what a misunderstood reply opened, with its hold; returns the holds that must stay.

    What a person took up meanwhile is theirs to answer, and what another reply of the party says
    too is not withdrawn with this one.
    """
    staying = set()
    for row in await store.of_reply(session, reply.tenant, reply.reply_id, kinds):
        kept, party = await locked(session, row.tenant, row.grievance_id)
        is_others = kept.is_taken_up or await _is_said_elsewhere(session, reply, kept)
        if kept.answered_at is None and not is_others:
            evidence = f"reply {reply.reply_id} was misunderstood"
            word = AnswerGrievance(
                kept.tenant, kept.grievance_id, Answer.WITHDRAWN, evidence, decided.by
            )
            await close(session, party, kept, word, decided.at)
        elif kept.outcome != Answer.WITHDRAWN:
            staying.add(kept.hold_id)
    return frozenset(staying)


async def _is_said_elsewhere(session: AsyncSession, reply: ReplyRow, row: GrievanceRow) -> bool:
    """Another reply that said the same while it was open opened nothing of its own."""
    others = await replies.saying(session, row.party_id, row.kind, row.opened_at)
    return any(
        each.reply_id != reply.reply_id
        and (row.kind == GrievanceKind.COMPLAINT or row.loan_id in each.loan_ids)
        for each in others
    )


async def _free_id(session: AsyncSession, objected: Objected, kind: GrievanceKind) -> str:
    """One that was withdrawn stays as it is: said again, the objection is another one."""
    name = f"reply/{objected.reply_id}/{kind.value}"
    for number in count(2):
        known = await store.find(session, objected.tenant, name)
        if known is None or known.outcome != Answer.WITHDRAWN:
            break
        name = f"reply/{objected.reply_id}/{kind.value}/{number}"
    return name
