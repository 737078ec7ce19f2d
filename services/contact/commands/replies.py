"""What a person answered: a stop, a wrong number and a hold take effect at once."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Conflict, Invalid
from chassis.vault import Unreadable
from interfaces.values import Channel, HoldKind
from services.contact.commands import consequences, opting, reply_holds, telling
from services.contact.commands.desk import Desk
from services.contact.commands.inbound import record_call
from services.contact.commands.promising import loan_promised
from services.contact.commands.said import Said
from services.contact.commands.understanding import (
    BY_PERSON,
    BY_WORD_LISTS,
    keep_understanding,
    read_words,
    understanding_row,
    words_context,
)
from services.contact.domain.answers import Answer
from services.contact.domain.points import choose
from services.contact.domain.replies import ReplyKind
from services.contact.domain.understanding.classify import (
    Understanding,
    Understood,
)
from services.contact.domain.understanding.lexicon import Topic
from services.contact.settings import TOPIC
from services.contact.store import holds, people, progress, touches
from services.contact.store import replies as store
from services.contact.store import tasks as task_store
from services.contact.store.people import Link
from services.contact.store.tables import ReplyRow

CERTAIN_PERCENT = 100


@dataclass(frozen=True)
class RecordReply:
    """No loan means all loans of the party; no kinds, that the words say what it is. `in_attempt`
    is the message it answers or the call it was said in; without it, a call is one that came in.
    `amount_minor` and `on` are those of a promise that a person read, `disputed_minor` the part
    of one loan that a person read as disputed. `loan_ids` are those of the message it answers,
    where no loan is named. Only `own_words` are read where not all the words are the sender's;
    without `is_whole` a person reads the rest. `is_from_elsewhere`: it answers a message to the
    person from an address that is not theirs, so that nobody is promised for."""

    tenant: str
    reply_id: str
    party_id: str
    loan_id: str | None
    channel: Channel
    kinds: tuple[ReplyKind, ...]
    words: str
    amount_minor: int | None
    point_id: str = ""
    in_attempt: str = ""
    on: date | None = None
    disputed_minor: int | None = None
    loan_ids: tuple[str, ...] = ()
    own_words: str | None = None
    is_whole: bool = True
    is_from_elsewhere: bool = False


@dataclass(frozen=True)
class ReplyRecorded:
    """What followed; `hold_ids` are the holds this reply placed. Without a party, the sender is
    nobody known, and a person looks."""

    reply_id: str
    opted_out: bool
    hold_ids: tuple[str, ...]
    party_id: str = ""
    loan_ids: tuple[str, ...] = ()
    labels: tuple[Understood, ...] = ()
    topics: tuple[Topic, ...] = ()
    amount_minor: int | None = None
    on: date | None = None
    task_ids: tuple[str, ...] = ()
    answers: tuple[Answer, ...] = ()


async def record(
    session: AsyncSession, desk: Desk, command: RecordReply, now: datetime
) -> ReplyRecorded:
    """Record a reply once under its id, with all that follows from it.

    Raises `contact/party_not_of_loan`, `contact/reply_differs` and `contact/disputed_amount`.
    """
    read = _understanding(desk, command, now)
    point_id = command.point_id or await _origin(session, command, read.kinds)
    reached = await opting.reached_at(session, command.tenant, read.kinds, point_id)
    all_loan_ids, others = await opting.lock_reached(
        session, command.tenant, command.party_id, reached
    )
    own = await _own_links(session, command, all_loan_ids)
    loan_ids = tuple(dict.fromkeys(link.loan_id for link in own))
    known = await progress.reply(session, command.tenant, command.reply_id)
    if known is not None:
        return await _repeated(session, desk, command, known)
    check_disputed(command.disputed_minor, command.kinds, loan_ids)
    said = Said(
        tenant=command.tenant,
        reply_id=command.reply_id,
        party_id=command.party_id,
        loan_ids=loan_ids,
        all_loan_ids=all_loan_ids,
        channel=command.channel,
        point_id=point_id,
        understanding=read,
        is_by_person=bool(command.kinds),
        disputed_minor=command.disputed_minor,
        promised_loan=await _promised(session, command, loan_ids, read),
        others=others,
    )
    await _keep(session, desk, command, said, now)
    if command.channel is Channel.CALL and not command.in_attempt:
        await record_call(session, desk, own, said, now)
    followed = await consequences.follow(session, desk, said, now)
    return ReplyRecorded(
        reply_id=command.reply_id,
        opted_out=followed.opted_out,
        hold_ids=followed.hold_ids,
        party_id=command.party_id,
        loan_ids=loan_ids,
        labels=said.understanding.labels,
        topics=said.understanding.topics,
        amount_minor=said.understanding.amount_minor,
        on=said.understanding.on,
        task_ids=followed.task_ids,
        answers=followed.answers,
    )


async def _promised(
    session: AsyncSession, command: RecordReply, loan_ids: Sequence[str], read: Understanding
) -> str:
    if command.is_from_elsewhere:
        return ""
    return await loan_promised(session, command.party_id, loan_ids, read)


def check_disputed(
    disputed_minor: int | None, kinds: Collection[ReplyKind], loan_ids: Sequence[str]
) -> None:
    """Raises `contact/disputed_amount` unless it is a part of one loan, in a dispute."""
    if disputed_minor is None or (ReplyKind.DISPUTE in kinds and len(loan_ids) == 1):
        return
    raise Invalid(
        "contact/disputed_amount",
        f"disputed_minor {disputed_minor} is the part of one loan that is disputed: name the "
        "loan_id, and dispute among the kinds.",
    )


def _understanding(desk: Desk, command: RecordReply, now: datetime) -> Understanding:
    if not command.kinds:
        own = command.words if command.own_words is None else command.own_words
        read = read_words(desk, command.tenant, own, now)
        return replace(read, is_whole=read.is_whole and command.is_whole)
    labels = [Understood(kind, CERTAIN_PERCENT, ()) for kind in sorted(set(command.kinds))]
    if ReplyKind.PROMISE not in command.kinds:
        return Understanding(tuple(labels))
    return Understanding(tuple(labels), amount_minor=command.amount_minor, on=command.on)


async def _own_links(
    session: AsyncSession, command: RecordReply, loan_ids: Sequence[str]
) -> list[Link]:
    """How the party is linked to the loan named, or to all its loans of the tenant."""
    meant = [command.loan_id] if command.loan_id else list(command.loan_ids or loan_ids)
    links = await people.links_of_loans(session, meant)
    own = [
        link for link in links if (link.party_id, link.tenant) == (command.party_id, command.tenant)
    ]
    if not own:
        raise Invalid(
            "contact/party_not_of_loan",
            f"Party {command.party_id} is not linked to loan {command.loan_id or '(any)'} of "
            f"tenant {command.tenant!r}; name the loan the reply is about.",
        )
    return sorted(own, key=lambda link: link.loan_id)


async def _repeated(
    session: AsyncSession, desk: Desk, command: RecordReply, known: ReplyRow
) -> ReplyRecorded:
    is_other = (known.party_id, known.channel) != (command.party_id, command.channel)
    is_other |= command.loan_id not in (None, known.loan_id)
    is_other |= bool(command.kinds) and set(known.kinds) != set(command.kinds)
    is_other |= await _has_other_words(session, desk, command, known)
    if is_other:
        raise Conflict(
            "contact/reply_differs",
            f"Reply {command.reply_id!r} is kept with another content; use another id.",
        )
    first = await store.revision(session, command.tenant, command.reply_id, 0)
    loan_ids = first.loan_ids if first else [known.loan_id]
    possible = [
        reply_holds.hold_id(command.reply_id, kind, loan_id)
        for kind in HoldKind
        for loan_id in ("", *loan_ids)
    ]
    owed = await store.owed(session, command.tenant, command.reply_id)
    tasks = await task_store.of_reply(session, command.tenant, command.reply_id)
    labels = first.labels if first else dict.fromkeys(known.kinds, CERTAIN_PERCENT)
    return ReplyRecorded(
        reply_id=command.reply_id,
        opted_out=ReplyKind.STOP in known.kinds,
        hold_ids=tuple(
            [each for each in possible if await holds.find(session, command.tenant, each)]
        ),
        party_id=known.party_id,
        loan_ids=tuple(loan_ids),
        labels=tuple(Understood(ReplyKind(k), labels[k], ()) for k in sorted(labels)),
        topics=tuple(map(Topic, first.topics)) if first else (),
        amount_minor=first.amount_minor if first else None,
        on=first.due_on if first else None,
        task_ids=tuple(row.task_id for row in tasks),
        answers=tuple(Answer(row.template, dict(row.facts)) for row in owed),
    )


async def _has_other_words(
    session: AsyncSession, desk: Desk, command: RecordReply, known: ReplyRow
) -> bool:
    """Words that can no longer be read are not compared."""
    party = await people.party(session, known.party_id)
    if party is None or party.subject_key is None or known.words is None:
        return False
    context = words_context(command.tenant, command.reply_id)
    try:
        kept = desk.vault.decrypt(party.subject_key, known.words, context)
    except Unreadable:
        return False
    return kept != command.words.encode()


async def _keep(
    session: AsyncSession, desk: Desk, command: RecordReply, said: Said, now: datetime
) -> None:
    """The words stay here, under the person's key; without a key there is nobody to keep them
    for, and only their kinds are kept."""
    party = await people.party(session, command.party_id)
    key = party.subject_key if party else None
    context = words_context(command.tenant, command.reply_id)
    row = ReplyRow(
        tenant=command.tenant,
        reply_id=command.reply_id,
        party_id=command.party_id,
        loan_id=said.loan_ids[0],
        channel=command.channel,
        kinds=sorted(said.understanding.kinds),
        words=desk.vault.encrypt(key, command.words.encode(), context) if key else None,
        amount_minor=command.amount_minor,
        at=now,
    )
    await progress.add_reply(session, row)
    received = telling.reply_received(row)
    events = [
        outbox.Event(command.tenant, loan_id, received, now, command.reply_id)
        for loan_id in said.loan_ids
    ]
    await outbox.append_many(session, TOPIC, events)
    by = BY_PERSON if command.kinds else BY_WORD_LISTS
    understood = understanding_row(desk, said, 0, by, now)
    understood.attempt_id = command.in_attempt
    await keep_understanding(session, desk, said, understood)


async def _origin(session: AsyncSession, command: RecordReply, kinds: Collection[ReplyKind]) -> str:
    """The point the reply came from: the call's own, the one last written to, else the one to be
    written to. A stranger's call from elsewhere is of no point of the party's."""
    if command.in_attempt:
        attempt = await touches.attempt(session, command.tenant, command.in_attempt)
        if attempt is not None and (attempt.point_id or ReplyKind.WRONG_PERSON in kinds):
            return attempt.point_id
    latest = await touches.latest_point(session, command.party_id, command.channel)
    if latest:
        return latest
    points = map(people.as_point, await people.points(session, command.party_id))
    return choose(points, (), command.channel, for_notice=False).point_id
