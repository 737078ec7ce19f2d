"""What every use case of the front door is given, and what it answers per thing received."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Generic, TypeVar
from zoneinfo import ZoneInfo

from chassis.clock import Clock
from chassis.settings import Settings
from events.v1.bank_pb2 import BankFact, BankPerson
from interfaces.tenant import Tenant
from services.intake.domain.facts import Disposition, Fact, Kind, Person, Refusal, Verdict
from services.intake.gateways import Seals, load_seals
from services.intake.settings import load_tenants

Content = TypeVar("Content", Fact, Person)


@dataclass(frozen=True)
class Desk:
    """The tenants, the seals, and the instant of acceptance on the case clock and on the wall."""

    tenants: Mapping[str, Tenant]
    seals: Seals
    at: datetime
    wall_at: datetime

    def today(self, tenant: Tenant) -> date:
        return self.at.astimezone(ZoneInfo(tenant.zone)).date()


@dataclass(frozen=True)
class Reception:
    """What both doors share; each piece of work gets a desk of its own, at its instant."""

    tenants: Mapping[str, Tenant]
    seals: Seals
    clock: Clock

    def desk(self) -> Desk:
        return Desk(self.tenants, self.seals, self.clock.now(), self.clock.wall())


def open_reception(settings: Settings, clock: Clock) -> Reception:
    return Reception(load_tenants(settings.config), load_seals(settings), clock)


@dataclass(frozen=True)
class Submission:
    """One fact or person as it came: `cause` names the delivery, `tenant` the door it came by.

    `quarantine_id` is set when it comes back out of quarantine, with the tenant that it was counted
    under there.
    """

    cause: str
    message: BankFact | BankPerson
    tenant: str = ""
    quarantine_id: str | None = None
    counted_under: str = ""


@dataclass(frozen=True)
class Reading(Generic[Content]):
    """A submission as read: sound (`content`) or not (`refusal`). `digest` is of all it says.

    Tenant, event id and subject reference are fit to be stored, whatever came.
    """

    kind: Kind
    tenant: str
    event_id: str
    subject_ref: str
    digest: bytes
    submission: Submission
    found: Content | Refusal

    @property
    def content(self) -> Content | None:
        return None if isinstance(self.found, Refusal) else self.found

    @property
    def refusal(self) -> Refusal | None:
        return self.found if isinstance(self.found, Refusal) else None

    @property
    def event_key(self) -> tuple[str, str]:
        return self.tenant, self.event_id

    @property
    def subject_key(self) -> tuple[str, str]:
        return self.tenant, self.subject_ref


@dataclass(frozen=True)
class Entry(Generic[Content]):
    """What became of a reading; the quarantine entry it went into, came out of, or stays in."""

    reading: Reading[Content]
    verdict: Verdict
    subject_id: str | None
    quarantine_id: str | None

    @property
    def is_reconsidered(self) -> bool:
        return self.reading.submission.quarantine_id is not None


@dataclass(frozen=True)
class Outcome:
    """The answer to whoever sent it."""

    event_id: str
    status: Disposition
    quarantine_id: str | None = None
    code: str | None = None
    reason: str | None = None


def outcome(entry: Entry[Fact] | Entry[Person]) -> Outcome:
    refusal = entry.verdict.refusal
    return Outcome(
        event_id=entry.reading.event_id,
        status=entry.verdict.disposition,
        quarantine_id=entry.quarantine_id if refusal is not None else None,
        code=refusal.code if refusal is not None else None,
        reason=refusal.reason if refusal is not None else None,
    )
