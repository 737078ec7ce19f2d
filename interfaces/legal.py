"""What a case asks of the legal service: a matter opened, and moved when its deadline comes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import date, datetime

from temporalio import activity

from interfaces.facts import Matter, ProvenMatter

TASK_QUEUE = "legal"


@dataclass(frozen=True)
class OpenMatter:
    key: str
    tenant: str
    loan_id: str
    episode: int
    party_id: str
    at: datetime
    currency: str
    claim_minor: int
    limitation_expires_on: date | None


@dataclass(frozen=True)
class MoveMatter:
    """Asks legal to look at the matter now that its deadline has come."""

    key: str
    tenant: str
    loan_id: str
    matter_id: str
    at: datetime


@dataclass(frozen=True)
class AdoptMatter:
    key: str
    tenant: str
    loan_id: str
    episode: int
    party_id: str
    at: datetime
    currency: str
    claim_minor: int
    matter: ProvenMatter
    limitation_expires_on: date | None = None


class LegalActivities(ABC):
    @abstractmethod
    @activity.defn(name="legal.open_matter")
    async def open_matter(self, command: OpenMatter) -> Matter:
        """May reject with `legal/time_barred`."""

    @abstractmethod
    @activity.defn(name="legal.move")
    async def move(self, command: MoveMatter) -> Matter:
        """May reject with `legal/unknown_matter`."""

    @abstractmethod
    @activity.defn(name="legal.adopt")
    async def adopt(self, command: AdoptMatter) -> Matter: ...
