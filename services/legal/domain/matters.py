"""Which milestones a matter may pass, and the date by which the next one is owed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from interfaces.values import ClosingReason, Disposition, MatterStatus
from services.legal.domain.limitation import years_after


class Outcome(StrEnum):
    RECOVERED = "recovered"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"
    SETTLED = "settled"
    REFUSED = "refused"
    UNENFORCEABLE = "unenforceable"


TRANSITIONS: Mapping[MatterStatus, frozenset[MatterStatus]] = {
    MatterStatus.AWAITING_APPROVAL: frozenset(
        {MatterStatus.OPEN, MatterStatus.REFUSED, MatterStatus.ENDED}
    ),
    MatterStatus.REFUSED: frozenset(),
    MatterStatus.OPEN: frozenset({MatterStatus.FILED, MatterStatus.ENDED}),
    MatterStatus.FILED: frozenset({MatterStatus.ACCEPTED, MatterStatus.ENDED}),
    MatterStatus.ACCEPTED: frozenset({MatterStatus.ORDERED, MatterStatus.ENDED}),
    MatterStatus.ORDERED: frozenset({MatterStatus.ENFORCING, MatterStatus.ENDED}),
    MatterStatus.ENFORCING: frozenset({MatterStatus.ENDED}),
    MatterStatus.ENDED: frozenset(),
}
OVER = frozenset({MatterStatus.REFUSED, MatterStatus.ENDED})
BEFORE_THE_COURT = frozenset({MatterStatus.AWAITING_APPROVAL, MatterStatus.OPEN})

# An outcome that only some milestones can lead to.
ENDS_FROM: Mapping[Outcome, frozenset[MatterStatus]] = {
    Outcome.DISMISSED: frozenset({MatterStatus.FILED, MatterStatus.ACCEPTED, MatterStatus.ORDERED}),
    Outcome.UNENFORCEABLE: frozenset({MatterStatus.ORDERED, MatterStatus.ENFORCING}),
    Outcome.REFUSED: frozenset(),
}

# Civil Procedure Law (2023) arts. 225 to 228: the court says within 5 days whether it accepts the
# application, orders within 15, and the debtor has 15 days to pay or object.
FIRST_DEADLINE_DAYS: Mapping[MatterStatus, int] = {
    MatterStatus.AWAITING_APPROVAL: 14,
    MatterStatus.OPEN: 7,
    MatterStatus.FILED: 5,
    MatterStatus.ACCEPTED: 15,
    MatterStatus.ORDERED: 15,
    MatterStatus.ENFORCING: 180,
}
REVIEW_DAYS: Mapping[MatterStatus, int] = {
    MatterStatus.AWAITING_APPROVAL: 7,
    MatterStatus.OPEN: 7,
    MatterStatus.FILED: 5,
    MatterStatus.ACCEPTED: 15,
    MatterStatus.ORDERED: 30,
    MatterStatus.ENFORCING: 90,
}
OBJECTION_DAYS = 15
# Civil Procedure Law (2023) art. 250.
ENFORCEMENT_YEARS = 2
# What is dated later than this ends on the last day that can still be counted from.
LATEST = date(9998, 12, 31)

BY_DISPOSITION: Mapping[Disposition, Outcome] = {
    Disposition.CLOSED: Outcome.RECOVERED,
    Disposition.SOLD: Outcome.WITHDRAWN,
    Disposition.RECALLED: Outcome.WITHDRAWN,
    Disposition.WRITTEN_OFF: Outcome.WITHDRAWN,
}
BY_CLOSING: Mapping[ClosingReason, Outcome] = {
    ClosingReason.CURED: Outcome.RECOVERED,
    ClosingReason.PAID: Outcome.RECOVERED,
    ClosingReason.SETTLED: Outcome.SETTLED,
    ClosingReason.ARRANGED: Outcome.SETTLED,
    ClosingReason.WRITTEN_OFF: Outcome.WITHDRAWN,
    ClosingReason.SOLD: Outcome.WITHDRAWN,
    ClosingReason.RECALLED: Outcome.WITHDRAWN,
    ClosingReason.DECEASED_WITHOUT_ESTATE: Outcome.UNENFORCEABLE,
    ClosingReason.TIME_BARRED: Outcome.UNENFORCEABLE,
    ClosingReason.ERROR: Outcome.WITHDRAWN,
}


@dataclass(frozen=True)
class Ending:
    outcome: Outcome
    because: str


@dataclass(frozen=True)
class Review:
    """Nothing happened by the deadline: when to look again, and what is waited for."""

    deadline_at: datetime
    because: str


AWAITED: Mapping[MatterStatus, str] = {
    MatterStatus.AWAITING_APPROVAL: "no approval yet",
    MatterStatus.OPEN: "not filed yet",
    MatterStatus.FILED: "the court has not said yet whether it accepts",
    MatterStatus.ACCEPTED: "the court has not ordered yet",
    MatterStatus.ORDERED: "enforcement has not been applied for yet",
    MatterStatus.ENFORCING: "enforcement goes on",
}


def may_become(status: MatterStatus, following: MatterStatus) -> bool:
    return following in TRANSITIONS[status]


def may_end_as(status: MatterStatus, outcome: Outcome) -> bool:
    """Whether a person may end a matter in this status with this outcome."""
    return may_become(status, MatterStatus.ENDED) and status in ENDS_FROM.get(outcome, {status})


def first_deadline(status: MatterStatus, entered_at: datetime, zone: str) -> datetime | None:
    """The end of the last day for the next milestone; None when the matter is over."""
    if status in OVER:
        return None
    return _end_after(entered_at, FIRST_DEADLINE_DAYS[status], zone)


def at_deadline(
    status: MatterStatus,
    now: datetime,
    zone: str,
    *,
    limitation_expires_on: date | None = None,
    ordered_on: date | None = None,
) -> Ending | Review:
    """What follows when a deadline has passed and nothing happened; there is always a next one."""
    today = now.astimezone(ZoneInfo(zone)).date()
    if status in BEFORE_THE_COURT and limitation_expires_on and today > limitation_expires_on:
        expired = limitation_expires_on.isoformat()
        return Ending(Outcome.UNENFORCEABLE, f"limitation expired on {expired}, nothing was filed")
    review_at = _end_after(now, REVIEW_DAYS[status], zone)
    if status is MatterStatus.ORDERED and ordered_on is not None:
        last_day = years_after(ordered_on + timedelta(days=OBJECTION_DAYS), ENFORCEMENT_YEARS)
        if today > last_day:
            return Ending(
                Outcome.UNENFORCEABLE,
                f"enforcement was not applied for by {last_day.isoformat()} (art. 250)",
            )
        review_at = min(review_at, end_of(last_day, zone))
    return Review(review_at, AWAITED[status])


def end_of(day: date, zone: str) -> datetime:
    """The instant at which a business date is over."""
    following = datetime.combine(
        min(day, LATEST) + timedelta(days=1), time(), tzinfo=ZoneInfo(zone)
    )
    return following.astimezone(ZoneInfo("UTC"))


def local_date(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()


def _end_after(instant: datetime, days: int, zone: str) -> datetime:
    return end_of(local_date(instant, zone) + timedelta(days=days), zone)
