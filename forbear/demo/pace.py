"""How fast the case clock runs: a steady day, slowed down while the stack falls behind."""

from __future__ import annotations

from dataclasses import dataclass

DAY_SECONDS = 86_400
_STEP = 2.0


@dataclass(frozen=True)
class Pace:
    """`seconds_per_day` as wished; `slowest` bounds what lag may do to it, and is the same where
    the pace is fixed. `waiting_max` is how many records, events and deeds may wait."""

    seconds_per_day: float
    slowest: float
    waiting_max: int

    @property
    def is_adaptive(self) -> bool:
        return self.slowest > self.seconds_per_day

    def next(self, current: float, waiting: int) -> float:
        """Seconds per day from now on, for so much waiting."""
        if waiting > self.waiting_max:
            return min(self.slowest, current * _STEP)
        if waiting < self.waiting_max // 2:
            return max(self.seconds_per_day, current / _STEP)
        return current


def rate(seconds_per_day: float) -> float:
    return DAY_SECONDS / seconds_per_day
