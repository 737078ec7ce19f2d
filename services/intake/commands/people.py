"""Accept persons: recognise them, seal what they are for contact, and keep nothing of it."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from events.v1.bank_pb2 import BankPerson, PersonalData
from events.v1.intake_pb2 import PersonSealed
from services.intake.commands.content import stamp
from services.intake.commands.desk import Desk, Entry, Outcome, Reading, Submission, outcome
from services.intake.commands.reading import read_person
from services.intake.commands.receipts import Receipts, Resolving, out_of_quarantine
from services.intake.domain.facts import (
    APPLIED,
    STALE,
    Disposition,
    Kind,
    Person,
    Verdict,
)
from services.intake.domain.judgement import Order
from services.intake.settings import SEALED_TOPIC
from services.intake.store import identities
from services.intake.store.quarantine import Quarantined


async def accept_people(
    session: AsyncSession,
    desk: Desk,
    submissions: Sequence[Submission],
    resolving: Resolving | None = None,
) -> list[Outcome]:
    """Judge persons in order and send the newest on, sealed; no loan need name them yet."""
    readings = [read_person(submission, desk) for submission in submissions]
    sound = {reading.subject_key for reading in readings if reading.content is not None}
    party_ids = await identities.party_ids(session, sound)
    await outbox.lock(session, SEALED_TOPIC, party_ids.values())
    files = await identities.party_files(session, set(party_ids.values()))
    receipts: Receipts[Person] = Receipts(Kind.PERSON)
    await receipts.load(session, readings)
    told = {party_id: file.told for party_id, file in files.items()}
    entries = []
    for reading in readings:
        party_id = party_ids.get(reading.subject_key)
        verdict = _verdict(reading, receipts, told.get(party_id or ""))
        entries.append(receipts.enter(reading, verdict, party_id))
        if verdict.disposition is Disposition.APPLIED and party_id and reading.content:
            told[party_id] = Order(reading.content.sequence, reading.content.occurred_at)
    applied = [entry for entry in entries if entry.verdict.disposition is Disposition.APPLIED]
    await outbox.append_many(session, SEALED_TOPIC, [_sealed(entry, desk) for entry in applied])
    now_told = {
        e.subject_id: order for e in applied if e.subject_id and (order := told[e.subject_id])
    }
    await identities.save_party_files(session, now_told)
    await receipts.save(session, desk, resolving or Resolving())
    return [outcome(entry) for entry in entries]


def reopened(kept: Quarantined, desk: Desk) -> Submission:
    message = BankPerson.FromString(desk.seals.open_quarantine(kept.sealed))
    return out_of_quarantine(kept, message, desk)


def _verdict(reading: Reading[Person], receipts: Receipts[Person], told: Order | None) -> Verdict:
    repetition = receipts.repetition(reading)
    if repetition is not None:
        return repetition
    if reading.content is None:
        return Verdict(Disposition.QUARANTINED, reading.refusal)
    order = Order(reading.content.sequence, reading.content.occurred_at)
    return STALE if told is not None and order.is_before(told) else APPLIED


def _sealed(entry: Entry[Person], desk: Desk) -> outbox.Event:
    message = entry.reading.submission.message
    assert isinstance(message, BankPerson) and entry.subject_id is not None
    person = PersonalData()
    person.CopyFrom(message.person)
    person.DiscardUnknownFields()
    body = PersonSealed(
        party_id=entry.subject_id,
        sequence=message.sequence,
        accepted_at=stamp(desk.at),
        sealed_person=desk.seals.for_contact(person.SerializeToString()),
    )
    cause = entry.reading.submission.cause
    return outbox.Event(entry.reading.tenant, entry.subject_id, body, desk.at, cause=cause)
