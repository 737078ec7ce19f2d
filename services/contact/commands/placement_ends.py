"""How placements end: by what happens to the loan, by time, and by a receipt for the data."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Rejected
from chassis.telemetry import describe
from chassis.vault import Unreadable
from interfaces.facts import HoldInterval
from interfaces.values import LIABLE_ROLES
from services.contact.commands import duties, occasions, telling
from services.contact.commands import placement_telling as told
from services.contact.commands.desk import Desk
from services.contact.commands.duties import OweDuty
from services.contact.domain.agencies import may_act
from services.contact.domain.duties import DutyKind
from services.contact.domain.placements import (
    OWING_DATA,
    PlacementStatus,
    Recall,
    RecallCause,
    Step,
    next_look,
    recall_of,
    step,
)
from services.contact.domain.standing import Standing
from services.contact.settings import TOPIC
from services.contact.store import agencies, agency_acts, holds, people
from services.contact.store import placements as store
from services.contact.store import standing as standings
from services.contact.store.placements import PlacementRow
from services.contact.store.touches import AttemptStatus

LOOKED_AT_ONCE_MAX = 50
_FAILED_AGAIN = timedelta(minutes=10)
_log = logging.getLogger(__name__)
# The days are agreed in the placement; that data go back at its end is PIPL art. 21 (CN-PIPL-1).
DATA_RETURN_RULE = "DATA-RETURN"


@dataclass(frozen=True)
class Facts:
    """What decides whether a loan may stay placed."""

    standing: Standing
    holds: tuple[HoldInterval, ...]
    liable: frozenset[str]


async def facts_of(
    session: AsyncSession,
    loan_ids: Collection[str],
    known: Mapping[str, Standing] | None = None,
) -> dict[str, Facts]:
    """By loan; `known` standings are believed, others are read."""
    standing = known if known is not None else await standings.load(session, loan_ids)
    intervals = await holds.touching(session, loan_ids)
    links = await people.links_of_loans(session, loan_ids)
    liable: dict[str, set[str]] = {}
    for link in links:
        if link.role in LIABLE_ROLES:
            liable.setdefault(link.loan_id, set()).add(link.party_id)
    return {
        loan_id: Facts(standing[loan_id], intervals[loan_id], frozenset(liable.get(loan_id, ())))
        for loan_id in loan_ids
        if loan_id in standing
    }


async def hear(
    session: AsyncSession,
    loan_ids: Collection[str],
    at: datetime,
    known: Mapping[str, Standing] | None = None,
) -> None:
    """Something happened to these loans, which are locked: recall the placements it ends."""
    rows = await store.open_among(session, loan_ids)
    if not rows:
        return
    facts = await facts_of(session, sorted({row.loan_id for row in rows}), known)
    for row in rows:
        await _judge(session, row, facts[row.loan_id], at)


async def look(session: AsyncSession, desk: Desk, now: datetime) -> int:
    """End the placements that time has ended; how many loans were looked at. One that cannot be
    ended is put off: it must not keep the others from it."""
    loan_ids = await store.loans_to_look_at(session, now, LOOKED_AT_ONCE_MAX)
    if not loan_ids:
        return 0
    await outbox.lock(session, TOPIC, loan_ids)
    rows = await store.open_among(session, loan_ids)
    facts = await facts_of(session, loan_ids)
    for row in rows:
        tenant, placement_id = row.tenant, row.placement_id
        try:
            async with session.begin_nested():
                await _look_at(session, desk, row, facts[row.loan_id], now)
        except (Rejected, Unreadable) as fault:
            told_of = {"placement_id": placement_id, "fault": describe(fault)}
            _log.warning("a placement is put off", extra=told_of)
            await store.put_off(session, tenant, placement_id, now + _FAILED_AGAIN)
    return len(loan_ids)


async def next_at(session: AsyncSession) -> datetime | None:
    """When the next placement is to be looked at, or the next duty is missed."""
    due = [await store.next_look_at(session), await duties.next_at(session)]
    return min((each for each in due if each is not None), default=None)


async def recall_all(
    session: AsyncSession, rows: Collection[PlacementRow], because: str, now: datetime
) -> None:
    """An agency is taken off the list; its loans are locked."""
    for row in rows:
        await stop(session, row, Step.RECALL, Recall(RecallCause.AGENCY, because), now)


async def stop(
    session: AsyncSession, row: PlacementRow, taken: Step, recall: Recall | None, at: datetime
) -> None:
    """The agency may act no more: its budgets go back, and its data are owed by a date."""
    after = step(PlacementStatus(row.status), taken)
    assert after is not None, f"{row.status} does not {taken.value}"
    row.status, row.stopped_at, row.next_look_at = after, at, None
    if recall is not None:
        row.recall_cause, row.recall_reason = recall.cause, recall.because
    if after in OWING_DATA:
        row.data_due_at = at + timedelta(days=row.return_days)
        await duties.owe(session, [_data_return(row, row.data_due_at)], at)
        await _give_budgets_back(session, row, at)
    await occasions.placement_ended(session, row, at)
    await session.flush()
    await tell(session, row, at)


async def tell(session: AsyncSession, row: PlacementRow, at: datetime) -> None:
    """Publish all placements of the loan, which is locked."""
    body = told.placement_changed(await store.of_loan(session, row.loan_id), at)
    event = outbox.Event(row.tenant, row.loan_id, body, at, cause=row.placement_id)
    await outbox.append(session, TOPIC, event)


def look_again(row: PlacementRow, facts: Facts, at: datetime) -> datetime:
    return next_look(facts.holds, row.until_at, at)


async def _look_at(
    session: AsyncSession, desk: Desk, row: PlacementRow, facts: Facts, now: datetime
) -> None:
    if row.until_at <= now:
        await stop(session, row, Step.EXPIRE, None, now)
    elif not await _is_listed(session, desk, row, now):
        because = f"agency {row.agency_id} is not on the white list any more"
        await stop(session, row, Step.RECALL, Recall(RecallCause.AGENCY, because), now)
    else:
        await _judge(session, row, facts, now)


async def _judge(session: AsyncSession, row: PlacementRow, facts: Facts, at: datetime) -> None:
    recall = recall_of(facts.standing, facts.holds, facts.liable, at)
    if recall is not None:
        await stop(session, row, Step.RECALL, recall, at)
        return
    row.next_look_at = look_again(row, facts, at)
    await session.flush()


async def _is_listed(session: AsyncSession, desk: Desk, row: PlacementRow, now: datetime) -> bool:
    tenant = desk.tenants.by_name.get(row.tenant)
    zone = ZoneInfo(tenant.zone if tenant is not None else "UTC")
    listing = await agencies.listing(session, row.tenant, row.agency_id)
    refusal = may_act(listing, now.astimezone(zone).date())
    return refusal is None or refusal.word != "agency_not_listed"


async def _give_budgets_back(session: AsyncSession, row: PlacementRow, at: datetime) -> None:
    for attempt in await agency_acts.reserved(session, row.loan_id, row.agency_id):
        attempt.status = AttemptStatus.RELEASED
        because = f"placement {row.placement_id} is {row.status}"
        body = telling.touch_released(attempt.key, because, at)
        event = outbox.Event(row.tenant, row.loan_id, body, at, cause=row.placement_id)
        await outbox.append(session, TOPIC, event)


def _data_return(row: PlacementRow, due_at: datetime) -> OweDuty:
    return OweDuty(
        tenant=row.tenant,
        loan_id=row.loan_id,
        party_id="",
        kind=DutyKind.DATA_RETURN,
        occasion=row.placement_id,
        rule_id=DATA_RETURN_RULE,
        owed_by=due_at,
    )
