"""The first rules of contact, as data; a tenant's limits fill in their numbers.

Ids and sources are those of the field: CN-TIME-1 (no contact from 22:00 to 08:00), CN-FREQ-1
(three connected calls a day per debtor over all its loans), CN-FREQ-3 (six tries a day per contact
point). The others are the platform's own duties.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from interfaces.facts import HoldInterval
from interfaces.tenant import ContactLimits
from interfaces.values import LIABLE_ROLES, Block, Channel, Direction, Purpose
from services.contact.domain import holds, zones
from services.contact.domain.gate import Known, Objection, Pack, PastAttempt, Proposal

# An answer to the person's own words, service messages and a statute's or court's papers are no
# collection: they count against no budget and survive an opt-out.
_NO_COLLECTION = frozenset(
    {Purpose.SERVICE, Purpose.REPLY, Purpose.STATUTORY_NOTICE, Purpose.COURT_SERVICE}
)
_OPEN_TO_OTHERS = frozenset({Purpose.SERVICE, Purpose.REPLY, Purpose.COURT_SERVICE})
_OPENINGS_MAX = 10


def first_pack(jurisdiction: str, limits: ContactLimits) -> Pack:
    """The rules every tenant starts with."""
    return Pack(
        name=f"{jurisdiction}-first",
        version=1,
        rules=(
            RightParty(),
            NoHold(),
            NoOptOut(),
            UsablePoint(),
            Hours(limits.hours_from, limits.hours_until),
            ConnectedCalls(limits.connected_calls_per_day_max),
            PointAttempts(limits.attempts_per_point_per_day_max),
        ),
    )


@dataclass(frozen=True)
class RightParty:
    """Only who is liable is asked for money: GB/T 45251-2025, contacts of the debtor are not."""

    rule_id: str = "WRONG-PARTY"

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        if act.role not in known.roles:
            return Objection(f"the party is not linked to the loan as {act.role.value}", None)
        if not known.is_debtor_liable:
            return Objection("the party it is about is not liable for the loan", None)
        if act.role in LIABLE_ROLES or act.purpose in _OPEN_TO_OTHERS:
            return None
        return Objection(f"a party in the role {act.role.value} is not liable for the loan", None)


@dataclass(frozen=True)
class NoHold:
    rule_id: str = "HOLD"

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        block = Block.VISIT if act.channel is Channel.VISIT else Block.CONTACT
        concerned = holds.concerning(known.holds, {act.party_id, act.debtor_id})
        span = holds.span_at(holds.stopping(concerned, block, act.purpose), at)
        if span is None:
            return None
        kinds = sorted({hold.kind.value for hold in concerned if _covers(hold, at)})
        return Objection(f"held: {', '.join(kinds)}", span.until_at)


@dataclass(frozen=True)
class NoOptOut:
    rule_id: str = "OPT-OUT"

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        if not known.is_opted_out or act.purpose in _NO_COLLECTION:
            return None
        return Objection(f"the party asked not to be reached by {act.channel.value}", None)


@dataclass(frozen=True)
class UsablePoint:
    rule_id: str = "NO-POINT"

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        if act.point_id:
            return None
        return Objection(f"no usable contact point for {act.channel.value} is known", None)


@dataclass(frozen=True)
class Hours:
    """From and until on the debtor's clock; open only when open in every plausible zone. A letter
    rings nobody's bell at the hour it is posted, and an answer may follow its question."""

    from_time: time
    until_time: time
    rule_id: str = "CN-TIME-1"

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        if act.channel is Channel.LETTER or act.purpose is Purpose.REPLY:
            return None
        shut = [zone for zone in known.zones if not self.is_open(at, zone)]
        if not shut:
            return None
        local = at.astimezone(ZoneInfo(shut[0]))
        because = f"it is {local:%H:%M} in {shut[0]}; hours are {self._hours}"
        return Objection(because, self._opening(known.zones, at))

    def is_open(self, at: datetime, zone: str) -> bool:
        return self.from_time <= at.astimezone(ZoneInfo(zone)).time() < self.until_time

    def _opening(self, among: tuple[str, ...], at: datetime) -> datetime | None:
        for _ in range(_OPENINGS_MAX):
            shut = [zone for zone in among if not self.is_open(at, zone)]
            if not shut:
                return at
            at = max(self._next_opening(at, zone) for zone in shut)
        return None

    def _next_opening(self, at: datetime, zone: str) -> datetime:
        local = at.astimezone(ZoneInfo(zone))
        day = local.date() if local.time() < self.from_time else local.date() + timedelta(days=1)
        return datetime.combine(day, self.from_time, ZoneInfo(zone)).astimezone(UTC)

    @property
    def _hours(self) -> str:
        return f"{self.from_time:%H:%M} to {self.until_time:%H:%M}"


@dataclass(frozen=True)
class ConnectedCalls:
    """Calls connected in a debtor's local day over all its loans, in and out; a call whose outcome
    is not known yet, or that is planned, counts as connected."""

    per_day_max: int
    rule_id: str = "CN-FREQ-1"

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        if act.channel is not Channel.CALL or act.purpose in _NO_COLLECTION:
            return None
        return _over_cap(known, at, self.per_day_max, self.counts, "connected calls to the debtor")

    @staticmethod
    def counts(past: PastAttempt) -> bool:
        is_answer = past.direction is Direction.OUTBOUND and past.purpose in _NO_COLLECTION
        return past.channel is Channel.CALL and past.is_connected and not is_answer


@dataclass(frozen=True)
class PointAttempts:
    """Tries a local day at one contact point. Wider than the source, which counts unanswered
    dials: every outbound try counts here, whatever its channel and outcome."""

    per_day_max: int
    rule_id: str = "CN-FREQ-3"

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        if act.purpose in _NO_COLLECTION:
            return None

        def counts(past: PastAttempt) -> bool:
            is_collection = past.purpose not in _NO_COLLECTION
            is_same = past.direction is Direction.OUTBOUND and past.point_id == act.point_id
            return is_collection and is_same

        return _over_cap(known, at, self.per_day_max, counts, "tries at the contact point")


def _over_cap(
    known: Known, at: datetime, cap: int, counts: Callable[[PastAttempt], bool], what: str
) -> Objection | None:
    """Objects if, in any plausible zone, the day around `at` is full; free on the next day."""
    full = []
    for zone in known.zones:
        start, end = zones.day_bounds(at, zone)
        if (
            sum(1 for past in known.attempts if counts(past) and past.falls_within(start, end))
            >= cap
        ):
            full.append(end)
    if not full:
        return None
    return Objection(f"{cap} {what} that day already", max(full))


def _covers(hold: HoldInterval, at: datetime) -> bool:
    return holds.Span(hold.from_at, hold.until_at).covers(at)
