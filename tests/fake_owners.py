"""Negotiation, field visits and legal as a case sees them, in memory."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TypeVar

from temporalio import activity
from temporalio.exceptions import ApplicationError

from interfaces import field_visit, legal, negotiation
from interfaces.facts import Agreement, Matter, Visit
from interfaces.values import AgreementKind, AgreementStatus, MatterStatus, VisitStatus

ADOPTED_JUDGED_AFTER = timedelta(days=10)
OPEN_AGREEMENTS = frozenset({AgreementStatus.OFFERED, AgreementStatus.ACTIVE})
OPEN_VISITS = frozenset({VisitStatus.BOOKED, VisitStatus.UNDER_WAY})
Told = TypeVar("Told")


def refusal(code: str) -> ApplicationError:
    """As a service's rejection reaches a workflow."""
    return ApplicationError("not now", type=code, non_retryable=True)


class Remembering:
    """Each deed is done once per business key; asked again it answers the same."""

    def __init__(self) -> None:
        self._answers: dict[str, object] = {}

    def _once(self, key: str, deed: Callable[[], Told]) -> Told:
        if key not in self._answers:
            self._answers[key] = deed()
        return self._answers[key]  # type: ignore[return-value]


class FakeNegotiation(Remembering, negotiation.NegotiationActivities):
    """Offers expire and promises break unless a test says otherwise."""

    def __init__(self) -> None:
        super().__init__()
        self.version = 0
        self.latest: Agreement | None = None
        self.verdict = AgreementStatus.EXPIRED

    def issue(self, agreement: Agreement) -> Agreement:
        self.version += 1
        self.latest = replace(agreement, version=self.version)
        return self.latest

    @activity.defn(name="negotiation.make_offer")
    async def make_offer(self, command: negotiation.MakeOffer) -> Agreement:
        return self._once(f"make_offer/{command.key}", lambda: self._offer(command))

    @activity.defn(name="negotiation.judge")
    async def judge(self, command: negotiation.JudgeAgreement) -> Agreement:
        return self._once(f"judge/{command.key}", lambda: self._judge(command))

    @activity.defn(name="negotiation.adopt")
    async def adopt(self, command: negotiation.AdoptAgreement) -> Agreement:
        return self._once(f"adopt/{command.key}", lambda: self._adopt(command))

    def _offer(self, command: negotiation.MakeOffer) -> Agreement:
        if self.latest is not None and self.latest.status in OPEN_AGREEMENTS:
            raise refusal("negotiation/agreement_active")
        return self.issue(
            Agreement(
                version=0,
                at=command.at,
                agreement_id=f"offer-{self.version + 1}",
                kind=AgreementKind.PLAN,
                status=AgreementStatus.OFFERED,
                party_id=command.party_id,
                total_minor=command.overdue_minor,
                paid_minor=0,
                next_due_on=None,
                judge_at=command.at + timedelta(days=14),
            )
        )

    def _judge(self, command: negotiation.JudgeAgreement) -> Agreement:
        latest = self.latest
        if latest is None or latest.agreement_id != command.agreement_id:
            raise refusal("negotiation/unknown_agreement")
        if latest.judge_at is not None and command.at < latest.judge_at:
            return latest
        return self.issue(replace(latest, at=command.at, status=self.verdict, judge_at=None))

    def _adopt(self, command: negotiation.AdoptAgreement) -> Agreement:
        proven = command.agreement
        return self.issue(
            Agreement(
                version=0,
                at=command.at,
                agreement_id="adopted",
                kind=proven.kind,
                status=AgreementStatus.ACTIVE,
                party_id=proven.party_id,
                total_minor=proven.total_minor,
                paid_minor=proven.paid_minor,
                next_due_on=proven.due_on[-1],
                judge_at=command.at + ADOPTED_JUDGED_AFTER,
            )
        )


class FakeFieldVisit(Remembering, field_visit.FieldVisitActivities):
    """There is always a window tomorrow, and nobody reports."""

    def __init__(self) -> None:
        super().__init__()
        self.version = 0
        self.latest: Visit | None = None

    def _issue(self, visit: Visit) -> Visit:
        self.version += 1
        self.latest = replace(visit, version=self.version)
        return self.latest

    def _become(self, command: field_visit.VisitCommand, status: VisitStatus) -> Visit:
        if self.latest is None or self.latest.visit_id != command.visit_id:
            raise refusal("field_visit/unknown_visit")
        if self.latest.status not in OPEN_VISITS:
            return self.latest
        return self._issue(replace(self.latest, at=command.at, status=status))

    def _book(self, command: field_visit.FindWindow) -> Visit:
        if self.latest is not None and self.latest.status in OPEN_VISITS:
            raise refusal("field_visit/visit_open")
        start = command.earliest + timedelta(days=1)
        return self._issue(
            Visit(
                version=0,
                at=command.at,
                visit_id=f"visit-{self.version + 1}",
                status=VisitStatus.BOOKED,
                party_id=command.party_id,
                window_from=start,
                window_until=start + timedelta(hours=2),
                people=2,
            )
        )

    @activity.defn(name="field_visit.book")
    async def book(self, command: field_visit.FindWindow) -> Visit:
        return self._once(f"book/{command.key}", lambda: self._book(command))

    @activity.defn(name="field_visit.begin")
    async def begin(self, command: field_visit.VisitCommand) -> Visit:
        key = f"begin/{command.visit_id}/{command.key}"
        return self._once(key, lambda: self._become(command, VisitStatus.UNDER_WAY))

    @activity.defn(name="field_visit.judge")
    async def judge(self, command: field_visit.VisitCommand) -> Visit:
        key = f"judge/{command.visit_id}/{command.key}"
        return self._once(key, lambda: self._become(command, VisitStatus.MISSED))

    @activity.defn(name="field_visit.cancel")
    async def cancel(self, command: field_visit.VisitCommand) -> Visit:
        key = f"cancel/{command.visit_id}/{command.key}"
        return self._once(key, lambda: self._become(command, VisitStatus.CANCELLED))


class FakeLegal(Remembering, legal.LegalActivities):
    """A matter is filed at its first deadline."""

    def __init__(self) -> None:
        super().__init__()
        self.version = 0
        self.opened: list[legal.OpenMatter] = []
        self.matter_ids: set[str] = set()
        self.rejects = 0

    def issue(self, matter: Matter) -> Matter:
        self.version += 1
        self.matter_ids.add(matter.matter_id)
        return replace(matter, version=self.version)

    @activity.defn(name="legal.open_matter")
    async def open_matter(self, command: legal.OpenMatter) -> Matter:
        if self.rejects:
            self.rejects -= 1
            raise refusal("legal/not_now")
        return self._once(f"open_matter/{command.key}", lambda: self._open(command))

    @activity.defn(name="legal.move")
    async def move(self, command: legal.MoveMatter) -> Matter:
        return self._once(f"move/{command.key}", lambda: self._move(command))

    @activity.defn(name="legal.adopt")
    async def adopt(self, command: legal.AdoptMatter) -> Matter:
        return self._once(f"adopt/{command.key}", lambda: self._adopt(command))

    def _open(self, command: legal.OpenMatter) -> Matter:
        if command.limitation_expires_on and command.limitation_expires_on < command.at.date():
            raise refusal("legal/time_barred")
        self.opened.append(command)
        deadline = command.at + timedelta(days=7)
        return self.issue(Matter(0, command.at, "matter-1", MatterStatus.OPEN, deadline, None))

    def _move(self, command: legal.MoveMatter) -> Matter:
        if command.matter_id not in self.matter_ids:
            raise refusal("legal/unknown_matter")
        deadline = command.at + timedelta(days=30)
        return self.issue(
            Matter(0, command.at, command.matter_id, MatterStatus.FILED, deadline, None)
        )

    def _adopt(self, command: legal.AdoptMatter) -> Matter:
        deadline = command.at + timedelta(days=5)
        return self.issue(Matter(0, command.at, "adopted", command.matter.status, deadline, None))
