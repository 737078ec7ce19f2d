"""What is proven of notices and of asking after circumstances, told when it changes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.idempotency import first_result, remember
from interfaces.contact import AdoptContacts, TouchOutcome
from interfaces.facts import Circumstances, Notice, ProvenContact, ProvenNotice
from interfaces.values import Channel, NoticeStatus
from services.contact.commands import duties, telling
from services.contact.domain.progress import circumstances_of, notices_of
from services.contact.settings import TOPIC
from services.contact.store import progress as store
from services.contact.store import standing as standings
from services.contact.store import wishes
from services.contact.store.tables import EvidenceRow
from services.contact.store.wishes import WishRow

Progress = tuple[tuple[Notice, ...], tuple[Circumstances, ...]]


@dataclass(frozen=True)
class Occasion:
    """The loan and episode a change belongs to, when it happened and by what."""

    tenant: str
    loan_id: str
    episode: int
    at: datetime
    cause: str


async def document(session: AsyncSession, row: EvidenceRow, at: datetime, cause: str) -> None:
    """Keep a piece of evidence, and tell if it changes what is proven in the open episode."""
    occasion = Occasion(row.tenant, row.loan_id, row.episode, at, cause)
    before = await _progress(session, occasion)
    await store.save(session, row)
    await duties.note_notice(session, row)
    await _tell_change(session, occasion, before)


async def document_answer(session: AsyncSession, occasion: Occasion, party_id: str) -> None:
    before = await _progress(session, occasion)
    await store.add_answer(session, occasion.loan_id, occasion.episode, party_id, occasion.at)
    await _tell_change(session, occasion, before)


async def settle(
    session: AsyncSession,
    row: WishRow,
    outcome: TouchOutcome,
    at: datetime,
    evidence: EvidenceRow | None = None,
) -> None:
    """A wish ended at an instant: keep how, with what it proves, and tell the case."""
    await wishes.settle(session, row, outcome)
    if evidence is not None:
        await store.save(session, evidence)
        await duties.note_notice(session, evidence)
    occasion = Occasion(row.tenant, row.loan_id, row.episode, at, row.key)
    await _tell_open(session, occasion)


async def adopt(session: AsyncSession, command: AdoptContacts, at: datetime) -> None:
    """Take over what another system proved; a repetition changes nothing."""
    result_key = f"adopt/{command.tenant}/{command.key}"
    if await first_result(session, result_key) is not None:
        return
    await outbox.lock(session, TOPIC, [command.loan_id])
    occasion = Occasion(command.tenant, command.loan_id, command.episode, at, command.key)
    for number, notice in enumerate(command.notices):
        proven = _of_notice(occasion, notice, number)
        await store.save(session, proven)
        await duties.note_notice(session, proven)
    for number, contact in enumerate(command.contacts):
        await store.save(session, _of_contact(occasion, contact, number))
        if contact.was_reached and contact.asked_circumstances:
            await store.add_answer(
                session, occasion.loan_id, occasion.episode, contact.party_id, contact.at
            )
    await _tell(session, occasion)
    await remember(session, result_key, b"null")


async def _progress(session: AsyncSession, occasion: Occasion) -> Progress:
    evidence = await store.evidence(session, occasion.loan_id, occasion.episode)
    answers = await store.answers(session, occasion.loan_id, occasion.episode)
    return notices_of(evidence), circumstances_of(evidence, answers)


async def _tell_change(session: AsyncSession, occasion: Occasion, before: Progress) -> None:
    if await _progress(session, occasion) != before:
        await _tell_open(session, occasion)


async def _tell_open(session: AsyncSession, occasion: Occasion) -> None:
    """An episode that ended, or is not the latest, has nobody left to be told."""
    known = (await standings.load(session, [occasion.loan_id])).get(occasion.loan_id)
    if known is not None and known.episode == occasion.episode and not known.is_closed:
        await _tell(session, occasion)


async def _tell(session: AsyncSession, occasion: Occasion) -> None:
    notices, asked = await _progress(session, occasion)
    ended = await wishes.latest_settled(session, occasion.loan_id, occasion.episode)
    body = telling.contact_progressed(notices, asked, occasion.episode, occasion.at, ended)
    event = outbox.Event(occasion.tenant, occasion.loan_id, body, occasion.at, cause=occasion.cause)
    await outbox.append(session, TOPIC, event)


def _of_notice(occasion: Occasion, notice: ProvenNotice, number: int) -> EvidenceRow:
    is_delivered = notice.delivered_at is not None
    return EvidenceRow(
        tenant=occasion.tenant,
        key=f"{occasion.cause}/adopted-notice-{number}",
        loan_id=occasion.loan_id,
        episode=occasion.episode,
        party_id=notice.party_id,
        # The other system does not say how it was sent; on paper is how demands are proven.
        channel=Channel.LETTER,
        notice=notice.kind,
        asks_circumstances=False,
        status=NoticeStatus.DELIVERED if is_delivered else NoticeStatus.SENT,
        tried_at=notice.sent_at,
        delivered_at=notice.delivered_at,
        proof=notice.evidence,
    )


def _of_contact(occasion: Occasion, contact: ProvenContact, number: int) -> EvidenceRow:
    return EvidenceRow(
        tenant=occasion.tenant,
        key=f"{occasion.cause}/adopted-contact-{number}",
        loan_id=occasion.loan_id,
        episode=occasion.episode,
        party_id=contact.party_id,
        channel=contact.channel,
        notice="",
        asks_circumstances=contact.asked_circumstances,
        status=NoticeStatus.DELIVERED if contact.was_reached else NoticeStatus.ATTEMPTED,
        tried_at=contact.at,
        delivered_at=contact.at if contact.was_reached else None,
        proof="taken over",
    )
