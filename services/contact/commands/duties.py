"""Acts owed by a date are kept until done, and raised when their date has passed without them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Conflict, NotFound
from interfaces.values import NoticeStatus
from services.contact.commands import placement_telling as telling
from services.contact.commands.whose import refuse_of_others
from services.contact.domain.duties import DONE_BY_NOTICE, DutyKind, DutyState, state_of
from services.contact.settings import TOPIC
from services.contact.store import duties as store
from services.contact.store.duties import DutyRow
from services.contact.store.tables import EvidenceRow

RAISED_AT_ONCE_MAX = 100
_DOES_IT = frozenset({NoticeStatus.SENT, NoticeStatus.DELIVERED})


@dataclass(frozen=True)
class OweDuty:
    """An act owed to a party of a loan (no party: of the loan as a whole) by an instant, done by
    contact itself from `planned_at` on; `waits_for` says what it lacks for that. A notice given
    before `counts_from` does not do it."""

    tenant: str
    loan_id: str
    party_id: str
    kind: DutyKind
    occasion: str
    rule_id: str
    owed_by: datetime
    planned_at: datetime | None = None
    waits_for: str = ""
    counts_from: datetime | None = None


@dataclass(frozen=True)
class SettleDuty:
    """That a duty was done (`proof` names how), or that it is owed no more (`because`)."""

    tenant: str
    loan_id: str
    party_id: str
    kind: DutyKind
    occasion: str
    proof: str = ""
    because: str = ""


@dataclass(frozen=True)
class Asked:
    """Which duties: a loan's, if one is named; those missed and still open, if wished."""

    tenant: str
    loan_id: str
    only_missed: bool
    limit: int


@dataclass(frozen=True)
class DutyShown:
    """A duty and how it stands."""

    row: DutyRow
    state: DutyState


async def owe_as_told(session: AsyncSession, duty: OweDuty, now: datetime) -> None:
    """Keep a duty that a person names; its loan and party need not be known yet.

    Raises `contact/unknown_loan` and `contact/unknown_party` for those of another tenant.
    """
    await outbox.lock(session, TOPIC, [duty.loan_id])
    await refuse_of_others(session, duty.tenant, duty.loan_id, duty.party_id)
    await owe(session, [duty], now)


async def owe(session: AsyncSession, duties: Sequence[OweDuty], now: datetime) -> None:
    """Keep duties as they are computed now; a date may move while nobody was told it passed. What
    the platform itself dropped is owed again, what a person dropped is not."""
    await outbox.lock(session, TOPIC, sorted({duty.loan_id for duty in duties}))
    for duty in duties:
        known = await store.find(session, duty.loan_id, duty.party_id, duty.kind, duty.occasion)
        if known is None:
            await store.add(session, _row(duty, now))
        elif known.tenant != duty.tenant:
            raise _unknown(duty)
        elif known.raised_at is None:
            _owe_again(known, duty)
    await session.flush()


async def settle(session: AsyncSession, command: SettleDuty, now: datetime) -> DutyShown:
    """Mark a duty as done or dropped; the same again changes nothing.

    Raises `contact/unknown_duty` and `contact/duty_is_settled`.
    """
    await outbox.lock(session, TOPIC, [command.loan_id])
    row = await store.find(
        session, command.loan_id, command.party_id, command.kind, command.occasion
    )
    if row is None or row.tenant != command.tenant:
        raise _unknown(command)
    if not row.is_open:
        if (row.proof, row.dropped_because) == (command.proof, command.because):
            return _shown(row, now)
        raise Conflict(
            "contact/duty_is_settled",
            f"The duty {command.kind.value} of loan {command.loan_id} was settled before: "
            f"{row.proof or row.dropped_because}.",
        )
    if command.because:
        row.dropped_at, row.dropped_because = now, command.because
    else:
        row.done_at, row.proof = now, command.proof
    await session.flush()
    return _shown(row, now)


async def drop(session: AsyncSession, row: DutyRow, because: str, now: datetime) -> None:
    """The platform itself finds an open duty owed no more, its loan locked; it may come back. What
    was missed stays missed. One whose act is under way is looked at once more: its message may
    have left."""
    if not row.is_open:
        return
    if now <= row.owed_by:
        row.dropped_at, row.dropped_because, row.may_return = now, because, True
    if row.lease_wall_at is None:
        row.planned_at = None
    await session.flush()


async def note_notice(session: AsyncSession, evidence: EvidenceRow) -> None:
    """A notice that left does the duty it is named like, the earliest owed; the loan is locked."""
    if evidence.notice not in DONE_BY_NOTICE or evidence.status not in _DOES_IT:
        return
    known = await store.done_by(session, evidence.loan_id, evidence.key)
    if known:
        return
    rows = await store.open_of_kind(session, evidence.loan_id, evidence.party_id, evidence.notice)
    owed = [row for row in rows if row.counts_from is None or row.counts_from <= evidence.tried_at]
    if owed:
        owed[0].done_at, owed[0].proof = evidence.tried_at, evidence.key
        await session.flush()


async def raise_missed(session: AsyncSession, now: datetime) -> int:
    """Tell of duties whose date has passed; how many were told."""
    loan_ids = await store.loans_with_missed(session, now, RAISED_AT_ONCE_MAX)
    if not loan_ids:
        return 0
    await outbox.lock(session, TOPIC, loan_ids)
    rows = await store.missed(session, loan_ids, now)
    for row in rows:
        row.raised_at = now
    events = [
        outbox.Event(row.tenant, row.loan_id, telling.duty_missed(row, now), now, row.kind)
        for row in rows
    ]
    await outbox.append_many(session, TOPIC, events)
    await session.flush()
    return len(rows)


async def listed(session: AsyncSession, asked: Asked, now: datetime) -> list[DutyShown]:
    """A tenant's duties, the earliest owed first."""
    rows = await store.listed(
        session, asked.tenant, asked.loan_id, only_missed=asked.only_missed, limit=asked.limit
    )
    return [_shown(row, now) for row in rows]


async def next_at(session: AsyncSession) -> datetime | None:
    """When the earliest duty that nobody did is past its date."""
    return await store.next_at(session)


def _shown(row: DutyRow, at: datetime) -> DutyShown:
    return DutyShown(row, state_of(row.owed_by, row.done_at, row.dropped_at, at))


def _owe_again(known: DutyRow, duty: OweDuty) -> None:
    is_back = known.dropped_at is not None and known.may_return
    if is_back:
        known.dropped_at, known.dropped_because, known.may_return = None, "", False
    if not known.is_open:
        return
    if is_back or known.owed_by != duty.owed_by:
        known.planned_at, known.put_off_because = duty.planned_at, duty.waits_for
    known.owed_by, known.rule_id = duty.owed_by, duty.rule_id
    known.counts_from = duty.counts_from


def _row(duty: OweDuty, now: datetime) -> DutyRow:
    return DutyRow(
        tenant=duty.tenant,
        loan_id=duty.loan_id,
        party_id=duty.party_id,
        kind=duty.kind,
        occasion=duty.occasion,
        rule_id=duty.rule_id,
        owed_by=duty.owed_by,
        created_at=now,
        planned_at=duty.planned_at,
        put_off_because=duty.waits_for,
        counts_from=duty.counts_from,
    )


def _unknown(duty: OweDuty | SettleDuty) -> NotFound:
    return NotFound(
        "contact/unknown_duty",
        f"No duty {duty.kind.value}/{duty.occasion} of loan {duty.loan_id!r} and party "
        f"{duty.party_id!r} is kept for tenant {duty.tenant!r}; list the loan's duties.",
    )
