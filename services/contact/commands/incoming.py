"""A message comes in from outside: whose it is, which loans it is about, and then what it says."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.idempotency import first_result
from interfaces.values import Channel
from services.contact.commands import replies
from services.contact.commands.consequences import task_id
from services.contact.commands.desk import Desk
from services.contact.commands.people import point_id_of
from services.contact.commands.replies import RecordReply, ReplyRecorded
from services.contact.commands.understanding import read_words
from services.contact.domain.points import KIND_OF_CHANNEL
from services.contact.domain.replies import ReplyKind
from services.contact.domain.senders import spellings
from services.contact.domain.tasks import URGENCY, TaskKind, due_at
from services.contact.store import people, progress, touches
from services.contact.store import replies as store
from services.contact.store import tasks as task_store
from services.contact.store.replies import StrayReplyRow
from services.contact.store.tasks import TaskRow


@dataclass(frozen=True)
class Incoming:
    """`attempt_ids` are those of our messages that it says it answers."""

    tenant: str
    reply_id: str
    channel: Channel
    from_address: str
    text: str
    attempt_ids: tuple[str, ...] = ()
    loan_id: str | None = None
    kinds: tuple[ReplyKind, ...] = ()
    amount_minor: int | None = None


@dataclass(frozen=True)
class _Sender:
    party_id: str
    loan_id: str | None
    point_id: str
    attempt_id: str = ""


async def take_in(
    session: AsyncSession, desk: Desk, incoming: Incoming, now: datetime
) -> ReplyRecorded:
    """Record a message once under its id; one from nobody known waits for a person.

    Raises `contact/reply_differs` and, for a loan named that is not the sender's,
    `contact/party_not_of_loan`.
    """
    # The provider may deliver twice at once: the second waits here for the first.
    await first_result(session, f"reply/{incoming.tenant}/{incoming.reply_id}")
    known = await progress.reply(session, incoming.tenant, incoming.reply_id)
    if known is not None:
        sender: _Sender | None = _Sender(known.party_id, known.loan_id, "")
    else:
        sender = await _sender(session, desk, incoming)
    if sender is None:
        return await _put_aside(session, desk, incoming, now)
    command = RecordReply(
        tenant=incoming.tenant,
        reply_id=incoming.reply_id,
        party_id=sender.party_id,
        loan_id=incoming.loan_id or sender.loan_id,
        channel=incoming.channel,
        kinds=incoming.kinds,
        words=incoming.text,
        amount_minor=incoming.amount_minor,
        point_id=sender.point_id,
        in_attempt=sender.attempt_id,
    )
    return await replies.record(session, desk, command, now)


async def _sender(session: AsyncSession, desk: Desk, incoming: Incoming) -> _Sender | None:
    """Who was written to by the message it answers; else whose address it came from."""
    point_ids = _possible_points(desk, incoming)
    for attempt_id in incoming.attempt_ids:
        row = await touches.attempt(session, incoming.tenant, attempt_id)
        if row is not None and await _is_linked(session, incoming, row.party_id, row.loan_id):
            own = await store.point_of(session, row.party_id, point_ids)
            return _Sender(row.party_id, row.loan_id, own or row.point_id, attempt_id)
    for party_id in await store.owners(session, incoming.tenant, point_ids):
        own = await store.point_of(session, party_id, point_ids)
        return _Sender(party_id, None, own)
    return None


def _possible_points(desk: Desk, incoming: Incoming) -> list[str]:
    kind = KIND_OF_CHANNEL[incoming.channel]
    jurisdiction = desk.tenants.get(incoming.tenant).jurisdiction
    return [
        point_id_of(desk.vault, incoming.tenant, kind, spelled)
        for spelled in spellings(kind, incoming.from_address, jurisdiction)
    ]


async def _is_linked(
    session: AsyncSession, incoming: Incoming, party_id: str, loan_id: str
) -> bool:
    links = await people.links_of_loans(session, [loan_id])
    return any((link.party_id, link.tenant) == (party_id, incoming.tenant) for link in links)


async def _put_aside(
    session: AsyncSession, desk: Desk, incoming: Incoming, now: datetime
) -> ReplyRecorded:
    """Keep the words under a key of their own, and ask a person whose they are."""
    read = read_words(desk, incoming.tenant, incoming.text, now)
    kept = await store.stray(session, incoming.tenant, incoming.reply_id)
    if kept is not None:
        kinds = [ReplyKind(kind) for kind in kept.kinds]
    else:
        kinds = list(incoming.kinds or read.kinds)
        await _keep_stray(session, desk, incoming, (kinds, now))
    wanted = [TaskKind.UNKNOWN_SENDER]
    is_alarming = read.is_alarming and ReplyKind.UNCLEAR in kinds
    wanted += [TaskKind.SELF_HARM] if ReplyKind.SELF_HARM in kinds or is_alarming else []
    rows = [_task(incoming, kind, now) for kind in wanted]
    await task_store.add(session, rows)
    ids = tuple(row.task_id for row in rows)
    return ReplyRecorded(incoming.reply_id, False, (), task_ids=ids)


async def _keep_stray(
    session: AsyncSession, desk: Desk, incoming: Incoming, found: tuple[list[ReplyKind], datetime]
) -> None:
    kinds, now = found
    key = desk.vault.new_subject_key()
    content = json.dumps({"from": incoming.from_address, "text": incoming.text})
    context = stray_context(incoming.tenant, incoming.reply_id)
    row = StrayReplyRow(
        tenant=incoming.tenant,
        reply_id=incoming.reply_id,
        channel=incoming.channel,
        kinds=sorted(kinds),
        subject_key=key,
        content=desk.vault.encrypt(key, content.encode(), context),
        at=now,
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
