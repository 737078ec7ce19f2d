"""Spam reports are read whatever program wrote them, and hostile mail is only not understood."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contact.domain.abuse_reports import read_abuse_report
from services.contact.domain.bounces import read_bounce
from tests.services.contact.post import arf, dsn

ATTEMPT = "0123456789abcdef0123456789abcdef"


@pytest.mark.parametrize("named_by", ["message_id", "headers", "return_path"])
@pytest.mark.parametrize("kind", ["abuse", "fraud", "Abuse"])
def test_the_mail_is_found_wherever_the_report_names_it(named_by: str, kind: str) -> None:
    raw = arf(ATTEMPT, kind, named_by)
    assert read_abuse_report(raw) == ATTEMPT
    assert read_bounce(raw) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"Subject: I am on holiday\r\n\r\nBack on Monday.",
        dsn(ATTEMPT),
        arf(ATTEMPT, "not-spam"),
        arf(ATTEMPT, "auth-failure"),
        arf(ATTEMPT, ""),
        arf("no-attempt-of-ours"),
    ],
)
def test_other_mail_is_no_spam_report(raw: bytes) -> None:
    assert read_abuse_report(raw) == ""


@given(st.data())
def test_a_report_with_bytes_changed_is_answered(data: st.DataObject) -> None:
    raw = bytearray(arf(ATTEMPT))
    for _ in range(data.draw(st.integers(1, 20))):
        raw[data.draw(st.integers(0, len(raw) - 1))] = data.draw(st.integers(0, 255))
    assert len(read_abuse_report(bytes(raw))) in (0, 32)
