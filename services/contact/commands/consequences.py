"""What follows from a reply as understood: stops, disowned points, holds, answers and tasks."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.values import LIABLE_ROLES
from services.contact.commands import opting, reply_holds, third_parties
from services.contact.commands.aftermath import follow_reply
from services.contact.commands.desk import Desk
from services.contact.commands.holds import tell
from services.contact.commands.objections import Objected
from services.contact.commands.progress import Occasion, document_answer
from services.contact.commands.said import Said
from services.contact.domain import tasks as desk_rules
from services.contact.domain.answers import WRITTEN, Answer, answers
from services.contact.domain.grievances import HOLD_KIND, GrievanceKind
from services.contact.domain.points import OptOut, closed_by_stop
from services.contact.domain.replies import Consequences, consequences
from services.contact.domain.standing import Standing
from services.contact.domain.tasks import URGENCY, TaskKind
from services.contact.domain.understanding.lexicon import Topic
from services.contact.store import people, replies, touches
from services.contact.store import standing as standings
from services.contact.store import tasks as task_store
from services.contact.store.replies import AnswerOwedRow
from services.contact.store.tasks import TaskRow


@dataclass(frozen=True)
class Followed:
    opted_out: bool
    hold_ids: tuple[str, ...]
    task_ids: tuple[str, ...]
    answers: tuple[Answer, ...]


async def follow(session: AsyncSession, desk: Desk, said: Said, now: datetime) -> Followed:
    """Let everything follow that has not yet; the party and its loans are locked."""
    known = await standings.load(session, said.loan_ids)
    follows = _follows(said, was_asked=False)
    await _heed(session, said, follows, now)
    hold_ids = await reply_holds.place(session, said, follows, now)
    if hold_ids:
        await tell(session, said.tenant, said.all_loan_ids, now, said.reply_id)
    await _open_grievances(session, desk, said, follows, (hold_ids, now))
    for loan_id in said.loan_ids:
        await _document(session, said, loan_id, known.get(loan_id), now)
    given = await _answer(session, desk, said, follows, (known, now))
    task_ids = await _set_tasks(session, desk, said, given, now)
    return Followed(follows.opts_out, hold_ids, task_ids, given)


def _follows(said: Said, *, was_asked: bool) -> Consequences:
    return consequences(
        said.understanding.kinds,
        was_asked=was_asked,
        is_by_person=said.is_by_person,
        asks_own=said.understanding.asks_own,
    )


def task_id(tenant: str, reply_id: str, kind: TaskKind) -> str:
    return hashlib.sha256(f"{tenant}/{reply_id}/{kind}".encode()).hexdigest()[:32]


async def _heed(session: AsyncSession, said: Said, follows: Consequences, now: datetime) -> None:
    if follows.opts_out:
        closed = closed_by_stop(said.channel, said.point_id)
        named = [OptOut(channel) for channel in said.understanding.stops_channels]
        for opted in (*closed, *named):
            await people.opt_out(session, said.party_id, opted, said.reply_id, now)
        reply = opting.Reply(said.tenant, said.reply_id)
        await third_parties.refuse(session, third_parties.in_reply(said.party_id, reply), now)
        if said.point_id:
            await opting.stop_for_all(session, said.others, closed, reply, now)
    if follows.disowns_point and said.point_id:
        await people.disown_point(session, said.party_id, said.point_id, now)


async def _open_grievances(
    session: AsyncSession,
    desk: Desk,
    said: Said,
    follows: Consequences,
    placed: tuple[tuple[str, ...], datetime],
) -> None:
    """A dispute is of each loan it is about, a complaint of the first alone."""
    hold_ids, now = placed
    held = {kind for kind, _ in follows.holds}
    kinds = frozenset(kind for kind in GrievanceKind if HOLD_KIND[kind] in held)
    several = len(said.loan_ids) > 1
    for number, loan_id in enumerate(said.loan_ids):
        own = [each for each in hold_ids if not several or f"/{loan_id}/" in each]
        objected = Objected(
            tenant=said.tenant,
            reply_id=f"{said.reply_id}/{loan_id}" if number else said.reply_id,
            party_id=said.party_id,
            loan_id=loan_id,
            amount_minor=said.disputed_minor,
            kinds=kinds if number == 0 else kinds - {GrievanceKind.COMPLAINT},
            hold_ids=tuple(own) if number else tuple([*own, *hold_ids]),
        )
        await follow_reply(session, desk, objected, now)


async def _document(
    session: AsyncSession, said: Said, loan_id: str, standing: Standing | None, now: datetime
) -> None:
    episode = standing.episode if standing else 0
    asked = await touches.was_asked(session, loan_id, episode, said.party_id)
    if _follows(said, was_asked=asked).answers_circumstances:
        occasion = Occasion(said.tenant, loan_id, episode, now, said.reply_id)
        await document_answer(session, occasion, said.party_id)


async def _answer(
    session: AsyncSession,
    desk: Desk,
    said: Said,
    follows: Consequences,
    known: tuple[Mapping[str, Standing], datetime],
) -> tuple[Answer, ...]:
    """Answers go to who is liable alone, and never to somebody who must hear a person first."""
    standing_of, now = known
    topics = said.understanding.topics
    if not (topics and follows.may_answer) or said.channel not in WRITTEN:
        return ()
    links = await people.links_of_loans(session, said.loan_ids)
    liable = {
        link.loan_id
        for link in links
        if link.party_id == said.party_id and link.role in LIABLE_ROLES
    }
    institution = desk.tenants.get(said.tenant).institution
    owed = [
        (loan_id, answer)
        for loan_id in said.loan_ids
        if loan_id in liable and loan_id in standing_of
        for answer in answers(topics, institution, standing_of[loan_id].amounts)
    ]
    await replies.owe(session, [_owed_row(said, loan, answer, now) for loan, answer in owed])
    return tuple(answer for _, answer in owed)


def _owed_row(said: Said, loan_id: str, answer: Answer, now: datetime) -> AnswerOwedRow:
    return AnswerOwedRow(
        tenant=said.tenant,
        reply_id=said.reply_id,
        loan_id=loan_id,
        template=answer.template,
        party_id=said.party_id,
        channel=said.channel,
        point_id=said.point_id,
        facts=dict(answer.facts),
        owed_at=now,
    )


async def _set_tasks(
    session: AsyncSession, desk: Desk, said: Said, given: tuple[Answer, ...], now: datetime
) -> tuple[str, ...]:
    zone = ZoneInfo(desk.tenants.get(said.tenant).zone)
    wished = desk_rules.wished_at(said.understanding, now, zone)
    topics = said.understanding.topics
    unanswered = topics if not given else [topic for topic in topics if topic is Topic.OTHER]
    kinds = desk_rules.tasks_for(
        said.understanding,
        is_by_person=said.is_by_person,
        unanswered=unanswered,
        asks_promise=said.asks_promise,
    )
    rows = [task_row(said, kind, now, wished) for kind in kinds]
    await task_store.add(session, rows)
    return tuple(row.task_id for row in rows)


def task_row(said: Said, kind: TaskKind, now: datetime, wished: datetime | None) -> TaskRow:
    return TaskRow(
        task_id=task_id(said.tenant, said.reply_id, kind),
        tenant=said.tenant,
        kind=kind,
        priority=URGENCY[kind].priority,
        due_at=desk_rules.due_at(kind, now, wished),
        reply_id=said.reply_id,
        party_id=said.party_id,
        loan_id=said.loan_ids[0] if said.loan_ids else "",
        created_at=now,
    )
