"""A matter moves: a person decides, the court does something, or a deadline passes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncSession

from chassis.errors import Conflict, Invalid
from interfaces.facts import Matter
from interfaces.legal import MoveMatter
from interfaces.tenant import Tenant
from interfaces.values import Disposition, MatterStatus
from services.legal import store
from services.legal.commands import keeping
from services.legal.commands.keeping import Moment
from services.legal.domain import matters
from services.legal.domain.matters import BY_DISPOSITION, Ending, Outcome
from services.legal.store import MatterRow, MilestoneRow


@dataclass(frozen=True)
class Refusal:
    """A person's decision against going to court; its reason is kept and never published."""

    matter_id: str
    by: str
    reason: str


@dataclass(frozen=True)
class Milestone:
    """What the court or the officer reports; `deadline_on` is the court's own, if it set one."""

    milestone_id: str
    matter_id: str
    status: MatterStatus
    outcome: Outcome | None = None
    deadline_on: date | None = None
    court_reference: str = ""


async def move(session: AsyncSession, tenant: Tenant, command: MoveMatter, at: datetime) -> Matter:
    """Raises `legal/unknown_matter`. A deadline that passed always leads to an end or to the next
    review, so a case can wait for it."""
    row = await keeping.find_locked(session, tenant.name, command.matter_id)
    if row.deadline_at is None or at < row.deadline_at:
        return keeping.fact_of(row)
    moment = Moment(at, tenant, command.key)
    ending = await _ended_with_its_loan(session, row)
    if ending is None:
        following = matters.at_deadline(
            MatterStatus(row.status),
            at,
            tenant.zone,
            limitation_expires_on=row.limitation_expires_on,
            ordered_on=row.ordered_on,
        )
        if not isinstance(following, Ending):
            row.deadline_at, row.because = following.deadline_at, following.because
            return await keeping.publish(session, row, moment)
        ending = following
    return await keeping.end(session, row, ending, moment)


async def approve(
    session: AsyncSession, tenant: Tenant, matter_id: str, by: str, now: datetime
) -> MatterRow:
    """Approving again by the same person changes nothing. Raises `legal/unknown_matter`,
    `legal/not_awaiting_approval`."""
    row = await keeping.find_locked(session, tenant.name, matter_id)
    if row.decided_by == by and row.status not in (
        MatterStatus.AWAITING_APPROVAL,
        MatterStatus.REFUSED,
    ):
        return row
    _refuse_unless_awaiting(row)
    row.decided_by = by
    moment = Moment(now, tenant, f"{matter_id}/approve")
    await keeping.enter(session, row, MatterStatus.OPEN, "approved", moment)
    await keeping.publish(session, row, moment)
    return row


async def refuse(session: AsyncSession, tenant: Tenant, given: Refusal, now: datetime) -> MatterRow:
    """Refusing again by the same person changes nothing. Raises `legal/unknown_matter`,
    `legal/not_awaiting_approval`."""
    row = await keeping.find_locked(session, tenant.name, given.matter_id)
    if row.decided_by == given.by and row.status == MatterStatus.REFUSED:
        return row
    _refuse_unless_awaiting(row)
    row.decided_by, row.outcome = given.by, Outcome.REFUSED
    moment = Moment(now, tenant, f"{given.matter_id}/refuse")
    await keeping.enter(session, row, MatterStatus.REFUSED, "approval was refused", moment)
    row.refusal_reason = given.reason
    await keeping.publish(session, row, moment)
    return row


async def pass_milestone(
    session: AsyncSession, tenant: Tenant, given: Milestone, now: datetime
) -> MatterRow:
    """The same milestone id again returns the matter. Raises `legal/unknown_matter`,
    `legal/milestone_id_reused`, `legal/not_next`, `legal/outcome_missing`,
    `legal/outcome_not_possible`, `legal/deadline_passed`."""
    row = await keeping.find_locked(session, tenant.name, given.matter_id)
    if await _is_known(session, tenant.name, given):
        return row
    moment = Moment(now, tenant, given.milestone_id)
    _refuse_unless_next(row, given)
    _refuse_outcome(row, given)
    _refuse_past_deadline(given, moment)
    row.court_reference = given.court_reference or row.court_reference
    row.outcome = given.outcome or ""
    await keeping.enter(session, row, given.status, f"the court's milestone {given.status}", moment)
    if given.deadline_on is not None and row.deadline_at is not None:
        row.deadline_at = matters.end_of(given.deadline_on, tenant.zone)
    session.add(
        MilestoneRow(
            tenant=tenant.name,
            milestone_id=given.milestone_id,
            matter_id=given.matter_id,
            status=given.status,
            outcome=given.outcome or "",
        )
    )
    await keeping.publish(session, row, moment)
    return row


async def matters_of(
    session: AsyncSession, tenant: str, status: str | None, after: str, at_most: int
) -> Sequence[MatterRow]:
    return await store.matters(session, tenant, status, after, at_most)


async def _ended_with_its_loan(session: AsyncSession, row: MatterRow) -> Ending | None:
    claim = await store.claim(session, row.loan_id)
    if claim is None or claim.accepted_at < row.opened_at:
        return None
    outcome = BY_DISPOSITION.get(Disposition(claim.disposition))
    return None if outcome is None else Ending(outcome, f"the loan is {claim.disposition}")


async def _is_known(session: AsyncSession, tenant: str, given: Milestone) -> bool:
    known = await store.milestone(session, tenant, given.milestone_id)
    if known is None:
        return False
    same = (given.matter_id, given.status, given.outcome or "")
    if (known.matter_id, known.status, known.outcome) != same:
        raise Conflict(
            "legal/milestone_id_reused",
            f"Milestone id {given.milestone_id} was used for another milestone; use a new id.",
        )
    return True


def _refuse_unless_awaiting(row: MatterRow) -> None:
    if row.status != MatterStatus.AWAITING_APPROVAL:
        raise Conflict(
            "legal/not_awaiting_approval",
            f"Matter {row.matter_id} is {row.status}; only one that awaits approval is decided.",
            status=row.status,
        )


def _refuse_unless_next(row: MatterRow, given: Milestone) -> None:
    status = MatterStatus(row.status)
    if not matters.may_become(status, given.status):
        following = sorted(matters.TRANSITIONS[status] - {MatterStatus.REFUSED})
        raise Conflict(
            "legal/not_next",
            f"Matter {row.matter_id} is {status} and cannot become {given.status}; it can become "
            f"{' or '.join(following) or 'nothing else'}.",
            status=status,
            following=following,
        )


def _refuse_outcome(row: MatterRow, given: Milestone) -> None:
    is_end = given.status is MatterStatus.ENDED
    if is_end != (given.outcome is not None):
        raise Invalid(
            "legal/outcome_missing" if is_end else "legal/outcome_not_possible",
            f"A milestone {given.status} {'needs' if is_end else 'has no'} outcome; "
            "say how a matter ended when it ends, and only then.",
        )
    if given.outcome and not matters.may_end_as(MatterStatus(row.status), given.outcome):
        raise Invalid(
            "legal/outcome_not_possible",
            f"A matter that is {row.status} cannot end as {given.outcome}; choose another outcome.",
        )


def _refuse_past_deadline(given: Milestone, moment: Moment) -> None:
    if given.deadline_on is not None and given.deadline_on < moment.today:
        raise Invalid(
            "legal/deadline_passed",
            f"The deadline {given.deadline_on.isoformat()} is before today "
            f"({moment.today.isoformat()}); give one that is still to come.",
        )
