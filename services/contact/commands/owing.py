"""Which notices the law says are owed to a party of a loan, from what contact knows of both."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from interfaces.contact import Touch
from interfaces.values import Capacity, Channel, Purpose, Role
from services.contact.commands.desk import Desk
from services.contact.commands.duties import OweDuty
from services.contact.commands.gathering import Asked, ask_for, gather
from services.contact.domain.duties import DOING, DONE_BY_NOTICE, DutyKind, planned_at
from services.contact.domain.law.facts import Facts, KnownLoan, KnownNotice, NoticeKind, Proposal
from services.contact.domain.law.owed import Duty, DutyRule, Since
from services.contact.domain.law.owed import duties as duties_of
from services.contact.store import dockets, progress
from services.contact.store import duties as store

_BY_WHO_COMMUNICATED = (
    "whoever communicated gives it, with what 12 CFR 1006.34(c) asks for: let a notice named "
    "validation leave, or settle the duty"
)


@dataclass(frozen=True)
class Addressed:
    """To whom something is owed about a loan, and in whose capacity it is contacted."""

    tenant: str
    loan_id: str
    product: str
    party_id: str
    role: Role
    capacity: Capacity = Capacity.CREDITOR
    agency: str = ""


def addressed(touch: Touch) -> Addressed:
    """Whom a touch addresses; its loan's product is looked up with its standing."""
    return Addressed(
        tenant=touch.tenant,
        loan_id=touch.loan_id,
        product="",
        party_id=touch.party_id,
        role=touch.role,
        capacity=touch.capacity,
        agency=touch.agency,
    )


@dataclass(frozen=True)
class Ground:
    """The rules that may owe a party something, and all else that they look at; `given` are the
    notices by the occasion of the duty they did, empty for those that did none."""

    rules: tuple[DutyRule, ...]
    facts: Facts
    given: tuple[tuple[str, KnownNotice], ...]


def rules_of(
    desk: Desk, to: Addressed, since: Collection[Since], at: datetime
) -> tuple[DutyRule, ...]:
    """The duties of the packs that the gate would ask, those that begin with such an occasion. A
    pack made for other capacities owes nothing in this one."""
    tenant = desk.tenants.get(to.tenant)
    return tuple(
        rule
        for pack in desk.law.chosen(tenant.law, _proposal(to), at)
        if tenant.acting_as(to.capacity) in pack.capacities
        for rule in pack.duties
        if rule.since in since
    )


async def ground(
    session: AsyncSession, desk: Desk, to: Addressed, since: Collection[Since], now: datetime
) -> Ground | None:
    """What decides about a party of a loan; none where no rule owes it anything."""
    rules = rules_of(desk, to, since, now)
    if not rules:
        return None
    act = _proposal(to)
    asked = Asked(
        tenant=to.tenant,
        loan_ids=act.loan_ids,
        product=to.product,
        party_id=to.party_id,
        role=to.role,
        debtor_id=to.party_id,
        channel=act.channel,
        purpose=act.purpose,
        capacity=to.capacity,
        is_notice=True,
        agency=to.agency,
    )
    docket = await dockets.look(session, ask_for(desk, asked, now))
    found = gather(desk, asked, docket, now)
    facts = Facts(tuple(found.pack.label.split("+")), now, act, found.known)
    return Ground(rules, facts, tuple(await _given(session, to)))


def owed_on(
    desk: Desk, ground: Ground, loan: KnownLoan, occasion: str, now: datetime
) -> list[OweDuty]:
    """What is owed by what is known of the loan; no occasion: its date tells it apart. What did
    the duty of another occasion says nothing of this one: a reminder is of one instalment."""
    notices = tuple(notice for did, notice in ground.given if not occasion or did in ("", occasion))
    known = replace(ground.facts.known, loans=(loan,), notices=notices)
    facts = replace(ground.facts, known=known)
    return [_owe(desk, facts, duty, occasion, now) for duty in duties_of(ground.rules, facts, now)]


def _owe(desk: Desk, facts: Facts, duty: Duty, occasion: str, now: datetime) -> OweDuty:
    kind = DutyKind(duty.kind)
    named = occasion or duty.owed_by.date().isoformat()
    unwritten = _unwritten(desk, kind)
    # All that a party is owed on one day is planned for one instant: its reminders fall together.
    is_ours = kind in DOING and not unwritten
    return OweDuty(
        tenant=facts.act.tenant,
        loan_id=duty.loan,
        party_id=duty.party,
        kind=kind,
        occasion=named,
        rule_id=duty.rule_id,
        owed_by=duty.owed_by,
        counts_from=duty.counts_from,
        planned_at=planned_at(duty.owed_by, duty.lead_days, now, duty.party) if is_ours else None,
        waits_for=unwritten,
    )


def _unwritten(desk: Desk, kind: DutyKind) -> str:
    """Where nobody has written what contact would send, a person does it: what is missing."""
    doing = DOING.get(kind)
    if kind is DutyKind.VALIDATION:
        return _BY_WHO_COMMUNICATED
    if doing is None or doing.template in {each.id for each in desk.library.templates}:
        return ""
    return (
        f"there is no text {doing.template}: add it to config/templates, or give the notice and "
        "settle the duty"
    )


def _proposal(to: Addressed) -> Proposal:
    return Proposal(
        tenant=to.tenant,
        party_id=to.party_id,
        role=to.role,
        debtor_id=to.party_id,
        channel=Channel.LETTER,
        purpose=Purpose.STATUTORY_NOTICE,
        point_id="",
        loan_ids=(to.loan_id,),
        product=to.product,
        capacity=to.capacity,
        agency=to.agency,
    )


async def _given(session: AsyncSession, to: Addressed) -> list[tuple[str, KnownNotice]]:
    """What the party was given about the loan: by duties done, and by notices on their own."""
    done = [
        (row.occasion, row.kind, row.done_at)
        for row in await store.of_loans(session, [to.loan_id], DONE_BY_NOTICE)
        if row.party_id == to.party_id and row.done_at is not None
    ]
    sent = await progress.notices_sent(session, to.loan_id, to.party_id, sorted(NoticeKind))
    return [
        (occasion, KnownNotice(NoticeKind(kind), to.loan_id, to.party_id, at))
        for occasion, kind, at in (*done, *(("", kind, at) for kind, at in sent))
    ]
