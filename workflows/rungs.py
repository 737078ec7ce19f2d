"""Rules that move a case up and down the ladder and do what its rung owes."""

from __future__ import annotations

from datetime import datetime

from interfaces.facts import Visit
from interfaces.strategy import StageRule, StepKind
from interfaces.values import AgreementStatus, Block, Channel, VisitStatus
from workflows.acts import (
    BookVisitTo,
    Decision,
    Later,
    MakeOfferTo,
    Move,
    OpenMatterAgainst,
    TouchParty,
)
from workflows.state import CaseState
from workflows.strategy import (
    DueStep,
    act_instant,
    blocking,
    circumstances_were_asked,
    day_of_age,
    due_again,
    due_stage,
    due_steps,
    next_act_instant,
    next_rung,
    notice_stands_at,
    notice_waived_at,
    open_channels,
)
from workflows.under_way import hold_over

BLOCK_OF = {
    StepKind.TOUCH: Block.CONTACT,
    StepKind.OFFER: Block.CONTACT,
    StepKind.VISIT: Block.VISIT,
    StepKind.MATTER: Block.LEGAL,
}


def stage_falls(state: CaseState, now: datetime) -> Decision | None:
    due = due_stage(state, now)
    if due.rung >= state.reached.rung:
        return None
    return Move("stage_changed", due, "the oldest unpaid due date moved")


def stage_rises(state: CaseState, now: datetime) -> Decision | Later | None:
    """One rung at a time, when its day, the dwell below and the notice below have all come."""
    rule = next_rung(state)
    if rule is None:
        return None
    today = state.calendar.local_date(now)
    day_comes = act_instant(state, day_of_age(state, rule.from_day, today))
    here = state.strategy.stage(state.reached)
    dwelt = due_again(state, state.stage_since, here.dwell) if here else state.stage_since
    if rule.requires_circumstances and not circumstances_were_asked(state):
        return None
    notice_at, waived = _notice_at(state, rule)
    if notice_at is None:
        return None
    at = next_act_instant(state, max(day_comes, dwelt, notice_at))
    if now < at or due_stage(state, now).rung < rule.stage.rung:
        return Later(at, f"rises to {rule.stage}")
    if waived:
        return Move("notice_waived", rule.stage, f"{rule.requires_notice}: tried long enough")
    return Move("stage_changed", rule.stage, f"due since day {rule.from_day}")


def _notice_at(state: CaseState, rule: StageRule) -> tuple[datetime | None, bool]:
    """When the rung's notice requirement is met, and whether by the fallback."""
    if not rule.requires_notice:
        return state.stage_since, False
    stands = notice_stands_at(state, rule.requires_notice)
    waived = notice_waived_at(state, rule.requires_notice)
    if stands is not None and (waived is None or stands <= waived):
        return stands, False
    return (stands, False) if waived is None else (waived, True)


def step_due(state: CaseState, now: datetime) -> Decision | Later | None:
    """The first step whose time has come and whose party may be addressed."""
    soonest: Later | None = None
    for due in due_steps(state):
        block = BLOCK_OF[due.step.kind]
        held = blocking(state, now, block, due.party.party_id)
        at = next_act_instant(state, max(due.at, now))
        if held:
            found: Decision | Later | None = Later(hold_over(state, now, held), "a party is held")
        elif at > now:
            found = Later(at, f"{due.step.key} is due")
        else:
            found = _act(state, due)
        if found is not None and not isinstance(found, Later):
            return found
        if isinstance(found, Later) and (soonest is None or found.at < soonest.at):
            soonest = found
    return soonest


def _act(state: CaseState, due: DueStep) -> Decision | None:
    visit, matter, agreement = state.facts.visit, state.facts.matter, state.facts.agreement
    step, party, at = due.step, due.party, max(due.at, state.now)
    if step.kind is StepKind.TOUCH:
        return TouchParty(step, party, Channel(open_channels(state, step, party)[0]), at)
    if step.kind is StepKind.OFFER:
        if agreement is not None and agreement.status is AgreementStatus.OFFERED:
            return None
        return MakeOfferTo(step, party, at)
    if step.kind is StepKind.VISIT:
        return None if _is_open_visit(visit) else BookVisitTo(step, party, at)
    return OpenMatterAgainst(step, party, at) if matter is None else None


def _is_open_visit(visit: Visit | None) -> bool:
    return visit is not None and visit.status in (VisitStatus.BOOKED, VisitStatus.UNDER_WAY)
