"""Limits on how often: a day, and in the days before and after a call."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from interfaces.values import Channel, Direction, Purpose, Role
from services.contact.domain.law.clocks import DAY, day_start, days_around, local_date
from services.contact.domain.law.facts import AgreedKind, Known, PastAttempt, Proposal, Result
from services.contact.domain.law.judgement import Objection

# An answer to the person's own words, service messages and a statute's or court's papers are no
# collection: they count against no budget.
NO_COLLECTION = (
    Purpose.SERVICE,
    Purpose.REPLY,
    Purpose.STATUTORY_NOTICE,
    Purpose.COURT_SERVICE,
)
_MAY_BE_A_CONVERSATION = (Result.SENT, Result.RIGHT_PARTY, Result.EFFECTIVE)
_CONSENT_LASTS = timedelta(days=7)


class Per(StrEnum):
    DEBTOR = "debtor"
    POINT = "point"


@dataclass(frozen=True)
class PerDay:
    """Attempts of a channel with certain results, in the debtor's local day; what is planned, or
    not yet known, is among the results that the pack names."""

    per_day_max: int
    per: Per
    channel: Channel
    results: tuple[Result, ...]
    directions: tuple[Direction, ...]
    what: str

    look_back = 2 * DAY

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        cap = self._cap(act, known, at)
        past = self._counted(act, known)
        if len(past) < cap:
            return None
        full = []
        for zone in known.zones:
            start, end = days_around(at, zone, 0, 0)
            if sum(1 for each in past if each.falls_within(start, end)) >= cap:
                full.append(end)
        if not full:
            return None
        return Objection(f"{cap} {self.what} that day already", _or_agreed(known, at, max(full)))

    def _cap(self, act: Proposal, known: Known, at: datetime) -> int:
        agreed = [
            each
            for each in known.agreements
            if each.kind is AgreedKind.FREQUENCY
            and each.per_day_max is not None
            and each.concerns(act.channel)
            and each.lasts(at)
        ]
        latest = max(agreed, key=lambda each: each.from_at, default=None)
        return self.per_day_max if latest is None else latest.per_day_max or 0

    def _counted(self, act: Proposal, known: Known) -> list[PastAttempt]:
        is_per_point = self.per is Per.POINT
        return [
            past
            for past in known.attempts
            if past.channel is self.channel
            and past.result in self.results
            and past.direction in self.directions
            and not (past.direction is Direction.OUTBOUND and past.purpose in NO_COLLECTION)
            and (not is_per_point or past.point_id == act.point_id)
        ]


@dataclass(frozen=True)
class CallsInDays:
    """Calls placed to a person about a debt in any run of local days with the day of the act; not
    counted: those that never connected to the number, and those with fresh consent."""

    calls_max: int
    days: int
    not_counted: tuple[Result, ...]

    @property
    def look_back(self) -> timedelta:
        return DAY * (self.days + 2)

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        if has_fresh_consent(known, at):
            return None
        past = [each for each in known.attempts if self._counts(act, known, each)]
        if len(past) < self.calls_max:
            return None
        full = [
            end
            for zone in known.zones
            if (end := full_until(past, zone, at, self.calls_max, self.days))
        ]
        if not full:
            return None
        because = f"{self.calls_max} calls to the person about this debt in {self.days} days"
        return Objection(because, _or_agreed(known, at, max(full)))

    def _counts(self, act: Proposal, known: Known, past: PastAttempt) -> bool:
        return (
            past.direction is Direction.OUTBOUND
            and past.result not in self.not_counted
            and past.purpose not in NO_COLLECTION
            and past.role != Role.ATTORNEY
            and _is_same_debt(act, past)
            and not has_fresh_consent(known, past.from_at)
        )


@dataclass(frozen=True)
class DaysAfterConversation:
    """No call until so many days after a telephone conversation about the debt, whoever began it;
    its own day is the first of them. What is or may be a conversation with the person counts: the
    person meant answered, nobody has reported yet, or somebody called in."""

    days: int

    @property
    def look_back(self) -> timedelta:
        return DAY * (self.days + 2)

    def objection(self, act: Proposal, known: Known, at: datetime) -> Objection | None:
        if has_fresh_consent(known, at):
            return None
        talks = [
            each
            for each in known.attempts
            if self._is_talk(each) and each.from_at <= at and _is_same_debt(act, each)
        ]
        ends = [
            day_start(local_date(each.from_at, zone) + DAY * self.days, zone)
            for each in talks
            for zone in known.zones
        ]
        last = max(ends, default=at)
        if last <= at:
            return None
        because = f"a conversation about this debt was less than {self.days} days ago"
        return Objection(because, _or_agreed(known, at, last))

    @staticmethod
    def _is_talk(past: PastAttempt) -> bool:
        is_caller = past.direction is Direction.INBOUND and past.result is Result.CONNECTED
        return is_caller or past.result in _MAY_BE_A_CONVERSATION


def full_until(
    past: Sequence[PastAttempt], zone: str, at: datetime, attempts_max: int, days: int
) -> datetime | None:
    """The start of the first local day no run of so many days with which is full; none if it is
    the day of the act."""
    in_run: dict[int, int] = {}  # attempts by the first day of a run
    for each in past:
        first = local_date(each.from_at, zone).toordinal() - days + 1
        for run in range(first, local_date(each.until_at, zone).toordinal() + 1):
            in_run[run] = in_run.get(run, 0) + 1
    full = {first for first, attempts in in_run.items() if attempts >= attempts_max}
    today = local_date(at, zone).toordinal()
    day = today
    while any(first in full for first in range(day - days + 1, day + 1)):
        day += 1
    return day_start(date.fromordinal(day), zone) if day > today else None


def has_fresh_consent(known: Known, at: datetime) -> bool:
    """Whether the person had consented to be called at an instant, at most seven days before."""
    if not known.agreements:
        return False
    return any(
        each.kind is AgreedKind.CALL
        and each.concerns(Channel.CALL)
        and each.lasts(at)
        and at - each.from_at <= _CONSENT_LASTS
        for each in known.agreements
    )


def _is_same_debt(act: Proposal, past: PastAttempt) -> bool:
    if past.channel is not Channel.CALL or past.party_id != act.party_id:
        return False
    return not act.loan_ids or any(loan in act.loan_ids for loan in past.loan_ids)


def _or_agreed(known: Known, at: datetime, until: datetime) -> datetime:
    """Until then, or until an agreement begins or ends before: that may change it."""
    edges = [edge for each in known.agreements for edge in (each.from_at, each.until_at) if edge]
    return min([until, *(edge for edge in edges if at < edge)])
