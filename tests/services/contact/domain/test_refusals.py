"""A refusal counts against the person only where it says that nobody is there."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.contact.domain.refusals import is_of_address


@pytest.mark.parametrize(
    "answer",
    [
        "5.1.1 The email account that you tried to reach does not exist",
        "5.1.10 Recipient address has null MX",
        "5.1.1",
        "no such user",
        "<b1@example.test>: Recipient address rejected: User unknown in local recipient table",
        "Requested action not taken: mailbox not found",
        "invalid recipient",
        "User not local",
    ],
)
def test_nobody_is_there(answer: str) -> None:
    assert is_of_address(answer)


@pytest.mark.parametrize(
    "answer",
    [
        "5.7.1 Relay access denied",
        "5.7.1 Message rejected as spam: unknown user list",
        "5.2.2 Mailbox full",
        "5.3.4 Message too big",
        "5.4.4 Unable to route",
        "5.1.8 Bad sender's system address",
        "Relay access denied",
        "Blocked by policy; see https://block.example/5.1",
        "Sender address rejected: user unknown",
        "mailbox unavailable",
        "",
    ],
)
def test_sending_failed_and_nothing_is_said_of_the_person(answer: str) -> None:
    assert not is_of_address(answer)


@given(st.text(max_size=300))
def test_any_words_are_answered(answer: str) -> None:
    assert is_of_address(answer) in (True, False)
