"""The ladder over random histories: order-free, lawful, and never stuck."""

from __future__ import annotations

import random
from datetime import UTC, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from interfaces.contact import TouchOutcome, TouchStatus
from interfaces.facts import Fact, Holds, Overdue
from interfaces.values import (
    AgreementStatus,
    Disposition,
    Stage,
)
from tests import builders
from tests.workflows.simulation import Done, World, always_open, was_confirmed
from workflows import acts, evolve
from workflows.state import CaseState
from workflows.strategy import due_stage

HORIZON = builders.OPENED + timedelta(days=200)
instants = st.integers(0, 150 * 24).map(lambda hours: builders.OPENED + timedelta(hours=hours))
parties = st.sampled_from([None, builders.BORROWER.party_id, builders.GUARANTOR.party_id])


@st.composite
def intervals(draw: st.DrawFn) -> list[Holds]:
    """Rising versions of all holds, as contact would publish them."""
    known, versions = [], []
    starts = sorted(draw(st.lists(instants, max_size=4)))
    for version, start in enumerate(starts, start=1):
        length = draw(st.one_of(st.none(), st.integers(1, 60 * 24)))
        until = start + timedelta(hours=length) if length else None
        known.append(builders.hold(start, until, draw(parties)))
        versions.append(builders.holds(version, start, *known))
    return versions


@st.composite
def positions(draw: st.DrawFn) -> list[Fact]:
    """Absolute positions as a ledger would publish them after payments and reversals."""
    found: list[Fact] = []
    at = builders.OPENED
    for version in range(2, draw(st.integers(1, 5)) + 1):
        at += timedelta(hours=draw(st.integers(1, 60 * 24)))
        disposition = draw(
            st.sampled_from([Disposition.OVERDUE, Disposition.OVERDUE, Disposition.COVERED])
        )
        oldest = builders.DUE + timedelta(days=draw(st.integers(0, 90)))
        principal = draw(st.integers(101, 10_000_000))
        found.append(
            builders.position(
                version,
                at=at,
                disposition=disposition,
                oldest_due_on=oldest,
                overdue=Overdue(principal_minor=principal),
            )
        )
    return found


def moody_gate(seed: int) -> object:
    """A gate that confirms, puts off, refuses for good or finds nobody, by seed and act."""

    def judge(act: acts.TouchParty, state: CaseState) -> TouchOutcome:
        mood = random.Random(f"{seed}/{state.key}").random()
        if mood < 0.45:
            return TouchOutcome(state.key, TouchStatus.CONFIRMED)
        if mood < 0.6:
            return TouchOutcome(state.key, TouchStatus.POOLED)
        if mood < 0.8:
            later = state.now + timedelta(hours=5)
            return TouchOutcome(state.key, TouchStatus.REFUSED, next_allowed_at=later)
        if mood < 0.9:
            return TouchOutcome(state.key, TouchStatus.UNDELIVERABLE)
        return TouchOutcome(state.key, TouchStatus.REFUSED)

    return judge


@st.composite
def played(draw: st.DrawFn) -> list[Done]:
    script: list[Fact] = [*draw(positions()), *draw(intervals())]
    if draw(st.booleans()):
        at = draw(instants)
        script.append(builders.agreement(1, at, AgreementStatus.ACTIVE))
    gate = moody_gate(draw(st.integers(0, 10_000)))
    world = World(builders.state(), gate, script)  # type: ignore[arg-type]
    return list(world.play(HORIZON))


@given(positions(), intervals(), st.randoms())
def test_the_same_facts_in_any_order_give_the_same_position_and_due_stage(
    some: list[Fact], holds: list[Holds], dice: random.Random
) -> None:
    facts = [*some, *holds]
    shuffled = [*facts, *dice.sample(facts, len(facts) // 2)]
    dice.shuffle(shuffled)
    one, other = builders.state(), builders.state()
    for fact in facts:
        one = evolve.evolve(one, fact)
    for fact in shuffled:
        other = evolve.evolve(other, fact)
    assert one.facts == other.facts
    assert one.now == other.now
    for days in (0, 10, 50, 100):
        instant = builders.OPENED + timedelta(days=days)
        assert due_stage(one, instant) is due_stage(other, instant)


@settings(max_examples=150, deadline=None)
@given(played())
def test_no_touch_inside_a_hold_or_on_a_suspended_loan_or_to_the_wrong_party(
    history: list[Done],
) -> None:
    for done in history:
        if not isinstance(done.decision, acts.TouchParty):
            continue
        act, position = done.decision, done.state.position
        assert position.disposition is Disposition.OVERDUE
        assert act.party in position.parties
        assert act.party.role in act.step.roles
        assert act.party != builders.RELATIVE
        agreement = done.state.facts.agreement
        assert agreement is None or agreement.status is not AgreementStatus.ACTIVE
        for hold in done.state.facts.holds.intervals if done.state.facts.holds else ():
            concerns = hold.party_id in (None, act.party.party_id)
            is_over = hold.until_at is not None and hold.until_at <= done.at
            assert not concerns or done.at < hold.from_at or is_over


def always_pooled(act: acts.TouchParty, state: CaseState) -> TouchOutcome:
    return TouchOutcome(state.key, TouchStatus.POOLED)


FIRST_WISH = next(
    done.at
    for done in World(builders.state(), always_pooled).play(HORIZON)
    if isinstance(done.decision, acts.TouchParty)
)


@st.composite
def stopped_among_wishes(draw: st.DrawFn) -> list[Done]:
    """A case whose every touch is pooled is stopped around one of its first touches."""
    day, minutes = draw(st.integers(0, 20)), draw(st.integers(-60, 180))
    at = FIRST_WISH + timedelta(days=day, minutes=minutes)
    stops: list[Fact] = [
        builders.agreement(1, at, AgreementStatus.ACTIVE),
        builders.holds(1, at, builders.hold(at, at + timedelta(days=9))),
        builders.position(2, at=at, disposition=Disposition.COVERED),
        builders.position(2, at=at, disputed_minor=100_000),
    ]
    stop = draw(st.sampled_from(stops))
    return list(World(builders.state(), always_pooled, [stop]).play(HORIZON))


@settings(max_examples=150, deadline=None)
@given(st.one_of(stopped_among_wishes(), played()))
def test_no_wish_stays_open_while_a_case_is_stopped(history: list[Done]) -> None:
    for done in history:
        agreement = done.state.facts.agreement
        is_agreed = agreement is not None and agreement.status is AgreementStatus.ACTIVE
        is_held = any(
            hold.party_id is None and hold.from_at <= done.at < (hold.until_at or HORIZON)
            for hold in (done.state.facts.holds.intervals if done.state.facts.holds else ())
        )
        is_disputed = done.state.position.collectable_minor == 0
        if not isinstance(done.decision, acts.Wait):
            continue
        if is_agreed or is_held or is_disputed or done.state.is_suspended:
            assert all(wish.is_met and was_confirmed(wish.key) for wish in done.state.wishes)


@settings(max_examples=150, deadline=None)
@given(played())
def test_no_rung_is_climbed_without_its_notice_or_its_fallback(history: list[Done]) -> None:
    for done in history:
        move, state = done.decision, done.state
        if not isinstance(move, acts.Move) or move.to_stage.rung <= state.reached.rung:
            continue
        rule = state.strategy.stage(move.to_stage)
        assert rule is not None
        assert move.to_stage.rung == state.reached.rung + 1
        if not rule.requires_notice:
            continue
        notices = state.facts.contact.notices if state.facts.contact else ()
        was_sent = any(
            each.kind == rule.requires_notice and each.party_id == builders.BORROWER.party_id
            for each in notices
        )
        tried = [each for each in state.tries if each.kind == rule.requires_notice]
        assert was_sent or (move.what == "notice_waived" and tried)
        assert not rule.requires_circumstances or state.facts.contact is not None


@settings(max_examples=150, deadline=None)
@given(played())
def test_a_case_always_acts_or_wakes_later_or_ends(history: list[Done]) -> None:
    for done in history:
        if isinstance(done.decision, acts.Wait):
            assert done.at < done.decision.until <= done.at + timedelta(days=31)
    assert isinstance(history[-1].decision, acts.Close) or history[-1].at >= HORIZON


@settings(max_examples=100, deadline=None)
@given(played())
def test_nobody_is_touched_outside_the_acting_hours_of_the_strategy(history: list[Done]) -> None:
    for done in history:
        if isinstance(done.decision, acts.TouchParty):
            hour = done.at.astimezone(UTC).hour + 8
            assert 9 <= hour % 24 < 20


def test_a_borrower_who_never_answers_climbs_every_rung_to_court() -> None:
    history = World(builders.state(), always_open).play(HORIZON)
    rungs = [done.decision.to_stage for done in history if isinstance(done.decision, acts.Move)]
    assert rungs == list(Stage)[1:]
    matters = [d for d in history if isinstance(d.decision, acts.OpenMatterAgainst)]
    assert len(matters) == 1
    assert (matters[0].at - builders.OPENED).days >= 74


def test_court_stays_closed_until_circumstances_were_asked_on_two_channels() -> None:
    def without_calls_or_letters(act: acts.TouchParty, state: CaseState) -> TouchOutcome:
        asks = act.step.asks_circumstances
        status = TouchStatus.REFUSED if asks else TouchStatus.CONFIRMED
        return TouchOutcome(state.key, status)

    history = World(builders.state(), without_calls_or_letters).play(HORIZON)
    assert all(done.state.reached is not Stage.LEGAL for done in history)
