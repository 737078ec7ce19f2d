"""Memory and strategies: what counts for an episode, and what the bundled strategies promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.cases import EpisodeClaim
from interfaces.clock import REAL_TIME, ClockReading
from interfaces.contact import TouchOutcome, TouchStatus
from interfaces.facts import Facts, WishSettled
from interfaces.strategy import Step, StepKind
from interfaces.values import AgreementStatus, Channel, Stage
from tests import builders
from tests.workflows.simulation import World, always_open
from workflows import acts, evolve
from workflows.evolve import HELD
from workflows.ladder import decide
from workflows.state import CaseState
from workflows.strategy import due_steps, open_channels

HORIZON = builders.OPENED + timedelta(days=200)
TEMPLATES = {file.name.split(".")[0] for file in Path("config/templates").glob("*.en.yaml")}


def test_a_notice_is_deemed_delivered_by_the_days_of_the_strategy_not_by_waiting_for_proof() -> (
    None
):
    sent_at = builders.OPENED + timedelta(hours=5)
    sent = builders.progress(1, sent_at, (builders.notice("overdue_notice", sent_at),))
    state = evolve.evolve(
        builders.state(
            reached=Stage.FOLLOW_UP,
            facts=builders.state().facts.__class__(
                position=builders.position(oldest_due_on=builders.DUE - timedelta(days=40))
            ),
        ),
        sent,
    )
    moves = [
        done
        for done in World(state, always_open).play(HORIZON)
        if isinstance(done.decision, acts.Move)
    ]
    assert moves[0].decision.to_stage is Stage.WRITTEN_DEMAND  # type: ignore[union-attr]
    assert moves[0].at >= sent_at + timedelta(days=2)


@given(st.sampled_from(["consumer-individual", "card-individual", "enterprise"]))
def test_every_bundled_strategy_names_a_step_for_every_notice_it_requires(name: str) -> None:
    strategy = builders.strategy(name)
    sent = {step.notice for stage in strategy.stages for step in stage.steps if step.notice}
    needed = {stage.requires_notice for stage in strategy.stages if stage.requires_notice}
    assert needed <= sent
    kinds = {step.kind for stage in strategy.stages for step in stage.steps}
    assert kinds == set(StepKind)


def test_every_template_a_strategy_names_is_one_that_contact_has() -> None:
    for name in ("consumer-individual", "card-individual", "enterprise"):
        steps = [step for stage in builders.strategy(name).stages for step in stage.steps]
        assert {step.template for step in steps if step.template} <= TEMPLATES


def test_what_ended_before_an_episode_opened_says_nothing_about_it() -> None:
    before = builders.OPENED - timedelta(days=90)
    kept = builders.agreement(7, before, AgreementStatus.KEPT)
    state = evolve.evolve(builders.state(), kept)
    assert state.facts.agreement is None
    old = replace(builders.progress(9, before), episode=4)
    assert evolve.evolve(state, old).facts.contact is None


def step_of(stage: Stage, key: str) -> Step:
    rule = builders.strategy().stage(stage)
    assert rule is not None
    return next(step for step in rule.steps if step.key == key)


def came_back(state: CaseState, step: Step, outcome: TouchOutcome) -> CaseState:
    channel = step.channels[0] if step.channels else Channel.VISIT
    return evolve.touched(state, step, builders.BORROWER.party_id, channel, outcome)


@pytest.mark.parametrize("status", [TouchStatus.UNDELIVERABLE, TouchStatus.REFUSED])
def test_a_visit_that_can_never_be_made_is_not_booked_again_at_once(status: TouchStatus) -> None:
    """As the gate answers where no address is known: with the standing it looked at."""
    state = builders.state(reached=Stage.FIELD_VISIT)
    outcome = TouchOutcome(state.key, status, rule_id="NO-POINT", standing_version=7)
    after = came_back(state, step_of(Stage.FIELD_VISIT, "visit"), outcome)
    (record,) = after.steps
    assert (record.times, record.failed) == (1, ())


@pytest.mark.parametrize("rule_id", [HELD, "CN-CARD-70", "ARRANGED"])
def test_a_hold_or_plan_that_only_the_gate_knows_puts_a_notice_off_and_proves_no_try(
    rule_id: str,
) -> None:
    state = builders.state(reached=Stage.REMIND)
    held = TouchOutcome(state.key, TouchStatus.REFUSED, rule_id=rule_id, standing_version=7)
    after = came_back(state, step_of(Stage.REMIND, "reminder"), held)
    (record,) = after.steps
    assert record.failed == ()
    assert record.not_before == state.now + evolve.HELD_ELSEWHERE
    assert after.tries == ()


def test_a_notice_put_off_until_morning_proves_no_try_either() -> None:
    state = builders.state(reached=Stage.REMIND)
    morning = state.now + timedelta(hours=9)
    late = TouchOutcome(state.key, TouchStatus.REFUSED, next_allowed_at=morning)
    assert came_back(state, step_of(Stage.REMIND, "reminder"), late).tries == ()


def test_a_plan_of_an_earlier_episode_does_not_end_this_one_when_it_is_kept() -> None:
    plan = builders.agreement(1, builders.OPENED - timedelta(days=40), AgreementStatus.ACTIVE)
    claim = EpisodeClaim(
        is_duplicate=False,
        episode=2,
        opened_at=builders.OPENED,
        earlier_episodes=1,
        facts=Facts(position=builders.position(), agreement=plan),
        strategy=builders.strategy(),
        calendar=builders.CALENDAR,
    )
    state = evolve.opened("demo", "loan0001", claim)
    kept = replace(plan, version=2, at=builders.OPENED, status=AgreementStatus.KEPT)
    state = evolve.evolve(state, kept)
    assert not isinstance(decide(state, state.now), acts.Close)
    own = evolve.evolve(state, replace(kept, version=3, agreement_id="agreement-2"))
    assert isinstance(decide(own, own.now), acts.Close)


def test_after_an_outage_in_real_time_a_case_goes_on_from_today_not_from_what_it_missed() -> None:
    due, late = builders.OPENED, builders.OPENED + timedelta(days=9)
    assert evolve.woke_at(REAL_TIME, due, late) == late
    assert evolve.woke_at(REAL_TIME, due, due + timedelta(seconds=3)) == due
    fast = ClockReading(due, due, 1_000.0)
    assert evolve.woke_at(fast, due, late) == due


def pooled(state: CaseState, step: Step) -> CaseState:
    return came_back(state, step, TouchOutcome(state.key, TouchStatus.POOLED))


def ended(state: CaseState, key: str, status: TouchStatus, **more: object) -> CaseState:
    settled = WishSettled(key, status, **more)  # type: ignore[arg-type]
    progress = replace(builders.progress(9, state.now), settled=(settled,))
    return evolve.evolve(state, progress)


def test_a_step_whose_wish_waits_is_not_owed_again_until_it_ended() -> None:
    state = builders.state(reached=Stage.REMIND)
    step = step_of(Stage.REMIND, "reminder")
    waiting = pooled(state, step)
    assert step.key not in {due.step.key for due in due_steps(waiting)}
    met = ended(waiting, state.key, TouchStatus.CONFIRMED)
    (record,) = met.steps
    assert (record.times, met.wishes) == (1, ())


def test_a_wish_that_was_refused_puts_its_step_off() -> None:
    state = builders.state(reached=Stage.REMIND)
    again_at = state.now + timedelta(days=1)
    waiting = pooled(state, step_of(Stage.REMIND, "reminder"))
    refused = ended(waiting, state.key, TouchStatus.REFUSED, next_allowed_at=again_at)
    (record,) = refused.steps
    assert (record.times, record.not_before, refused.wishes) == (0, again_at, ())


def test_a_wish_told_as_ended_before_it_was_known_to_wait_is_not_waited_for() -> None:
    state = builders.state(reached=Stage.REMIND)
    told = ended(state, state.key, TouchStatus.CONFIRMED)
    outcome = TouchOutcome(state.key, TouchStatus.POOLED)
    after = came_back(told, step_of(Stage.REMIND, "reminder"), outcome)
    (record,) = after.steps
    assert (record.times, after.wishes) == (1, ())


def test_whom_no_collector_finds_time_for_is_tried_in_another_way() -> None:
    state = builders.state(reached=Stage.FOLLOW_UP)
    step = step_of(Stage.FOLLOW_UP, "follow_up_call")
    for number in range(evolve.EXPIRED_MAX):
        key = f"{state.loan_id}/{number}"
        waiting = came_back(state, step, TouchOutcome(key, TouchStatus.POOLED))
        settled = WishSettled(key, TouchStatus.EXPIRED)
        progress = replace(builders.progress(number + 1, state.now), settled=(settled,))
        state = evolve.evolve(waiting, progress)
    (record,) = state.steps
    assert record.failed == (Channel.CALL,)
    due = next(due for due in due_steps(state) if due.step.key == step.key)
    assert open_channels(state, due.step, due.party)[0] == Channel.EMAIL
