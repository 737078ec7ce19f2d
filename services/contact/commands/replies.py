"""What a person answered: a stop, a wrong number and a hold take effect at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Conflict, Invalid
from interfaces.values import LIABLE_ROLES, Capacity, Channel, Direction, HoldKind, Purpose
from services.contact.commands import telling
from services.contact.commands.aftermath import follow_reply
from services.contact.commands.desk import Desk
from services.contact.commands.grievances import Objected
from services.contact.commands.holds import lock_scope, tell
from services.contact.commands.judging import attempt_id_of
from services.contact.commands.progress import Occasion, document_answer
from services.contact.domain.grievances import HOLD_KIND, GrievanceKind
from services.contact.domain.holds import DEFAULT_BLOCKS, REVIEW_AFTER, Span
from services.contact.domain.outcomes import Outcome
from services.contact.domain.points import OptOut, choose
from services.contact.domain.replies import Consequences, ReplyKind, consequences
from services.contact.domain.standing import Standing
from services.contact.settings import TOPIC
from services.contact.store import holds, people, progress, touches
from services.contact.store import standing as standings
from services.contact.store.people import Link
from services.contact.store.tables import AttemptRow, HoldRow, ReplyRow
from services.contact.store.touches import AttemptStatus


@dataclass(frozen=True)
class RecordReply:
    """`in_attempt` names the call it was said in; without it, a call is one that came in."""

    tenant: str
    reply_id: str
    party_id: str
    loan_id: str
    channel: Channel
    kinds: tuple[ReplyKind, ...]
    words: str
    amount_minor: int | None
    in_attempt: str = ""


@dataclass(frozen=True)
class ReplyRecorded:
    """What followed; `hold_ids` are the holds this reply placed."""

    reply_id: str
    opted_out: bool
    hold_ids: tuple[str, ...]


async def record(
    session: AsyncSession, desk: Desk, command: RecordReply, now: datetime
) -> ReplyRecorded:
    """Record a reply once under its id, with all that follows from it.

    Raises `contact/party_not_of_loan` and `contact/reply_differs`.
    """
    loan_ids = await _lock(session, command)
    known = await progress.reply(session, command.tenant, command.reply_id)
    if known is not None:
        return await _repeated(session, command, known)
    links = await people.links_of_loans(session, [command.loan_id])
    own = [link for link in links if link.party_id == command.party_id]
    _check_linked(command, own)
    standing = (await standings.load(session, [command.loan_id])).get(command.loan_id)
    episode = standing.episode if standing else 0
    asked = await touches.was_asked(session, command.loan_id, episode, command.party_id)
    follows = consequences(command.kinds, was_asked=asked)
    await _keep(session, desk, command, now)
    point_id = await _origin(session, command)
    await _heed(session, command, follows, point_id, now)
    if command.channel is Channel.CALL and not command.in_attempt:
        await touches.add(session, _inbound_call(command, own, point_id, standing, now))
    hold_ids = await _hold(session, command, follows, now)
    if hold_ids:
        await tell(session, command.tenant, loan_ids, now, command.reply_id)
    await follow_reply(session, desk, _objected(command, follows, hold_ids), now)
    if follows.answers_circumstances:
        occasion = Occasion(command.tenant, command.loan_id, episode, now, command.reply_id)
        await document_answer(session, occasion, command.party_id)
    return ReplyRecorded(command.reply_id, follows.opts_out, hold_ids)


def _objected(command: RecordReply, follows: Consequences, hold_ids: tuple[str, ...]) -> Objected:
    kinds = {
        kind for kind in GrievanceKind if HOLD_KIND[kind] in {hold for hold, _ in follows.holds}
    }
    return Objected(
        tenant=command.tenant,
        reply_id=command.reply_id,
        party_id=command.party_id,
        loan_id=command.loan_id,
        amount_minor=command.amount_minor,
        kinds=frozenset(kinds),
        hold_ids=hold_ids,
    )


async def _lock(session: AsyncSession, command: RecordReply) -> tuple[str, ...]:
    """All loans of the party, since a hold of the party touches them all."""
    loan_ids = await lock_scope(session, command.tenant, None, command.party_id)
    if command.loan_id not in loan_ids:
        raise _not_linked(command)
    return loan_ids


def _check_linked(command: RecordReply, links: Sequence[Link]) -> None:
    if not any(link.tenant == command.tenant for link in links):
        raise _not_linked(command)


def _not_linked(command: RecordReply) -> Invalid:
    return Invalid(
        "contact/party_not_of_loan",
        f"Party {command.party_id} is not linked to loan {command.loan_id} of tenant "
        f"{command.tenant!r}; name the loan the reply is about.",
    )


async def _repeated(session: AsyncSession, command: RecordReply, known: ReplyRow) -> ReplyRecorded:
    said = (known.party_id, known.loan_id, known.channel, set(known.kinds))
    if said != (command.party_id, command.loan_id, command.channel, set(command.kinds)):
        raise Conflict(
            "contact/reply_differs",
            f"Reply {command.reply_id!r} is kept with another content; use another id.",
        )
    hold_ids = [
        hold_id
        for kind in HoldKind
        if await holds.find(session, command.tenant, hold_id := _hold_id(command, kind))
    ]
    return ReplyRecorded(command.reply_id, ReplyKind.STOP in known.kinds, tuple(hold_ids))


async def _keep(session: AsyncSession, desk: Desk, command: RecordReply, now: datetime) -> None:
    """The words stay here, under the person's key; without a key there is nobody to keep them
    for, and only their kinds are kept."""
    party = await people.party(session, command.party_id)
    key = party.subject_key if party else None
    context = f"reply/words/{command.tenant}/{command.reply_id}"
    row = ReplyRow(
        tenant=command.tenant,
        reply_id=command.reply_id,
        party_id=command.party_id,
        loan_id=command.loan_id,
        channel=command.channel,
        kinds=sorted(command.kinds),
        words=desk.vault.encrypt(key, command.words.encode(), context) if key else None,
        amount_minor=command.amount_minor,
        at=now,
    )
    await progress.add_reply(session, row)
    event = outbox.Event(
        command.tenant, command.loan_id, telling.reply_received(row), now, command.reply_id
    )
    await outbox.append(session, TOPIC, event)


async def _origin(session: AsyncSession, command: RecordReply) -> str:
    """The point the reply came from: the call's own, the one last written to, else the one to be
    written to."""
    if command.in_attempt:
        attempt = await touches.attempt(session, command.tenant, command.in_attempt)
        if attempt is not None and attempt.point_id:
            return attempt.point_id
    latest = await touches.latest_point(session, command.party_id, command.channel)
    if latest:
        return latest
    points = map(people.as_point, await people.points(session, command.party_id))
    return choose(points, (), command.channel, for_notice=False).point_id


async def _heed(
    session: AsyncSession,
    command: RecordReply,
    follows: Consequences,
    point_id: str,
    now: datetime,
) -> None:
    if follows.opts_out:
        opted = OptOut(command.channel, point_id)
        await people.opt_out(session, command.party_id, opted, command.reply_id, now)
    if follows.disowns_point and point_id:
        await people.disown_point(session, command.party_id, point_id, now)


async def _hold(
    session: AsyncSession, command: RecordReply, follows: Consequences, now: datetime
) -> tuple[str, ...]:
    """Place the holds that are not in force already; each waits for a person to review it."""
    intervals = (await holds.touching(session, [command.loan_id]))[command.loan_id]
    placed = []
    for kind, is_of_loan in follows.holds:
        party_id = None if is_of_loan else command.party_id
        is_held = any(
            hold.kind is kind
            and hold.party_id == party_id
            and Span(hold.from_at, hold.until_at).covers(now)
            for hold in intervals
        )
        if not is_held:
            row = _hold_row(command, kind, party_id, now)
            await holds.add(session, row)
            placed.append(row.hold_id)
    return tuple(placed)


def _hold_row(command: RecordReply, kind: HoldKind, party_id: str | None, now: datetime) -> HoldRow:
    return HoldRow(
        tenant=command.tenant,
        hold_id=_hold_id(command, kind),
        kind=kind,
        loan_id=command.loan_id if party_id is None else None,
        party_id=party_id,
        blocks=[block.value for block in DEFAULT_BLOCKS[kind]],
        from_at=now,
        review_at=now + REVIEW_AFTER,
        amount_minor=command.amount_minor if kind is HoldKind.DISPUTE else None,
        evidence=f"reply {command.reply_id}",
        placed_by="contact",
        placed_at=now,
    )


def _hold_id(command: RecordReply, kind: HoldKind) -> str:
    return f"reply/{command.reply_id}/{kind.value}"


def _inbound_call(
    command: RecordReply,
    links: Sequence[Link],
    point_id: str,
    standing: Standing | None,
    now: datetime,
) -> AttemptRow:
    """A call that came in was connected, and counts against the debtor's calls of the day."""
    roles = sorted({link.role for link in links}, key=lambda role: role not in LIABLE_ROLES)
    key = f"reply/{command.reply_id}"
    return AttemptRow(
        attempt_id=attempt_id_of(command.tenant, key),
        tenant=command.tenant,
        key=key,
        loan_id=command.loan_id,
        party_id=command.party_id,
        debtor_id=command.party_id,
        role=roles[0],
        channel=command.channel,
        direction=Direction.INBOUND,
        purpose=Purpose.REPLY,
        capacity=Capacity.CREDITOR,
        point_id=point_id,
        episode=standing.episode if standing else 0,
        position_version=standing.position_version if standing else 0,
        status=AttemptStatus.RECEIVED,
        outcome=Outcome.CONNECTED,
        from_at=now,
        until_at=now,
        confirmed_at=now,
    )
