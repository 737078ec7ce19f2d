"""Terms say what their kind needs, and are in force from their beginning up to their end."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interfaces.values import Channel
from services.contact.domain.agreements import Ban, Hours, TermKind, Terms, in_force, problem

START = datetime(2026, 3, 2, tzinfo=UTC)
NIGHT = Hours(time(22), time(6))


@pytest.mark.parametrize(
    "terms",
    [
        Terms(TermKind.PREFERENCE, language="en"),
        Terms(TermKind.HOURS, Channel.CALL, NIGHT),
        Terms(TermKind.FREQUENCY, per_day_max=5),
        Terms(TermKind.CALL, Channel.CALL),
        Terms(TermKind.BAN, Channel.SMS),
        Terms(TermKind.BAN, hours=Hours(time(12), time(14))),
        Terms(TermKind.REFUSAL),
        Terms(TermKind.ENTRY),
        Terms(TermKind.WILLING_TO_PAY),
    ],
)
def test_terms_with_what_their_kind_needs_are_good(terms: Terms) -> None:
    assert problem(terms) == ""


@pytest.mark.parametrize(
    "terms",
    [
        Terms(TermKind.PREFERENCE),
        Terms(TermKind.HOURS),
        Terms(TermKind.HOURS, hours=Hours(time(9), time(9))),
        Terms(TermKind.FREQUENCY),
        Terms(TermKind.HOURS, hours=NIGHT, per_day_max=1),
        Terms(TermKind.BAN),
        Terms(TermKind.REFUSAL, Channel.CALL),
        Terms(TermKind.WILLING_TO_PAY, hours=NIGHT),
    ],
)
def test_terms_without_what_their_kind_needs_are_refused_in_words(terms: Terms) -> None:
    assert problem(terms).endswith(".")


def test_hours_may_run_over_midnight() -> None:
    assert NIGHT.cover(time(23, 59)) and NIGHT.cover(time(0)) and NIGHT.cover(time(5, 59))
    assert not NIGHT.cover(time(6)) and not NIGHT.cover(time(21, 59))


@given(st.integers(0, 48), st.none() | st.integers(0, 48), st.integers(0, 48))
def test_a_term_is_in_force_from_its_beginning_until_before_its_end(
    begins: int, ends: int | None, at: int
) -> None:
    until = None if ends is None else START + timedelta(hours=ends)
    ban = Ban("b", Channel.SMS, None, START + timedelta(hours=begins), until)
    is_now = begins <= at and (ends is None or at < ends)
    assert in_force([ban], START + timedelta(hours=at)) == ([ban] if is_now else [])
