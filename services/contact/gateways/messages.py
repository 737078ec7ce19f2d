"""What leaves for a person, what a provider says of it, and how handing it over may fail."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from interfaces.values import Channel, Purpose, Role


class NotHandedOver(ConnectionError):
    """The provider surely did not take the message; it may be handed over again later."""


class RefusedForGood(NotHandedOver):
    """The provider surely did not take the message and says that it never will, for a reason that
    says nothing of the address: its policy, spam, a full mailbox."""


class HandoverInDoubt(ConnectionError):
    """Nobody here knows whether the provider took the message."""


@dataclass(frozen=True)
class Letter:
    """A letter's parts beyond its text: what each heading says, who signs, where and when."""

    sections: tuple[tuple[str, str], ...]
    issuer: str
    place: str
    dated: str
    seal: str


@dataclass(frozen=True)
class Message:
    """What leaves for a person. `subject_key` is the addressee's wrapped key; `unsubscribe` is the
    address at which one request stops messages to this contact point."""

    attempt_id: str
    tenant: str
    key: str
    loan_id: str
    party_id: str
    role: Role
    channel: Channel
    purpose: Purpose
    template: str
    notice: str
    asks_circumstances: bool
    at: datetime
    address: str
    subject: str
    body: str
    subject_key: bytes
    language: str = ""
    name: str = ""
    unsubscribe: str = ""
    letter: Letter | None = None


@dataclass(frozen=True)
class Receipt:
    """What the provider says at once; a later word comes as an outcome. `because` where it refused
    the message for a reason that says nothing of the address."""

    attempt_id: str
    is_accepted: bool
    because: str = ""


@dataclass(frozen=True)
class SentMessage:
    """What the sandbox shows of a message it keeps: no name, no address, no words."""

    seq: int
    attempt_id: str
    key: str
    loan_id: str
    party_id: str
    role: Role
    channel: Channel
    purpose: Purpose
    template: str
    notice: str
    asks_circumstances: bool
    at: datetime


class Gateway(Protocol):
    async def send(self, message: Message) -> Receipt:
        """Hand a message over; raises the infrastructure's errors, which the caller retries."""

    async def find(self, attempt_id: str) -> Receipt | None:
        """What became of an earlier hand-over, if there was one."""


AboutToLeave = Callable[[], Awaitable[None]]


class Provider(Protocol):
    """One real way out. `name` is kept with each hand-over; one that `can_be_asked` takes the same
    id any number of times as one message, and tells what became of it."""

    name: str
    can_be_asked: bool

    async def send(self, message: Message, about_to_leave: AboutToLeave) -> Receipt:
        """Awaits `about_to_leave` at the last instant at which the message surely has not left;
        raises `NotHandedOver` and `HandoverInDoubt`."""

    async def find(self, attempt_id: str) -> Receipt | None:
        """What became of a message; none if it never came; raises `HandoverInDoubt`."""
