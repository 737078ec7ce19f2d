"""The ladder: which act, wait or end follows from what a case knows.

`RULES` is the one transition table, read top to bottom: the first rule that decides wins, so what
ends or stops a case stands above what moves it, and that above what touches a person."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from workflows.acts import Decision, Later, Wait
from workflows.endings import (
    agreement_completed,
    covered,
    ended_by_the_bank,
    nobody_left_to_pay,
    not_yet_adopted,
    ordered_to_close,
    time_barred,
)
from workflows.rungs import stage_falls, stage_rises, step_due
from workflows.state import CaseState
from workflows.under_way import (
    agreement_under_way,
    disputed_whole,
    held_whole,
    matter_under_way,
    paused_by_a_person,
    visit_under_way,
)

Rule = Callable[[CaseState, datetime], Decision | Later | None]

RULES: tuple[Rule, ...] = (
    ordered_to_close,
    ended_by_the_bank,
    not_yet_adopted,
    agreement_completed,
    nobody_left_to_pay,
    time_barred,
    covered,
    agreement_under_way,
    matter_under_way,
    visit_under_way,
    paused_by_a_person,
    held_whole,
    disputed_whole,
    stage_falls,
    stage_rises,
    step_due,
)


def decide(state: CaseState, now: datetime) -> Decision:
    """The one thing to do next. A wait always ends after `now`, so a case is never stuck."""
    later: list[Later] = []
    for rule in RULES:
        found = rule(state, now)
        if isinstance(found, Later):
            later.append(found)
        elif isinstance(found, Wait):
            return _soonest(state, now, [*later, Later(found.until, found.because)])
        elif found is not None:
            return found
    return _soonest(state, now, later)


def _soonest(state: CaseState, now: datetime, later: list[Later]) -> Wait:
    review = Later(state.calendar.after(now, state.strategy.review), "review: nothing else planned")
    ahead = [each for each in later if each.at > now]
    first = min([*ahead, review], key=lambda each: each.at)
    return Wait(first.at, first.because)
