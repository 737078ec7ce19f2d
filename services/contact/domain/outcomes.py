"""How a touch may turn out, and which later word of it is believed."""

from __future__ import annotations

from enum import StrEnum

from interfaces.values import Channel, NoticeStatus


class Outcome(StrEnum):
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"
    CONNECTED = "connected"
    RIGHT_PARTY = "right_party"
    VOICEMAIL = "voicemail"
    NO_ANSWER = "no_answer"


_MESSAGE = frozenset({Outcome.DELIVERED, Outcome.UNDELIVERABLE})
_MEETING = frozenset(
    {
        Outcome.CONNECTED,
        Outcome.RIGHT_PARTY,
        Outcome.VOICEMAIL,
        Outcome.NO_ANSWER,
        Outcome.UNDELIVERABLE,
    }
)
FITTING: dict[Channel, frozenset[Outcome]] = {
    Channel.SMS: _MESSAGE,
    Channel.EMAIL: _MESSAGE,
    Channel.PUSH: _MESSAGE,
    Channel.LETTER: _MESSAGE,
    Channel.CALL: _MEETING,
    Channel.VISIT: _MEETING,
}
# What may still follow an outcome; proof of arrival is never taken back.
FOLLOWING: dict[Outcome, frozenset[Outcome]] = {
    Outcome.SENT: _MESSAGE | _MEETING,
    Outcome.UNDELIVERABLE: frozenset({Outcome.DELIVERED}),
    Outcome.NO_ANSWER: frozenset(
        {Outcome.VOICEMAIL, Outcome.CONNECTED, Outcome.RIGHT_PARTY, Outcome.UNDELIVERABLE}
    ),
    Outcome.VOICEMAIL: frozenset({Outcome.CONNECTED, Outcome.RIGHT_PARTY}),
    Outcome.CONNECTED: frozenset({Outcome.RIGHT_PARTY}),
    Outcome.RIGHT_PARTY: frozenset(),
    Outcome.DELIVERED: frozenset(),
}
REACHED = frozenset({Outcome.DELIVERED, Outcome.CONNECTED, Outcome.RIGHT_PARTY})
NOT_REACHED = frozenset({Outcome.UNDELIVERABLE, Outcome.NO_ANSWER, Outcome.VOICEMAIL})
_NOTICE: dict[Outcome, NoticeStatus] = {
    Outcome.DELIVERED: NoticeStatus.DELIVERED,
    Outcome.RIGHT_PARTY: NoticeStatus.DELIVERED,
    Outcome.UNDELIVERABLE: NoticeStatus.UNDELIVERABLE,
    Outcome.NO_ANSWER: NoticeStatus.ATTEMPTED,
    Outcome.VOICEMAIL: NoticeStatus.ATTEMPTED,
    Outcome.CONNECTED: NoticeStatus.ATTEMPTED,
    Outcome.SENT: NoticeStatus.SENT,
}


def notice_status(outcome: Outcome) -> NoticeStatus:
    """How far a notice came that was given in such a touch."""
    return _NOTICE[outcome]
