"""What a case asks of the contact service: may this person be touched, and if so, do it once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from temporalio import activity

from interfaces.facts import ProvenContact, ProvenNotice
from interfaces.values import Capacity, Channel, Purpose, Role

TASK_QUEUE = "contact"


class TouchStatus(StrEnum):
    """`confirmed`: the person may be touched now (and, for `attempt`, was: the message left).
    `reserved`: the budget is kept until the window ends. `refused`: a rule forbids it; see
    `next_allowed_at`. `superseded`: the loan was stopped by the standing of `standing_version`.
    `undeliverable`: there is no usable contact point, or the provider refused the address.
    `pooled`: the wish is kept until it can be met together with the party's other loans; how it
    ended comes with `contact_progressed`."""

    CONFIRMED = "confirmed"
    RESERVED = "reserved"
    REFUSED = "refused"
    SUPERSEDED = "superseded"
    UNDELIVERABLE = "undeliverable"
    EXPIRED = "expired"
    POOLED = "pooled"


@dataclass(frozen=True)
class Touch:
    """An act that reaches a person, with all that verdicts and holds look at. `about_party_id` is
    the borrower when the party addressed is a third party; `agency` names who acts in the capacity
    of one. `window_until` is how long the wish may wait for the party's other loans; without it, it
    may not wait. Of a visit, `people` is how many go, 0 while that is not known, and `enters` says
    whether they mean to enter the dwelling."""

    key: str
    tenant: str
    loan_id: str
    episode: int
    position_version: int
    party_id: str
    role: Role
    about_party_id: str
    channel: Channel
    purpose: Purpose
    at: datetime
    due_at: datetime
    template: str
    capacity: Capacity = Capacity.CREDITOR
    notice: str = ""
    asks_circumstances: bool = False
    window_until: datetime | None = None
    agency: str = ""
    people: int = 0
    enters: bool = False


@dataclass(frozen=True)
class Reservation:
    """A touch planned for a window: its budget is held from now until the window's end."""

    touch: Touch
    window_from: datetime
    window_until: datetime


@dataclass(frozen=True)
class Release:
    key: str
    tenant: str
    loan_id: str
    at: datetime
    because: str


@dataclass(frozen=True)
class Withdraw:
    """The loan's case has stopped: its wishes with these `keys` are not to be met any more, and
    what was asked for until `at` is neither dialled again nor sent by a repeated try."""

    key: str
    tenant: str
    loan_id: str
    episode: int
    at: datetime
    keys: tuple[str, ...]
    because: str


@dataclass(frozen=True)
class TouchOutcome:
    key: str
    status: TouchStatus
    attempt_id: str = ""
    rule_id: str = ""
    because: str = ""
    next_allowed_at: datetime | None = None
    standing_version: int = 0


@dataclass(frozen=True)
class Withdrawn:
    """How each named wish ended. One that is missing here was confirmed before it could be
    withdrawn; how it ended comes with `contact_progressed`."""

    ended: tuple[TouchOutcome, ...]


@dataclass(frozen=True)
class AdoptContacts:
    """The notices and contacts another system proved, so that none is repeated."""

    key: str
    tenant: str
    loan_id: str
    episode: int
    at: datetime
    notices: tuple[ProvenNotice, ...] = ()
    contacts: tuple[ProvenContact, ...] = ()


class ContactActivities(ABC):
    @abstractmethod
    @activity.defn(name="contact.wish")
    async def wish(self, touch: Touch) -> TouchOutcome:
        """Leaves the wish to touch a party by a remote channel. Where no other loan of the party
        could share the touch it is judged, confirmed and sent at once; else `pooled`. Raises the
        retryable `contact/behind` while standing is older than the act or the key is parked."""

    @abstractmethod
    @activity.defn(name="contact.reserve")
    async def reserve(self, reservation: Reservation) -> TouchOutcome:
        """Judges the window and keeps the budget; raises the retryable `contact/behind`."""

    @abstractmethod
    @activity.defn(name="contact.confirm")
    async def confirm(self, touch: Touch) -> TouchOutcome:
        """Judges anew at the moment of the act; `expired` when the reservation ran out."""

    @abstractmethod
    @activity.defn(name="contact.release")
    async def release(self, release: Release) -> None: ...

    @abstractmethod
    @activity.defn(name="contact.withdraw")
    async def withdraw(self, command: Withdraw) -> Withdrawn:
        """Ends what was left by `wish` and is still open, pooled or in the collectors' queue, as
        superseded; raises the retryable `contact/behind`."""

    @abstractmethod
    @activity.defn(name="contact.adopt")
    async def adopt(self, command: AdoptContacts) -> None: ...
