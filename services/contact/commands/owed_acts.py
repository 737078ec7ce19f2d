"""Owed acts that contact does itself: a touch through the same gate, without a case.

What the gate refuses is put off to the instant it names; what was owed about a loan that stands
otherwise now is owed no more; what nobody could do by its date is raised like any missed duty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import outbox
from chassis.errors import Behind, Invalid
from interfaces.contact import Touch, TouchOutcome, TouchStatus
from interfaces.values import LIABLE_ROLES, Channel, Role
from services.contact.commands import duties, tasks, touches
from services.contact.commands.desk import Desk
from services.contact.commands.touches import Decision
from services.contact.domain.duties import DOING, Doing, DutyKind, is_unwanted, tried_again_at
from services.contact.domain.instalments import left_of
from services.contact.domain.leases import LEASE, rest_after
from services.contact.domain.standing import Amounts, Answer, Standing
from services.contact.domain.tasks import UNREADABLE
from services.contact.gateways import Receipt
from services.contact.settings import TOPIC
from services.contact.store import duties as store
from services.contact.store import instalments, people
from services.contact.store import standing as standings
from services.contact.store import touches as attempts
from services.contact.store.dockets import Docket
from services.contact.store.duties import Claim, DutyRow
from services.contact.store.tables import AttemptRow
from services.contact.store.touches import AttemptStatus

__all__ = ["Claim", "claim_next", "decide", "leave_unreadable", "next_at", "put_back", "record"]


@dataclass(frozen=True)
class OwedAct:
    """An open duty with what its act is made of; `amounts` are what the words may speak of."""

    row: DutyRow
    doing: Doing
    role: Role
    standing: Standing
    amounts: Amounts


async def claim_next(session: AsyncSession, desk: Desk) -> Claim | None:
    """The owed act planned first whose instant has come, leased to the caller."""
    wall = desk.clock.wall()
    return await store.claim(session, desk.clock.now(), wall, wall + LEASE)


async def next_at(session: AsyncSession) -> datetime | None:
    """When the next act is planned."""
    return await store.next_planned(session)


async def decide(
    session: AsyncSession, desk: Desk, claim: Claim, *, is_known_unsent: bool
) -> Decision:
    """Judge and confirm the act by the first channel that is allowed; an empty decision: it was put
    off, or is owed no more. May raise `contact/behind`."""
    await outbox.lock(session, TOPIC, [claim.loan_id])
    row = await store.claimed(session, claim)
    now = desk.clock.now()
    earlier = await _earlier(session, row) if claim.tries > 1 else None
    if earlier is not None and not is_known_unsent:
        return Decision(in_doubt=earlier.attempt_id)
    made = await _made_of(session, desk, row, now) if row.is_open else None
    if made is None:
        if earlier is not None:
            because = row.dropped_because or "it is not to be sent any more"
            touch = replace(_touch(row, Channel(earlier.channel), now), key=earlier.key)
            await touches.withdraw(session, desk, touch, earlier, because)
        row.planned_at = row.lease_wall_at = None
        await session.flush()
        return Decision()

    def stand(docket: Docket, touch: Touch) -> tuple[Answer, Standing]:
        return _stand(docket, made)

    refusals = []
    for touch in _touches(made, now):
        decision = await touches.decide(
            session, desk, touch, is_known_unsent=is_known_unsent, stand=stand
        )
        if decision.outcome is None:
            return decision
        refusals.append(decision.outcome)
    await _put_off(session, made, refusals, now)
    return Decision()


async def record(session: AsyncSession, desk: Desk, receipt: Receipt, claim: Claim) -> None:
    """Note what the provider said; a message that left does the duty, with its attempt as proof."""
    await outbox.lock(session, TOPIC, [claim.loan_id])
    row = await store.claimed(session, claim)
    now = desk.clock.now()
    attempt = await attempts.attempt(session, row.tenant, receipt.attempt_id)
    assert attempt is not None, "a message leaves only after its attempt was confirmed"
    # Of the touch only its key and instant are looked at, once its attempt is kept.
    touch = replace(_touch(row, Channel(attempt.channel), now), key=attempt.key)
    outcome = await touches.record_sending(session, desk, touch, receipt)
    if not row.is_open:
        # A notice does the duty it is named like as soon as it is documented.
        row.planned_at = row.lease_wall_at = None
    elif outcome.status is TouchStatus.CONFIRMED:
        row.done_at, row.proof = attempt.from_at, attempt.key
        row.planned_at = row.lease_wall_at = None
    else:
        row.round, row.lease_wall_at = row.round + 1, None
        row.put_off_because = outcome.because
        allowed = [now] if row.round % len(DOING[DutyKind(row.kind)].channels) else []
        row.planned_at = tried_again_at(DutyKind(row.kind), row.owed_by, allowed, now, row.round)
    await session.flush()


async def put_back(session: AsyncSession, desk: Desk, claim: Claim) -> None:
    """It could not be sent now: the standing lags, or a provider is out of reach."""
    row = await store.claimed(session, claim)
    row.lease_wall_at = desk.clock.wall() + rest_after(claim.tries)
    await session.flush()


async def leave_unreadable(session: AsyncSession, desk: Desk, claim: Claim) -> None:
    """What the party is known by cannot be read: a person does it by its date, or it is missed for
    that reason. An earlier try did not leave, and counts no more."""
    await outbox.lock(session, TOPIC, [claim.loan_id])
    row = await store.claimed(session, claim)
    earlier = await _earlier(session, row)
    if earlier is not None:
        touch = replace(_touch(row, Channel(earlier.channel), desk.clock.now()), key=earlier.key)
        await touches.withdraw(session, desk, touch, earlier, UNREADABLE)
    if row.is_open:
        row.put_off_because = UNREADABLE
        await tasks.ask_to_do(session, row, desk.clock.now())
    row.planned_at = row.lease_wall_at = None
    await session.flush()


async def _earlier(session: AsyncSession, row: DutyRow) -> AttemptRow | None:
    """An attempt of this round that was confirmed, and of whose end nothing is known."""
    for channel in DOING[DutyKind(row.kind)].channels:
        found = await attempts.find(session, row.tenant, _touch(row, channel, row.owed_by).key)
        if found is not None and found.status == AttemptStatus.CONFIRMED:
            return found
    return None


async def _made_of(
    session: AsyncSession, desk: Desk, row: DutyRow, now: datetime
) -> OwedAct | None:
    """None where nothing is to be done any more: the duty is dropped, left to a person, or its
    date has passed."""
    kind = DutyKind(row.kind)
    doing = DOING[kind]
    standing = (await standings.load(session, [row.loan_id])).get(row.loan_id)
    if standing is None:
        raise Behind("contact/behind", f"No position of loan {row.loan_id} is known; try again.")
    links = await people.links_of_loans(session, [row.loan_id])
    own = {link.role for link in links if link.party_id == row.party_id} & LIABLE_ROLES
    role = next((each for each in Role if each in own), None)
    amounts = await _amounts(session, row, standing)
    party = await people.party(session, row.party_id)
    because = _why_not(doing, role, standing, amounts)
    if because:
        await duties.drop(session, row, because, now)
        return None
    is_late = kind is DutyKind.PRE_DUE and now >= row.owed_by
    is_written = party is not None and desk.library.find(doing.template, party.language) is not None
    if is_late or not is_written:
        return None
    assert role is not None and amounts is not None, "else there was a reason not to"
    return OwedAct(row, doing, role, standing, amounts)


def _why_not(doing: Doing, role: Role | None, standing: Standing, amounts: Amounts | None) -> str:
    if standing.disposition not in doing.about:
        return standing.because
    if role is None:
        return "the party is not liable for the loan"
    return "" if amounts is not None else "the instalment was paid before its day"


async def _amounts(session: AsyncSession, row: DutyRow, standing: Standing) -> Amounts | None:
    """What the words may speak of: of a reminder the instalment to come alone, as far as it is not
    paid; none where nothing of it is left."""
    if row.kind != DutyKind.PRE_DUE:
        return standing.amounts
    told = (await instalments.of_loans(session, [row.loan_id])).get(row.loan_id, [])
    paid = (await instalments.payments(session, [row.loan_id])).get(row.loan_id, [])
    left = left_of(told, paid)
    for each in told:
        if row.occasion == f"instalment-{each.number}" and left[each.number] > 0:
            return replace(
                standing.amounts,
                currency=each.currency,
                overdue_minor=left[each.number],
                disputed_minor=0,
                oldest_due_on=each.due_on,
            )
    return None


def _stand(docket: Docket, made: OwedAct) -> tuple[Answer, Standing]:
    """The loan is locked and was looked at: what is left is whether its records wait."""
    if docket.is_parked:
        raise Behind(
            "contact/behind",
            f"Records about loan {made.row.loan_id} wait behind a parked one; try again.",
        )
    if made.standing.tenant != made.row.tenant:
        raise Invalid(
            "contact/other_tenant",
            f"Loan {made.row.loan_id} is not of tenant {made.row.tenant!r}.",
        )
    return Answer.FREE, replace(made.standing, amounts=made.amounts)


def _touches(made: OwedAct, now: datetime) -> Iterator[Touch]:
    """One by each channel, beginning with another one each round."""
    channels, first = made.doing.channels, made.row.round % len(made.doing.channels)
    for channel in (*channels[first:], *channels[:first]):
        touch = _touch(made.row, channel, now)
        yield replace(
            touch,
            role=made.role,
            episode=made.standing.episode,
            position_version=made.standing.position_version,
        )


def _touch(row: DutyRow, channel: Channel, now: datetime) -> Touch:
    """A round's touch by a channel has one key, however often it is tried."""
    doing = DOING[DutyKind(row.kind)]
    return Touch(
        key=f"duty/{row.loan_id}/{row.party_id}/{row.kind}/{row.occasion}/{row.round}/{channel}",
        tenant=row.tenant,
        loan_id=row.loan_id,
        episode=0,
        position_version=0,
        party_id=row.party_id,
        role=Role.BORROWER,
        about_party_id=row.party_id,
        channel=channel,
        purpose=doing.purpose,
        at=now,
        due_at=row.planned_at or now,
        template=doing.template,
        notice=row.kind if doing.is_notice else "",
    )


async def _put_off(
    session: AsyncSession, made: OwedAct, refusals: Sequence[TouchOutcome], now: datetime
) -> None:
    row, rules = made.row, [each.rule_id for each in refusals]
    because = "; ".join(f"{each.rule_id}: {each.because}" for each in refusals)
    if is_unwanted(made.doing.purpose, rules) and not any(e.next_allowed_at for e in refusals):
        await duties.drop(session, row, because, now)
        row.planned_at = row.lease_wall_at = None
        return
    allowed = [each.next_allowed_at for each in refusals if each.next_allowed_at is not None]
    row.round, row.put_off_because, row.lease_wall_at = row.round + 1, because, None
    kind = DutyKind(row.kind)
    row.planned_at = tried_again_at(kind, row.owed_by, allowed, now, row.round)
    await session.flush()
