"""Somebody who cannot be reached is looked for: one task at a time, from lawful sources alone."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict, Invalid, NotFound
from services.contact.commands import points
from services.contact.commands.desk import Desk
from services.contact.commands.points import AddPoint
from services.contact.domain.calls.tracing import ORIGIN, Source, TraceState, reason_to_trace
from services.contact.domain.points import PointKind, normalised
from services.contact.domain.reachability import Reachability
from services.contact.domain.words import Owner
from services.contact.store import customer, people, traces
from services.contact.store.traces import TraceRow


@dataclass(frozen=True)
class FoundPoint:
    kind: PointKind
    value: str


@dataclass(frozen=True)
class CloseTrace:
    """What a search brought: a point with its source, or none (`exhausted`). `evidence` names the
    document or consent that makes the source lawful; it is a reference, never the data itself."""

    tenant: str
    trace_id: str
    source: Source
    evidence: str
    by: str
    found: FoundPoint | None


async def open_if_unreachable(
    session: AsyncSession, tenant: str, party_id: str, now: datetime
) -> None:
    """Open a task where the party has no phone left to try or is lost, unless one is open."""
    known = [people.as_point(row) for row in await people.points(session, party_id)]
    reach = await customer.reachability_of(session, party_id)
    reason = reason_to_trace(known, is_lost=reach.state is Reachability.LOST)
    if reason is None:
        return
    name = f"trace/{tenant}/{party_id}/{now.isoformat()}"
    row = TraceRow(
        trace_id=hashlib.sha256(name.encode()).hexdigest()[:32],
        tenant=tenant,
        party_id=party_id,
        reason=reason,
        state=TraceState.OPEN,
        opened_at=now,
    )
    await traces.open_once(session, row)


async def close(session: AsyncSession, desk: Desk, command: CloseTrace, now: datetime) -> TraceRow:
    """Close a task once; the same again changes nothing. The party can be reached by what was found
    at once, unverified and without consent of its own.

    Raises `contact/unknown_trace`, `contact/trace_differs` and `contact/point_is_wrong`.
    """
    row = await traces.locked(session, command.tenant, command.trace_id)
    if row is None:
        raise NotFound(
            "contact/unknown_trace",
            f"No task {command.trace_id!r} of tenant {command.tenant!r} is kept; check its id.",
        )
    state = TraceState.FOUND if command.found else TraceState.EXHAUSTED
    if row.state != TraceState.OPEN:
        _check_same(row, command, state)
        return row
    if command.found is not None:
        row.point_id = await _keep(session, desk, row, command, now)
    row.state, row.source, row.evidence = state, command.source, command.evidence
    row.closed_by, row.closed_at = command.by, now
    await session.flush()
    return row


async def listed(
    session: AsyncSession, tenant: str, state: TraceState, after: str, limit: int
) -> list[TraceRow]:
    return await traces.listed(session, tenant, state, after, limit)


async def _keep(
    session: AsyncSession, desk: Desk, row: TraceRow, command: CloseTrace, now: datetime
) -> str:
    """As a person adds a point, so that the bank's next word does not take it back."""
    found = command.found
    assert found is not None
    if not normalised(found.kind, found.value):
        raise Invalid(
            "contact/point_is_wrong",
            f"What was found is no {found.kind.value}; give it as it is dialled or written.",
        )
    provenance, source = ORIGIN[command.source]
    added = AddPoint(
        tenant=command.tenant,
        party_id=row.party_id,
        word_id=f"trace/{row.trace_id}",
        kind=found.kind,
        value=found.value,
        provenance=provenance,
        source=source,
        owner=Owner.PARTY,
        is_reserved=False,
        has_consent=False,
        time_zone="",
        evidence=command.evidence,
        by=command.by,
    )
    return (await points.add(session, desk, added, now)).row.point_id


def _check_same(row: TraceRow, command: CloseTrace, state: TraceState) -> None:
    if (row.state, row.source, row.evidence) != (state, command.source, command.evidence):
        raise Conflict(
            "contact/trace_differs",
            f"Task {row.trace_id} was closed as {row.state}; it is not opened again.",
        )
