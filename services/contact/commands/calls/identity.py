"""Before anything is disclosed: is it the person meant? What was said is compared, never kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict, Invalid
from services.contact.commands import people as persons
from services.contact.commands.calls import ending, holding
from services.contact.commands.desk import Desk
from services.contact.domain.calls.dispositions import NOT_IDENTIFIED
from services.contact.domain.calls.identity import (
    FAILURES_MAX,
    Fact,
    IdentityState,
    Kept,
    Method,
    check,
    state_after,
)
from services.contact.domain.calls.queue import CallState
from services.contact.domain.points import PointKind
from services.contact.store import calls, people
from services.contact.store.calls import CallRow, IdentityCheckRow


@dataclass(frozen=True)
class CheckIdentity:
    """`check_id` makes it repeatable; `said` are the facts as the person said them."""

    tenant: str
    call_id: str
    collector: str
    check_id: str
    method: Method
    said: Mapping[Fact, str]


@dataclass(frozen=True)
class Checked:
    state: IdentityState
    matched: tuple[str, ...]
    missed: tuple[str, ...]
    tries_left: int
    call_state: str


async def check_identity(
    session: AsyncSession, desk: Desk, command: CheckIdentity, now: datetime
) -> Checked:
    """Keep which facts matched. Three failures end the call as not identified.

    Raises `contact/unknown_call`, `contact/call_is_not_yours`, `contact/call_is_not_under_way` and
    `contact/facts_too_few`.
    """
    row = await holding.locked(session, command.tenant, command.call_id)
    known = await calls.identity_check(session, row.call_id, command.check_id)
    if known is not None:
        return _checked(row, known)
    holding.check_held(row, command.collector, desk.clock.wall())
    if row.state != CallState.UNDER_WAY:
        raise Conflict(
            "contact/call_is_not_under_way",
            f"Call {row.call_id} is {row.state}: dial first, then ask who is speaking.",
        )
    if not set(command.said) - {Fact.NAME}:
        raise Invalid(
            "contact/facts_too_few",
            "A name alone proves nobody; give at least one more fact that the person said.",
        )
    found = check(await kept_of(session, desk, row), command.said)
    if row.identity != IdentityState.PASSED:
        row.identity_failures += 0 if found.passed else 1
        row.identity = state_after(row.identity_failures, passed=found.passed)
        row.identity_at = now if found.passed else None
    kept = IdentityCheckRow(
        call_id=row.call_id,
        check_id=command.check_id,
        number=row.identity_failures,
        at=now,
        collector=command.collector,
        method=command.method,
        matched=list(found.matched),
        missed=list(found.missed),
        passed=found.passed,
    )
    await calls.add(session, kept)
    if row.identity == IdentityState.FAILED:
        code = desk.calls.codes(now).by_code[NOT_IDENTIFIED]
        await ending.end(session, desk, row, ending.Ending(code, command.collector), now)
    return _checked(row, kept)


async def kept_of(session: AsyncSession, desk: Desk, row: CallRow) -> Kept:
    """What can be compared, decrypted for this moment."""
    party = await people.party(session, row.party_id)
    if party is None or party.subject_key is None:
        return Kept("")
    values: dict[PointKind, list[str]] = {kind: [] for kind in PointKind}
    dialled = ""
    for point in await people.points(session, row.party_id):
        value = persons.value_of(desk.vault, party, point)
        if point.point_id == row.point_id:
            dialled = value
        elif point.invalid_at is None:
            values[PointKind(point.kind)].append(value)
    return Kept(
        name=persons.name_of(desk.vault, party),
        phones=tuple(values[PointKind.PHONE]),
        emails=tuple(values[PointKind.EMAIL]),
        addresses=tuple(values[PointKind.POSTAL]),
        dialled=dialled,
    )


def _checked(row: CallRow, kept: IdentityCheckRow) -> Checked:
    return Checked(
        state=IdentityState(row.identity),
        matched=tuple(kept.matched),
        missed=tuple(kept.missed),
        tries_left=max(0, FAILURES_MAX - row.identity_failures),
        call_state=row.state,
    )
