"""The life of one part: started, watched, and started again for as long as the stack is up."""

from __future__ import annotations

import asyncio
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import TypeVar

from forbear.stack.failures import StackError
from forbear.stack.parts import Part
from forbear.stack.process import Child, spawn
from forbear.stack.state import Identity, PartState, identify

T = TypeVar("T")

_FIRST_DELAY_SECONDS = 0.5
_LONGEST_DELAY_SECONDS = 30.0
_STEADY_SECONDS = 30.0
_POLL_SECONDS = 0.2


class Keeper:
    """Keeps one part running; `say` gets every change worth a person's eye."""

    def __init__(self, part: Part, say: Callable[[str], None]) -> None:
        self.part = part
        self.restarts = 0
        self.ready = asyncio.Event()
        self._say = say
        self._state = "starting"
        self._failures = 0
        self._trouble = ""
        self._child: Child | None = None
        self._identity: Identity | None = None
        self._since = 0.0
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """Start the part and keep it; answers at once."""
        self._task = asyncio.create_task(self._keep(), name=f"keep {self.part.name}")

    async def first_ready(self, within_seconds: float) -> None:
        """Wait until the part answers; its failure to start, or the bound, is reported."""
        deadline = time.monotonic() + within_seconds
        while not self.ready.is_set():
            if self._failures:
                raise StackError(f"{self._trouble}\n{self._last_words()}".rstrip())
            if time.monotonic() > deadline:
                raise StackError(
                    f"{self.part.name} did not answer within {within_seconds:.0f} s: "
                    f"{self._last_words()}"
                )
            await asyncio.sleep(_POLL_SECONDS)

    async def stop(self, within_seconds: float) -> None:
        """End the part, by force at the bound, and keep it no more."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task
        if self._child is not None:
            await in_thread(lambda: self._end(within_seconds))
        self._state, self._identity = "stopped", None
        self.ready.clear()

    def kill(self) -> None:
        """SIGKILL the process, as a machine would; the keeper starts it again."""
        if self._child is None:
            raise StackError(f"{self.part.name} is not running, so it cannot be killed")
        self._child.process.send_signal(signal.SIGKILL)

    def state(self) -> PartState:
        """The part's line in the state file."""
        return PartState(
            self.part.name,
            self._state,
            self.part.address,
            self._identity,
            self._since,
            self.restarts,
        )

    async def _keep(self) -> None:
        while True:
            try:
                await self._live_once()
            except StackError as failure:
                self._trouble = f"{self.part.name} could not be started: {failure}"
            self._say(self._trouble)
            self.ready.clear()
            self._failures += 1
            self._state, self._identity = "restarting", None
            delay = self._delay()
            self._say(f"{self.part.name} is started again in {delay:.1f} s")
            await asyncio.sleep(delay)
            self.restarts += 1

    async def _live_once(self) -> None:
        command = await in_thread(self.part.prepare)
        child = self._child = spawn(command)
        self._identity, self._since = identify(child.pid), time.time()
        self._state = "starting"
        while child.is_alive():
            if not self.ready.is_set() and await in_thread(lambda: self.part.is_ready(child)):
                self._state = "up"
                self.ready.set()
            if time.time() - self._since > _STEADY_SECONDS:
                self._failures = 0
            await asyncio.sleep(_POLL_SECONDS)
        self._trouble = f"{self.part.name} (pid {child.pid}) {_ended(child)}{self._advice()}"

    def _delay(self) -> float:
        doubled: float = _FIRST_DELAY_SECONDS * 2 ** min(self._failures - 1, 10)
        return min(_LONGEST_DELAY_SECONDS, doubled)

    def _advice(self) -> str:
        if "No space left on device" not in self._last_words():
            return f"; the end of its log: {self._last_words(1)}"
        return "; the disk is full: free at least 1 GiB or set FORBEAR_VAR to another disk"

    def _last_words(self, lines: int = 12) -> str:
        return "" if self._child is None else self._child.last_words(lines)

    def _end(self, within_seconds: float) -> None:
        if self._child is not None:
            self._child.stop(within_seconds)


async def in_thread(work: Callable[[], T]) -> T:
    """Run blocking work beside the loop, in a thread that never delays the process's end."""
    done: Future[T] = Future()

    def run() -> None:
        # From here on the one who waits may go away, but the outcome still has a place.
        if not done.set_running_or_notify_cancel():
            return
        with _Telling(done):
            done.set_result(work())

    threading.Thread(target=run, daemon=True).start()
    return await asyncio.wrap_future(done)


class _Telling:
    """Hands whatever is raised to the one who waits; there is nobody else in this thread."""

    def __init__(self, done: Future[T]) -> None:
        self._done = done

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, failure: BaseException | None, at: object
    ) -> bool:
        if failure is not None:
            self._done.set_exception(failure)
        return True


def _ended(child: Child) -> str:
    status = child.process.returncode
    if status < 0:
        return f"was killed by {signal.Signals(-status).name}"
    return f"ended with status {status}"
