"""What a case asks of the negotiation service: offers made, agreements judged on posted money."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime

from temporalio import activity

from interfaces.facts import Agreement, ProvenAgreement

TASK_QUEUE = "negotiation"


@dataclass(frozen=True)
class MakeOffer:
    key: str
    tenant: str
    loan_id: str
    episode: int
    party_id: str
    at: datetime
    currency: str
    overdue_minor: int
    balance_minor: int
    product: str
    segment: str


@dataclass(frozen=True)
class JudgeAgreement:
    key: str
    tenant: str
    loan_id: str
    agreement_id: str
    at: datetime


@dataclass(frozen=True)
class AdoptAgreement:
    key: str
    tenant: str
    loan_id: str
    episode: int
    at: datetime
    currency: str
    agreement: ProvenAgreement


class NegotiationActivities(ABC):
    @abstractmethod
    @activity.defn(name="negotiation.make_offer")
    async def make_offer(self, command: MakeOffer) -> Agreement:
        """May reject with `negotiation/agreement_active`."""

    @abstractmethod
    @activity.defn(name="negotiation.judge")
    async def judge(self, command: JudgeAgreement) -> Agreement:
        """The agreement as it stands at `at`; may reject with `negotiation/unknown_agreement`."""

    @abstractmethod
    @activity.defn(name="negotiation.adopt")
    async def adopt(self, command: AdoptAgreement) -> Agreement: ...
