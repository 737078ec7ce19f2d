"""How long one who took something up may hold it, and how long it rests after a try that failed."""

from __future__ import annotations

from datetime import timedelta

LEASE = timedelta(seconds=60)
_FIRST, _MAX, _DOUBLED_MAX = timedelta(seconds=5), timedelta(minutes=5), 10


def rest_after(tries: int) -> timedelta:
    """Twice as long after each try, the first being 1."""
    return min(_FIRST * (1 << min(max(0, tries - 1), _DOUBLED_MAX)), _MAX)
