"""The gate's hearing of one touch: its loan's standing, then all that the rules look at.

Locks are always taken in this order: the key's result, the loan's stream, the parties. Positions,
endings and holds take the stream too, so none of them can slip in before a verdict commits; the
debtor's lock makes budgets exact over all its loans.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Behind, Invalid
from chassis.idempotency import first_result, remember
from interfaces.contact import Touch, TouchOutcome, TouchStatus
from interfaces.facts import HoldInterval
from interfaces.tenant import Tenant
from interfaces.values import LIABLE_ROLES
from services.contact.commands import people as persons
from services.contact.commands import telling
from services.contact.commands.desk import Desk
from services.contact.domain.gate import Known, Pack, Proposal, Verdict
from services.contact.domain.points import PointKind, choose
from services.contact.domain.rules import first_pack
from services.contact.domain.standing import Answer, Standing, answer
from services.contact.domain.zones import is_zone, plausible_zones
from services.contact.settings import STANDING_CONSUMER, TOPIC
from services.contact.store import dockets, people, touches
from services.contact.store.dockets import Ask, Docket
from services.contact.store.people import Link
from services.contact.store.tables import PartyRow, PointRow, VerdictRow

# A budget's local day may have begun a day earlier than the instant's own in UTC.
_LOOK_BACK = timedelta(days=2)
_OUTCOMES: TypeAdapter[TouchOutcome] = TypeAdapter(TouchOutcome)


@dataclass(frozen=True)
class Hearing:
    """One touch with everything known about it, its loan and debtor locked."""

    touch: Touch
    at: datetime
    tenant: Tenant
    standing: Standing
    pack: Pack
    act: Proposal
    known: Known
    party: PartyRow
    point: PointRow | None

    @property
    def attempt_id(self) -> str:
        return attempt_id_of(self.touch.tenant, self.touch.key)


def attempt_id_of(tenant: str, key: str) -> str:
    """The same touch has the same attempt id at every try, for the provider to know it by."""
    return hashlib.sha256(f"{tenant}/{key}".encode()).hexdigest()[:32]


async def first_outcome(session: AsyncSession, action: str, touch: Touch) -> TouchOutcome | None:
    """What was answered before under the touch's key; waits for another try under way."""
    found = await first_result(session, result_key(action, touch))
    return None if found is None else _OUTCOMES.validate_json(found)


async def settle(
    session: AsyncSession, action: str, touch: Touch, outcome: TouchOutcome
) -> TouchOutcome:
    await remember(session, result_key(action, touch), as_result(outcome))
    return outcome


def result_key(action: str, touch: Touch) -> str:
    return f"{action}/{touch.tenant}/{touch.key}"


def as_result(outcome: TouchOutcome) -> bytes:
    return _OUTCOMES.dump_json(outcome)


async def docket_of(
    session: AsyncSession, desk: Desk, action: str, touch: Touch, at: datetime
) -> Docket:
    """Locks the key, the loan and the debtor, and reads all that the gate looks at."""
    ask = Ask(
        result_key=result_key(action, touch),
        attempt_key=touch.key,
        topic=TOPIC,
        consumer=STANDING_CONSUMER,
        tenant=touch.tenant,
        loan_id=touch.loan_id,
        party_id=touch.party_id,
        debtor_id=debtor_of(touch),
        since=at - _LOOK_BACK,
        wall=desk.clock.wall(),
    )
    return await dockets.call(session, ask)


def standing_of(docket: Docket, touch: Touch) -> tuple[Answer, Standing]:
    """Whether the loan's standing lets the act pass; raises `contact/behind` while it is older
    than the act, or while the loan's records wait for a parked one."""
    if docket.is_parked:
        raise Behind(
            "contact/behind",
            f"Records about loan {touch.loan_id} wait behind a parked one; try again.",
        )
    standing = docket.standing
    said = answer(standing, touch.episode, touch.position_version)
    if standing is None or said is Answer.BEHIND:
        seen = standing or Standing(touch.tenant, touch.loan_id)
        raise Behind(
            "contact/behind",
            f"The standing of loan {touch.loan_id} is at position {seen.position_version}, episode "
            f"{seen.episode}; the act needs {touch.position_version} and {touch.episode}; "
            "try again.",
        )
    if standing.tenant != touch.tenant:
        raise Invalid(
            "contact/other_tenant", f"Loan {touch.loan_id} is not of tenant {touch.tenant!r}."
        )
    return said, standing


def debtor_of(touch: Touch) -> str:
    """Whose budget an act counts against."""
    return touch.party_id if touch.role in LIABLE_ROLES else touch.about_party_id


def superseded(touch: Touch, standing: Standing) -> TouchOutcome:
    return TouchOutcome(
        key=touch.key,
        status=TouchStatus.SUPERSEDED,
        because=standing.because,
        standing_version=standing.position_version,
    )


def hear(desk: Desk, docket: Docket, touch: Touch, standing: Standing, at: datetime) -> Hearing:
    """The touch with all that is known; its own earlier try does not count."""
    assert docket.party is not None, "the docket's parties are locked, so they exist"
    tenant = desk.tenants.get(touch.tenant)
    debtor_id, party, points = debtor_of(touch), docket.party, docket.points
    choice = choose(
        map(people.as_point, points),
        docket.opt_outs,
        touch.channel,
        for_notice=bool(touch.notice),
    )
    own_id = attempt_id_of(touch.tenant, touch.key)
    return Hearing(
        touch=touch,
        at=at,
        tenant=tenant,
        standing=standing,
        pack=first_pack(tenant.jurisdiction, tenant.contact),
        act=_proposal(touch, debtor_id, choice.point_id),
        known=Known(
            zones=_zones(desk, tenant, party, points),
            roles=frozenset(link.role for link in docket.links if link.party_id == touch.party_id),
            is_debtor_liable=_is_liable(docket.links, debtor_id),
            is_opted_out=choice.is_opted_out,
            holds=_holds(docket, at, desk.clock.now()),
            attempts=tuple(past for past in docket.attempts if past.attempt_id != own_id),
        ),
        party=party,
        point=next((each for each in points if each.point_id == choice.point_id), None),
    )


async def record_verdict(session: AsyncSession, hearing: Hearing, verdict: Verdict) -> None:
    """Keep the verdict with what it was founded on, allowed and refused alike."""
    await touches.record_verdict(session, verdict_row(hearing, verdict))


def verdict_row(hearing: Hearing, verdict: Verdict) -> VerdictRow:
    """The verdict with what it was founded on."""
    touch, known = hearing.touch, hearing.known
    return VerdictRow(
        tenant=touch.tenant,
        key=touch.key,
        loan_id=touch.loan_id,
        party_id=touch.party_id,
        at=hearing.at,
        is_allowed=verdict.is_allowed,
        rule_id=verdict.rule_id,
        because=verdict.because,
        rule_pack=hearing.pack.label,
        next_allowed_at=verdict.next_allowed_at,
        facts={
            "role": touch.role,
            "debtor": hearing.act.debtor_id,
            "channel": touch.channel,
            "purpose": touch.purpose,
            "capacity": touch.capacity,
            "point": hearing.act.point_id,
            "zones": list(known.zones),
            "roles": sorted(known.roles),
            "opted_out": known.is_opted_out,
            "holds": [hold.hold_id for hold in known.holds],
            "attempts": [past.attempt_id for past in known.attempts],
            "episode": touch.episode,
            "position_version": hearing.standing.position_version,
        },
    )


async def tell_refusal(session: AsyncSession, hearing: Hearing, verdict: Verdict) -> TouchOutcome:
    """Publish a refusal; without a contact point the touch is undeliverable instead."""
    touch = hearing.touch
    body = telling.touch_refused(touch, verdict, hearing.pack.label, hearing.at)
    event = outbox.Event(touch.tenant, touch.loan_id, body, hearing.at, cause=touch.key)
    await outbox.append(session, TOPIC, event)
    is_unreachable = verdict.rule_id == "NO-POINT"
    return TouchOutcome(
        key=touch.key,
        status=TouchStatus.UNDELIVERABLE if is_unreachable else TouchStatus.REFUSED,
        rule_id=verdict.rule_id,
        because=verdict.because,
        next_allowed_at=verdict.next_allowed_at,
        standing_version=hearing.standing.position_version,
    )


def _proposal(touch: Touch, debtor_id: str, point_id: str) -> Proposal:
    return Proposal(
        tenant=touch.tenant,
        party_id=touch.party_id,
        role=touch.role,
        debtor_id=debtor_id,
        channel=touch.channel,
        purpose=touch.purpose,
        point_id=point_id,
    )


def _holds(docket: Docket, at: datetime, now: datetime) -> tuple[HoldInterval, ...]:
    """The loan's holds. An act may lag behind a clock that runs fast: a hold that has begun on the
    clock stands against it all the same."""
    return tuple(
        replace(hold, from_at=at) if at < hold.from_at <= now else hold for hold in docket.holds
    )


def _is_liable(links: Sequence[Link], party_id: str) -> bool:
    return any(link.party_id == party_id and link.role in LIABLE_ROLES for link in links)


def _zones(
    desk: Desk, tenant: Tenant, party: PartyRow, points: Sequence[PointRow]
) -> tuple[str, ...]:
    if party.time_zone and is_zone(party.time_zone):
        return (party.time_zone,)
    phones = [point for point in points if point.kind == PointKind.PHONE]
    values = [persons.value_of(desk.vault, party, point) for point in phones]
    return plausible_zones(party.time_zone, tenant.zone, values)
