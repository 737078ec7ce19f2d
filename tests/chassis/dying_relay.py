"""A relay process that kills itself with SIGKILL at a step, as a machine would.

python dying_relay.py DATABASE_URL BOOTSTRAP STEP NTH: dies right after STEP (read, submit,
wait, acknowledged, settle, or never) happened for the NTH time with something to do.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

from chassis.database import Database
from chassis.relay import Relay


class DyingRelay(Relay):
    step = "never"
    left = 1

    async def read(self, connection: Any) -> list[Any]:
        rows = await super().read(connection)
        self._pass("read", len(rows))
        return rows

    async def submit(self, rows: Sequence[Any]) -> list[Any]:
        results = await super().submit(rows)
        if self.step == "submit":
            # Let the sender put some of it on the wire, so that death comes in the middle.
            await asyncio.sleep(0.001)
        self._pass("submit", len(rows))
        return results

    async def acknowledged(self, results: Sequence[Any]) -> list[BaseException | None]:
        self._pass("wait", len(results))
        outcomes = await super().acknowledged(results)
        self._pass("acknowledged", len(results))
        return outcomes

    async def settle(self, connection: Any, ids: Sequence[int]) -> None:
        await super().settle(connection, ids)
        self._pass("settle", len(ids))

    def _pass(self, step: str, worked: int) -> None:
        if step == self.step and worked:
            self.left -= 1
            if self.left == 0:
                os.kill(os.getpid(), signal.SIGKILL)


async def main(url: str, bootstrap: str, step: str, nth: str) -> None:
    relay = DyingRelay(Database(url), bootstrap, "test", batch_max=40, rebalance_seconds=0.2)
    relay.step, relay.left = step, int(nth)
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await relay.run(stop)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
