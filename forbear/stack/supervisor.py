"""One supervisor starts the stack in order, keeps every part alive, and stops it in order."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections.abc import Callable
from contextlib import AsyncExitStack, suppress
from pathlib import Path
from types import TracebackType

from chassis.settings import Settings
from chassis.vault import load_or_create_keys
from forbear.stack import clocks, jars, logs, memory, ports, postgres, temporal, topics
from forbear.stack.failures import StackError, explain
from forbear.stack.keeper import Keeper, in_thread
from forbear.stack.parts import Part, Plan, plan
from forbear.stack.state import (
    Lock,
    PartState,
    StackState,
    end_all,
    identify,
    read_state,
    write_state,
)

_FREE_BYTES_MIN = 1024**3
_SERVER_READY_SECONDS = 180.0
# A stop may take 15 s in all. What one step does not use is left to the next: PostgreSQL, the
# last, wants to write all it has in memory. A worker's own grace is 8 s.
_STOP_SECONDS = 14.0
_FOR_KAFKA_AND_TEMPORAL = 2.5
_FOR_POSTGRES = 2.5
_LEFTOVER_SECONDS = 9.0


class Supervisor:
    """The stack of one state directory. Use it as `async with`, or by start() and stop()."""

    def __init__(
        self,
        settings: Settings,
        *,
        stack: Plan | None = None,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        self.settings = settings
        self._plan = stack or plan(settings)
        self._say = say
        self._run = settings.var.resolve() / "run"
        self._lock = Lock(self._run)
        self._keepers: dict[str, Keeper] = {}
        self._ticking: asyncio.Task[None] | None = None
        self._trouble = ""

    async def __aenter__(self) -> Supervisor:
        async with AsyncExitStack() as failing:
            failing.push_async_callback(self.stop)
            await self.start()
            await self.ready()
            failing.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Bring the servers up and furnish them, set the clock, then start every process."""
        self._lock.acquire()
        await in_thread(self._clear_leftovers)
        self._check_ground()
        self._make_keys()
        self._ticking = asyncio.create_task(self._tick())
        if any(part.name == "kafka" for part in self._plan.servers) and jars.must_be_fetched():
            self._say(f"fetching Apache Kafka {jars.KAFKA_VERSION} (once, about half a minute)")
        self._keep(self._plan.servers)
        await self._servers_ready()
        await self._furnish()
        told = await clocks.resume(self.settings)
        if told:
            self._say(f"the clock goes on; {told} open cases were told")
        self._keep(self._plan.processes)

    async def ready(self, within_seconds: float = 120.0) -> None:
        """Wait until every part answers; names those that do not at the bound."""
        deadline = time.monotonic() + within_seconds
        for keeper in self._keepers.values():
            with suppress(TimeoutError):
                left = max(0.0, deadline - time.monotonic())
                await asyncio.wait_for(keeper.ready.wait(), left)
        late = [name for name, keeper in self._keepers.items() if not keeper.ready.is_set()]
        if late:
            raise StackError(
                f"not up after {within_seconds:.0f} s: {', '.join(late)}; look at "
                f"`forbear logs {late[0]}`"
            )

    async def add(self, part: Part) -> None:
        """Keep one more part, for instance the people of the play."""
        for port in part.ports:
            ports.require_free(port, part.name)
        self._keep((part,))

    async def stop(self) -> None:
        """Stop services and workflows, then Temporal and Kafka, then PostgreSQL: 15 s at most."""
        if self._ticking is None:
            self._lock.release()
            return
        self._ticking.cancel()
        servers = {part.name for part in self._plan.servers}
        others = [name for name in self._keepers if name not in servers]
        end = time.monotonic() + _STOP_SECONDS
        await self._stop(others, end - _FOR_KAFKA_AND_TEMPORAL - _FOR_POSTGRES)
        self._note_or_say(lambda: clocks.note_seen(self.settings, clocks.wall_now()))
        await self._stop([name for name in servers if name != "postgres"], end - _FOR_POSTGRES)
        await self._stop(["postgres"], end)
        self._note_or_say(lambda: write_state(self._run, self._state()))
        self._ticking = None
        self._lock.release()

    def kill(self, name: str) -> None:
        """SIGKILL one part; it will be started again."""
        self._keeper(name).kill()

    def restarts(self, name: str) -> int:
        """How often the part was started again."""
        return self._keeper(name).restarts

    def states(self) -> tuple[PartState, ...]:
        """Every part, those outside included, in the order of starting."""
        outside = [PartState(n, "outside", a) for n, a in self._plan.outside.items()]
        return (*outside, *(keeper.state() for keeper in self._keepers.values()))

    def memory(self) -> dict[str, int]:
        """Bytes (proportional share) by part, the supervising process included."""
        shares = {"supervisor": memory.own_bytes(os.getpid())}
        for part in self.states():
            if part.process is not None:
                shares[part.name] = memory.share_bytes(part.process.pid)
        return shares

    def _keeper(self, name: str) -> Keeper:
        if name not in self._keepers:
            known = ", ".join(self._keepers) or "none"
            raise StackError(f"no part is called {name!r}; there are: {known}")
        return self._keepers[name]

    def _keep(self, parts: tuple[Part, ...]) -> None:
        for part in parts:
            self._keepers[part.name] = Keeper(part, self._say)
            self._keepers[part.name].begin()

    def _clear_leftovers(self) -> None:
        state = read_state(self._run)
        left = state.leftovers() if state else ()
        if left:
            named = ", ".join(f"{p.name} (pid {p.process.pid})" for p in left if p.process)
            self._say(f"ending what a lost supervisor left: {named}")
            end_all([p.process for p in left if p.process], _LEFTOVER_SECONDS)

    def _check_ground(self) -> None:
        namespace = self.settings.temporal_namespace
        if namespace != temporal.NAMESPACE and "temporal" not in self._plan.outside:
            raise StackError(
                f"TEMPORAL_NAMESPACE={namespace} is for a cluster of your own: set "
                f"TEMPORAL_ADDRESS too, or unset it (the local one is {temporal.NAMESPACE})"
            )
        free = shutil.disk_usage(self._run).free
        if free < _FREE_BYTES_MIN:
            raise StackError(
                f"only {free // 1024**2} MiB are free on the disk of {self._run.parent}; free at "
                "least 1 GiB, or set FORBEAR_VAR to a directory on another disk"
            )
        for part in (*self._plan.servers, *self._plan.processes):
            for port in part.ports:
                ports.require_free(port, part.name)

    def _make_keys(self) -> None:
        try:
            load_or_create_keys(self.settings.keys)
        except OSError as failure:
            raise explain(failure, "the local keys", self.settings.keys) from failure

    async def _servers_ready(self) -> None:
        for part in self._plan.servers:
            await self._keepers[part.name].first_ready(_SERVER_READY_SECONDS)
            self._say(f"{part.name} is up at {part.address}")

    async def _furnish(self) -> None:
        own = {part.name for part in self._plan.servers}
        if "postgres" in own or "postgres" in self._plan.outside:
            await in_thread(lambda: postgres.create_databases(self.settings.postgres_url))
        if "temporal" in own:
            await in_thread(lambda: temporal.furnish(self.settings.temporal_address))
        if "kafka" in own or "kafka" in self._plan.outside:
            await topics.create_topics(self.settings.kafka_bootstrap)

    async def _stop(self, names: list[str], until: float) -> None:
        within_seconds = max(0.1, until - time.monotonic())
        kept = [self._keepers[name] for name in names if name in self._keepers]
        await asyncio.gather(*(keeper.stop(within_seconds) for keeper in kept))

    async def _tick(self) -> None:
        """Each second: the state for `status`, the clock as last seen, the size of logs."""
        while True:
            self._note_or_say(self._note)
            await asyncio.sleep(1.0)

    def _note_or_say(self, note: Callable[[], None]) -> None:
        """A disk that is full must not keep the supervisor from its work; it is said once."""
        try:
            note()
            self._trouble = ""
        except (StackError, OSError) as failure:
            if str(failure) != self._trouble:
                self._trouble = str(failure)
                self._say(self._trouble)

    def _note(self) -> None:
        write_state(self._run, self._state())
        if self._processes_run():
            clocks.note_seen(self.settings, clocks.wall_now())
        logs.bound(self._logs())

    def _processes_run(self) -> bool:
        return any(part.name in self._keepers for part in self._plan.processes)

    def _state(self) -> StackState:
        return StackState(identify(os.getpid()), self.states())

    def _logs(self) -> Path:
        return self.settings.var.resolve() / "logs"
