"""Rules for what is under way already: an agreement, a matter, a visit, a pause, a hold."""

from __future__ import annotations

from datetime import datetime, timedelta

from interfaces.facts import HoldInterval
from interfaces.values import AgreementStatus, Block, MatterStatus, Stage, VisitStatus
from workflows.acts import (
    BeginBookedVisit,
    CancelBookedVisit,
    Decision,
    JudgeOpenAgreement,
    JudgePastVisit,
    Later,
    MoveOpenMatter,
    Wait,
    WithdrawWishes,
)
from workflows.state import CaseState
from workflows.strategy import blocking

VISIT_REPORT_DUE = timedelta(days=3)


def agreement_under_way(state: CaseState, now: datetime) -> Decision | Later | None:
    """An offer may be answered while the ladder goes on; an active agreement stops it
    (credit-card measures art. 70: collection stops once the plan is signed)."""
    agreement = state.facts.agreement
    if agreement is None or agreement.status not in (
        AgreementStatus.OFFERED,
        AgreementStatus.ACTIVE,
    ):
        return None
    if agreement.judge_at is not None and agreement.judge_at <= now:
        return JudgeOpenAgreement(agreement.agreement_id)
    until = agreement.judge_at or state.calendar.after(now, state.strategy.review)
    if agreement.status is AgreementStatus.OFFERED:
        return Later(until, "an offer expires")
    because = f"a {agreement.kind} is active"
    return visit_cancelled(state) or touches_stopped(state, because) or Wait(until, because)


def matter_under_way(state: CaseState, now: datetime) -> Decision | Later | None:
    matter = state.facts.matter
    if matter is None or matter.deadline_at is None:
        return None
    if matter.status in (MatterStatus.ENDED, MatterStatus.REFUSED):
        return None
    if matter.deadline_at <= now:
        return MoveOpenMatter(matter.matter_id)
    return Later(matter.deadline_at, "a deadline of the legal matter")


def visit_under_way(state: CaseState, now: datetime) -> Decision | Later | None:
    visit = state.facts.visit
    if visit is None:
        return None
    if visit.status is VisitStatus.UNDER_WAY:
        report_due = visit.window_until + VISIT_REPORT_DUE
        if report_due <= now:
            return JudgePastVisit(visit.visit_id)
        return Later(report_due, "a visit report is due")
    if visit.status is not VisitStatus.BOOKED:
        return None
    is_paused = state.paused_until is not None and state.paused_until > max(now, visit.window_from)
    is_held = is_paused or bool(blocking(state, now, Block.VISIT, visit.party_id))
    if is_held or state.reached is not Stage.FIELD_VISIT:
        return CancelBookedVisit(visit.visit_id, "visits are not allowed any more")
    if visit.window_from <= now:
        return BeginBookedVisit(visit.visit_id)
    return Later(visit.window_from, "a visit is booked")


def visit_cancelled(state: CaseState) -> CancelBookedVisit | None:
    """Nothing may end or stop while agents are still booked to go."""
    visit = state.facts.visit
    if visit is None or visit.status is not VisitStatus.BOOKED:
        return None
    return CancelBookedVisit(visit.visit_id, "the loan must not be visited any more")


def touches_stopped(state: CaseState, because: str) -> WithdrawWishes | None:
    """Contact does not know why the case stops: a call that was made would be dialled again."""
    keys = tuple(wish.key for wish in state.wishes if not wish.is_met)
    return WithdrawWishes(keys, because) if keys or state.may_linger else None


def wishes_withdrawn(state: CaseState, because: str) -> WithdrawWishes | None:
    """While a case waits nothing of it may wait to touch a person; what was begun is stopped by
    contact itself, which knows of the hold or the payment."""
    keys = tuple(wish.key for wish in state.wishes if not wish.is_met)
    return WithdrawWishes(keys, because) if keys else None


def paused_by_a_person(state: CaseState, now: datetime) -> Decision | None:
    if state.paused_until is None or state.paused_until <= now:
        return None
    because = f"paused: {state.pause_reason}"
    return touches_stopped(state, because) or Wait(state.paused_until, because)


def held_whole(state: CaseState, now: datetime) -> Decision | None:
    """A hold on the loan itself stops every act; it is looked at again at its end or review."""
    whole = blocking(state, now, Block.CONTACT, None)
    if not whole:
        return None
    because = f"held: {whole[0].kind}"
    return wishes_withdrawn(state, because) or Wait(hold_over(state, now, whole), because)


def hold_over(state: CaseState, now: datetime, found: list[HoldInterval]) -> datetime:
    """When the last of these holds may be over, or one of them should be reviewed."""
    ends = [hold.until_at for hold in found if hold.until_at]
    reviews = [hold.review_at for hold in found if hold.review_at and hold.review_at > now]
    latest_end = [max(ends)] if len(ends) == len(found) else []
    return min([*latest_end, *reviews, state.calendar.after(now, state.strategy.review)])


def disputed_whole(state: CaseState, now: datetime) -> Decision | None:
    if state.position.collectable_minor > state.position.tolerance_minor:
        return None
    because = "all of it is in dispute"
    until = state.calendar.after(now, state.strategy.review)
    return touches_stopped(state, because) or Wait(until, because)
