"""Memory and strategies: what counts for an episode, and what the bundled strategies promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from interfaces.strategy import StepKind
from interfaces.values import AgreementStatus, Stage
from services.contact.domain.templates import TEMPLATES
from tests import builders
from tests.workflows.simulation import World, always_open
from workflows import acts, evolve

HORIZON = builders.OPENED + timedelta(days=200)


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
