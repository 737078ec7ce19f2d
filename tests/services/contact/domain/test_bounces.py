"""Returned mail is read whatever server wrote it, and hostile mail is only not understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contact.domain.bounces import read_bounce
from tests.services.contact.post import dsn

ATTEMPT = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("named_by", ["envelope", "message_id", "headers", "return_path"])
def test_the_attempt_is_found_wherever_the_server_names_it(named_by: str) -> None:
    bounce = read_bounce(dsn(ATTEMPT, named_by=named_by))
    assert bounce is not None
    assert (bounce.attempt_id, bounce.is_final, bounce.status) == (ATTEMPT, True, "5.1.1")


@pytest.mark.parametrize(
    ("status", "is_of_address"), [("5.1.1", True), ("5.7.1", False), ("5.2.2", False), ("", False)]
)
def test_only_a_wrong_address_is_the_addresss_fault(status: str, is_of_address: bool) -> None:
    bounce = read_bounce(dsn(ATTEMPT, status=status))
    assert bounce is not None and bounce.is_final
    assert bounce.is_of_address == is_of_address


def test_a_server_that_still_tries_has_not_given_up() -> None:
    bounce = read_bounce(dsn(ATTEMPT, action="delayed", status="4.4.1"))
    assert bounce is not None and not bounce.is_final


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: I am on holiday\r\n\r\nBack on Monday.",
        dsn(ATTEMPT).replace(b"multipart/report", b"multipart/mixed"),
        dsn("no-attempt-of-ours"),
        dsn(ATTEMPT).replace(b"Action: failed", b""),
    ],
)
def test_other_mail_is_no_bounce(raw: bytes) -> None:
    assert read_bounce(raw) is None


@given(st.binary(max_size=2_000))
def test_any_bytes_are_answered(raw: bytes) -> None:
    assert read_bounce(raw) is None


@given(st.data())
def test_a_bounce_with_bytes_changed_is_answered(data: st.DataObject) -> None:
    raw = bytearray(dsn(ATTEMPT))
    for _ in range(data.draw(st.integers(1, 20))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    bounce = read_bounce(bytes(raw))
    assert bounce is None or len(bounce.attempt_id) == 32
