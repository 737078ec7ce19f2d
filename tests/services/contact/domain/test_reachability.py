"""Reachability does not depend on the order in which outcomes are told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.contact.domain.reachability import Contact, Reachability, Thresholds, derive

START = datetime(2026, 3, 2, 4, tzinfo=UTC)
tries = st.lists(st.booleans(), max_size=12)


def contacts(reached: list[bool]) -> list[Contact]:
    return [Contact(str(n), START + timedelta(hours=n), was) for n, was in enumerate(reached)]


def test_three_failed_contacts_in_a_row_lose_a_person_and_two_make_it_suspect() -> None:
    states = [derive(contacts([False] * count), None).state for count in range(5)]
    assert states == [
        Reachability.REACHABLE,
        Reachability.REACHABLE,
        Reachability.SUSPECT,
        Reachability.LOST,
        Reachability.LOST,
    ]


def test_a_success_between_failures_breaks_the_row_and_one_after_them_brings_the_person_back() -> (
    None
):
    assert derive(contacts([False, False, True, False]), None).state is Reachability.REACHABLE
    back = derive(contacts([False, False, False, True]), None)
    assert (back.state, back.since) == (Reachability.REACHABLE, START + timedelta(hours=3))


def test_a_person_is_lost_from_its_third_failure_however_many_follow() -> None:
    lost = derive(contacts([True, False, False, False, False]), None)
    assert (lost.failures, lost.since) == (4, START + timedelta(hours=3))


def test_a_person_without_a_valid_point_is_lost_until_it_speaks_up_itself() -> None:
    before = derive(contacts([True]), START + timedelta(hours=1))
    assert (before.state, before.because) == (Reachability.LOST, "every point is invalid")
    assert derive(contacts([True, True, True]), START + timedelta(hours=1)).state is (
        Reachability.REACHABLE
    )


@given(tries, st.randoms(use_true_random=False))
def test_the_order_in_which_outcomes_are_told_changes_nothing(reached: list[bool], rng) -> None:  # type: ignore[no-untyped-def]
    told = contacts(reached)
    shuffled = list(told)
    rng.shuffle(shuffled)
    assert derive(told, None) == derive(shuffled, None)


@given(tries, st.integers(1, 4), st.integers(0, 3))
def test_the_state_is_the_length_of_the_last_row_of_failures(
    reached: list[bool], suspect: int, more: int
) -> None:
    limits = Thresholds(suspect, suspect + more)
    row = len(reached) - 1 - max((n for n, was in enumerate(reached) if was), default=-1)
    found = derive(contacts(reached), None, limits)
    assert found.failures == row
    assert (found.state is Reachability.LOST) == (row >= limits.lost)
    assert (found.state is Reachability.REACHABLE) == (row < limits.suspect)
