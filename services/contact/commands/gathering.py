"""Everything that rules look at, put together from a docket for one act."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from interfaces.contact import Touch
from interfaces.tenant import Tenant
from interfaces.values import LIABLE_ROLES, Capacity, Channel, HoldKind, Purpose, Role
from services.contact.commands import people as persons
from services.contact.commands.desk import Desk
from services.contact.commands.heeding import heed, is_marked
from services.contact.domain.agreements import Hours, TermKind, in_force
from services.contact.domain.law.facts import (
    UNKNOWN_REGION,
    AgreedKind,
    Agreement,
    Ban,
    DayHours,
    Known,
    KnownLoan,
    KnownPoint,
    KnownTreatment,
    Proposal,
)
from services.contact.domain.law.judgement import Pack
from services.contact.domain.numbers import e164
from services.contact.domain.points import PointKind, choose
from services.contact.domain.treatments import Treatment, combined
from services.contact.domain.zones import is_zone, plausible_zones
from services.contact.settings import STANDING_CONSUMER
from services.contact.store.dockets import Ask, Docket, Party, StoredPoint
from services.contact.store.people import Link
from services.contact.store.terms import Term, Treated, treatment_terms


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
    agency: str = ""
    people: int = 0
    enters: bool = False


@dataclass(frozen=True)
class Gathered:
    """`treatment` is what all treatments of the party that last ask for together; `disputed_minor`
    what is in dispute of each loan by parts."""

    pack: Pack
    act: Proposal
    known: Known
    party: Party | None
    point: StoredPoint | None
    treatment: Treatment
    disputed_minor: Mapping[str, int]


def asked_of(touch: Touch, product: str, own_attempt_id: str) -> Asked:
    return Asked(
        tenant=touch.tenant,
        loan_ids=(touch.loan_id,),
        product=product,
        party_id=touch.party_id,
        role=touch.role,
        debtor_id=debtor_of(touch),
        channel=touch.channel,
        purpose=touch.purpose,
        capacity=touch.capacity,
        is_notice=bool(touch.notice),
        own_attempt_id=own_attempt_id,
        agency=touch.agency,
        people=touch.people,
        enters=touch.enters,
    )


def debtor_of(touch: Touch) -> str:
    """Whose budget an act counts against."""
    return touch.party_id if touch.role in LIABLE_ROLES else touch.about_party_id


def ask_for(desk: Desk, asked: Asked, at: datetime, attempt_key: str = "") -> Ask:
    """As far back as any rule of the tenant's packs looks for such an act."""
    law = desk.law.pack(desk.tenants.get(asked.tenant).law, at)
    return Ask(
        tenant=asked.tenant,
        loan_ids=asked.loan_ids,
        party_id=asked.party_id,
        debtor_id=asked.debtor_id,
        consumer=STANDING_CONSUMER,
        since=at - law.look_back(asked.role, asked.channel),
        wall=desk.clock.wall(),
        attempt_key=attempt_key,
    )


def gather(desk: Desk, asked: Asked, docket: Docket, at: datetime) -> Gathered:
    tenant = desk.tenants.get(asked.tenant)
    asked = replace(asked, capacity=tenant.acting_as(asked.capacity))
    party, points, links = docket.party, docket.points, docket.links
    usable = (point.as_point for point in points)
    chosen = choose(usable, docket.opt_outs, asked.channel, for_notice=asked.is_notice).point_id
    heeded = heed(docket, {asked.party_id, asked.debtor_id}, at, desk.clock.now())
    held = heeded.holds
    treated = _begun(docket.treatments, at, desk.clock.now())
    closed = [term for each in treated for term in treatment_terms(each)]
    said = (*_said(docket.terms, at, desk.clock.now()), *closed)
    lasting = in_force(said, at)
    act = _proposal(asked, chosen, may_enter=any(t.kind is TermKind.ENTRY for t in lasting))
    pack = desk.law.joined(desk.law.chosen(tenant.law, act, at), at)
    known = Known(
        zones=_zones(desk, tenant, party, points),
        roles=frozenset(link.role for link in links if link.party_id == asked.party_id),
        is_debtor_liable=_is_liable(links, asked.debtor_id),
        party_kind=(party.kind if party else "") or "person",
        opt_outs=docket.opt_outs,
        points=tuple(map(_known_point, points)),
        holds=held,
        attempts=tuple(past for past in docket.attempts if past.attempt_id != asked.own_attempt_id),
        region=UNKNOWN_REGION if pack.asks_for_region else "",
        loans=tuple(_known_loan(each, asked, docket) for each in asked.loan_ids),
        notices=docket.notices,
        is_dead=is_marked(held, HoldKind.DECEASED, asked.debtor_id, at),
        is_incapacitated=is_marked(held, HoldKind.INCAPACITY, asked.debtor_id, at),
        # Those that end later end inside a window too, so they keep their interval.
        agreements=tuple(_agreements(docket.terms)),
        treatments=tuple(map(_known_treatment, treated)),
        bans=tuple(_bans(said, at)),
        reachability=docket.reachability,
        overrides=docket.overrides,
        agency=docket.agency,
        placed_until=docket.placed_until,
        has_refused=any(term.kind is TermKind.REFUSAL for term in lasting),
        is_willing_to_pay=any(term.kind is TermKind.WILLING_TO_PAY for term in lasting),
    )
    point = next((each for each in points if each.point_id == chosen), None)
    treatment = combined(each.treatment for each in treated if each.lasts(at))
    return Gathered(pack, act, known, party, point, treatment, heeded.disputed_minor)


def _proposal(asked: Asked, point_id: str, *, may_enter: bool) -> Proposal:
    is_visit = asked.channel is Channel.VISIT
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
        # Words for anybody else say nothing of the debt; see `composing.message_of`.
        discloses=asked.role in LIABLE_ROLES,
        agency=asked.agency,
        # While nobody says how many go, one does: what two may do is not allowed on a guess.
        people=max(1, asked.people) if is_visit else 0,
        enters=is_visit and asked.enters,
        has_consent_to_enter=is_visit and may_enter,
    )


def _known_loan(loan_id: str, asked: Asked, docket: Docket) -> KnownLoan:
    expires_on = docket.limitations.get(loan_id)
    stand = next((each for each in docket.standings if each.loan_id == loan_id), None)
    return KnownLoan(
        loan_id,
        product=asked.product,
        limitation_expires_on=expires_on,
        is_limitation_known=expires_on is not None,
        arrangement=docket.arrangements.get(loan_id, ""),
        first_communication_at=docket.first_contacts.get(loan_id),
        oldest_due_on=stand.amounts.oldest_due_on if stand is not None else None,
    )


def _begun(treatments: Sequence[Treated], at: datetime, now: datetime) -> tuple[Treated, ...]:
    """As with holds: a treatment that has begun on the clock is kept by an act that lags."""
    return tuple(
        replace(each, from_at=at) if at < each.from_at <= now else each for each in treatments
    )


def _said(terms: Sequence[Term], at: datetime, now: datetime) -> tuple[Term, ...]:
    """What forbids an act does so too once it has begun on the clock; what allows one does not.
    What was taken back as never said ends where it begins."""
    return tuple(
        replace(term, from_at=at)
        if term.kind in _FORBIDDING and at < term.from_at <= now and term.until_at != term.from_at
        else term
        for term in terms
    )


def _bans(terms: Iterable[Term], at: datetime) -> Iterable[Ban]:
    """Those that begin or end later do so inside a window too, so they keep their interval."""
    for term in terms:
        if term.kind is TermKind.BAN and (term.until_at is None or at < term.until_at):
            yield Ban(term.channel, _hours(term.hours), term.from_at, term.until_at)


def _known_treatment(treated: Treated) -> KnownTreatment:
    return KnownTreatment(
        from_at=treated.from_at,
        until_at=treated.until_at,
        touches_per_week_max=treated.treatment.touches_per_week_max,
        allows_automated_voice=treated.treatment.allows_automated_voice,
    )


def _is_liable(links: Sequence[Link], party_id: str) -> bool:
    return any(link.party_id == party_id and link.role in LIABLE_ROLES for link in links)


_FORBIDDING = frozenset({TermKind.BAN, TermKind.REFUSAL})
_AGREED = {
    TermKind.HOURS: AgreedKind.HOURS,
    TermKind.FREQUENCY: AgreedKind.FREQUENCY,
    TermKind.CALL: AgreedKind.CALL,
}


def _agreements(terms: Iterable[Term]) -> Iterable[Agreement]:
    for term in terms:
        if term.kind in _AGREED:
            yield Agreement(
                kind=_AGREED[term.kind],
                from_at=term.from_at,
                until_at=term.until_at,
                channel=term.channel,
                hours=_hours(term.hours),
                per_day_max=term.per_day_max,
                evidence=term.evidence,
            )


def _hours(hours: Hours | None) -> DayHours | None:
    return None if hours is None else DayHours(hours.from_, hours.until)


def _known_point(point: StoredPoint) -> KnownPoint:
    return KnownPoint(
        point_id=point.point_id,
        kind=point.kind,
        zones=(point.time_zone,) if point.time_zone else (),
        provenance=point.provenance,
        has_consent=point.has_consent,
        is_verified=point.is_verified,
        is_reserved=point.is_reserved,
        is_invalid=point.is_invalid,
    )


def _zones(
    desk: Desk, tenant: Tenant, party: Party | None, points: Sequence[StoredPoint]
) -> tuple[str, ...]:
    """Where the person may be: what the bank says and what was found since, else every place its
    phones point to."""
    if party is None:
        return (tenant.zone,)
    said = {point.time_zone for point in points if point.time_zone and is_zone(point.time_zone)}
    if party.time_zone and is_zone(party.time_zone):
        return tuple(sorted({party.time_zone, *said}))
    phones = [point for point in points if point.kind == PointKind.PHONE and not point.time_zone]
    values = [
        e164(persons.value_of(desk.vault, party, point), tenant.jurisdiction) for point in phones
    ]
    return tuple(sorted({*said, *plausible_zones(party.time_zone, tenant.zone, values)}))
