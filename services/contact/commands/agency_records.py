"""Agencies hand over complete records (CN-REC-1): what is missing is named, and kept as missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Conflict, Invalid
from services.contact.commands import outcomes
from services.contact.commands.agency_hearing import heed_recording
from services.contact.commands.outcomes import ReportOutcome
from services.contact.domain.agencies import HandedOver, gaps
from services.contact.settings import TOPIC
from services.contact.store import agency_acts as store
from services.contact.store import people
from services.contact.store.agency_acts import Act, HandOverRow


@dataclass(frozen=True)
class HandOver:
    """An agency's records of all its acts that took place in a period, its end excluded."""

    tenant: str
    agency_id: str
    hand_over_id: str
    from_at: datetime
    until_at: datetime
    records: tuple[HandedOver, ...]
    by: str


async def hand_over(session: AsyncSession, command: HandOver, now: datetime) -> HandOverRow:
    """Take a batch in and say what it lacks; the same again is answered the same.

    Raises `contact/hand_over_is_wrong`, `contact/hand_over_differs` and what `report` raises.
    """
    _check(command, now)
    stored = [asdict(record) for record in command.records]
    known = await store.hand_over(session, command.tenant, command.agency_id, command.hand_over_id)
    if known is not None:
        if (known.records, known.from_at, known.until_at) == (
            stored,
            command.from_at,
            command.until_at,
        ):
            return known
        raise Conflict(
            "contact/hand_over_differs",
            f"Hand-over {command.hand_over_id!r} had another content; use another id.",
        )
    period = (command.from_at, command.until_at)
    acts = await store.made_between(session, command.tenant, command.agency_id, *period)
    await _lock(session, command.tenant, acts)
    missing = gaps([act.kept() for act in acts], command.records)
    await _take_in(session, command, acts, now)
    row = HandOverRow(
        tenant=command.tenant,
        agency_id=command.agency_id,
        hand_over_id=command.hand_over_id,
        from_at=command.from_at,
        until_at=command.until_at,
        is_complete=not missing,
        records=stored,
        gaps=missing,
        handed_over_by=command.by,
        at=now,
    )
    await store.add_hand_over(session, row)
    return row


async def _lock(session: AsyncSession, tenant: str, acts: Sequence[Act]) -> None:
    """All streams before any party: how a call turned out is told to all the party's loans."""
    parties = sorted({act.attempt.party_id for act in acts})
    loans = {loan_id for act in acts for loan_id in act.attempt.loan_ids}
    for party_id in parties:
        loans |= set(await people.loans_of_party(session, party_id))
    await outbox.lock(session, TOPIC, sorted(loans))
    await people.lock_parties(session, tenant, parties)


async def _take_in(
    session: AsyncSession, command: HandOver, acts: Sequence[Act], now: datetime
) -> None:
    given = {record.act_id: record for record in command.records}
    for act in acts:
        record = given.get(act.row.act_id)
        if record is None:
            continue
        if record.outcome is not None:
            said = ReportOutcome(command.tenant, act.attempt.attempt_id, record.outcome, now)
            await outcomes.report(session, said)
            act.row.reported_at = act.row.reported_at or now
        await heed_recording(session, act.row, act.attempt, record.recording, now)
        act.row.hand_over_id = command.hand_over_id
    await session.flush()


def _check(command: HandOver, now: datetime) -> None:
    problem = _problem(command, now)
    if problem:
        raise Invalid(
            "contact/hand_over_is_wrong", f"Hand-over {command.hand_over_id!r}: {problem}"
        )


def _problem(command: HandOver, now: datetime) -> str:
    if command.until_at <= command.from_at:
        return f"its period ends at {command.until_at.isoformat()}, not after its start."
    if command.until_at > now:
        return f"its period ends at {command.until_at.isoformat()}, and it is {now.isoformat()}."
    ids = [record.act_id for record in command.records]
    if len(ids) != len(set(ids)):
        return "it names an act twice."
    return ""
