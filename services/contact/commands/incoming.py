"""A message comes in from outside: whose it is, which loans it is about, and then what it says."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.idempotency import first_result, remember
from interfaces.values import Channel
from services.contact.commands import replies
from services.contact.commands.consequences import task_id
from services.contact.commands.desk import Desk
from services.contact.commands.people import point_ids_of
from services.contact.commands.replies import RecordReply, ReplyRecorded
from services.contact.commands.understanding import read_words
from services.contact.domain.points import KIND_OF_CHANNEL
from services.contact.domain.replies import ReplyKind
from services.contact.domain.tasks import URGENCY, TaskKind, due_at
from services.contact.store import people, progress, touches
from services.contact.store import replies as store
from services.contact.store import tasks as task_store
from services.contact.store.replies import StrayReplyRow
from services.contact.store.tables import AttemptRow
from services.contact.store.tasks import TaskRow


@dataclass(frozen=True)
class Incoming:
    """`attempt_ids` are those of our messages that it says it answers. `seen` is what a person is
    shown where that is not `text`, which is read; without `is_whole` a person is always asked."""

    tenant: str
    reply_id: str
    channel: Channel
    from_address: str
    text: str
    attempt_ids: tuple[str, ...] = ()
    loan_id: str | None = None
    kinds: tuple[ReplyKind, ...] = ()
    amount_minor: int | None = None
    on: date | None = None
    disputed_minor: int | None = None
    seen: str = ""
    is_whole: bool = True


@dataclass(frozen=True)
class _Stray:
    """A message from nobody known, with what its words were understood as."""

    incoming: Incoming
    kinds: tuple[ReplyKind, ...]
    at: datetime


@dataclass(frozen=True)
class _Sender:
    """`loan_ids` are those of the message it answers; none means all of the party.
    `is_elsewhere`: the address is not the party's."""

    party_id: str
    loan_ids: tuple[str, ...]
    point_id: str
    attempt_id: str = ""
    is_elsewhere: bool = False


async def take_in(
    session: AsyncSession, desk: Desk, incoming: Incoming, now: datetime
) -> ReplyRecorded:
    """Record a message once under its id; one from nobody known waits for a person, and so does
    one that shares its id with another.

    Raises `contact/reply_differs` and, for a loan named that is not the sender's,
    `contact/party_not_of_loan`.
    """
    told = await _told_apart(session, desk, incoming)
    recorded = await _take_in(session, desk, told, now)
    if told.reply_id != incoming.reply_id and recorded.party_id:
        row = _task(told, TaskKind.UNCLEAR, now)
        row.party_id, row.loan_id = recorded.party_id, recorded.loan_ids[0]
        await task_store.add(session, [row])
    return recorded


async def _told_apart(session: AsyncSession, desk: Desk, incoming: Incoming) -> Incoming:
    """A repetition says the same. Two providers may number alike: what says something else, or
    comes from somebody else, is a message of its own, or a stop in it would be lost."""
    content = json.dumps([incoming.reply_id, incoming.from_address, incoming.text])
    digest = desk.vault.blind_index(content, "reply")
    # The provider may deliver twice at once: the second waits here for the first.
    if await _is_first_or_same(session, incoming, digest):
        return incoming
    other = replace(incoming, reply_id=f"{incoming.channel}-{digest.hex()[:32]}")
    await _is_first_or_same(session, other, digest)
    return other


async def _is_first_or_same(session: AsyncSession, incoming: Incoming, digest: bytes) -> bool:
    key = f"reply/{incoming.tenant}/{incoming.reply_id}"
    first = await first_result(session, key)
    if first is None:
        await remember(session, key, digest)
    return first is None or first == digest


async def _take_in(
    session: AsyncSession, desk: Desk, incoming: Incoming, now: datetime
) -> ReplyRecorded:
    known = await progress.reply(session, incoming.tenant, incoming.reply_id)
    if known is not None:
        sender: _Sender | None = _Sender(known.party_id, (), "")
    else:
        sender = await _sender(session, desk, incoming)
    if sender is None:
        return await _put_aside(session, desk, incoming, now)
    command = RecordReply(
        tenant=incoming.tenant,
        reply_id=incoming.reply_id,
        party_id=sender.party_id,
        loan_id=incoming.loan_id,
        channel=incoming.channel,
        kinds=incoming.kinds,
        words=incoming.seen or incoming.text,
        amount_minor=incoming.amount_minor,
        point_id=sender.point_id,
        in_attempt=sender.attempt_id,
        on=incoming.on,
        disputed_minor=incoming.disputed_minor,
        loan_ids=sender.loan_ids,
        own_words=incoming.text if incoming.seen else None,
        is_whole=incoming.is_whole,
        is_from_elsewhere=sender.is_elsewhere,
    )
    return await replies.record(session, desk, command, now)


async def _sender(session: AsyncSession, desk: Desk, incoming: Incoming) -> _Sender | None:
    """Who was written to by the message it answers; else whose address it came from."""
    point_ids = _possible_points(desk, incoming)
    for attempt_id in incoming.attempt_ids:
        row = await touches.attempt(session, incoming.tenant, attempt_id)
        if row is None:
            continue
        loan_ids = await _linked(session, incoming, row)
        if loan_ids:
            own = await store.point_of(session, row.party_id, point_ids)
            point_id = own or row.point_id
            return _Sender(row.party_id, loan_ids, point_id, attempt_id, is_elsewhere=not own)
    for party_id in await store.owners(session, incoming.tenant, point_ids):
        own = await store.point_of(session, party_id, point_ids)
        return _Sender(party_id, (), own)
    return None


def _possible_points(desk: Desk, incoming: Incoming) -> list[str]:
    kind = KIND_OF_CHANNEL[incoming.channel]
    return point_ids_of(desk, incoming.tenant, kind, incoming.from_address)


async def _linked(session: AsyncSession, incoming: Incoming, row: AttemptRow) -> tuple[str, ...]:
    """A message may be about several loans: those that are still the party's."""
    links = await people.links_of_loans(session, {row.loan_id, *row.loan_ids})
    whose = (row.party_id, incoming.tenant)
    return tuple(sorted({x.loan_id for x in links if (x.party_id, x.tenant) == whose}))


async def _put_aside(
    session: AsyncSession, desk: Desk, incoming: Incoming, now: datetime
) -> ReplyRecorded:
    """Keep the words under a key of their own, and ask a person whose they are."""
    read = read_words(desk, incoming.tenant, incoming.text, now)
    kept = await store.stray(session, incoming.tenant, incoming.reply_id)
    if kept is not None:
        kinds = tuple(map(ReplyKind, kept.kinds))
    else:
        kinds = tuple(incoming.kinds or read.kinds)
        await _keep_stray(session, desk, _Stray(incoming, kinds, now))
    wanted = [TaskKind.UNKNOWN_SENDER]
    is_alarming = read.is_alarming and ReplyKind.UNCLEAR in kinds
    wanted += [TaskKind.SELF_HARM] if ReplyKind.SELF_HARM in kinds or is_alarming else []
    rows = [_task(incoming, kind, now) for kind in wanted]
    await task_store.add(session, rows)
    ids = tuple(row.task_id for row in rows)
    return ReplyRecorded(incoming.reply_id, False, (), task_ids=ids)


async def _keep_stray(session: AsyncSession, desk: Desk, stray: _Stray) -> None:
    incoming = stray.incoming
    key = desk.vault.new_subject_key()
    content = json.dumps({"from": incoming.from_address, "text": incoming.seen or incoming.text})
    context = stray_context(incoming.tenant, incoming.reply_id)
    row = StrayReplyRow(
        tenant=incoming.tenant,
        reply_id=incoming.reply_id,
        channel=incoming.channel,
        kinds=sorted(stray.kinds),
        subject_key=key,
        content=desk.vault.encrypt(key, content.encode(), context),
        at=stray.at,
    )
    await store.add(session, row)


def stray_context(tenant: str, reply_id: str) -> str:
    return f"stray_reply/content/{tenant}/{reply_id}"


def _task(incoming: Incoming, kind: TaskKind, now: datetime) -> TaskRow:
    return TaskRow(
        task_id=task_id(incoming.tenant, incoming.reply_id, kind),
        tenant=incoming.tenant,
        kind=kind,
        priority=URGENCY[kind].priority,
        due_at=due_at(kind, now, None),
        reply_id=incoming.reply_id,
        party_id="",
        loan_id="",
        created_at=now,
    )
