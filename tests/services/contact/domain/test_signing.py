"""A signature fits one body, one secret and a few minutes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contact.domain.signing import TOLERANCE_SECONDS, problem, signature

NOW = 1_772_424_000


@given(st.binary(max_size=200), st.integers(-TOLERANCE_SECONDS, TOLERANCE_SECONDS))
def test_what_was_signed_within_the_tolerance_is_right(body: bytes, drift: int) -> None:
    assert problem(b"secret", signature(b"secret", NOW + drift, body), body, NOW) == ""


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_another_body_is_wrong(body: bytes, other: bytes) -> None:
    is_wrong = problem(b"secret", signature(b"secret", NOW, body), other, NOW) != ""
    assert is_wrong == (body != other)


@pytest.mark.parametrize("late", [-TOLERANCE_SECONDS - 1, TOLERANCE_SECONDS + 1])
def test_an_old_or_future_signature_is_wrong(late: int) -> None:
    assert "seconds" in problem(b"s", signature(b"s", NOW + late, b"x"), b"x", NOW)


@given(st.text(max_size=100))
def test_a_header_of_any_other_form_is_wrong(header: str) -> None:
    assert problem(b"secret", header, b"", NOW) != ""
