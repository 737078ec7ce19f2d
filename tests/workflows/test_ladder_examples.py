"""The ladder by example: one story per rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from interfaces.contact import TouchOutcome, TouchStatus, Withdrawn
from interfaces.facts import Facts, TakenOver, WishSettled
from interfaces.values import (
    AgreementStatus,
    Block,
    Channel,
    ClosingReason,
    Disposition,
    HoldKind,
    MatterStatus,
    Stage,
    VisitStatus,
)
from tests import builders
from tests.workflows.simulation import World, always_open
from workflows import acts, evolve
from workflows.ladder import decide
from workflows.state import CaseState
from workflows.strategy import blocking

HORIZON = builders.OPENED + timedelta(days=200)


@pytest.mark.parametrize(
    ("disposition", "reason"),
    [
        (Disposition.CURRENT, ClosingReason.CURED),
        (Disposition.CLOSED, ClosingReason.PAID),
        (Disposition.SOLD, ClosingReason.SOLD),
        (Disposition.RECALLED, ClosingReason.RECALLED),
        (Disposition.WRITTEN_OFF, ClosingReason.WRITTEN_OFF),
    ],
)
def test_the_bank_ends_a_case_at_once(disposition: Disposition, reason: ClosingReason) -> None:
    ended = builders.position(2, disposition=disposition)
    decision = decide(evolve.evolve(builders.state(), ended), builders.OPENED)
    assert isinstance(decision, acts.Close)
    assert decision.reason is reason


def test_a_covered_loan_is_suspended_at_once_and_cured_after_the_days_of_confirmation() -> None:
    paid_at = builders.OPENED + timedelta(days=3)
    covered = builders.position(2, at=paid_at, disposition=Disposition.COVERED)
    history = World(builders.state(), always_open, [covered]).play(HORIZON)
    suspended, closed = history[-3], history[-1]
    assert isinstance(suspended.decision, acts.Move)
    assert suspended.decision.what == "suspended"
    assert suspended.at == paid_at
    assert isinstance(closed.decision, acts.Close)
    assert closed.decision.reason is ClosingReason.CURED
    assert closed.at == paid_at + timedelta(days=3)


def test_a_reversal_of_the_covering_payment_resumes_the_case() -> None:
    covered = builders.position(
        2, at=builders.OPENED + timedelta(days=3), disposition=Disposition.COVERED
    )
    again = builders.position(3, at=builders.OPENED + timedelta(days=4))
    history = World(builders.state(), always_open, [covered, again]).play(HORIZON)
    moves = [done.decision.what for done in history if isinstance(done.decision, acts.Move)]
    assert moves.index("resumed") == moves.index("suspended") + 1


def test_a_part_payment_that_moves_the_due_date_lowers_the_stage_without_skipping_a_rung() -> None:
    late = builders.OPENED + timedelta(days=45)
    younger = builders.position(2, at=late, oldest_due_on=late.date() - timedelta(days=5))
    history = World(builders.state(), always_open, [younger]).play(late + timedelta(days=30))
    stages = [done.decision.to_stage for done in history if isinstance(done.decision, acts.Move)]
    fall = stages.index(Stage.REMIND, 1)
    assert stages[fall - 1] is Stage.NEGOTIATE
    assert stages[fall + 1] is Stage.FOLLOW_UP


def test_the_death_of_the_only_liable_party_without_estate_ends_the_case() -> None:
    alone = builders.position(2, parties=(builders.BORROWER, builders.RELATIVE))
    died = builders.hold(builders.OPENED, None, builders.BORROWER.party_id, HoldKind.DECEASED)
    state = evolve.evolve(builders.state(), alone)
    state = evolve.evolve(
        state, builders.holds(1, builders.OPENED, replace(died, has_no_estate=True))
    )
    decision = decide(state, state.now)
    assert isinstance(decision, acts.Close)
    assert decision.reason is ClosingReason.DECEASED_WITHOUT_ESTATE


def test_a_guarantor_may_still_be_asked_after_the_borrower_died() -> None:
    died = builders.hold(builders.OPENED, None, builders.BORROWER.party_id, HoldKind.DECEASED)
    held = builders.holds(1, builders.OPENED, died)
    long_due = builders.position(2, oldest_due_on=builders.DUE - timedelta(days=28))
    state = evolve.evolve(builders.state(reached=Stage.WRITTEN_DEMAND), long_due)
    state = evolve.evolve(state, held)
    noon = datetime(2026, 3, 4, 4, 30, tzinfo=UTC)
    state = evolve.woken(state, noon)
    act = next(
        rule.decision
        for rule in World(state, always_open).play(noon + timedelta(days=2))
        if isinstance(rule.decision, acts.TouchParty)
    )
    assert isinstance(act, acts.TouchParty)
    assert act.party == builders.GUARANTOR


def test_an_unreachable_borrower_cannot_stall_the_case() -> None:
    def unreachable(act: acts.TouchParty, state: CaseState) -> TouchOutcome:
        return TouchOutcome(state.key, TouchStatus.UNDELIVERABLE)

    history = World(builders.state(), unreachable).play(HORIZON)
    waived = [
        done.decision
        for done in history
        if isinstance(done.decision, acts.Move) and done.decision.what == "notice_waived"
    ]
    assert [move.to_stage for move in waived][:3] == [
        Stage.FOLLOW_UP,
        Stage.WRITTEN_DEMAND,
        Stage.NEGOTIATE,
    ]


def test_an_active_agreement_stops_every_touch_until_it_is_judged() -> None:
    agreed_at = builders.OPENED + timedelta(days=10)
    agreed = builders.agreement(1, agreed_at, AgreementStatus.ACTIVE)
    history = World(builders.state(), always_open, [agreed]).play(HORIZON)
    judged = next(d for d in history if isinstance(d.decision, acts.JudgeOpenAgreement))
    assert judged.at == agreed.judge_at
    assert not [
        done
        for done in history
        if isinstance(done.decision, acts.TouchParty) and agreed_at <= done.at < judged.at
    ]


def test_limitation_ends_a_case_nobody_could_touch() -> None:
    old = builders.position(
        2,
        last_instalment_due_on=None,
        oldest_due_on=datetime(2023, 3, 8, tzinfo=UTC).date(),
    )
    paused = builders.holds(1, builders.OPENED, builders.hold(builders.OPENED, None))
    state = evolve.evolve(evolve.evolve(builders.state(), old), paused)
    history = World(state, always_open).play(HORIZON)
    last = history[-1].decision
    assert isinstance(last, acts.Close)
    assert last.reason is ClosingReason.TIME_BARRED
    assert history[-1].at.date() == datetime(2026, 3, 9, tzinfo=UTC).date()


def test_what_was_proven_of_an_earlier_delinquency_is_adopted_once() -> None:
    taken_over = builders.position(taken_over=TakenOver())
    first = builders.state(facts=Facts(position=taken_over))
    assert isinstance(decide(first, first.now), acts.Adopt)
    second = replace(first, episode=2, earlier_episodes=1)
    assert not isinstance(decide(second, second.now), acts.Adopt)


def test_a_visit_booked_into_a_pause_is_cancelled_and_one_after_it_stands() -> None:
    begins = builders.OPENED + timedelta(days=2)
    booked = builders.visit(1, builders.OPENED, VisitStatus.BOOKED, begins)
    facts = Facts(
        position=builders.position(oldest_due_on=builders.DUE - timedelta(days=56)), visit=booked
    )
    state = builders.state(reached=Stage.FIELD_VISIT, facts=facts)
    longer = evolve.paused(state, begins + timedelta(days=1), "a funeral")
    assert isinstance(decide(longer, longer.now), acts.CancelBookedVisit)
    shorter = evolve.paused(state, begins - timedelta(hours=1), "a call")
    assert isinstance(decide(shorter, shorter.now), acts.Wait)


def test_a_dispute_over_all_of_it_stops_every_act_and_one_over_a_part_does_not() -> None:
    def disputing(minor: int) -> CaseState:
        hold = replace(builders.hold(builders.OPENED, None), amount_minor=minor)
        return evolve.evolve(builders.state(), builders.holds(1, builders.OPENED, hold))

    whole, part = disputing(100_000), disputing(1_000)
    assert blocking(whole, whole.now, Block.LEGAL, None)
    assert not blocking(part, part.now, Block.LEGAL, None)


def test_what_legal_knows_to_have_restarted_limitation_keeps_a_claim_alive() -> None:
    due = date(2021, 1, 4)
    old = builders.position(oldest_due_on=due, last_instalment_due_on=due)
    barred = builders.state(facts=Facts(position=old))
    assert isinstance(decide(barred, barred.now), acts.Close)
    matter = builders.matter(1, builders.OPENED, MatterStatus.AWAITING_APPROVAL)
    alive = evolve.evolve(barred, matter)
    assert not isinstance(decide(alive, alive.now), acts.Close)


def with_a_wish() -> CaseState:
    """A case whose first touch was left with contact."""

    def pooled(act: acts.TouchParty, state: CaseState) -> TouchOutcome:
        return TouchOutcome(state.key, TouchStatus.POOLED)

    history = World(builders.state(), pooled).play(HORIZON)
    return next(done.state for done in history if done.state.wishes)


def test_a_pause_withdraws_what_waits_to_be_sent_and_the_step_is_owed_when_it_ends() -> None:
    state = with_a_wish()
    (wish,) = state.wishes
    paused = evolve.paused(state, state.now + timedelta(days=9), "flood in the district")
    act = decide(paused, paused.now)
    assert isinstance(act, acts.WithdrawWishes)
    assert act.keys == (wish.key,)
    ended = Withdrawn((TouchOutcome(wish.key, TouchStatus.SUPERSEDED),))
    after = evolve.withdrawn(paused, act.keys, ended)
    assert isinstance(decide(after, after.now), acts.Wait)
    assert after.record(wish.step).times == 0
    resumed = evolve.paused(evolve.woken(after, after.now + timedelta(days=9)), None, "")
    again = decide(resumed, resumed.now)
    assert isinstance(again, acts.TouchParty)
    assert f"/{again.step.key}/" in wish.step


def test_a_wish_met_before_it_was_withdrawn_is_waited_for_and_counts_as_done() -> None:
    state = with_a_wish()
    (wish,) = state.wishes
    agreed = builders.agreement(1, state.now, AgreementStatus.ACTIVE)
    signed = evolve.evolve(state, agreed)
    after = evolve.withdrawn(signed, (wish.key,), Withdrawn(()))
    assert isinstance(decide(after, after.now), acts.Wait)
    settled = WishSettled(wish.key, TouchStatus.CONFIRMED)
    told = evolve.evolve(after, replace(builders.progress(9, after.now), settled=(settled,)))
    assert (told.record(wish.step).times, told.wishes) == (1, ())


def test_a_plan_stops_what_was_met_too_once() -> None:
    state = with_a_wish()
    (wish,) = state.wishes
    settled = WishSettled(wish.key, TouchStatus.CONFIRMED)
    met = evolve.evolve(state, replace(builders.progress(1, state.now), settled=(settled,)))
    assert met.wishes == ()
    signed = evolve.evolve(met, builders.agreement(2, state.now, AgreementStatus.ACTIVE))
    act = decide(signed, signed.now)
    assert act == acts.WithdrawWishes((), "a plan is active")
    after = evolve.withdrawn(signed, (), Withdrawn(()))
    assert isinstance(decide(after, after.now), acts.Wait)


def test_a_case_reaches_court_though_no_collector_ever_found_time_to_call() -> None:
    def no_collector(act: acts.TouchParty, state: CaseState) -> TouchOutcome:
        if act.channel is Channel.CALL:
            return TouchOutcome(state.key, TouchStatus.EXPIRED)
        return TouchOutcome(state.key, TouchStatus.CONFIRMED)

    world = World(builders.state(), no_collector)
    world.play(builders.OPENED + timedelta(days=200), decisions_max=5_000)
    assert world.state.reached is Stage.LEGAL
