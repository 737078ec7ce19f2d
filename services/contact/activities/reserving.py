"""Reservations that are asked for together share a transaction, as commits of a database share a
flush.

In the first acting hour thousands of cases ask at once, and most of what a transaction costs is the
same for one debtor as for eight. Nobody waits for company: who comes while others are under way is
next, with all who came since.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from chassis.database import Database
from chassis.errors import Rejected
from chassis.telemetry import describe
from interfaces.contact import Reservation, TouchOutcome
from services.contact.commands import reservations
from services.contact.commands.desk import Desk

AT_ONCE, TOGETHER_MAX = 2, 16
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Asked:
    command: Reservation
    answer: asyncio.Future[TouchOutcome]

    @property
    def subjects(self) -> set[tuple[str, str]]:
        """What no other in its transaction may be about: a verdict counts what is committed."""
        touch = self.command.touch
        parties = {touch.party_id, touch.about_party_id}
        return {("key", touch.key), ("loan", touch.loan_id), *(("party", each) for each in parties)}

    def end(self, answer: TouchOutcome | BaseException) -> None:
        if self.answer.done():
            return
        if isinstance(answer, BaseException):
            self.answer.set_exception(answer)
        else:
            self.answer.set_result(answer)


class Reserving:
    """One per process; its transactions run while somebody waits, and end with their last."""

    def __init__(self, database: Database, desk: Desk, at_once: int = AT_ONCE) -> None:
        self._database = database
        self._desk = desk
        self._at_once = at_once
        self._waiting: list[_Asked] = []
        self._working = 0
        self._tasks: set[asyncio.Task[None]] = set()

    async def reserve(self, command: Reservation) -> TouchOutcome:
        """Raises as `reservations.reserve` does."""
        asked = _Asked(command, asyncio.get_running_loop().create_future())
        self._waiting.append(asked)
        if self._working < self._at_once:
            self._working += 1
            task = asyncio.create_task(self._work())
            self._tasks.add(task)  # the loop keeps none alive
            task.add_done_callback(self._tasks.discard)
        return await asked.answer

    async def _work(self) -> None:
        """Nothing may be left between the last look and the end, or it would wait for ever."""
        try:
            while together := self._next():
                await self._answer(together)
        finally:
            self._working -= 1

    def _next(self) -> list[_Asked]:
        """The longest waiting, with the next ones that are about nobody and nothing of theirs."""
        together: list[_Asked] = []
        later: list[_Asked] = []
        taken: set[tuple[str, str]] = set()
        for asked in self._waiting:
            if asked.answer.done():  # who asked has been cancelled
                continue
            if len(together) < TOGETHER_MAX and taken.isdisjoint(asked.subjects):
                together.append(asked)
                taken |= asked.subjects
            else:
                later.append(asked)
        self._waiting = later
        return together

    async def _answer(self, together: Sequence[_Asked]) -> None:
        """A fault of one is not the others': each is then tried alone."""
        commands = [asked.command for asked in together]
        (answers,) = await asyncio.gather(self._reserve(commands), return_exceptions=True)
        if not isinstance(answers, BaseException):
            for asked, answer in zip(together, answers, strict=True):
                asked.end(answer)
        elif len(together) == 1:
            together[0].end(answers)
        else:
            _log.warning("reservations are tried alone", extra={"fault": describe(answers)})
            for asked in together:
                await self._answer([asked])

    async def _reserve(self, commands: Sequence[Reservation]) -> list[TouchOutcome | Rejected]:
        async with self._database.transaction() as session:
            return await reservations.reserve_all(session, self._desk, commands)
