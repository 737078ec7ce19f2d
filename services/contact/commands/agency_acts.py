"""An agency acts under the bank's own gate: it reserves, confirms, releases and reports.

It may act only on loans placed with it, for the purposes agreed, in the period agreed; and it is
told of rules and instants, never why a person may not be reached.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Invalid, NotFound
from chassis.idempotency import first_result
from interfaces.contact import Release, Reservation, TouchOutcome, TouchStatus
from services.contact.commands import agency_hearing, occasions, outcomes, reservations
from services.contact.commands.agency_gate import (
    Acting,
    ReserveAct,
    check_kept_away,
    check_same,
    check_within,
    placed_now,
    touch_of,
)
from services.contact.commands.agency_hearing import NOTHING, Heard
from services.contact.commands.desk import Desk
from services.contact.commands.judging import attempt_id_of
from services.contact.commands.outcomes import ReportOutcome
from services.contact.commands.owing import addressed
from services.contact.domain.outcomes import Outcome
from services.contact.settings import TOPIC
from services.contact.store import agency_acts, placements
from services.contact.store.agency_acts import AgencyActRow
from services.contact.store.placements import PlacementRow
from services.contact.store.tables import AttemptRow


@dataclass(frozen=True)
class ActNamed:
    tenant: str
    agency_id: str
    act_id: str


@dataclass(frozen=True)
class ReportAct:
    """How an act turned out, and what the person said in it or answered to it. A connected call's
    recording may follow with the hand-over; until then it is raised as missing."""

    act: ActNamed
    outcome: Outcome
    recording: str
    at: datetime
    heard: Heard = NOTHING


@dataclass(frozen=True)
class ActShown:
    """An act under the agency's own id, and its attempt at the gate."""

    act_id: str
    recording: str
    attempt: AttemptRow
    is_recording_missing: bool


async def reserve(
    session: AsyncSession, desk: Desk, command: ReserveAct, now: datetime
) -> TouchOutcome:
    """Keep a budget for a window inside the placement; the same again is answered the same.

    Raises `contact/not_placed_with_agency`, `contact/purpose_not_entrusted`,
    `contact/outside_placement`, `contact/party_not_of_loan`, `contact/act_differs`, what forbids
    the agency, and the retryable `contact/behind`.
    """
    key = f"agency/{command.agency_id}/{command.act_id}"
    # Takes the lock of the key alone: two tries under one id wait for each other.
    await first_result(session, f"{command.tenant}/{key}")
    known = await agency_acts.find(session, command.tenant, command.agency_id, command.act_id)
    if known is not None:
        check_same(command, known)
        window = (known.window_from, known.window_until)
        return await reservations.reserve(
            session, desk, Reservation(agency_acts.touch_in(known), *window)
        )
    await outbox.lock(session, TOPIC, [command.loan_id])
    acting = Acting(command.tenant, command.agency_id, command.loan_id)
    placed = await placed_now(session, desk, acting, now)
    check_within(command, placed)
    touch = await touch_of(session, command, key)
    await check_kept_away(session, touch, command.window_from, command.window_until)
    window = (command.window_from, command.window_until)
    outcome = await reservations.reserve(session, desk, Reservation(touch, *window))
    row = AgencyActRow(
        tenant=command.tenant,
        agency_id=command.agency_id,
        act_id=command.act_id,
        key=key,
        placement_id=placed.placement_id,
        loan_id=command.loan_id,
        attempt_id=attempt_id_of(command.tenant, key),
        touch=agency_acts.stored(touch),
        window_from=command.window_from,
        window_until=command.window_until,
    )
    await agency_acts.add(session, row)
    return outcome


async def confirm(
    session: AsyncSession, desk: Desk, command: ActNamed, now: datetime
) -> TouchOutcome:
    """Judge the act anew at its moment; raises like `reserve`, and `contact/unknown_act`."""
    row = await _known(session, command)
    await first_result(session, f"{command.tenant}/{row.key}")
    await outbox.lock(session, TOPIC, [row.loan_id])
    acting = Acting(command.tenant, command.agency_id, row.loan_id)
    await placed_now(session, desk, acting, now)
    touch = replace(agency_acts.touch_in(row), at=now)
    await check_kept_away(session, touch, now, now)
    outcome = await reservations.confirm(session, desk, touch)
    if outcome.status is TouchStatus.CONFIRMED:
        await occasions.communicated(session, desk, addressed(touch), now)
    return outcome


async def release(session: AsyncSession, desk: Desk, command: ActNamed, now: datetime) -> None:
    """Give a kept budget back; raises `contact/unknown_act`."""
    row = await _known(session, command)
    because = f"agency {command.agency_id} gave it back"
    gone = Release(row.key, command.tenant, row.loan_id, now, because)
    await reservations.release(session, desk, gone)


async def report(session: AsyncSession, desk: Desk, command: ReportAct, now: datetime) -> ActShown:
    """Keep how an act turned out, and let follow what was heard, as if the bank had heard it;
    allowed after a recall too, since it happened before.

    Raises `contact/unknown_act`, `contact/unknown_attempt`, `contact/outcome_does_not_fit`,
    `contact/outcome_is_early` and `contact/nothing_can_be_heard`.
    """
    row = await _known(session, command.act)
    if command.at > now:
        raise Invalid(
            "contact/outcome_is_early",
            f"The outcome is dated {command.at.isoformat()}, and it is {now.isoformat()} now.",
        )
    said = ReportOutcome(command.act.tenant, row.attempt_id, command.outcome, command.at)
    await agency_hearing.lock(session, row, command.heard, command.outcome)
    attempt = await outcomes.report(session, said)
    row.reported_at = command.at
    await agency_hearing.heed_end(session, attempt, command.outcome, now)
    await agency_hearing.heed_recording(session, row, attempt, command.recording, now)
    await agency_hearing.record(session, desk, row, command.heard, now)
    await session.flush()
    return _shown(row, attempt)


async def listed(
    session: AsyncSession, tenant: str, agency_id: str, after: str, limit: int
) -> list[ActShown]:
    """An agency's own acts, and nobody else's."""
    acts = await agency_acts.acts(session, tenant, agency_id, after, limit)
    return [_shown(act.row, act.attempt) for act in acts]


async def placed_with(
    session: AsyncSession, tenant: str, agency_id: str, after: str, limit: int
) -> list[PlacementRow]:
    return await placements.of_agency(session, tenant, agency_id, after, limit)


async def _known(session: AsyncSession, command: ActNamed) -> AgencyActRow:
    row = await agency_acts.find(session, command.tenant, command.agency_id, command.act_id)
    if row is None:
        raise NotFound(
            "contact/unknown_act",
            f"Agency {command.agency_id!r} has reserved no act {command.act_id!r}; check its id.",
        )
    return row


def _shown(row: AgencyActRow, attempt: AttemptRow) -> ActShown:
    return ActShown(row.act_id, row.recording, attempt, row.is_recording_missing)
