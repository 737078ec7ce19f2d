"""Until when a provider asked to be left alone: `Retry-After`, seconds or a date (RFC 9110)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# Longer than this nobody is believed: a wrong clock over there must not keep messages for days.
PAUSE_MAX = timedelta(minutes=15)
_DIGITS_MAX = 9


def pause_asked_for(header: str, wall: datetime) -> timedelta:
    """At most `PAUSE_MAX`; nothing where the header says nothing that can be read."""
    said = header.strip()
    if said.isascii() and said.isdigit():
        wanted = timedelta(seconds=int(said[:_DIGITS_MAX]))
    else:
        wanted = _until(said, wall)
    return max(timedelta(0), min(wanted, PAUSE_MAX))


def _until(said: str, wall: datetime) -> timedelta:
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return timedelta(0)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)) - wall


class Pauses:
    """By gateway; kept in memory, so each process learns of a pause by itself."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}

    def note(self, gateway: str, until: datetime) -> None:
        self._until[gateway] = until

    def left(self, gateway: str, wall: datetime) -> timedelta:
        """How long it must still be left alone. Clocks are set back too: never longer than any
        pause may be."""
        left = self._until.get(gateway, wall) - wall
        return left if timedelta(0) < left <= PAUSE_MAX else timedelta(0)
