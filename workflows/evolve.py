"""How a case's memory changes: by facts from outside and by the outcomes of its own acts."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from interfaces.cases import EpisodeClaim
from interfaces.clock import ClockReading
from interfaces.contact import TouchOutcome, TouchStatus, Withdrawn
from interfaces.facts import (
    Agreement,
    ContactProgress,
    Fact,
    Facts,
    Holds,
    Matter,
    Position,
    Visit,
)
from interfaces.strategy import Step
from interfaces.values import AgreementStatus, Channel, MatterStatus, VisitStatus
from workflows.acts import Move
from workflows.state import CaseState, NoticeTry, OpenWish, StepRecord

FIELD_OF: dict[type[Fact], str] = {
    Position: "position",
    Holds: "holds",
    ContactProgress: "contact",
    Agreement: "agreement",
    Visit: "visit",
    Matter: "matter",
}
FINISHED: frozenset[AgreementStatus | VisitStatus | MatterStatus] = frozenset(
    {
        AgreementStatus.KEPT,
        AgreementStatus.BROKEN,
        AgreementStatus.DECLINED,
        AgreementStatus.EXPIRED,
        AgreementStatus.CANCELLED,
        VisitStatus.REPORTED,
        VisitStatus.MISSED,
        VisitStatus.CANCELLED,
        MatterStatus.ENDED,
        MatterStatus.REFUSED,
    }
)
STOPPED_ELSEWHERE = timedelta(hours=6)
EXPIRED_MAX = 3
# The gate's rule for a hold; one the case has not heard of yet is on its way to it.
HELD = "HOLD"
# What only another's word ends: contact may hear later than a case that a plan is broken.
ENDED_BY_WORD = frozenset({HELD, "CN-CARD-70", "ARRANGED"})
HELD_ELSEWHERE = timedelta(days=1)
SLEPT_PAST = timedelta(hours=6)


def opened(tenant: str, loan_id: str, claim: EpisodeClaim) -> CaseState:
    """The first state of a claimed episode."""
    if claim.strategy is None or claim.calendar is None or claim.opened_at is None:
        raise ValueError(f"the claim of {loan_id} lacks strategy, calendar or opening instant")
    state = CaseState(
        tenant=tenant,
        loan_id=loan_id,
        episode=claim.episode,
        opened_at=claim.opened_at,
        earlier_episodes=claim.earlier_episodes,
        strategy=claim.strategy,
        calendar=claim.calendar,
        now=claim.opened_at,
        stage_since=claim.opened_at,
    )
    state = with_facts(state, claim.facts or Facts())
    inherited = state.facts.agreement
    return state if inherited is None else replace(state, inherited=inherited.agreement_id)


def with_facts(state: CaseState, facts: Facts) -> CaseState:
    """All of these facts, each where it is newer than the known one."""
    known = (getattr(facts, name) for name in FIELD_OF.values())
    for fact in known:
        if fact is not None:
            state = evolve(state, fact)
    return state


def evolve(state: CaseState, fact: Fact) -> CaseState:
    """The highest version of each absolute fact stays; time never runs backwards."""
    name = FIELD_OF[type(fact)]
    known = getattr(state.facts, name)
    if known is not None and known.version >= fact.version:
        return state
    if _is_of_an_earlier_episode(state, fact):
        return state
    newer: dict[str, Any] = {name: fact}
    facts = replace(state.facts, **newer)
    state = replace(state, facts=facts, now=max(state.now, fact.at))
    return settled(state) if isinstance(fact, ContactProgress) else state


def _is_of_an_earlier_episode(state: CaseState, fact: Fact) -> bool:
    """What was finished before this episode opened says nothing about it."""
    if isinstance(fact, ContactProgress):
        return fact.episode not in (0, state.episode)
    if isinstance(fact, Agreement | Visit | Matter):
        return fact.status in FINISHED and fact.at < state.opened_at
    return False


def woken(state: CaseState, due: datetime) -> CaseState:
    """The instant a case slept for has come."""
    return replace(state, now=max(state.now, due))


def moved(state: CaseState, move: Move) -> CaseState:
    """After the transition was recorded; a rung entered anew owes its steps anew."""
    is_new_rung = move.to_stage is not state.reached
    state = replace(
        next_act(state),
        reached=move.to_stage,
        furthest=max(state.furthest, move.to_stage, key=lambda stage: stage.rung),
        stage_since=state.now if is_new_rung else state.stage_since,
        is_suspended=_is_suspended(state, move),
        suspended_at=state.now if move.what == "suspended" else state.suspended_at,
    )
    if not is_new_rung:
        return state
    kept = tuple(step for step in state.steps if not step.key.startswith(f"{move.to_stage}/"))
    return replace(state, steps=kept)


def _is_suspended(state: CaseState, move: Move) -> bool:
    return {"suspended": True, "resumed": False}.get(move.what, state.is_suspended)


def adopted(state: CaseState) -> CaseState:
    return next_act(replace(state, is_adopted=True))


def done(state: CaseState, step: Step, party_id: str) -> CaseState:
    """A step was done once more for this party."""
    record = _record(state, step, party_id)
    counted = replace(record, times=record.times + 1, last_at=state.now, not_before=None)
    return _with_record(state, counted)


def put_off(state: CaseState, step: Step, party_id: str, until: datetime) -> CaseState:
    """A step could not be done now; it is owed again from `until` on."""
    return _with_record(state, replace(_record(state, step, party_id), not_before=until))


def touched(
    state: CaseState, step: Step, party_id: str, channel: Channel, outcome: TouchOutcome
) -> CaseState:
    """A touch came back from contact: made, put off, impossible on this channel, or kept as a
    wish whose end is still to come."""
    state = replace(state, may_linger=True)
    key = _record(state, step, party_id).key
    wish = OpenWish(outcome.key, key, channel, step.notice, bool(step.channels))
    if outcome.status is TouchStatus.POOLED:
        return settled(next_act(replace(state, wishes=(*state.wishes, wish))))
    return _ended(state, wish, outcome)


def settled(state: CaseState) -> CaseState:
    """The wishes that ended, as contact last told; it may have told before the case knew that the
    wish was kept."""
    told = state.facts.contact.settled if state.facts.contact else ()
    for wish in state.wishes:
        end = next((each for each in told if each.key == wish.key), None)
        if end is None:
            continue
        state = replace(state, wishes=tuple(each for each in state.wishes if each is not wish))
        outcome = TouchOutcome(
            key=end.key,
            status=TouchStatus(end.status),
            rule_id=end.rule_id,
            because=end.because,
            next_allowed_at=end.next_allowed_at,
        )
        state = _ended(state, wish, outcome)
    return state


def withdrawn(state: CaseState, keys: tuple[str, ...], answer: Withdrawn) -> CaseState:
    """The named wishes that contact ended are open no longer; the others were met before. Nothing
    is begun anew of what was met."""
    ends = {end.key: end for end in answer.ended}
    for wish in state.wishes:
        others = tuple(each for each in state.wishes if each is not wish)
        if wish.key in ends:
            state = _ended(replace(state, wishes=others), wish, ends[wish.key])
        elif wish.key in keys:
            state = replace(state, wishes=(*others, replace(wish, is_met=True)))
    return next_act(replace(state, may_linger=False))


def _ended(state: CaseState, wish: OpenWish, outcome: TouchOutcome) -> CaseState:
    """What was put off is no documented try: a notice the gate holds back must not count as one
    that failed."""
    record = state.record(wish.step)
    if outcome.status is TouchStatus.EXPIRED:
        record = replace(record, expired=record.expired + 1)
    # Whom nobody found time to call so often is tried in another way.
    is_given_up = record.expired >= EXPIRED_MAX and wish.has_channels
    again_at = None if is_given_up else _again_at(state, outcome)
    if again_at is not None:
        return _with_record(state, replace(record, not_before=again_at))
    state = _with_try(state, wish.notice)
    is_made = outcome.status in (TouchStatus.CONFIRMED, TouchStatus.RESERVED)
    # A step without channels has no other way to be tried: it counts as done.
    if is_made or not wish.has_channels:
        counted = replace(record, times=record.times + 1, last_at=state.now, not_before=None)
        return _with_record(state, counted)
    return _with_record(state, replace(record, failed=(*record.failed, wish.channel), expired=0))


def _again_at(state: CaseState, outcome: TouchOutcome) -> datetime | None:
    """When a touch that was stopped may be tried again; None if that would not help."""
    if outcome.status in (TouchStatus.SUPERSEDED, TouchStatus.EXPIRED):
        return state.now + STOPPED_ELSEWHERE
    if outcome.status is not TouchStatus.REFUSED:
        return None
    if outcome.next_allowed_at is not None:
        return max(outcome.next_allowed_at, state.now)
    return state.now + HELD_ELSEWHERE if outcome.rule_id in ENDED_BY_WORD else None


def next_act(state: CaseState) -> CaseState:
    """An act without a step of its own was done; the next one needs a new key."""
    return replace(state, seq=state.seq + 1)


def paused(state: CaseState, until: datetime | None, reason: str) -> CaseState:
    return replace(state, paused_until=until, pause_reason=reason)


def ordered_closed(state: CaseState, reason: str) -> CaseState:
    return replace(state, close_order=reason)


def is_circling(before: CaseState, after: CaseState) -> bool:
    """An act that changed nothing would be decided again at once, for ever."""
    return replace(after, seq=before.seq) == before


def wall_wait(clock: ClockReading, until: datetime, wall: datetime) -> timedelta:
    """How long to sleep on the wall until a case instant; never negative."""
    return max(timedelta(0), clock.wall_time(until) - wall)


def woke_at(clock: ClockReading, due: datetime, wall: datetime) -> datetime:
    """The instant to go on from: the due one. In real time an outage may have slept past it: then
    the wall's, or all that was missed would reach the person in one burst."""
    at = clock.case_time(wall)
    return at if clock.rate == 1 and at - due > SLEPT_PAST else due


def _record(state: CaseState, step: Step, party_id: str) -> StepRecord:
    return state.record(f"{state.reached}/{step.key}/{party_id}")


def _with_record(state: CaseState, record: StepRecord) -> CaseState:
    others = tuple(each for each in state.steps if each.key != record.key)
    return next_act(replace(state, steps=(*others, record)))


def _with_try(state: CaseState, notice: str) -> CaseState:
    if not notice or any(each.kind == notice for each in state.tries):
        return state
    return replace(state, tries=(*state.tries, NoticeTry(notice, state.now)))
