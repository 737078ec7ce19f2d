"""Calls that come in are kept and counted as those that go out; a number nobody has is kept too."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict, Invalid
from chassis.idempotency import first_result, remember
from interfaces.values import Direction
from services.contact.commands import reachability
from services.contact.commands.calls import holding, telling
from services.contact.commands.calls.queue import call_id_of
from services.contact.commands.desk import Desk
from services.contact.commands.inbound import attempt_of, call_in, heed_first
from services.contact.commands.people import point_ids_of, renumber
from services.contact.commands.touches import tell_recorded
from services.contact.domain.calls.queue import LEASE, CallState, language_of
from services.contact.domain.points import PointKind
from services.contact.store import calls, contacts, people, touches
from services.contact.store.calls import CallRow
from services.contact.store.people import Link


@dataclass(frozen=True)
class ReceiveCall:
    """Answered by a collector; `number` is what called, `party_id` who they say they are."""

    tenant: str
    inbound_id: str
    collector: str
    number: str = ""
    party_id: str = ""


@dataclass(frozen=True)
class MatchCall:
    tenant: str
    call_id: str
    collector: str
    party_id: str


async def receive(
    session: AsyncSession, desk: Desk, command: ReceiveCall, now: datetime
) -> CallRow:
    """Keep a call once under its id. A number of nobody, or of several, leaves it unmatched.

    Raises `contact/caller_not_named` and `contact/party_has_no_loan`.
    """
    key = f"inbound/{command.tenant}/{command.inbound_id}"
    if await first_result(session, key) is not None:
        return await holding.found(session, command.tenant, _call_id(command))
    indexes: list[str] = []
    if command.number:
        indexes = point_ids_of(desk, command.tenant, PointKind.PHONE, command.number)
    index = next(iter(indexes), "")
    if not index and not command.party_id:
        raise Invalid("contact/caller_not_named", "Give the number that called or the party_id.")
    row = _new_call(command, index, now)
    known = [command.party_id] if command.party_id else []
    if not known:
        known = await calls.parties_at(session, command.tenant, indexes)
    links = await _links(session, command.tenant, known[0]) if len(known) == 1 else []
    if command.party_id and not links:
        raise _no_loan(command.tenant, command.party_id)
    await calls.add(session, row)
    if links:
        await _match(session, desk, row, links, now)
    await remember(session, key, row.call_id.encode())
    return row


async def match(session: AsyncSession, desk: Desk, command: MatchCall, now: datetime) -> CallRow:
    """Say who an unmatched caller was; from then on the call counts.

    Raises `contact/unknown_call`, `contact/call_is_matched` and `contact/party_has_no_loan`.
    """
    row = await holding.locked(session, command.tenant, command.call_id)
    if row.party_id == command.party_id and row.state == CallState.UNDER_WAY:
        return row
    if row.state != CallState.UNMATCHED:
        raise Conflict(
            "contact/call_is_matched",
            f"Call {row.call_id} is {row.state}; only an unmatched one can be matched.",
        )
    links = await _links(session, command.tenant, command.party_id)
    if not links:
        raise _no_loan(command.tenant, command.party_id)
    row.collector = command.collector
    await _match(session, desk, row, links, now)
    return row


async def _match(
    session: AsyncSession, desk: Desk, row: CallRow, links: list[Link], now: datetime
) -> None:
    party_id = links[0].party_id
    locked = await reachability.lock(session, row.tenant, party_id, row.loan_ids)
    await renumber(session, desk, [party_id])
    point_id = await _known_point(session, row, party_id)
    called = call_in(desk, row.tenant, row.key, point_id)
    # It counts when it came, which may be long before somebody says whose it was.
    attempt = await attempt_of(session, links, called, row.opened_at)
    await touches.add(session, attempt)
    await heed_first(session, desk, attempt, now)
    row.party_id, row.role = party_id, attempt.role
    row.loan_ids = attempt.loan_ids
    row.language = language_of(locked.row.language)
    row.attempt_id, row.point_id = attempt.attempt_id, attempt.point_id
    row.lease_wall_at = desk.clock.wall() + LEASE
    holding.move(row, CallState.UNDER_WAY)
    await session.flush()
    await telling.tell(session, row, telling.claimed(row, now), now)
    await tell_recorded(session, attempt, now)
    await reachability.follow(session, locked, now, attempt.key)


async def _links(session: AsyncSession, tenant: str, party_id: str) -> list[Link]:
    loan_ids = await people.loans_of_party(session, party_id)
    return contacts.of_tenant(await people.links_of_loans(session, loan_ids), tenant, party_id)


async def _known_point(session: AsyncSession, row: CallRow, party_id: str) -> str:
    """The number that called, if it is the party's own."""
    points = await people.points(session, party_id)
    return row.point_index if any(each.point_id == row.point_index for each in points) else ""


def _new_call(command: ReceiveCall, index: str, now: datetime) -> CallRow:
    return CallRow(
        call_id=_call_id(command),
        tenant=command.tenant,
        key=f"inbound/{command.inbound_id}",
        direction=Direction.INBOUND,
        touches=[],
        loan_ids=[],
        due_at=now,
        state=CallState.UNMATCHED,
        collector=command.collector,
        point_index=index,
        opened_at=now,
    )


def _call_id(command: ReceiveCall) -> str:
    return call_id_of(command.tenant, f"inbound/{command.inbound_id}")


def _no_loan(tenant: str, party_id: str) -> Invalid:
    return Invalid(
        "contact/party_has_no_loan",
        f"Party {party_id} is linked to no loan of tenant {tenant!r}; check its id.",
    )
