"""Case time and wall time may run at different rates; a reading converts one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True)
class ClockReading:
    """At `wall_epoch` the case clock showed `case_epoch`; since then it runs at `rate`."""

    wall_epoch: datetime
    case_epoch: datetime
    rate: float

    def __post_init__(self) -> None:
        for epoch in (self.wall_epoch, self.case_epoch):
            if epoch.tzinfo is None:
                raise ValueError(f"a clock epoch needs a time zone, got {epoch.isoformat()}")
        if not 0 < self.rate < float("inf"):
            raise ValueError(f"a clock's rate must be positive and finite, got {self.rate}")

    def case_time(self, wall: datetime) -> datetime:
        return self.case_epoch + (wall - self.wall_epoch) * self.rate

    def wall_time(self, case: datetime) -> datetime:
        return self.wall_epoch + (case - self.case_epoch) / self.rate

    def wall_delay(self, case_delay: timedelta) -> timedelta:
        """How long to sleep on the wall for so much case time to pass."""
        return case_delay / self.rate


_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)
REAL_TIME = ClockReading(_EPOCH, _EPOCH, 1.0)
