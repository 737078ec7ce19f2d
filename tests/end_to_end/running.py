"""The whole stack as a person starts it, `forbear up`, in a process that can be killed."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from temporalio.client import Client

from chassis.clock import Clock
from chassis.settings import Settings
from chassis.temporal import connect
from events.v1.bank_pb2 import BankFact, BankPerson
from forbear.portfolio.planned import FACTS_TOPIC, PEOPLE_TOPIC, PlannedFact
from forbear.portfolio.player import play
from forbear.stack import clocks
from forbear.stack.parts import SERVICES
from forbear.stack.process import Child, Command, spawn, tail
from forbear.stack.state import PartState, StackState, end_all, read_state
from interfaces.clock import ClockReading
from tests.end_to_end.conditions import eventually

TENANT = "demo"
ZONE = ZoneInfo("Asia/Shanghai")
PARTS = ("postgres", "kafka", "temporal", *SERVICES, "workflows")
# A day in six seconds: acts of a day or two come within a test's patience.
RATE = 86_400 / 6
_OUTSIDE = ("FORBEAR_POSTGRES_URL", "KAFKA_BOOTSTRAP_SERVERS", "TEMPORAL_ADDRESS")
_REPOSITORY = Path(__file__).parents[2]


@dataclass
class RunningStack:
    """A stack with its doors; every time it gives is the cases'."""

    settings: Settings
    http: httpx.AsyncClient = field(
        default_factory=lambda: httpx.AsyncClient(timeout=30, trust_env=False)
    )
    _child: Child | None = None
    _client: Client | None = None

    @property
    def clock(self) -> Clock:
        return Clock(self.settings)

    def now(self) -> datetime:
        return self.clock.now()

    def today(self) -> date:
        """The bank's business date."""
        return self.now().astimezone(ZONE).date()

    async def up(self) -> None:
        """Start it, and wait until each part says it is up."""
        assert not any(name in os.environ for name in _OUTSIDE), "these tests bring their own"
        command = Command(
            "forbear up",
            (sys.executable, "-m", "forbear", "up"),
            _REPOSITORY,
            self.settings.var / "up.log",
            {
                "FORBEAR_VAR": str(self.settings.var),
                "FORBEAR_PORT_BASE": str(self.settings.port_base),
            },
        )
        self._child = spawn(command)
        await self.all_up()

    async def all_up(self) -> None:
        async def is_up() -> bool:
            assert self._child is not None and self._child.is_alive(), self.last_words()
            state = self._state()
            is_mine = state is not None and state.supervisor.pid == self._child.pid
            return is_mine and {p.name for p in self.parts() if p.state == "up"} == set(PARTS)

        await eventually(is_up, 150, f"the stack is up; {self.settings.var}/up.log")

    async def down(self) -> None:
        await self.http.aclose()
        if self._child is not None:
            await asyncio.to_thread(self._child.stop, 20.0)

    async def die(self) -> None:
        """SIGKILL to the supervisor and to everything it started, as when a machine is lost."""
        assert self._child is not None
        state = self._state()
        assert state is not None
        everything = [state.supervisor, *(p.process for p in state.parts if p.process)]
        for process in everything:
            process.send(signal.SIGKILL)
        self._child.process.wait()
        # PostgreSQL's own children notice the loss of their parent, and end.
        await asyncio.to_thread(end_all, everything, 10.0)
        self._client = None

    def parts(self) -> tuple[PartState, ...]:
        state = self._state()
        return state.parts if state is not None else ()

    def part(self, name: str) -> PartState:
        return next(part for part in self.parts() if part.name == name)

    def signal(self, name: str, which: signal.Signals) -> None:
        process = self.part(name).process
        assert process is not None, f"{name} does not run"
        process.send(which)

    async def kill(self, name: str) -> None:
        """SIGKILL one part, and wait until the supervisor has it up again."""
        restarts = self.part(name).restarts
        self.signal(name, signal.SIGKILL)

        async def is_back() -> bool:
            part = self.part(name)
            return part.restarts > restarts and part.state == "up"

        await eventually(is_back, 90, f"{name} is up again")

    async def temporal(self) -> Client:
        if self._client is None:
            self._client = await connect(self.settings)
        return self._client

    async def run_at(self, rate: float, start: datetime | None = None) -> None:
        """Let the clock run at a rate from now, or from a later instant, on; cases are told."""
        fresh = clocks.changed(self.reading(), clocks.wall_now(), rate, start)
        clocks.write_clock(self.settings, fresh)
        await clocks.tell_open_cases(self.settings, fresh)

    def reading(self) -> ClockReading:
        reading = clocks.read_clock(self.settings)
        assert reading is not None
        return reading

    def url(self, service: str, path: str) -> str:
        return f"http://127.0.0.1:{self.settings.port(service)}{path}"

    async def get(self, service: str, path: str, **query: Any) -> Any:
        answer = await self.http.get(self.url(service, f"/v1/{TENANT}{path}"), params=query)
        answer.raise_for_status()
        return answer.json()

    async def post(self, service: str, path: str, body: Any = None, key: str = "") -> Any:
        """Raises for a refusal. Orders carry an Idempotency-Key."""
        headers = {"Idempotency-Key": key} if key else {}
        where = self.url(service, f"/v1/{TENANT}{path}")
        answer = await self.http.post(where, json=body, headers=headers)
        assert answer.is_success, f"{path}: {answer.status_code} {answer.text}"
        return answer.json()

    async def tell(self, *said: BankFact | BankPerson | bytes, key: str = "") -> None:
        """Send on the bank's topics, as the core bank does."""
        await play([self.planned(each, key) for each in said], self.settings.kafka_bootstrap, None)

    def planned(self, said: BankFact | BankPerson | bytes, key: str = "") -> PlannedFact:
        topic = PEOPLE_TOPIC if isinstance(said, BankPerson) else FACTS_TOPIC
        if isinstance(said, BankFact):
            key = said.loan_ref
        elif isinstance(said, BankPerson):
            key = said.party_ref
        return PlannedFact(self.now(), topic, key, said, TENANT)

    async def case_time_reaches(self, instant: datetime) -> None:
        async def is_reached() -> bool:
            return self.now() >= instant

        left = (instant - self.now()) / self.reading().rate
        await eventually(is_reached, max(left, timedelta(0)).total_seconds() + 10)

    def last_words(self) -> str:
        return tail(self.settings.var / "up.log", 20)

    def _state(self) -> StackState | None:
        return read_state(self.settings.var / "run")
