"""Everything that rules look at, gathered from contact's own tables for one act."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

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
from services.contact.store import people
from services.contact.store.dockets import Docket
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


def customers_side(docket: Docket, asked: Asked) -> CustomersSide:
    """The one place where agreements, bans, reachability, refusals of third parties and the list
    of agencies come in; a docket holds none of them yet, so every act is judged without."""
    return CustomersSide()


def gather(desk: Desk, docket: Docket, asked: Asked, at: datetime) -> Gathered:
    """The act with the point it should use, the rules to ask, and all that they look at."""
    tenant, points = desk.tenants.get(asked.tenant), docket.points
    chosen = choose(
        map(people.as_point, points), docket.opt_outs, asked.channel, for_notice=asked.is_notice
    ).point_id
    act = _proposal(asked, chosen)
    told = customers_side(docket, asked)
    held = _holds(docket, at, desk.clock.now())
    known = Known(
        zones=_zones(desk, tenant, docket.party, points),
        roles=frozenset(link.role for link in docket.links if link.party_id == asked.party_id),
        is_debtor_liable=_is_liable(docket.links, asked.debtor_id),
        party_kind=(docket.party.kind if docket.party else "") or "person",
        opt_outs=docket.opt_outs,
        points=tuple(map(_known_point, points)),
        holds=held,
        attempts=tuple(past for past in docket.attempts if past.attempt_id != asked.own_attempt_id),
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
    return Gathered(
        pack=desk.law.joined(desk.law.chosen(tenant.law, act, at), at),
        act=act,
        known=known,
        point=next((each for each in points if each.point_id == chosen), None),
    )


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


def _holds(docket: Docket, at: datetime, now: datetime) -> tuple[HoldInterval, ...]:
    """The loans' holds. An act may lag behind a clock that runs fast: a hold that has begun on the
    clock stands against it all the same."""
    return tuple(
        replace(hold, from_at=at) if at < hold.from_at <= now else hold for hold in docket.holds
    )


def _marks(held: Sequence[HoldInterval], kind: HoldKind, party_id: str, at: datetime) -> bool:
    return any(
        hold.kind is kind
        and hold.party_id == party_id
        and Span(hold.from_at, hold.until_at).covers(at)
        for hold in held
    )


def _is_liable(links: Sequence[Link], party_id: str) -> bool:
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
    desk: Desk, tenant: Tenant, party: PartyRow | None, points: Sequence[PointRow]
) -> tuple[str, ...]:
    if party is None:
        return (tenant.zone,)
    if party.time_zone and is_zone(party.time_zone):
        return (party.time_zone,)
    phones = [point for point in points if point.kind == PointKind.PHONE]
    values = [persons.value_of(desk.vault, party, point) for point in phones]
    return plausible_zones(party.time_zone, tenant.zone, values)
