"""Several treatments together are as strict as each of them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from interfaces.values import Channel
from services.contact.domain.treatments import Mood, Treatment, combined, read, written

treatments = st.builds(
    Treatment,
    touches_per_week_max=st.none() | st.integers(0, 5),
    closed_channels=st.frozensets(st.sampled_from(Channel)),
    allows_automated_voice=st.booleans(),
    mood=st.sampled_from(Mood),
    adds_help_text=st.booleans(),
    queue=st.sampled_from(["", "specialists", "bereavement"]),
)


@given(st.lists(treatments, max_size=4))
def test_the_whole_is_never_looser_than_a_part(parts: list[Treatment]) -> None:
    whole = combined(parts)
    for part in parts:
        assert part.closed_channels <= whole.closed_channels
        assert part.allows_automated_voice or not whole.allows_automated_voice
        assert whole.adds_help_text or not part.adds_help_text
        assert list(Mood).index(whole.mood) >= list(Mood).index(part.mood)
        if part.touches_per_week_max is not None:
            assert whole.touches_per_week_max is not None
            assert whole.touches_per_week_max <= part.touches_per_week_max
        if part.queue:
            assert whole.queue


@given(st.permutations(range(3)), st.lists(treatments, min_size=3, max_size=3))
def test_the_order_of_records_changes_nothing(order: list[int], parts: list[Treatment]) -> None:
    assert combined(parts) == combined(parts[place] for place in order)


@given(treatments)
def test_what_is_stored_reads_back(treatment: Treatment) -> None:
    assert read(written(treatment)) == treatment
    assert combined([treatment]) == treatment


def test_no_record_asks_for_nothing() -> None:
    assert not combined([]).asks_for_something
