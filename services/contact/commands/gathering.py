"""Everything that rules look at, gathered from contact's own tables for one act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.contact import Touch
from interfaces.facts import HoldInterval
from interfaces.tenant import Tenant
from interfaces.values import LIABLE_ROLES, Capacity, Channel, HoldKind, Purpose, Role
from services.contact.commands import people as persons
from services.contact.commands.desk import Desk
from services.contact.domain.holds import Span
from services.contact.domain.law.facts import (
    Agreement,
    Ban,
    Known,
    KnownAgency,
    KnownLoan,
    KnownPoint,
    Override,
    Proposal,
    Reachability,
)
from services.contact.domain.law.judgement import Pack
from services.contact.domain.points import PointKind, choose
from services.contact.domain.zones import is_zone, plausible_zones
from services.contact.store import holds, people, touches
from services.contact.store.people import Link
from services.contact.store.tables import PartyRow, PointRow


@dataclass(frozen=True)
class Asked:
    """An act whose contact point is still to be chosen. `own_attempt_id` is its own earlier try,
    which does not count against it."""

    tenant: str
    loan_ids: tuple[str, ...]
    product: str
    party_id: str
    role: Role
    debtor_id: str
    channel: Channel
    purpose: Purpose
    capacity: Capacity = Capacity.CREDITOR
    is_notice: bool = False
    own_attempt_id: str = ""
    override: Override | None = None


@dataclass(frozen=True)
class Gathered:
    pack: Pack
    act: Proposal
    known: Known
    party: PartyRow | None
    point: PointRow | None


@dataclass(frozen=True)
class CustomersSide:
    """What the customer agreed to, forbade and answered, and who acts for the bank."""

    agreements: tuple[Agreement, ...] = ()
    bans: tuple[Ban, ...] = ()
    reachability: Reachability = Reachability.REACHABLE
    has_refused: bool = False
    is_willing_to_pay: bool = False
    region: str = ""
    agency: KnownAgency | None = None


def asked_of(touch: Touch, product: str, own_attempt_id: str) -> Asked:
    return Asked(
        tenant=touch.tenant,
        loan_ids=(touch.loan_id,),
        product=product,
        party_id=touch.party_id,
        role=touch.role,
        debtor_id=touch.party_id if touch.role in LIABLE_ROLES else touch.about_party_id,
        channel=touch.channel,
        purpose=touch.purpose,
        capacity=touch.capacity,
        is_notice=bool(touch.notice),
        own_attempt_id=own_attempt_id,
    )


async def customers_side(session: AsyncSession, asked: Asked) -> CustomersSide:
    """The one place where agreements, bans, reachability, refusals of third parties and the list
    of agencies come in; contact stores none of them, so every act is judged without."""
    return CustomersSide()


async def gather(session: AsyncSession, desk: Desk, asked: Asked, at: datetime) -> Gathered:
    """Whoever will act on the verdict has locked the loans and the parties before."""
    tenant = desk.tenants.get(asked.tenant)
    party = (await people.parties(session, [asked.party_id])).get(asked.party_id)
    points = await people.points(session, asked.party_id)
    opt_outs = await people.opt_outs(session, asked.party_id)
    known_points = map(people.as_point, points)
    chosen = choose(known_points, opt_outs, asked.channel, for_notice=asked.is_notice).point_id
    act = _proposal(asked, chosen)
    pack = desk.law.joined(desk.law.chosen(tenant.law, act, at), at)
    links = await people.links_of_loans(session, asked.loan_ids)
    told = await customers_side(session, asked)
    held = await _holds(session, asked.loan_ids, at, desk.clock.now())
    since, wall = at - pack.look_back(act), desk.clock.wall()
    attempts = await touches.past_attempts(session, asked.debtor_id, since, wall)
    known = Known(
        zones=_zones(desk, tenant, party, points),
        roles=frozenset(link.role for link in links if link.party_id == asked.party_id),
        is_debtor_liable=_is_liable(links, asked.debtor_id),
        party_kind=(party.kind if party else "") or "person",
        opt_outs=tuple(opt_outs),
        points=tuple(map(_known_point, points)),
        holds=held,
        attempts=tuple(past for past in attempts if past.attempt_id != asked.own_attempt_id),
        loans=tuple(KnownLoan(each, product=asked.product) for each in asked.loan_ids),
        is_dead=_marks(held, HoldKind.DECEASED, asked.debtor_id, at),
        is_incapacitated=_marks(held, HoldKind.INCAPACITY, asked.debtor_id, at),
        agreements=told.agreements,
        bans=told.bans,
        reachability=told.reachability,
        has_refused=told.has_refused,
        is_willing_to_pay=told.is_willing_to_pay,
        region=told.region,
        agency=told.agency,
    )
    point = next((each for each in points if each.point_id == chosen), None)
    return Gathered(pack, act, known, party, point)


def _proposal(asked: Asked, point_id: str) -> Proposal:
    return Proposal(
        tenant=asked.tenant,
        party_id=asked.party_id,
        role=asked.role,
        debtor_id=asked.debtor_id,
        channel=asked.channel,
        purpose=asked.purpose,
        point_id=point_id,
        loan_ids=asked.loan_ids,
        product=asked.product,
        capacity=asked.capacity,
        # Words for anybody else say nothing of the debt; see `touches.message_of`.
        discloses=asked.role in LIABLE_ROLES,
        override=asked.override,
    )


async def _holds(
    session: AsyncSession, loan_ids: Sequence[str], at: datetime, now: datetime
) -> tuple[HoldInterval, ...]:
    """The loans' holds. An act may lag behind a clock that runs fast: a hold that has begun on the
    clock stands against it all the same."""
    found = await holds.touching(session, loan_ids)
    intervals = {hold.hold_id: hold for each in found.values() for hold in each}
    return tuple(
        replace(hold, from_at=at) if at < hold.from_at <= now else hold
        for hold in intervals.values()
    )


def _marks(held: Sequence[HoldInterval], kind: HoldKind, party_id: str, at: datetime) -> bool:
    return any(
        hold.kind is kind
        and hold.party_id == party_id
        and Span(hold.from_at, hold.until_at).covers(at)
        for hold in held
    )


def _is_liable(links: list[Link], party_id: str) -> bool:
    return any(link.party_id == party_id and link.role in LIABLE_ROLES for link in links)


def _known_point(row: PointRow) -> KnownPoint:
    return KnownPoint(
        point_id=row.point_id,
        kind=row.kind,
        provenance=row.provenance,
        has_consent=row.has_consent,
        is_verified=row.is_verified,
        is_reserved=row.is_reserved,
        is_invalid=row.invalid_at is not None,
    )


def _zones(
    desk: Desk, tenant: Tenant, party: PartyRow | None, points: list[PointRow]
) -> tuple[str, ...]:
    if party is None:
        return (tenant.zone,)
    if party.time_zone and is_zone(party.time_zone):
        return (party.time_zone,)
    phones = [point for point in points if point.kind == PointKind.PHONE]
    values = [persons.value_of(desk.vault, party, point) for point in phones]
    return plausible_zones(party.time_zone, tenant.zone, values)
