"""The gate's hearing of one touch: its loan's standing, then all that the rules look at.

Locks are always taken in this order: the key's result, the loan's stream, the parties. Positions,
endings and holds take the stream too, so none of them can slip in before a verdict commits; the
debtor's lock makes budgets exact over all its loans.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Behind, Invalid
from chassis.idempotency import first_result, remember
from interfaces.contact import Touch, TouchOutcome, TouchStatus
from interfaces.tenant import Tenant
from interfaces.values import LIABLE_ROLES
from services.contact.commands import telling
from services.contact.commands.desk import Desk
from services.contact.commands.gathering import ask_for, asked_of, gather
from services.contact.domain.law.facts import Known, Proposal
from services.contact.domain.law.judgement import Pack, Verdict
from services.contact.domain.law.record import document_of, finding_of, overridden
from services.contact.domain.purposes import purpose_of
from services.contact.domain.standing import Answer, Standing, answer
from services.contact.domain.treatments import Treatment
from services.contact.settings import TOPIC
from services.contact.store import agencies, dockets, touches
from services.contact.store.dockets import Docket, Party, StoredPoint
from services.contact.store.touches import Judged

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
    party: Party
    point: StoredPoint | None
    treatment: Treatment

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
    return (await dockets_of(session, desk, action, [(touch, at)]))[0]


async def dockets_of(
    session: AsyncSession, desk: Desk, action: str, planned: Sequence[tuple[Touch, datetime]]
) -> list[Docket]:
    """The dockets of several touches, each with its instant, in one round trip."""
    asks = [ask_for(desk, asked_of(touch, "", ""), at, touch.key) for touch, at in planned]
    keys = [result_key(action, touch) for touch, _ in planned]
    found = await dockets.call(session, asks, TOPIC, keys)
    return [
        await _with_agency(session, desk, docket, touch, at)
        for docket, (touch, at) in zip(found, planned, strict=True)
    ]


async def _with_agency(
    session: AsyncSession, desk: Desk, docket: Docket, touch: Touch, at: datetime
) -> Docket:
    if not touch.agency or docket.first is not None:
        return docket
    on = at.astimezone(ZoneInfo(desk.tenants.get(touch.tenant).zone)).date()
    return replace(docket, agency=await agencies.known(session, touch.tenant, touch.agency, on))


def standing_of(docket: Docket, touch: Touch) -> tuple[Answer, Standing]:
    """Whether the loan's standing lets the act pass; raises `contact/behind` while it is older
    than the act, or while the loan's records wait for a parked one."""
    if docket.is_parked:
        raise Behind(
            "contact/behind",
            f"Records about loan {touch.loan_id} wait behind a parked one; try again.",
        )
    standing = next(iter(docket.standings), None)
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


def superseded(touch: Touch, standing: Standing) -> TouchOutcome:
    return TouchOutcome(
        key=touch.key,
        status=TouchStatus.SUPERSEDED,
        because=standing.because,
        standing_version=standing.position_version,
    )


def hear(desk: Desk, docket: Docket, touch: Touch, standing: Standing, at: datetime) -> Hearing:
    """The touch with all that is known, as what its text shows it to be and in the tenant's own
    capacity; its own earlier try does not count."""
    touch = _as_worded(desk, touch, docket)
    own_id = attempt_id_of(touch.tenant, touch.key)
    found = gather(desk, asked_of(touch, standing.amounts.product, own_id), docket, at)
    assert found.party is not None, "the docket's parties are locked, so they exist"
    return Hearing(
        touch=touch,
        at=at,
        tenant=desk.tenants.get(touch.tenant),
        standing=_less_disputed(standing, found.disputed_minor.get(touch.loan_id, 0)),
        pack=found.pack,
        act=found.act,
        known=found.known,
        party=found.party,
        point=found.point,
        treatment=found.treatment,
    )


def _less_disputed(standing: Standing, parts_minor: int) -> Standing:
    """What is said of the loan asks for nothing that the person disputes, even where the bank's own
    books do not say so yet."""
    amounts = standing.amounts
    disputed_minor = max(amounts.disputed_minor, parts_minor)
    return replace(standing, amounts=replace(amounts, disputed_minor=disputed_minor))


def _as_worded(desk: Desk, touch: Touch, docket: Docket) -> Touch:
    language = docket.party.language if docket.party else ""
    may_disclose = touch.role in LIABLE_ROLES
    text = desk.library.choose(touch.template, touch.purpose, language, may_disclose=may_disclose)
    meant = purpose_of(touch.purpose, text, touch.channel, touch.role, touch.capacity)
    capacity = desk.tenants.get(touch.tenant).acting_as(touch.capacity)
    return replace(touch, purpose=meant, capacity=capacity)


async def record_verdict(session: AsyncSession, hearing: Hearing, verdict: Verdict) -> None:
    """Keep the verdict with what it was founded on, allowed and refused alike."""
    await touches.record_verdict(session, judged(hearing, verdict))


def judged(hearing: Hearing, verdict: Verdict) -> Judged:
    """The verdict with what it was founded on."""
    touch, packs = hearing.touch, hearing.pack.label.split("+")
    return Judged(
        tenant=touch.tenant,
        key=touch.key,
        loan_id=touch.loan_id,
        party_id=touch.party_id,
        at=hearing.at,
        is_allowed=verdict.is_allowed,
        rule_id=verdict.rule_id,
        because=verdict.because or overridden(verdict),
        rule_pack=hearing.pack.label,
        strength=verdict.deciding.article.strength if verdict.deciding else "",
        next_allowed_at=verdict.next_allowed_at,
        episode=touch.episode,
        position_version=hearing.standing.position_version,
        facts=document_of(packs, hearing.at, hearing.act, hearing.known),
        findings=[finding_of(each) for each in verdict.findings],
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
