"""The five services as a case sees them, in memory: they implement the interfaces by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import timedelta

from temporalio import activity
from temporalio.exceptions import ApplicationError

from interfaces import cases, contact, field_visit, legal, negotiation
from interfaces.calendar import Calendar
from interfaces.facts import Agreement, Facts, Matter, Position, Visit
from interfaces.strategy import Strategy
from interfaces.values import (
    AgreementKind,
    AgreementStatus,
    Disposition,
    MatterStatus,
    VisitStatus,
)

ADOPTED_JUDGED_AFTER = timedelta(days=10)


class FakeCases(cases.CasesActivities):
    """Episodes and their claims, as `services.cases` keeps them."""

    def __init__(self, strategy: Strategy, calendar: Calendar) -> None:
        self.facts = Facts()
        # An overdue position that nobody opened an episode on while it was the latest.
        self.unopened: Position | None = None
        self.episodes: list[cases.ClaimEpisode] = []
        self.closings: list[cases.CloseEpisode] = []
        self.moves: list[cases.RecordTransition] = []
        # What happens between the commit of a closing and its answer to the case.
        self.committed: Callable[[], Awaitable[None]] | None = None
        self._strategy = strategy
        self._calendar = calendar

    def know(self, position: Position) -> None:
        self.facts = replace(self.facts, position=position)

    @activity.defn(name="cases.claim_episode")
    async def claim_episode(self, command: cases.ClaimEpisode) -> cases.EpisodeClaim:
        position = self.unopened or self.facts.position
        is_open = len(self.episodes) > len(self.closings)
        is_mine = is_open and self.episodes[-1].run_id == command.run_id
        is_overdue = position is not None and position.disposition is Disposition.OVERDUE
        if (is_open and not is_mine) or not is_overdue or position is None:
            return cases.EpisodeClaim(is_duplicate=True, facts=self.facts)
        if not is_mine:
            self.unopened = None
            self.episodes.append(command)
        return cases.EpisodeClaim(
            is_duplicate=False,
            episode=len(self.episodes),
            opened_at=position.at,
            earlier_episodes=len(self.episodes) - 1,
            facts=self.facts,
            strategy=self._strategy,
            calendar=self._calendar,
        )

    @activity.defn(name="cases.record_transition")
    async def record_transition(self, command: cases.RecordTransition) -> None:
        if command.key not in {move.key for move in self.moves}:
            self.moves.append(command)

    @activity.defn(name="cases.close_episode")
    async def close_episode(self, command: cases.CloseEpisode) -> cases.EpisodeClosing:
        position = self.facts.position
        is_newer = position is not None and position.version > command.position_version
        if is_newer and position is not None and position.disposition is Disposition.OVERDUE:
            return cases.EpisodeClosing(is_closed=False, facts=self.facts)
        self.closings.append(command)
        if self.committed is not None:
            await self.committed()
        return cases.EpisodeClosing(is_closed=True)


class FakeContact(contact.ContactActivities):
    """A gate that lets everything pass and remembers it."""

    def __init__(self) -> None:
        self.touches: list[contact.Touch] = []
        self.reservations: list[contact.Reservation] = []
        self.releases: list[contact.Release] = []
        self.withdrawals: list[contact.Withdraw] = []
        self.pools = False
        self.adopted: list[contact.AdoptContacts] = []
        self.behind = 0

    @activity.defn(name="contact.wish")
    async def wish(self, touch: contact.Touch) -> contact.TouchOutcome:
        if self.behind:
            self.behind -= 1
            raise ApplicationError("standing is older than the act", type="contact/behind")
        if touch.key not in {each.key for each in self.touches}:
            self.touches.append(touch)
        if self.pools:
            return contact.TouchOutcome(touch.key, contact.TouchStatus.POOLED)
        return contact.TouchOutcome(touch.key, contact.TouchStatus.CONFIRMED)

    @activity.defn(name="contact.reserve")
    async def reserve(self, reservation: contact.Reservation) -> contact.TouchOutcome:
        self.reservations.append(reservation)
        return contact.TouchOutcome(reservation.touch.key, contact.TouchStatus.RESERVED)

    @activity.defn(name="contact.confirm")
    async def confirm(self, touch: contact.Touch) -> contact.TouchOutcome:
        return await self.wish(touch)

    @activity.defn(name="contact.release")
    async def release(self, release: contact.Release) -> None:
        self.releases.append(release)

    @activity.defn(name="contact.withdraw")
    async def withdraw(self, command: contact.Withdraw) -> contact.Withdrawn:
        self.withdrawals.append(command)
        status = contact.TouchStatus.SUPERSEDED
        return contact.Withdrawn(tuple(contact.TouchOutcome(key, status) for key in command.keys))

    @activity.defn(name="contact.adopt")
    async def adopt(self, command: contact.AdoptContacts) -> None:
        self.adopted.append(command)


class FakeNegotiation(negotiation.NegotiationActivities):
    """Offers expire and promises break unless a test says otherwise."""

    def __init__(self) -> None:
        self.version = 0
        self.latest: Agreement | None = None
        self.verdict = AgreementStatus.EXPIRED

    def issue(self, agreement: Agreement) -> Agreement:
        self.version += 1
        self.latest = replace(agreement, version=self.version)
        return self.latest

    @activity.defn(name="negotiation.make_offer")
    async def make_offer(self, command: negotiation.MakeOffer) -> Agreement:
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

    @activity.defn(name="negotiation.judge")
    async def judge(self, command: negotiation.JudgeAgreement) -> Agreement:
        assert self.latest is not None
        return self.issue(replace(self.latest, at=command.at, status=self.verdict, judge_at=None))

    @activity.defn(name="negotiation.adopt")
    async def adopt(self, command: negotiation.AdoptAgreement) -> Agreement:
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


class FakeFieldVisit(field_visit.FieldVisitActivities):
    def __init__(self) -> None:
        self.version = 0
        self.latest: Visit | None = None

    def _issue(self, visit: Visit) -> Visit:
        self.version += 1
        self.latest = replace(visit, version=self.version)
        return self.latest

    def _become(self, command: field_visit.VisitCommand, status: VisitStatus) -> Visit:
        assert self.latest is not None
        return self._issue(replace(self.latest, at=command.at, status=status))

    @activity.defn(name="field_visit.book")
    async def book(self, command: field_visit.FindWindow) -> Visit:
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
            )
        )

    @activity.defn(name="field_visit.begin")
    async def begin(self, command: field_visit.VisitCommand) -> Visit:
        return self._become(command, VisitStatus.UNDER_WAY)

    @activity.defn(name="field_visit.judge")
    async def judge(self, command: field_visit.VisitCommand) -> Visit:
        return self._become(command, VisitStatus.MISSED)

    @activity.defn(name="field_visit.cancel")
    async def cancel(self, command: field_visit.VisitCommand) -> Visit:
        return self._become(command, VisitStatus.CANCELLED)


class FakeLegal(legal.LegalActivities):
    def __init__(self) -> None:
        self.version = 0
        self.opened: list[legal.OpenMatter] = []
        self.rejects = 0

    def issue(self, matter: Matter) -> Matter:
        self.version += 1
        return replace(matter, version=self.version)

    @activity.defn(name="legal.open_matter")
    async def open_matter(self, command: legal.OpenMatter) -> Matter:
        if self.rejects:
            self.rejects -= 1
            raise ApplicationError("not now", type="legal/not_now", non_retryable=True)
        self.opened.append(command)
        deadline = command.at + timedelta(days=7)
        return self.issue(Matter(0, command.at, "matter-1", MatterStatus.OPEN, deadline, None))

    @activity.defn(name="legal.move")
    async def move(self, command: legal.MoveMatter) -> Matter:
        deadline = command.at + timedelta(days=30)
        return self.issue(
            Matter(0, command.at, command.matter_id, MatterStatus.FILED, deadline, None)
        )

    @activity.defn(name="legal.adopt")
    async def adopt(self, command: legal.AdoptMatter) -> Matter:
        deadline = command.at + timedelta(days=5)
        return self.issue(Matter(0, command.at, "adopted", command.matter.status, deadline, None))


@dataclass
class FakeServices:
    """All five together."""

    cases: FakeCases
    contact: FakeContact = field(default_factory=FakeContact)
    negotiation: FakeNegotiation = field(default_factory=FakeNegotiation)
    field_visit: FakeFieldVisit = field(default_factory=FakeFieldVisit)
    legal: FakeLegal = field(default_factory=FakeLegal)

    def by_queue(self) -> dict[str, object]:
        return {
            cases.TASK_QUEUE: self.cases,
            contact.TASK_QUEUE: self.contact,
            negotiation.TASK_QUEUE: self.negotiation,
            field_visit.TASK_QUEUE: self.field_visit,
            legal.TASK_QUEUE: self.legal,
        }
