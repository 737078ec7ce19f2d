"""A placement moves by one table, and what calls a loan back is a pure rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.facts import HoldInterval
from interfaces.values import Block, Capacity, Disposition, HoldKind, Purpose
from services.contact.domain.placements import (
    OPEN,
    OWING_DATA,
    PlacementStatus,
    RecallCause,
    Step,
    bars_creditor,
    next_look,
    recall_of,
    step,
)
from services.contact.domain.standing import Standing

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
OVERDUE = Standing("demo", "l1", 1, Disposition.OVERDUE, episode=1)
STEPS = st.lists(st.sampled_from(list(Step)), max_size=12)
kinds = st.sampled_from(list(HoldKind))
parties = st.sampled_from([None, "b1", "g1", "other"])
moments = st.integers(-5, 5).map(lambda hours: NOON + timedelta(hours=hours))


def hold(
    kind: HoldKind = HoldKind.BANK_PAUSE,
    party_id: str | None = None,
    from_at: datetime = NOON,
    until_at: datetime | None = None,
    blocks: tuple[Block, ...] = (Block.CONTACT, Block.VISIT),
) -> HoldInterval:
    return HoldInterval("h1", kind, party_id, blocks, from_at, until_at, None)


def path(steps: list[Step]) -> list[PlacementStatus]:
    """The statuses passed; a step that is not possible leaves it where it is."""
    passed = [PlacementStatus.PROPOSED]
    for taken in steps:
        passed.append(step(passed[-1], taken) or passed[-1])
    return passed


@given(STEPS)
def test_an_agency_acts_only_after_approval_and_never_again_after_a_recall(
    steps: list[Step],
) -> None:
    passed = path(steps)
    if PlacementStatus.ACTIVE in passed:
        assert Step.APPROVE in steps
        after = passed[passed.index(PlacementStatus.ACTIVE) :]
        left = [at for at, status in enumerate(after) if status is not PlacementStatus.ACTIVE]
        assert not left or PlacementStatus.ACTIVE not in after[left[0] :]


@given(STEPS)
def test_data_that_were_handed_over_are_always_accounted_for_before_the_end(
    steps: list[Step],
) -> None:
    passed = path(steps)
    is_over = passed[-1] in {PlacementStatus.RECALLED, PlacementStatus.ENDED}
    if is_over and PlacementStatus.ACTIVE in passed:
        assert OWING_DATA & set(passed)
        assert Step.RECEIPT in steps


@given(STEPS, st.sampled_from(list(Step)))
def test_what_is_over_stays_as_it_is(steps: list[Step], more: Step) -> None:
    last = path(steps)[-1]
    if last in {PlacementStatus.RECALLED, PlacementStatus.ENDED}:
        assert step(last, more) is None
    if last in OPEN:
        assert step(last, Step.RECALL) is not None
        assert step(last, Step.EXPIRE) is not None


@pytest.mark.parametrize(
    ("standing", "cause"),
    [
        (replace(OVERDUE, disposition=Disposition.COVERED), RecallCause.PAYMENT),
        (replace(OVERDUE, disposition=Disposition.CURRENT), RecallCause.PAYMENT),
        (replace(OVERDUE, closed_episode=1, closing_reason="cured"), RecallCause.PAYMENT),
        (replace(OVERDUE, disposition=Disposition.SOLD), RecallCause.LOAN_ENDED),
        (replace(OVERDUE, disposition=Disposition.CLOSED), RecallCause.LOAN_ENDED),
        (replace(OVERDUE, disposition=Disposition.WRITTEN_OFF), RecallCause.LOAN_ENDED),
        (replace(OVERDUE, closed_episode=1, closing_reason="arranged"), RecallCause.LOAN_ENDED),
    ],
)
def test_a_loan_that_may_not_be_acted_on_is_called_back(
    standing: Standing, cause: RecallCause
) -> None:
    recall = recall_of(standing, (), {"b1"}, NOON)
    assert recall is not None
    assert recall.cause is cause


def test_a_dispute_calls_back_and_another_partys_hold_does_not() -> None:
    disputed = recall_of(OVERDUE, [hold(HoldKind.DISPUTE, "g1")], {"b1", "g1"}, NOON)
    assert disputed is not None
    assert disputed.cause is RecallCause.DISPUTE
    of_one = [hold(HoldKind.DECEASED, "g1")]
    assert recall_of(OVERDUE, of_one, {"b1", "g1"}, NOON) is None
    away = [hold(party_id="g1", blocks=(Block.AGENCY,)), hold(HoldKind.REPRESENTED, "b1")]
    assert recall_of(OVERDUE, away, {"b1", "g1"}, NOON) is not None
    of_all = [hold(HoldKind.DECEASED, "g1"), hold(HoldKind.REPRESENTED, "b1")]
    assert recall_of(OVERDUE, of_all, {"b1", "g1"}, NOON) is not None


@given(st.lists(st.tuples(kinds, parties, moments, st.none() | moments), max_size=6), moments)
def test_a_recall_by_hold_is_exactly_that_nobody_liable_may_be_asked_any_more(
    given_holds: list[tuple[HoldKind, str | None, datetime, datetime | None]], at: datetime
) -> None:
    holds = [hold(*each) for each in given_holds]
    lasting = [h for h in holds if h.from_at <= at and (h.until_at is None or at < h.until_at)]
    free = [
        party
        for party in ("b1", "g1")
        if not any(not held.party_id or held.party_id == party for held in lasting)
    ]
    is_disputed = any(held.kind is HoldKind.DISPUTE for held in lasting)
    recall = recall_of(OVERDUE, holds, {"b1", "g1"}, at)
    assert (recall is not None) == (is_disputed or not free)


@given(st.lists(st.tuples(kinds, parties, moments), max_size=6), moments)
def test_between_two_looks_nothing_calls_the_loan_back(
    given_holds: list[tuple[HoldKind, str | None, datetime]], at: datetime
) -> None:
    holds = [hold(*each) for each in given_holds]
    until = NOON + timedelta(days=1)
    look = next_look(holds, until, at)
    assert at < look <= until
    if recall_of(OVERDUE, holds, {"b1"}, at) is None:
        assert recall_of(OVERDUE, holds, {"b1"}, look - timedelta(microseconds=1)) is None


def test_a_placement_may_keep_the_banks_own_collectors_away_but_never_its_duties() -> None:
    def is_barred(purpose: Purpose, capacity: Capacity = Capacity.CREDITOR) -> bool:
        return bars_creditor(bank_keeps_contact=False, capacity=capacity, purpose=purpose)

    assert is_barred(Purpose.COLLECTION)
    assert is_barred(Purpose.COLLECTION, Capacity.DEBT_BUYER)
    assert not is_barred(Purpose.COLLECTION, Capacity.AGENCY)
    assert not is_barred(Purpose.STATUTORY_NOTICE)
    assert not is_barred(Purpose.REPLY)
    assert not bars_creditor(
        bank_keeps_contact=True, capacity=Capacity.CREDITOR, purpose=Purpose.COLLECTION
    )
