"""What a case asks of the field-visit service: a visit booked, begun on its day, or cancelled."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime

from temporalio import activity

from interfaces.facts import Visit

TASK_QUEUE = "field_visit"


@dataclass(frozen=True)
class FindWindow:
    """Asks for the earliest free window of an agent pair in the loan's area after `earliest`."""

    key: str
    tenant: str
    loan_id: str
    episode: int
    party_id: str
    branch: str
    at: datetime
    earliest: datetime


@dataclass(frozen=True)
class VisitCommand:
    """Begins, judges or cancels a visit that was booked under `visit_id`."""

    key: str
    tenant: str
    loan_id: str
    visit_id: str
    at: datetime
    because: str = ""


class FieldVisitActivities(ABC):
    @abstractmethod
    @activity.defn(name="field_visit.book")
    async def book(self, command: FindWindow) -> Visit:
        """May reject with `field_visit/no_capacity` (details name the next day to ask)."""

    @abstractmethod
    @activity.defn(name="field_visit.begin")
    async def begin(self, command: VisitCommand) -> Visit:
        """On the day, after the contact gate confirmed: agents may go."""

    @abstractmethod
    @activity.defn(name="field_visit.judge")
    async def judge(self, command: VisitCommand) -> Visit:
        """After the window: the report if there is one, else the visit is missed."""

    @abstractmethod
    @activity.defn(name="field_visit.cancel")
    async def cancel(self, command: VisitCommand) -> Visit: ...
