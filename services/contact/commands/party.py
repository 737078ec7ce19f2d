"""What every command about one party shares: its locks, its key, and telling its loans."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from google.protobuf.message import Message
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from events.v1.contact_customer_pb2 import CustomerRecordChanged
from services.contact.commands.desk import Desk
from services.contact.commands.holds import lock_parties, lock_scope
from services.contact.commands.whose import unknown_party
from services.contact.settings import TOPIC
from services.contact.store import people, points
from services.contact.store.tables import PartyRow


@dataclass(frozen=True)
class Locked:
    """A party under its lock, with all its loans under theirs."""

    row: PartyRow
    loan_ids: tuple[str, ...]

    @property
    def tenant(self) -> str:
        return self.row.tenant

    @property
    def party_id(self) -> str:
        return self.row.party_id


@dataclass(frozen=True)
class Change:
    """A record of a party that was made or ended."""

    kind: str
    record_id: str
    is_ended: bool = False


async def known(session: AsyncSession, tenant: str, party_id: str) -> PartyRow:
    """Raises `contact/unknown_party`, for one of another tenant too."""
    row = await people.party(session, party_id)
    if row is None or row.tenant != tenant:
        raise unknown_party(tenant, party_id)
    return row


async def lock(session: AsyncSession, tenant: str, party_id: str) -> Locked:
    """Raises `contact/unknown_party`."""
    row = await known(session, tenant, party_id)
    loan_ids = await lock_scope(session, tenant, None, party_id)
    await session.refresh(row)
    return Locked(row, loan_ids)


async def lock_all(
    session: AsyncSession, tenant: str, party_ids: Collection[str], also: Collection[str] = ()
) -> list[Locked]:
    """Several parties at once, with `also` other loans: one after the other, a stream would be
    locked after a party."""
    held = await lock_parties(session, tenant, party_ids, also)
    rows = await people.parties(session, held)
    return [Locked(rows[party_id], loan_ids) for party_id, loan_ids in held.items()]


async def key_of(session: AsyncSession, desk: Desk, party: PartyRow) -> bytes:
    """The party's own key; one whose person has not arrived is given one. The party is locked."""
    if party.subject_key is None:
        await points.give_key(session, party.party_id, desk.vault.new_subject_key())
        await session.refresh(party)
    assert party.subject_key is not None
    return party.subject_key


async def tell_change(session: AsyncSession, party: Locked, change: Change, at: datetime) -> None:
    body = CustomerRecordChanged(
        party_id=party.party_id,
        kind=change.kind,
        record_id=change.record_id,
        is_ended=change.is_ended,
        at=at,
    )
    await tell_loans(session, party, body, at, change.record_id)


async def tell_loans(
    session: AsyncSession, party: Locked, body: Message, at: datetime, cause: str
) -> None:
    """Publish a fact about a party once per loan it is linked to."""
    events = [outbox.Event(party.tenant, each, body, at, cause) for each in party.loan_ids]
    await outbox.append_many(session, TOPIC, events)
