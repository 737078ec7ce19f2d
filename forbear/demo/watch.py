"""Keeps the scene up to date from the services' own counts, and remembers the peak of memory."""

from __future__ import annotations

import time

from chassis.settings import Settings
from forbear.demo.evidence import counts
from forbear.demo.view import Scene
from forbear.play.doors import Doors, NotNow, Refused
from forbear.stack.keeper import in_thread
from forbear.stack.supervisor import Supervisor

_MEMORY_EVERY_SECONDS = 2.0
_COUNTS_EVERY_SECONDS = 2.0


class Watch:
    """`peak_pss_bytes` is the most the whole stack took in any look."""

    def __init__(
        self, settings: Settings, tenant: str, supervisor: Supervisor, scene: Scene
    ) -> None:
        self._supervisor, self._scene = supervisor, scene
        self._doors = Doors(settings, tenant)
        self._weighed_at = self._counted_at = 0.0
        self.peak_pss_bytes = 0

    async def close(self) -> None:
        await self._doors.close()

    async def look(self) -> None:
        now = time.monotonic()
        if now - self._weighed_at >= _MEMORY_EVERY_SECONDS:
            self._weighed_at = now
            await self._weigh()
        if now - self._counted_at >= _COUNTS_EVERY_SECONDS:
            self._counted_at = now
            await self._count()

    async def _weigh(self) -> None:
        total = sum((await in_thread(self._supervisor.memory)).values())
        self.peak_pss_bytes = max(self.peak_pss_bytes, total)
        self._scene.pss_mib = total // 1024**2

    async def _count(self) -> None:
        try:
            self._scene.counts = await counts(self._doors)
            self._scene.cases = await self._doors.get("cases", "cases/summary")
            self._scene.contacts = await self._doors.get("contact", "contact/summary")
        except (NotNow, Refused):
            # A service that was just killed shows its last counts.
            return
