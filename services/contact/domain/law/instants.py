"""The instants inside a window at which a verdict may change."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from services.contact.domain.law.clocks import DAY, local_date, next_of
from services.contact.domain.law.facts import Known

_INSTANT = timedelta(microseconds=1)
_HOUR, _HOURS_MAX = timedelta(hours=1), 240


def decisive(known: Known, from_at: datetime, until_at: datetime) -> list[datetime]:
    """The instants at which an objection may begin inside a window: a hold, a ban, a treatment or
    the end of an agreement or an override, and every full hour, since hours and counts change with
    the debtor's clock."""
    last = max(from_at, until_at - _INSTANT)
    hours = min(int((until_at - from_at) / _HOUR), _HOURS_MAX)
    inside = [hold.from_at for hold in known.holds]
    inside += [agreed.until_at for agreed in known.agreements if agreed.until_at is not None]
    inside += [treatment.from_at for treatment in known.treatments]
    inside += [ban.from_at for ban in known.bans if ban.from_at is not None]
    inside += [override.until_at for override in known.overrides]
    inside += [from_at + _HOUR * hour for hour in range(1, hours + 1)]
    inside += _edges(known, from_at, last)
    return [from_at, *sorted(t for t in inside if from_at < t < last), last]


def _edges(known: Known, from_at: datetime, last: datetime) -> Iterator[datetime]:
    """When banned and agreed hours begin and end."""
    spans = [ban.hours for ban in known.bans] + [each.hours for each in known.agreements]
    clocks = {clock for span in spans if span for clock in (span.from_time, span.until_time)}
    if not clocks:
        return
    for zone in known.zones:
        days = min((local_date(last, zone) - local_date(from_at, zone)).days, _HOURS_MAX)
        for day in range(days + 1):
            yield from next_of(clocks, zone, from_at + DAY * day - _INSTANT)
