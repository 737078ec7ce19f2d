"""How an attempt turned out, as a provider, a collector or the sandbox's people report it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Invalid, NotFound
from interfaces.values import Channel, NoticeStatus
from services.contact.commands import reachability
from services.contact.commands.party import Locked
from services.contact.commands.progress import document
from services.contact.commands.touches import evidences_of, tell_recorded
from services.contact.domain.outcomes import FITTING, FOLLOWING, REACHED, Outcome, notice_status
from services.contact.store import people, progress, touches
from services.contact.store.tables import AttemptRow, EvidenceRow
from services.contact.store.touches import AttemptStatus

_OPEN = frozenset(
    {
        AttemptStatus.CONFIRMED,
        AttemptStatus.SENT,
        AttemptStatus.UNDELIVERABLE,
        AttemptStatus.RECEIVED,
    }
)


@dataclass(frozen=True)
class ReportOutcome:
    """`is_sending_fault`: it was not delivered, for a reason that says nothing of the address."""

    tenant: str
    attempt_id: str
    outcome: Outcome
    at: datetime
    is_sending_fault: bool = False


async def report(session: AsyncSession, command: ReportOutcome) -> AttemptRow:
    """Believe a later word if it may follow the earlier; repeating one changes nothing.

    Raises `contact/unknown_attempt` and `contact/outcome_does_not_fit`.
    """
    row, party = await _locked(session, command)
    # Another's clock may lag: nothing arrived before it was sent, or a term would begin too early.
    command = replace(command, at=max(command.at, row.confirmed_at or row.from_at))
    if command.outcome not in FITTING[Channel(row.channel)]:
        raise Invalid(
            "contact/outcome_does_not_fit",
            f"An attempt by {row.channel} cannot end as {command.outcome.value}; it may as "
            f"{', '.join(sorted(FITTING[Channel(row.channel)]))}.",
        )
    if command.outcome not in FOLLOWING[Outcome(row.outcome)]:
        return row
    row.outcome, row.is_sending_fault = command.outcome, command.is_sending_fault
    if row.status == AttemptStatus.UNDELIVERABLE:
        row.status = AttemptStatus.SENT
    await session.flush()
    reached = command.outcome in REACHED
    if not command.is_sending_fault:
        await people.count_failure(session, row.party_id, row.point_id, reached=reached)
    await tell_recorded(session, row, command.at)
    await reachability.follow(session, party, command.at, row.key)
    for evidence in evidences_of(row):
        await _document(session, evidence, command)
    return row


async def _locked(session: AsyncSession, command: ReportOutcome) -> tuple[AttemptRow, Locked]:
    row = await touches.attempt(session, command.tenant, command.attempt_id)
    if row is None or row.status not in _OPEN:
        raise NotFound(
            "contact/unknown_attempt",
            f"No attempt {command.attempt_id!r} of tenant {command.tenant!r} has left; "
            "check the id the message came with.",
        )
    party = await reachability.lock(session, row.tenant, row.party_id, row.loan_ids)
    await session.refresh(row)
    return row, party


async def _document(session: AsyncSession, evidence: EvidenceRow, command: ReportOutcome) -> None:
    """A receipt may overtake the note that its message left: then it makes the evidence itself."""
    known = await progress.evidence_under(session, evidence.tenant, evidence.key)
    evidence = EvidenceRow(**known.model_dump()) if known is not None else evidence
    evidence.status = notice_status(command.outcome)
    if evidence.status == NoticeStatus.DELIVERED:
        evidence.delivered_at = command.at
    await document(session, evidence, command.at, evidence.key)
