"""The use cases of visits: booked, begun, judged, cancelled, reported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Conflict, Invalid, NotFound
from chassis.outbox import Event
from chassis.telemetry import new_event_id
from events.v1.field_visit_pb2 import VisitChanged
from interfaces.facts import Visit
from interfaces.field_visit import FindWindow, VisitCommand
from interfaces.tenant import Tenant
from interfaces.values import VisitStatus
from services.field_visit import domain, store
from services.field_visit.domain import Window
from services.field_visit.settings import TOPIC
from services.field_visit.store import VisitRow


@dataclass(frozen=True)
class Report:
    """What the agents say; the note is already sealed, for words about people stay unread here."""

    report_id: str
    visit_id: str
    outcome: str
    agent_ids: tuple[str, ...]
    note_sealed: bytes | None = None


async def book(session: AsyncSession, tenant: Tenant, command: FindWindow, at: datetime) -> Visit:
    """Raises `field_visit/no_capacity` and, while a visit of the episode is open,
    `field_visit/visit_open`."""
    await outbox.lock(session, TOPIC, [command.loan_id])
    await _clear_leftovers(session, command, at)
    area = domain.area_of(command.branch)
    window, number = await _take_earliest(session, tenant, area, max(command.earliest, at))
    row = VisitRow(
        visit_id=new_event_id(),
        tenant=tenant.name,
        loan_id=command.loan_id,
        episode=command.episode,
        party_id=command.party_id,
        area=area,
        day=window.day,
        slot=window.slot.name,
        window_from=window.opens_at,
        window_until=window.closes_at,
        status=VisitStatus.BOOKED,
        agent_ids=list(domain.agents(area, number)),
    )
    return await _publish(session, row, at, command.key)


async def begin(session: AsyncSession, command: VisitCommand, at: datetime) -> Visit:
    """Raises `field_visit/unknown_visit`; a visit that is over is answered as it ended."""
    row = await _find_locked(session, command.tenant, command.visit_id)
    if not domain.may_become(VisitStatus(row.status), VisitStatus.UNDER_WAY):
        return fact_of(row)
    row.status = VisitStatus.UNDER_WAY
    return await _publish(session, row, at, command.key)


async def judge(session: AsyncSession, command: VisitCommand, at: datetime) -> Visit:
    """Raises `field_visit/unknown_visit`."""
    row = await _find_locked(session, command.tenant, command.visit_id)
    if not domain.is_missed(VisitStatus(row.status), row.window_until, at):
        return fact_of(row)
    return await _give_up(session, row, "no report came in time", at, command.key)


async def cancel(session: AsyncSession, command: VisitCommand, at: datetime) -> Visit:
    """Raises `field_visit/unknown_visit`; a visit that is over is answered as it ended."""
    row = await _find_locked(session, command.tenant, command.visit_id)
    if not domain.may_become(VisitStatus(row.status), VisitStatus.CANCELLED):
        return fact_of(row)
    return await _cancel(session, row, command.because, at, command.key)


async def report(session: AsyncSession, tenant: str, given: Report, now: datetime) -> VisitRow:
    """The same report again changes nothing. Raises `field_visit/unknown_visit`,
    `field_visit/too_few_agents`, `field_visit/not_under_way`, `field_visit/already_reported`."""
    row = await _find_locked(session, tenant, given.visit_id)
    if row.report_id == given.report_id and row.outcome == given.outcome:
        return row
    if len(set(given.agent_ids)) < domain.AGENTS_PER_VISIT:
        raise Invalid(
            "field_visit/too_few_agents",
            f"A visit is made by at least {domain.AGENTS_PER_VISIT} people, the report names "
            f"{len(set(given.agent_ids))}; name all who went.",
        )
    _refuse_unless_reportable(row)
    row.status, row.outcome, row.report_id = VisitStatus.REPORTED, given.outcome, given.report_id
    row.agent_ids, row.note_sealed = list(given.agent_ids), given.note_sealed
    await _publish(session, row, now, given.report_id)
    return row


async def visits(
    session: AsyncSession, tenant: str, status: str | None, after: str, at_most: int
) -> Sequence[VisitRow]:
    return await store.visits(session, tenant, status, after, at_most)


def fact_of(row: VisitRow) -> Visit:
    return Visit(
        version=row.version,
        at=row.changed_at,
        visit_id=row.visit_id,
        status=VisitStatus(row.status),
        party_id=row.party_id,
        window_from=row.window_from,
        window_until=row.window_until,
        outcome=row.outcome,
        people=len(row.agent_ids),
    )


async def _clear_leftovers(session: AsyncSession, command: FindWindow, at: datetime) -> None:
    """A loan has one open visit; what an ended episode left behind makes room."""
    for row in await store.open_visits(session, command.loan_id):
        if domain.is_missed(VisitStatus(row.status), row.window_until, at):
            await _give_up(session, row, "no report came in time", at, command.key)
        elif row.episode < command.episode:
            await _cancel(session, row, "its episode has ended", at, command.key)
        else:
            raise Conflict(
                "field_visit/visit_open",
                f"Visit {row.visit_id} of the loan is still {row.status}; wait for its report or "
                "cancel it.",
                visit_id=row.visit_id,
                status=row.status,
            )


async def _take_earliest(
    session: AsyncSession, tenant: Tenant, area: str, earliest: datetime
) -> tuple[Window, int]:
    possible = list(domain.windows(earliest, tenant.zone, tenant.visits_per_area_per_day_max))
    taken = await store.booked(session, tenant.name, area, possible[0].day)
    for window in possible:
        if taken.get((window.day, window.slot.name), 0) >= window.capacity:
            continue
        number = await store.take_place(session, tenant.name, area, window)
        if number is not None:
            return window, number
    next_day = possible[-1].day
    raise Conflict(
        "field_visit/no_capacity",
        f"Area {area} has no free window until {next_day.isoformat()}; ask again for a later day.",
        next_day=next_day.isoformat(),
    )


async def _find_locked(session: AsyncSession, tenant: str, visit_id: str) -> VisitRow:
    loan_id = await store.loan_of(session, tenant, visit_id)
    if loan_id is not None:
        await outbox.lock(session, TOPIC, [loan_id])
        row = await store.visit(session, visit_id)
        if row is not None:
            return row
    raise NotFound(
        "field_visit/unknown_visit",
        f"Tenant {tenant} has no visit {visit_id}; list the visits.",
    )


async def _cancel(
    session: AsyncSession, row: VisitRow, because: str, at: datetime, cause: str
) -> Visit:
    if at < row.window_from:
        await store.give_back(session, row)
    row.status, row.because = VisitStatus.CANCELLED, because
    return await _publish(session, row, at, cause)


async def _give_up(
    session: AsyncSession, row: VisitRow, because: str, at: datetime, cause: str
) -> Visit:
    row.status, row.because = VisitStatus.MISSED, because
    return await _publish(session, row, at, cause)


def _refuse_unless_reportable(row: VisitRow) -> None:
    if row.status == VisitStatus.REPORTED:
        raise Conflict(
            "field_visit/already_reported",
            f"Visit {row.visit_id} has the report {row.report_id}; a visit is reported once.",
        )
    if not domain.may_become(VisitStatus(row.status), VisitStatus.REPORTED):
        raise Conflict(
            "field_visit/not_under_way",
            f"Visit {row.visit_id} is {row.status}; only a visit under way can be reported.",
            status=row.status,
        )


async def _publish(session: AsyncSession, row: VisitRow, at: datetime, cause: str) -> Visit:
    body = VisitChanged(
        visit_id=row.visit_id,
        status=row.status,
        party_id=row.party_id,
        window_from=row.window_from,
        window_until=row.window_until,
        outcome=row.outcome,
        agent_ids=row.agent_ids,
        because=row.because,
        at=at,
    )
    event = Event(row.tenant, row.loan_id, body, at, cause)
    row.version = await outbox.append(session, TOPIC, event)
    row.changed_at = at
    session.add(row)
    await session.flush()
    return fact_of(row)
