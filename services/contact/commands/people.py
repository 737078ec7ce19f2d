"""Personal data arrives sealed and is put away encrypted, under a key of each person's own."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.vault import Vault, unseal
from events.v1.bank_pb2 import ContactPoint, PersonalData
from services.contact.commands.desk import Desk
from services.contact.domain.numbers import is_number
from services.contact.domain.points import PointKind, normalised
from services.contact.domain.senders import spellings
from services.contact.store import numbering
from services.contact.store import people as store
from services.contact.store.dockets import AnyParty, AnyPoint
from services.contact.store.people import StoredPerson
from services.contact.store.tables import PartyRow, PointRow

RENUMBERED_AT_ONCE = 50


@dataclass(frozen=True)
class SealedPerson:
    tenant: str
    party_id: str
    sequence: int
    sealed: bytes


async def receive(session: AsyncSession, desk: Desk, sealed: Sequence[SealedPerson]) -> None:
    """Keep the newest data of each person; raises `chassis.vault.Unreadable` for a foreign box."""
    latest = {each.party_id: each for each in sorted(sealed, key=lambda each: each.sequence)}
    for tenant in sorted({each.tenant for each in latest.values()}):
        of_tenant = {each.party_id for each in latest.values() if each.tenant == tenant}
        await store.lock_parties(session, tenant, of_tenant)
    await renumber(session, desk, latest.keys())
    known = await store.parties(session, latest.keys())
    fresh = [each for each in latest.values() if each.sequence >= known[each.party_id].sequence]
    people = [_put_away(desk, each, known[each.party_id].subject_key) for each in fresh]
    if people:
        await store.save_people(session, people)


async def renumber(session: AsyncSession, desk: Desk, party_ids: Collection[str]) -> None:
    """Numbers that were kept under a spelling become the one point they are, with all said of
    them; the parties are locked."""
    rows = await numbering.to_move(session, party_ids)
    known = await store.parties(session, {row.party_id for row in rows}) if rows else {}
    for row in rows:
        party = known[row.party_id]
        if party.subject_key is None:
            continue
        moved = new_point(desk, party, PointKind(row.kind), value_of(desk.vault, party, row))
        if moved.point_id == row.point_id:
            await numbering.keep_in_place(session, row)
        else:
            await numbering.move(session, row, moved.point_id, moved.value)


async def renumber_next(session: AsyncSession, desk: Desk) -> int:
    """Some of those who still wait for it; how many."""
    waiting = await numbering.waiting(session, RENUMBERED_AT_ONCE)
    for tenant in sorted({tenant for tenant, _ in waiting}):
        party_ids = {party_id for each, party_id in waiting if each == tenant}
        await store.lock_parties(session, tenant, party_ids)
        await renumber(session, desk, party_ids)
    return len(waiting)


def name_of(vault: Vault, party: AnyParty) -> str:
    """The decrypted name; empty for a party whose person has not arrived."""
    if party.subject_key is None or party.name is None:
        return ""
    return vault.decrypt(party.subject_key, party.name, _name_context(party.party_id)).decode()


def value_of(vault: Vault, party: AnyParty, point: AnyPoint) -> str:
    """The decrypted address or number."""
    assert party.subject_key is not None, "a point is stored with its person's key"
    context = _point_context(point.party_id, point.point_id)
    return vault.decrypt(party.subject_key, point.value, context).decode()


def _put_away(desk: Desk, sealed: SealedPerson, subject_key: bytes | None) -> StoredPerson:
    person = PersonalData()
    person.ParseFromString(unseal(desk.transport_key, sealed.sealed))
    key = subject_key or desk.vault.new_subject_key()
    party = PartyRow(
        party_id=sealed.party_id,
        tenant=sealed.tenant,
        language=person.language,
        kind=person.kind,
        time_zone=person.time_zone,
        sequence=sealed.sequence,
        subject_key=key,
        name=desk.vault.encrypt(key, person.name.encode(), _name_context(sealed.party_id)),
    )
    points = [
        _put_point_away(desk, party, point, number) for number, point in enumerate(person.points)
    ]
    return StoredPerson(party, points)


def point_id_of(desk: Desk, tenant: str, kind: PointKind, value: str) -> str:
    """A point is known by its value, so that what was said of it outlives the bank's reference; a
    number by its one form, however it is written."""
    return _index(
        desk, tenant, kind, normalised(kind, value, desk.tenants.get(tenant).jurisdiction)
    )


def point_ids_of(desk: Desk, tenant: str, kind: PointKind, value: str) -> list[str]:
    """Its id, and those under which its spellings were kept before numbers had one form; none for
    what is no number, or everybody without one would share it."""
    if kind is PointKind.PHONE and not is_number(value):
        return []
    spelled = spellings(kind, value, desk.tenants.get(tenant).jurisdiction)
    return [
        point_id_of(desk, tenant, kind, value),
        *(_index(desk, tenant, kind, each) for each in spelled),
    ]


def _index(desk: Desk, tenant: str, kind: PointKind, form: str) -> str:
    return desk.vault.blind_index(f"{tenant}/{kind}/{form}", "contact-point").hex()[:32]


def new_point(desk: Desk, party: PartyRow, kind: PointKind, value: str) -> PointRow:
    assert party.subject_key is not None, "a point is stored with its person's key"
    vault, point_id = desk.vault, point_id_of(desk, party.tenant, kind, value)
    context = _point_context(party.party_id, point_id)
    return PointRow(
        party_id=party.party_id,
        point_id=point_id,
        kind=kind,
        value=vault.encrypt(party.subject_key, value.encode(), context),
        provenance="",
        is_verified=False,
        is_reserved=False,
        has_consent=False,
        ordinal=0,
    )


def _put_point_away(desk: Desk, party: PartyRow, point: ContactPoint, number: int) -> PointRow:
    row = new_point(desk, party, PointKind(point.kind), point.value)
    row.provenance, row.ordinal = point.provenance, number
    row.is_verified, row.is_reserved = point.is_verified, point.is_reserved
    row.has_consent = point.has_consent
    return row


def _name_context(party_id: str) -> str:
    return f"party/name/{party_id}"


def _point_context(party_id: str, point_id: str) -> str:
    return f"contact_point/value/{party_id}/{point_id}"
