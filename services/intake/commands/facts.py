"""Accept what a bank says of its loans: validate, recognise, and tell on under opaque ids."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from events.v1.bank_pb2 import BankFact
from events.v1.intake_pb2 import LoanFactAccepted
from services.intake.commands.book import Book
from services.intake.commands.content import stamp, travelling
from services.intake.commands.desk import Desk, Entry, Outcome, Reading, Submission, outcome
from services.intake.commands.reading import read_fact
from services.intake.commands.receipts import Receipts, Resolving, out_of_quarantine
from services.intake.domain.facts import Fact, Kind, Payment, Registration, Reversal, TakeOver
from services.intake.domain.judgement import LoanFile
from services.intake.settings import ACCEPTED_TOPIC
from services.intake.store import identities, movements, quarantine
from services.intake.store.identities import Ref
from services.intake.store.quarantine import Quarantined


async def accept_facts(
    session: AsyncSession,
    desk: Desk,
    submissions: Sequence[Submission],
    resolving: Resolving | None = None,
) -> list[Outcome]:
    """Judge facts in order and publish the applied ones; one outcome per submission.

    A loan's facts are judged under its stream's lock, known or not: a registration and a fact that
    waits for it cannot miss each other.
    """
    readings = [read_fact(submission, desk) for submission in submissions]
    book = await _open(session, desk, readings)
    entries = [book.enter(reading) for reading in readings]
    await _publish(session, desk, book)
    changed = [book.files[loan_id] for loan_id in sorted(book.changed)]
    await identities.save_loan_files(session, changed, desk.at)
    parties = [party for linked in book.parties.values() for party in linked]
    await identities.save_parties(session, parties)
    await movements.save(session, book.moved)
    await book.receipts.save(session, desk, resolving or Resolving())
    return [outcome(entry) for entry in entries]


async def _open(session: AsyncSession, desk: Desk, readings: Sequence[Reading[Fact]]) -> Book:
    sound = [reading for reading in readings if reading.content is not None]
    loan_ids = await identities.loan_ids(session, {reading.subject_key for reading in sound})
    await outbox.lock(session, ACCEPTED_TOPIC, loan_ids.values())
    files = await identities.loan_files(session, set(loan_ids.values()))
    waiting = await _waiting(session, desk, sound, loan_ids, files)
    readings = [*readings, *(reading for waits in waiting.values() for reading in waits)]
    receipts: Receipts[Fact] = Receipts(Kind.FACT)
    await receipts.load(session, readings)
    facts = [(r.tenant, r.content) for r in readings if r.content is not None]
    party_ids = await _party_ids(session, facts)
    await _add_parties(session, readings, loan_ids, files, party_ids)
    told = await movements.find(session, set(_transactions(facts)))
    return Book(receipts, loan_ids, files, party_ids, told, waiting)


async def _waiting(
    session: AsyncSession,
    desk: Desk,
    readings: Sequence[Reading[Fact]],
    loan_ids: dict[Ref, str],
    files: dict[str, LoanFile],
) -> dict[str, list[Reading[Fact]]]:
    """The facts in quarantine that wait for a loan which this batch may register."""
    registering = {
        loan_ids[reading.subject_key]
        for reading in readings
        if reading.content is not None and isinstance(reading.content.content, Registration)
    }
    unknown = {loan_id for loan_id in registering if files[loan_id].registered is None}
    asked = {reading.submission.quarantine_id for reading in readings}
    waiting: dict[str, list[Reading[Fact]]] = {}
    for kept in await quarantine.waiting_for(session, unknown):
        if kept.quarantine_id not in asked and kept.subject_id is not None:
            reading = read_fact(reopened(kept, desk), desk)
            waiting.setdefault(kept.subject_id, []).append(reading)
    return waiting


def reopened(kept: Quarantined, desk: Desk) -> Submission:
    """An entry's content as it once came, to be judged again."""
    message = BankFact.FromString(desk.seals.open_quarantine(kept.sealed))
    return out_of_quarantine(kept, message, desk)


async def _party_ids(session: AsyncSession, facts: Iterable[tuple[str, Fact]]) -> dict[Ref, str]:
    """Ids of the parties that registrations name, minted where they are new."""
    refs = {
        (tenant, party.party_ref)
        for tenant, fact in facts
        if isinstance(fact.content, Registration)
        for party in fact.content.parties
    }
    return await identities.party_ids(session, refs)


async def _add_parties(
    session: AsyncSession,
    readings: Sequence[Reading[Fact]],
    loan_ids: dict[Ref, str],
    files: dict[str, LoanFile],
    party_ids: dict[Ref, str],
) -> None:
    """Complete the files that will be asked for their parties."""
    asking = {
        loan_ids[reading.subject_key]: reading.tenant
        for reading in readings
        if reading.content is not None
        and isinstance(reading.content.content, Registration | TakeOver)
    }
    if not asking:
        return
    for loan_id, linked in (await identities.party_refs(session, asking.keys())).items():
        files[loan_id] = replace(files[loan_id], party_refs=frozenset(linked))
        party_ids |= {(asking[loan_id], ref): party_id for ref, party_id in linked.items()}


def _transactions(facts: Collection[tuple[str, Fact]]) -> Iterable[tuple[str, str]]:
    for tenant, fact in facts:
        if isinstance(fact.content, Payment | Reversal):
            yield tenant, fact.content.transaction_id


async def _publish(session: AsyncSession, desk: Desk, book: Book) -> None:
    events = [_accepted(entry, desk, book) for entry in book.applied]
    await outbox.append_many(session, ACCEPTED_TOPIC, events)


def _accepted(entry: Entry[Fact], desk: Desk, book: Book) -> outbox.Event:
    reading = entry.reading
    message = reading.submission.message
    assert isinstance(message, BankFact) and entry.subject_id is not None
    body = LoanFactAccepted(
        fact_id=uuid.uuid4().hex,
        sequence=message.sequence,
        occurred_at=message.occurred_at,
        accepted_at=stamp(desk.at),
        accepted_wall_at=stamp(desk.wall_at),
        fact=travelling(message.fact, lambda ref: book.party_ids[reading.tenant, ref]),
    )
    return outbox.Event(
        reading.tenant, entry.subject_id, body, desk.at, cause=reading.submission.cause
    )
