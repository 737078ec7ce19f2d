"""Contact points: listed masked, revealed with a reason, added, and spoken about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict, Invalid, NotFound
from interfaces.values import Channel
from services.contact.commands import party as parties
from services.contact.commands import people as persons
from services.contact.commands import reachability
from services.contact.commands.desk import Desk
from services.contact.commands.party import Change, key_of, tell_change
from services.contact.domain.numbers import is_number
from services.contact.domain.points import KIND_OF_CHANNEL, OptOut, PointKind
from services.contact.domain.words import (
    OF_A_CHANNEL,
    Owner,
    Provenance,
    Source,
    WordKind,
    masked,
    source_problem,
    zone_problem,
)
from services.contact.store import people
from services.contact.store import points as store
from services.contact.store.customer_rows import PointWordRow
from services.contact.store.tables import PointRow


@dataclass(frozen=True)
class AddPoint:
    tenant: str
    party_id: str
    word_id: str
    kind: PointKind
    value: str
    provenance: Provenance
    source: Source | None
    owner: Owner
    is_reserved: bool
    has_consent: bool
    time_zone: str
    evidence: str
    by: str


@dataclass(frozen=True)
class SayOfPoint:
    """No point means every point of the channel, for an opt-out and its end alone."""

    tenant: str
    party_id: str
    point_id: str
    word_id: str
    kind: WordKind
    channel: Channel | None
    time_zone: str
    checked_on: date | None
    evidence: str
    by: str


@dataclass(frozen=True)
class ShownPoint:
    """A point with its value masked, unless it was revealed."""

    row: PointRow
    value: str
    opted_out: tuple[Channel, ...]


async def points_of(
    session: AsyncSession, desk: Desk, tenant: str, party_id: str
) -> list[ShownPoint]:
    """Raises `contact/unknown_party`."""
    party = await parties.known(session, tenant, party_id)
    outs = await people.opt_outs(session, party_id)
    return [
        ShownPoint(row, masked(persons.value_of(desk.vault, party, row)), _out(row, outs))
        for row in await people.points(session, party_id)
    ]


async def add(session: AsyncSession, desk: Desk, command: AddPoint, now: datetime) -> ShownPoint:
    """A value that is known already stays the point it is, and becomes current again.

    Raises `contact/unknown_party`, `contact/point_is_wrong` and `contact/word_differs`.
    """
    wrong = source_problem(command.provenance, command.source) or zone_problem(command.time_zone)
    is_empty = not command.value.strip()
    is_empty |= command.kind is PointKind.PHONE and not is_number(command.value)
    if wrong or is_empty:
        raise Invalid("contact/point_is_wrong", f"The point: {wrong or 'its value is empty.'}")
    party = await parties.lock(session, command.tenant, command.party_id)
    await key_of(session, desk, party.row)
    await persons.renumber(session, desk, [command.party_id])
    row = persons.new_point(desk, party.row, command.kind, command.value)
    said = _word(command, row.point_id, now, command.provenance)
    known = await store.find(session, command.party_id, row.point_id)
    if await _is_new(session, said):
        known = known or await _complete(session, command, row)
        known.is_current = known.is_by_hand = True
        await store.save(session, known)
        await tell_change(session, party, Change("point", row.point_id), now)
        await reachability.follow(session, party, now, command.word_id)
    assert known is not None
    outs = await people.opt_outs(session, command.party_id)
    return ShownPoint(known, masked(command.value), _out(known, outs))


async def reveal(session: AsyncSession, desk: Desk, command: SayOfPoint, now: datetime) -> str:
    """The value in full; who saw it and why is kept, each time under an id of its own.

    Raises `contact/unknown_point` and `contact/already_revealed`.
    """
    party = await parties.known(session, command.tenant, command.party_id)
    row = await _point(session, command)
    if not await _is_new(session, _word(command, command.point_id, now)):
        raise Conflict(
            "contact/already_revealed",
            f"Word {command.word_id!r} revealed this point before; every look is recorded, so use "
            "another id.",
        )
    return persons.value_of(desk.vault, party, row)


async def say(session: AsyncSession, command: SayOfPoint, now: datetime) -> None:
    """Keep once under its id what was said of a point, and let it take effect.

    Raises `contact/unknown_party`, `contact/unknown_point`, `contact/word_is_wrong` and
    `contact/word_differs`.
    """
    party = await parties.lock(session, command.tenant, command.party_id)
    row = await _point(session, command) if command.point_id else None
    _check(command, row)
    said = _word(command, command.point_id, now, command.time_zone or str(command.checked_on or ""))
    if not await _is_new(session, said):
        return
    if command.kind in OF_A_CHANNEL:
        await _opt(session, command, now)
    elif row is not None:
        _heed(command, row, now)
        await store.save(session, row)
        await reachability.follow(session, party, now, command.word_id)
    await tell_change(session, party, Change("point", command.point_id or command.word_id), now)


async def words_of(session: AsyncSession, tenant: str, party_id: str) -> list[PointWordRow]:
    """Everything that was said and shown of a party's points. Raises `contact/unknown_party`."""
    await parties.known(session, tenant, party_id)
    return await store.words_of(session, party_id)


async def _opt(session: AsyncSession, command: SayOfPoint, now: datetime) -> None:
    assert command.channel is not None
    if command.kind is WordKind.OPTED_OUT:
        opted = OptOut(command.channel, command.point_id)
        await people.opt_out(session, command.party_id, opted, command.word_id, now)
    else:
        await store.opt_back_in(session, command.party_id, command.channel, command.point_id)


def _heed(command: SayOfPoint, row: PointRow, now: datetime) -> None:
    match command.kind:
        case WordKind.VERIFIED:
            store.verify(row, now)
        case WordKind.INVALID:
            row.invalid_at = row.invalid_at or now
        case WordKind.ZONE_SET:
            row.time_zone = command.time_zone
        case WordKind.CONSENT_GIVEN | WordKind.CONSENT_WITHDRAWN:
            store.consent(row, given=command.kind is WordKind.CONSENT_GIVEN)
        case WordKind.REASSIGNMENT_CHECKED if command.checked_on is not None:
            store.checked_reassignment(row, command.checked_on)


def _check(command: SayOfPoint, row: PointRow | None) -> None:
    wrong = _problem(command, row)
    if wrong:
        raise Invalid("contact/word_is_wrong", f"{command.kind.value}: {wrong}")


def _problem(command: SayOfPoint, row: PointRow | None) -> str:
    if command.kind in {WordKind.ADDED, WordKind.REVEALED}:
        return "that is recorded by the doors that add and reveal points."
    if (command.channel is not None) is not (command.kind in OF_A_CHANNEL):
        return "a channel belongs to opted_out and opted_back_in, and they need one."
    if row is None and command.kind not in OF_A_CHANNEL:
        return "name the point_id it is about."
    if row is not None and command.channel and KIND_OF_CHANNEL[command.channel] != row.kind:
        return f"a point of kind {row.kind} is not used by the channel {command.channel.value}."
    if command.kind is WordKind.ZONE_SET:
        return zone_problem(command.time_zone) if command.time_zone else "name the time_zone."
    if command.kind is WordKind.REASSIGNMENT_CHECKED and command.checked_on is None:
        return "name the day, checked_on."
    return ""


async def _point(session: AsyncSession, command: SayOfPoint) -> PointRow:
    row = await store.find(session, command.party_id, command.point_id)
    if row is None:
        raise NotFound(
            "contact/unknown_point",
            f"Party {command.party_id} has no point {command.point_id!r}; list its points.",
        )
    return row


async def _complete(session: AsyncSession, command: AddPoint, row: PointRow) -> PointRow:
    row.provenance, row.source = command.provenance, command.source or ""
    row.owner, row.time_zone = command.owner, command.time_zone
    row.is_reserved = command.is_reserved
    row.has_consent = row.said_consent = command.has_consent
    row.ordinal = await store.next_ordinal(session, command.party_id)
    return row


async def _is_new(session: AsyncSession, said: PointWordRow) -> bool:
    """Whether this word is said for the first time; another one under its id is refused."""
    known = await store.word(session, said.tenant, said.word_id)
    if known is None:
        await store.add_word(session, said)
        return True
    if known.model_dump(exclude={"at"}) != said.model_dump(exclude={"at"}):
        raise Conflict(
            "contact/word_differs",
            f"Word {said.word_id!r} is kept with another content; use another id.",
        )
    return False


def _word(
    command: AddPoint | SayOfPoint, point_id: str, now: datetime, value: str = ""
) -> PointWordRow:
    return PointWordRow(
        tenant=command.tenant,
        word_id=command.word_id,
        party_id=command.party_id,
        point_id=point_id,
        channel=(command.channel or "") if isinstance(command, SayOfPoint) else "",
        kind=command.kind if isinstance(command, SayOfPoint) else WordKind.ADDED,
        value=value,
        evidence=command.evidence,
        said_by=command.by,
        at=now,
    )


def _out(row: PointRow, outs: list[OptOut]) -> tuple[Channel, ...]:
    return tuple(
        sorted(
            {
                out.channel
                for out in outs
                if KIND_OF_CHANNEL[out.channel] == row.kind and out.point_id in ("", row.point_id)
            }
        )
    )
