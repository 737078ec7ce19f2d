"""The hours in which a person may be reached, on the clock of wherever it may be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time

from interfaces.values import Channel
from services.contact.domain.law.clocks import next_of, zone_of
from services.contact.domain.law.facts import (
    AgreedKind,
    Agreement,
    DayHours,
    Known,
    Proposal,
)
from services.contact.domain.law.judgement import Objection

_OPENINGS_MAX = 10


@dataclass(frozen=True)
class Hours:
    """Open only when open in every plausible zone; what was agreed is open whatever is said."""

    hours: DayHours

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        shut = [zone for zone in known.zones if not self.hours.cover(_clock(at, zone))]
        if not shut:
            return None
        agreed = [each for each in known.agreements if _extends(each, act.channel)]
        shut = [zone for zone in shut if not self._is_open(at, zone, agreed)]
        if not shut:
            return None
        hours = f"{self.hours.from_time:%H:%M} to {self.hours.until_time:%H:%M}"
        because = f"it is {_clock(at, shut[0]):%H:%M} in {shut[0]}; hours are {hours}"
        return Objection(because, self._opening(known.zones, at, agreed))

    def _is_open(self, at: datetime, zone: str, agreed: Sequence[Agreement]) -> bool:
        clock = _clock(at, zone)
        if self.hours.cover(clock):
            return True
        return any(each.hours and each.hours.cover(clock) and each.lasts(at) for each in agreed)

    def _opening(
        self, zones: tuple[str, ...], at: datetime, agreed: Sequence[Agreement]
    ) -> datetime | None:
        """The next instant at which it is open in every zone; none if they share no open hour."""
        for _ in range(_OPENINGS_MAX):
            shut = [zone for zone in zones if not self._is_open(at, zone, agreed)]
            if not shut:
                return at
            at = max(self._next(at, zone, agreed) for zone in shut)
        return None

    def _next(self, at: datetime, zone: str, agreed: Sequence[Agreement]) -> datetime:
        clocks = {self.hours.from_time} | {each.hours.from_time for each in agreed if each.hours}
        openings = next_of(clocks, zone, at)
        openings += [each.from_at for each in agreed if each.from_at > at]
        return next(t for t in sorted(openings) if self._is_open(t, zone, agreed))


@dataclass(frozen=True)
class NoBan:
    """What the person forbade: a medium, or a time of day. It prevails over what was agreed."""

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        for ban in known.bans:
            if ban.channel not in (None, act.channel) or not ban.lasts(at):
                continue
            if ban.hours is None:
                named = ban.channel.value if ban.channel else "any medium"
                return Objection(f"the party forbade to be reached by {named}", ban.until_at)
            if _banned(ban.hours, known.zones, at):
                hours = f"{ban.hours.from_time:%H:%M} to {ban.hours.until_time:%H:%M}"
                because = f"the party forbade to be reached from {hours}"
                ends = (self._end(ban.hours, known.zones, at), ban.until_at)
                return Objection(because, min((end for end in ends if end), default=None))
        return None

    @staticmethod
    def _end(hours: DayHours, zones: tuple[str, ...], at: datetime) -> datetime | None:
        """The next instant that is banned in no zone; none if they share no free hour."""
        for _ in range(_OPENINGS_MAX):
            banned = _banned(hours, zones, at)
            if not banned:
                return at
            at = max(_first_free(hours, zone, at) for zone in banned)
        return None


def _banned(hours: DayHours, zones: tuple[str, ...], at: datetime) -> list[str]:
    return [zone for zone in zones if hours.cover(_clock(at, zone))]


def _first_free(hours: DayHours, zone: str, at: datetime) -> datetime:
    """The end of the ban; on a day whose clock skips the free minutes it is the next day's. Still
    banned if there is none within so many days."""
    for _ in range(_OPENINGS_MAX):
        ends = next_of([hours.until_time], zone, at)
        free = next((end for end in ends if not hours.cover(_clock(end, zone))), None)
        if free is not None:
            return free
        at = ends[-1]
    return at


def _clock(at: datetime, zone: str) -> time:
    return at.astimezone(zone_of(zone)).time()


def _extends(agreement: Agreement, channel: Channel) -> bool:
    return agreement.kind is AgreedKind.HOURS and agreement.concerns(channel)
