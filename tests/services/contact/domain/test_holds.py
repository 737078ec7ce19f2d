"""Overlapping holds are a union, whatever their order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from interfaces.facts import HoldInterval
from interfaces.values import Block, HoldKind, Purpose
from services.contact.domain.holds import (
    DEFAULT_BLOCKS,
    Span,
    concerning,
    default_review,
    span_at,
    stopping,
    union,
)

START = datetime(2026, 3, 2, tzinfo=UTC)


def hold(begins: int, lasts: int | None, party_id: str | None = None) -> HoldInterval:
    from_at = START + timedelta(hours=begins)
    until_at = None if lasts is None else from_at + timedelta(hours=lasts)
    kind, blocks = HoldKind.DISPUTE, DEFAULT_BLOCKS[HoldKind.DISPUTE]
    return HoldInterval("h", kind, party_id, blocks, from_at, until_at, None)


intervals = st.lists(
    st.builds(hold, st.integers(0, 60), st.one_of(st.none(), st.integers(0, 40))), max_size=8
)


@given(intervals)
def test_the_union_covers_exactly_what_some_interval_covers(held: list[HoldInterval]) -> None:
    spans = union(held)
    for half_hour in range(0, 240):
        at = START + timedelta(minutes=30 * half_hour)
        by_any = any(h.from_at <= at and (h.until_at is None or at < h.until_at) for h in held)
        assert by_any == any(span.covers(at) for span in spans)


@given(intervals)
def test_spans_are_in_order_and_apart(held: list[HoldInterval]) -> None:
    spans = union(held)
    for earlier, later in pairwise(spans):
        assert earlier.until_at is not None and earlier.until_at < later.from_at


@given(intervals, st.randoms())
def test_the_order_in_which_holds_are_known_changes_nothing(held: list[HoldInterval], rnd) -> None:  # type: ignore[no-untyped-def]
    shuffled = list(held)
    rnd.shuffle(shuffled)
    assert union(shuffled) == union(held)


@given(intervals)
def test_the_end_of_one_hold_never_ends_another(held: list[HoldInterval]) -> None:
    for ended in range(len(held)):
        rest = held[:ended] + held[ended + 1 :]
        for half_hour in range(0, 240, 3):
            at = START + timedelta(minutes=30 * half_hour)
            if span_at(rest, at) is not None:
                assert span_at(held, at) is not None


def test_an_enclosed_hold_neither_shortens_nor_lengthens_the_one_around_it() -> None:
    around, inside = hold(0, 10), hold(2, 3)
    assert union([around, inside]) == [Span(START, START + timedelta(hours=10))]
    assert union([inside, hold(0, None)]) == [Span(START, None)]


def test_holds_that_touch_are_one_span() -> None:
    assert union([hold(0, 2), hold(2, 2)]) == [Span(START, START + timedelta(hours=4))]


def test_a_hold_of_one_party_does_not_concern_another() -> None:
    held = [hold(0, 1, "borrower"), hold(0, 1)]
    assert concerning(held, {"guarantor"}) == [held[1]]


def test_a_dispute_stops_collection_but_not_the_answer_to_it() -> None:
    held = [hold(0, 1)]
    assert stopping(held, Block.CONTACT, Purpose.COLLECTION) == held
    assert stopping(held, Block.CONTACT, Purpose.STATUTORY_NOTICE) == held
    assert stopping(held, Block.CONTACT, Purpose.REPLY) == []


def test_disputes_are_reviewed_after_thirty_days_and_bankruptcies_are_not() -> None:
    assert default_review(HoldKind.DISPUTE, START) == START + timedelta(days=30)
    assert default_review(HoldKind.BANKRUPTCY, START) is None
