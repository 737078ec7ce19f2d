"""Exactly one episode per delinquency, whatever comes twice, late or after the end."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.facts import Position
from interfaces.values import ClosingReason, Disposition, Stage
from services.cases.domain.episodes import (
    FINAL_REASONS,
    EpisodeHistory,
    contradicts,
    furthest,
    reason_not_to_open,
)
from tests.builders import DUE, position

DAY = timedelta(days=1)
VERSIONS = st.integers(min_value=1, max_value=20)
DAYS = st.dates(min_value=date(2026, 1, 1), max_value=date(2026, 12, 31))
POSITIONS = st.builds(
    position,
    version=VERSIONS,
    disposition=st.sampled_from(Disposition),
    oldest_due_on=st.none() | DAYS,
)
HISTORIES = st.builds(
    EpisodeHistory,
    episodes=st.integers(min_value=0, max_value=5),
    open_episode=st.none() | st.integers(min_value=1, max_value=5),
    closed_at_version=st.integers(min_value=0, max_value=20),
    ended_until=st.none() | DAYS,
)


def test_an_overdue_loan_without_an_episode_opens_one() -> None:
    assert reason_not_to_open(position(), EpisodeHistory()) == ""


def test_a_loan_of_which_no_position_is_known_opens_none() -> None:
    assert reason_not_to_open(None, EpisodeHistory()) == "no position of the loan is known"


@pytest.mark.parametrize("disposition", sorted(set(Disposition) - {Disposition.OVERDUE}))
def test_only_an_overdue_position_opens_an_episode(disposition: Disposition) -> None:
    assert "not overdue" in reason_not_to_open(position(disposition=disposition), EpisodeHistory())


def test_a_redelivered_position_after_the_closing_opens_no_phantom() -> None:
    history = EpisodeHistory(episodes=1, closed_at_version=4)
    assert "closed knowing position 4" in reason_not_to_open(position(version=4), history)
    assert reason_not_to_open(position(version=5), history) == ""


def test_the_same_delinquency_is_not_chased_again_once_it_ended_for_good() -> None:
    history = EpisodeHistory(episodes=1, closed_at_version=4, ended_until=DUE)
    again = position(version=9, oldest_due_on=DUE)
    assert "ended for good" in reason_not_to_open(again, history)
    earlier = position(version=9, oldest_due_on=DUE - DAY)
    assert "ended for good" in reason_not_to_open(earlier, history)


def test_a_later_delinquency_opens_the_next_episode_after_a_settled_one() -> None:
    history = EpisodeHistory(episodes=1, closed_at_version=4, ended_until=DUE)
    assert reason_not_to_open(position(version=9, oldest_due_on=DUE + DAY), history) == ""


@given(POSITIONS, HISTORIES)
def test_an_episode_opens_only_on_news_of_an_overdue_loan(
    known: Position, history: EpisodeHistory
) -> None:
    if reason_not_to_open(known, history):
        return
    assert history.open_episode is None
    assert known.disposition is Disposition.OVERDUE
    assert known.version > history.closed_at_version
    due, ended = known.oldest_due_on, history.ended_until
    assert due is None or ended is None or due > ended


@given(POSITIONS, VERSIONS, st.sampled_from(ClosingReason))
def test_a_position_the_decision_knew_never_contradicts_it(
    known: Position, decided_on: int, reason: ClosingReason
) -> None:
    if known.version <= decided_on:
        assert not contradicts(known, decided_on, reason)


@given(VERSIONS, st.sampled_from(ClosingReason))
def test_a_newer_overdue_position_contradicts_every_closing(
    version: int, reason: ClosingReason
) -> None:
    assert contradicts(position(version=version + 1), version, reason)


@pytest.mark.parametrize(
    ("reason", "disposition", "is_contradicted"),
    [
        (ClosingReason.CURED, Disposition.CURRENT, False),
        (ClosingReason.CURED, Disposition.COVERED, False),
        (ClosingReason.CURED, Disposition.SOLD, True),
        (ClosingReason.PAID, Disposition.CLOSED, False),
        (ClosingReason.PAID, Disposition.CURRENT, True),
        (ClosingReason.SETTLED, Disposition.CLOSED, False),
        (ClosingReason.SOLD, Disposition.SOLD, False),
        (ClosingReason.SOLD, Disposition.RECALLED, True),
        (ClosingReason.TIME_BARRED, Disposition.CURRENT, True),
    ],
)
def test_a_newer_position_contradicts_a_closing_it_does_not_agree_with(
    reason: ClosingReason, disposition: Disposition, is_contradicted: bool
) -> None:
    assert contradicts(position(version=2, disposition=disposition), 1, reason) is is_contradicted


def test_what_ends_for_good_is_what_the_law_or_an_agreement_ended() -> None:
    assert {
        ClosingReason.SETTLED,
        ClosingReason.ARRANGED,
        ClosingReason.DECEASED_WITHOUT_ESTATE,
        ClosingReason.TIME_BARRED,
    } == FINAL_REASONS


@given(st.sampled_from(["", *Stage]), st.sampled_from(["", *Stage]))
def test_the_furthest_stage_never_falls(one: str, other: str) -> None:
    rungs = {stage: (Stage(stage).rung if stage else -1) for stage in (one, other)}
    assert rungs[furthest(one, other)] == max(rungs.values())


def test_a_reversal_reopens_even_a_delinquency_that_ended_for_good() -> None:
    due = date(2026, 3, 2)
    reversed_back = position(5, oldest_due_on=due, reasons=("payment_reversed", "became_overdue"))
    history = EpisodeHistory(episodes=1, closed_at_version=4, ended_until=due)
    assert reason_not_to_open(reversed_back, history) == ""
    repeated = position(5, oldest_due_on=due, reasons=("snapshot",))
    assert reason_not_to_open(repeated, history) != ""
