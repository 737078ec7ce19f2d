"""A signature holds for one request, for five minutes, and for nothing else."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contact.gateways.signing import TOLERANCE, BadSignature, sign, verify
from tests.services.contact.post import NOON, SECRET

OF = ("POST", "/messages", b'{"id": "1"}')


def test_what_was_signed_just_now_is_accepted() -> None:
    verify(SECRET, sign(SECRET, NOON, *OF), NOON + timedelta(seconds=30), OF)


@pytest.mark.parametrize(
    "other", [("GET", OF[1], OF[2]), (OF[0], "/receipts", OF[2]), (OF[0], OF[1], b"{}")]
)
def test_another_request_is_refused(other: tuple[str, str, bytes]) -> None:
    with pytest.raises(BadSignature, match="does not fit"):
        verify(SECRET, sign(SECRET, NOON, *OF), NOON, other)


def test_another_secret_is_refused() -> None:
    with pytest.raises(BadSignature, match="does not fit"):
        verify(SECRET, sign("x" * 40, NOON, *OF), NOON, OF)


@pytest.mark.parametrize("late", [TOLERANCE, -TOLERANCE])
def test_an_old_or_a_future_request_is_refused(late: timedelta) -> None:
    header = sign(SECRET, NOON, *OF)
    verify(SECRET, header, NOON + late, OF)
    with pytest.raises(BadSignature, match="minutes off"):
        verify(SECRET, header, NOON + late + (late / abs(late)) * timedelta(seconds=2), OF)


@given(st.text(max_size=120))
def test_any_header_but_the_right_one_is_refused(header: str) -> None:
    with pytest.raises(BadSignature):
        verify(SECRET, header, NOON, OF)


@given(st.integers(0, 63), st.sampled_from("0123456789abcdef"))
def test_one_changed_digit_is_refused(place: int, digit: str) -> None:
    header = sign(SECRET, NOON, *OF)
    start = header.index("v1=") + 3 + place
    changed = header[:start] + digit + header[start + 1 :]
    if changed != header:
        with pytest.raises(BadSignature):
            verify(SECRET, changed, NOON, OF)
