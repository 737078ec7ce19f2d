"""Outside production the case clock may run fast; everyone reads it from one small file."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from chassis.settings import Settings
from interfaces.clock import REAL_TIME, ClockReading


class Clock:
    """The case clock: real time unless the clock file says otherwise."""

    def __init__(self, settings: Settings) -> None:
        self._file = None if settings.profile == "production" else settings.clock_file
        self._stamp: tuple[int, int] | None = None
        self._reading: ClockReading | None = None

    def now(self) -> datetime:
        return self.reading().case_time(self.wall())

    def wall(self) -> datetime:
        return datetime.now(UTC)  # noqa: TID251 — the one place where time comes from

    def instant(self, carried: datetime | None = None) -> datetime:
        """The instant to judge by: one's own in real time, else the one the caller carries."""
        if carried is None or self._current() is None:
            return self.now()
        return carried

    def reading(self) -> ClockReading:
        return self._current() or REAL_TIME

    def _current(self) -> ClockReading | None:
        if self._file is None:
            return None
        try:
            state = self._file.stat()
        except FileNotFoundError:
            self._stamp = self._reading = None
            return None
        stamp = (state.st_mtime_ns, state.st_ino)
        if stamp != self._stamp:
            try:
                self._reading, self._stamp = parse_reading(self._file.read_text()), stamp
            except (ValueError, KeyError):
                # A file caught half-written is read again; one that was never right is an error.
                if self._reading is None:
                    raise
        return self._reading


def parse_reading(text: str) -> ClockReading:
    fields = json.loads(text)
    return ClockReading(
        wall_epoch=datetime.fromisoformat(fields["wall_epoch"]),
        case_epoch=datetime.fromisoformat(fields["case_epoch"]),
        rate=float(fields["rate"]),
    )


def format_reading(reading: ClockReading) -> str:
    return json.dumps(
        {
            "wall_epoch": reading.wall_epoch.isoformat(),
            "case_epoch": reading.case_epoch.isoformat(),
            "rate": reading.rate,
        }
    )
