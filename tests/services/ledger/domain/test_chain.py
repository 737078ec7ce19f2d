"""The history's chain: whatever is changed, cut out or reordered is found, and named first."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from services.ledger.domain.chain import (
    GENESIS,
    Break,
    Gap,
    Head,
    Link,
    Verdict,
    digest_of,
    envelope_of,
    verify,
)


def chain(told: list[tuple[str, int, bytes]]) -> tuple[list[Link], Head]:
    links: list[Link] = []
    previous = GENESIS
    for seq, (source, version, value) in enumerate(told, 1):
        envelope = envelope_of({"source": source, "version": version})
        previous = digest_of(previous, seq, envelope, value)
        links.append(Link(seq, source, version, envelope, value, previous))
    return links, Head(len(links), previous)


VALUES = st.lists(st.binary(max_size=20), min_size=1, max_size=8)


@given(VALUES)
def test_an_untouched_chain_holds(values: list[bytes]) -> None:
    links, head = chain([("a", number, value) for number, value in enumerate(values, 1)])
    assert verify(links, head) == Verdict(None, ())


@given(VALUES, st.data())
def test_the_first_changed_record_is_named(values: list[bytes], data: st.DataObject) -> None:
    links, head = chain([("a", number, value) for number, value in enumerate(values, 1)])
    place = data.draw(st.integers(0, len(links) - 1))
    links[place] = replace(links[place], value=links[place].value + b"x")
    broken = verify(links, head).broken
    assert broken == Break(place + 1, "the hash does not match the stored bytes")


@given(VALUES, st.data())
def test_a_record_cut_out_is_named(values: list[bytes], data: st.DataObject) -> None:
    links, head = chain([("a", number, value) for number, value in enumerate(values, 1)])
    place = data.draw(st.integers(0, len(links) - 1))
    del links[place]
    broken = verify(links, head).broken
    assert broken is not None
    assert broken.seq == place + 1


def test_bytes_moved_from_the_envelope_to_the_value_do_not_hash_the_same() -> None:
    assert digest_of(GENESIS, 1, b"ab", b"c") != digest_of(GENESIS, 1, b"a", b"bc")


def test_a_column_that_differs_from_the_hashed_envelope_is_named() -> None:
    links, head = chain([("a", 1, b"x")])
    broken = verify([replace(links[0], version=2)], head).broken
    assert broken == Break(1, "source or version differ from the hashed envelope")


def test_a_version_missing_from_one_source_is_a_gap_and_not_a_break() -> None:
    links, head = chain([("a", 1, b""), ("b", 1, b""), ("a", 3, b""), ("a", 4, b""), ("b", 2, b"")])
    assert verify(links, head) == Verdict(None, (Gap("a", 2, 3),))


def test_a_source_that_does_not_begin_at_one_is_a_gap() -> None:
    links, head = chain([("a", 2, b"")])
    assert verify(links, head).gaps == (Gap("a", 1, 2),)
