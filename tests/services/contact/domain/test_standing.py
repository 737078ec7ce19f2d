"""Standing is moved by facts in any order, and stops all acts it must."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from interfaces.values import Disposition
from services.contact.domain.standing import (
    Amounts,
    Answer,
    EpisodeClosed,
    EpisodeOpened,
    PositionSeen,
    Standing,
    StandingFact,
    answer,
    evolve,
)

positions = st.builds(
    PositionSeen, st.integers(1, 6), st.sampled_from(list(Disposition)), st.just(Amounts())
)
facts = st.one_of(
    positions,
    st.builds(EpisodeOpened, st.integers(1, 4)),
    st.builds(EpisodeClosed, st.integers(1, 4), st.just("cured")),
)
NEW = Standing("demo", "l1")


def after(*told: StandingFact) -> Standing:
    standing = NEW
    for fact in told:
        standing = evolve(standing, fact)
    return standing


def seen(version: int, disposition: Disposition) -> PositionSeen:
    return PositionSeen(version, disposition, Amounts())


@given(
    st.lists(facts, max_size=12, unique_by=lambda fact: getattr(fact, "version", id(fact))),
    st.randoms(use_true_random=False),
)
def test_the_order_and_repetition_of_facts_change_nothing(told: list[StandingFact], rnd) -> None:  # type: ignore[no-untyped-def]
    shuffled = told + told[:3]
    rnd.shuffle(shuffled)
    assert after(*shuffled).published == after(*told).published


@given(st.lists(facts, max_size=12), st.integers(1, 5), st.integers(1, 7))
def test_an_act_is_free_only_on_an_overdue_loan_in_its_own_open_episode(
    told: list[StandingFact], episode: int, version: int
) -> None:
    standing = after(*told)
    if answer(standing, episode, version) is Answer.FREE:
        assert standing.disposition is Disposition.OVERDUE
        assert standing.episode == episode > standing.closed_episode
        assert standing.position_version >= version


def test_an_ending_stops_only_episodes_up_to_its_own() -> None:
    standing = after(
        seen(1, Disposition.OVERDUE), EpisodeOpened(1), EpisodeOpened(2), EpisodeClosed(1, "cured")
    )
    assert not standing.is_stopped
    assert answer(standing, 1, 1) is Answer.SUPERSEDED
    assert answer(standing, 2, 1) is Answer.FREE


def test_every_disposition_but_overdue_stops() -> None:
    for disposition in Disposition:
        standing = after(EpisodeOpened(1), seen(1, disposition))
        assert standing.is_stopped == (disposition is not Disposition.OVERDUE)


def test_a_loan_nobody_told_of_is_stopped_and_its_acts_are_behind() -> None:
    assert NEW.is_stopped
    assert answer(None, 1, 1) is Answer.BEHIND
    assert answer(NEW, 1, 1) is Answer.BEHIND
