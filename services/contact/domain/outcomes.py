"""How a touch may turn out, which later word of it is believed, and what the law counts of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from interfaces.values import Channel, NoticeStatus


class Outcome(StrEnum):
    """Of calls: `busy` and `out_of_service` never rang at the dialled number; `no_answer` rang;
    `connected` was answered by nobody knows whom; `third_party` by another person; `right_party` by
    the person meant; `effective` is a conversation with that person about the matter."""

    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERABLE = "undeliverable"
    BUSY = "busy"
    OUT_OF_SERVICE = "out_of_service"
    NO_ANSWER = "no_answer"
    VOICEMAIL = "voicemail"
    CONNECTED = "connected"
    THIRD_PARTY = "third_party"
    RIGHT_PARTY = "right_party"
    EFFECTIVE = "effective"


@dataclass(frozen=True)
class Counted:
    """What rules count of a call. 12 CFR 1006.14(b)(4): a call that reached no ringing or voicemail
    of the dialled number was not placed; GB/T 45251-2025 counts connected calls and, of interactive
    voice, effective conversations."""

    rang: bool
    connected: bool
    right_party: bool
    effective: bool


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
_SPOKEN = frozenset(
    {Outcome.CONNECTED, Outcome.THIRD_PARTY, Outcome.RIGHT_PARTY, Outcome.EFFECTIVE}
)
_CALL = _MEETING | _SPOKEN | {Outcome.BUSY, Outcome.OUT_OF_SERVICE}
FITTING: dict[Channel, frozenset[Outcome]] = {
    Channel.SMS: _MESSAGE,
    Channel.EMAIL: _MESSAGE,
    Channel.PUSH: _MESSAGE,
    Channel.LETTER: _MESSAGE,
    Channel.CALL: _CALL,
    Channel.VISIT: _MEETING,
}
# What may still follow an outcome; proof of arrival is never taken back.
FOLLOWING: dict[Outcome, frozenset[Outcome]] = {
    Outcome.SENT: _MESSAGE | _CALL,
    Outcome.UNDELIVERABLE: frozenset({Outcome.DELIVERED}),
    Outcome.OUT_OF_SERVICE: frozenset(),
    Outcome.BUSY: _SPOKEN
    | {Outcome.NO_ANSWER, Outcome.VOICEMAIL, Outcome.OUT_OF_SERVICE, Outcome.UNDELIVERABLE},
    Outcome.NO_ANSWER: _SPOKEN | {Outcome.VOICEMAIL, Outcome.OUT_OF_SERVICE, Outcome.UNDELIVERABLE},
    Outcome.VOICEMAIL: _SPOKEN,
    Outcome.CONNECTED: _SPOKEN - {Outcome.CONNECTED},
    Outcome.THIRD_PARTY: frozenset({Outcome.RIGHT_PARTY, Outcome.EFFECTIVE}),
    Outcome.RIGHT_PARTY: frozenset({Outcome.EFFECTIVE}),
    Outcome.EFFECTIVE: frozenset(),
    Outcome.DELIVERED: frozenset(),
}
REACHED = _SPOKEN | {Outcome.DELIVERED}
_NEVER_RANG = frozenset({Outcome.BUSY, Outcome.OUT_OF_SERVICE, Outcome.UNDELIVERABLE})
NOT_REACHED = _NEVER_RANG | {Outcome.NO_ANSWER, Outcome.VOICEMAIL}
_RIGHT = frozenset({Outcome.RIGHT_PARTY, Outcome.EFFECTIVE})
_NOTICE: dict[Outcome, NoticeStatus] = {
    Outcome.DELIVERED: NoticeStatus.DELIVERED,
    Outcome.RIGHT_PARTY: NoticeStatus.DELIVERED,
    Outcome.EFFECTIVE: NoticeStatus.DELIVERED,
    Outcome.UNDELIVERABLE: NoticeStatus.UNDELIVERABLE,
    Outcome.OUT_OF_SERVICE: NoticeStatus.UNDELIVERABLE,
    Outcome.BUSY: NoticeStatus.ATTEMPTED,
    Outcome.NO_ANSWER: NoticeStatus.ATTEMPTED,
    Outcome.VOICEMAIL: NoticeStatus.ATTEMPTED,
    Outcome.CONNECTED: NoticeStatus.ATTEMPTED,
    Outcome.THIRD_PARTY: NoticeStatus.ATTEMPTED,
    Outcome.SENT: NoticeStatus.SENT,
}


def counted(outcome: Outcome) -> Counted:
    """What the law counts of a call that ended so; one whose end is unknown counts as everything
    but an identified person."""
    return Counted(
        rang=outcome not in _NEVER_RANG,
        connected=is_connected(outcome),
        right_party=outcome in _RIGHT,
        effective=outcome in (Outcome.EFFECTIVE, Outcome.SENT),
    )


def is_connected(outcome: Outcome) -> bool:
    """Whether a call counts as connected; one whose outcome is still unknown does."""
    return outcome not in NOT_REACHED


def notice_status(outcome: Outcome) -> NoticeStatus:
    """How far a notice came that was given in such a touch."""
    return _NOTICE[outcome]
