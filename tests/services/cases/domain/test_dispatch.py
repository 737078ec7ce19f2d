"""A case is told what it needs, and a loan without one costs Temporal nothing."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.facts import Holds, Position
from interfaces.values import Disposition
from services.cases.domain.dispatch import (
    FactKind,
    LoanFact,
    Signal,
    bucket,
    major_units,
    newest,
    signal_for,
)
from services.cases.domain.episodes import EpisodeHistory
from tests.builders import DUE, OPENED, position

NO_EPISODE = EpisodeHistory()
OPEN = EpisodeHistory(episodes=1, open_episode=1)
CLOSED = EpisodeHistory(episodes=1, closed_at_version=4)


def of_position(known: Position) -> LoanFact:
    return LoanFact("demo", "loan-1", FactKind.POSITION, known)


def of_holds(version: int = 1) -> LoanFact:
    return LoanFact("demo", "loan-1", FactKind.HOLDS, Holds(version, OPENED))


def test_an_overdue_position_starts_a_case() -> None:
    fact = of_position(position())
    assert signal_for(fact, NO_EPISODE) == Signal(fact, starts=True)


def test_an_overdue_position_is_told_to_the_open_case_in_the_same_way() -> None:
    fact = of_position(position(version=5))
    assert signal_for(fact, OPEN) == Signal(fact, starts=True)


def test_an_overdue_position_that_the_closing_knew_is_told_to_nobody() -> None:
    assert signal_for(of_position(position(version=4)), CLOSED) is None


def test_an_overdue_position_after_the_closing_starts_the_next_case() -> None:
    fact = of_position(position(version=5))
    assert signal_for(fact, CLOSED) == Signal(fact, starts=True)


@pytest.mark.parametrize("disposition", sorted(set(Disposition) - {Disposition.OVERDUE}))
def test_a_loan_that_is_not_overdue_and_has_no_case_costs_temporal_nothing(
    disposition: Disposition,
) -> None:
    fact = of_position(position(disposition=disposition))
    assert signal_for(fact, NO_EPISODE) is None
    assert signal_for(fact, OPEN) == Signal(fact, starts=False)


def test_a_hold_before_the_loan_was_ever_overdue_waits_in_the_store() -> None:
    assert signal_for(of_holds(), NO_EPISODE) is None
    assert signal_for(of_holds(), OPEN) == Signal(of_holds(), starts=False)


@given(st.lists(st.tuples(st.booleans(), st.integers(min_value=1, max_value=9))))
def test_of_each_kind_only_the_newest_is_left_in_any_order(given: list[tuple[bool, int]]) -> None:
    facts = [of_position(position(version=v)) if is_p else of_holds(v) for is_p, v in given]
    left = newest(facts)
    assert len({fact.kind for fact in left}) == len(left)
    for fact in left:
        assert fact.version == max(each.version for each in facts if each.kind is fact.kind)
    assert {fact.kind for fact in left} == {fact.kind for fact in facts}


@pytest.mark.parametrize(
    ("days", "name"),
    [(0, "M0"), (1, "M1"), (30, "M1"), (31, "M2"), (180, "M6"), (181, "M7"), (3_000, "M7")],
)
def test_a_bucket_is_the_months_past_due(days: int, name: str) -> None:
    assert bucket(position(oldest_due_on=DUE, as_of=DUE + timedelta(days=days))) == name


def test_a_loan_with_nothing_due_is_in_bucket_m0() -> None:
    assert bucket(position(oldest_due_on=None)) == "M0"


@pytest.mark.parametrize(
    ("minor", "currency", "major"),
    [(149, "CNY", 1), (150, "CNY", 2), (-150, "CNY", -1), (150, "JPY", 150), (1_500, "KWD", 2)],
)
def test_an_amount_is_shown_in_whole_major_units(minor: int, currency: str, major: int) -> None:
    assert major_units(minor, currency) == major
