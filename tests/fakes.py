"""The five services as a case sees them, in memory: they implement the interfaces by hand."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace

from temporalio import activity
from temporalio.exceptions import ApplicationError

from interfaces import cases, contact, field_visit, legal, negotiation
from interfaces.calendar import Calendar
from interfaces.facts import Facts, Position
from interfaces.strategy import Strategy
from interfaces.values import Disposition
from tests.fake_owners import FakeFieldVisit, FakeLegal, FakeNegotiation


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
        is_open = len(self.episodes) > len(self.closings)
        if position.disposition is Disposition.OVERDUE and not is_open:
            self.unopened = self.unopened or position

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
        if reservation not in self.reservations:
            self.reservations.append(reservation)
        return contact.TouchOutcome(reservation.touch.key, contact.TouchStatus.RESERVED)

    @activity.defn(name="contact.confirm")
    async def confirm(self, touch: contact.Touch) -> contact.TouchOutcome:
        if touch.key in {release.key for release in self.releases}:
            return contact.TouchOutcome(touch.key, contact.TouchStatus.EXPIRED)
        return await self.wish(touch)

    @activity.defn(name="contact.release")
    async def release(self, release: contact.Release) -> None:
        if release not in self.releases:
            self.releases.append(release)

    @activity.defn(name="contact.withdraw")
    async def withdraw(self, command: contact.Withdraw) -> contact.Withdrawn:
        self.withdrawals.append(command)
        status = contact.TouchStatus.SUPERSEDED
        return contact.Withdrawn(tuple(contact.TouchOutcome(key, status) for key in command.keys))

    @activity.defn(name="contact.adopt")
    async def adopt(self, command: contact.AdoptContacts) -> None:
        if command not in self.adopted:
            self.adopted.append(command)


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
