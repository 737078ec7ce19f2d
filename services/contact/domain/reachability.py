"""Whether a person can still be reached, derived anew from all that is recorded of the tries."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Reachability(StrEnum):
    REACHABLE = "reachable"
    SUSPECT = "suspect"
    LOST = "lost"


@dataclass(frozen=True)
class Contact:
    """One try that has an outcome."""

    contact_id: str
    at: datetime
    was_reached: bool


@dataclass(frozen=True)
class Thresholds:
    """Failures in a row over all points. Lost is the standard's own number (GB/T 45251-2025:
    three consecutive failed contacts); suspect is the bank's policy."""

    suspect: int = 2
    lost: int = 3


@dataclass(frozen=True)
class Reach:
    """`since` is the instant at which the state began; none when nothing ever happened."""

    state: Reachability
    failures: int
    since: datetime | None
    because: str = ""


LIMITS = Thresholds()


def derive(
    contacts: Iterable[Contact], invalid_since: datetime | None, limits: Thresholds = LIMITS
) -> Reach:
    """The state after these tries, in whatever order they are told.

    `invalid_since` is when the last of a person's points became invalid, if none is left. A word
    from the person after that makes it reachable again.
    """
    failed: list[Contact] = []
    reached_at: datetime | None = None
    for contact in sorted(contacts, key=lambda each: (each.at, not each.was_reached)):
        if contact.was_reached:
            failed, reached_at = [], contact.at
        else:
            failed.append(contact)
    if invalid_since is not None and (reached_at is None or reached_at <= invalid_since):
        return Reach(Reachability.LOST, len(failed), invalid_since, "every point is invalid")
    return _after(failed, reached_at, limits)


def _after(failed: list[Contact], reached_at: datetime | None, limits: Thresholds) -> Reach:
    count = len(failed)
    because = f"{count} failed contacts in a row"
    if count >= limits.lost:
        return Reach(Reachability.LOST, count, failed[limits.lost - 1].at, because)
    if count >= limits.suspect:
        return Reach(Reachability.SUSPECT, count, failed[limits.suspect - 1].at, because)
    return Reach(Reachability.REACHABLE, count, reached_at)
