"""The loop of a play's people: look at what reached them, decide, and do what is due."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any

from chassis.clock import Clock
from forbear.play import behaviour
from forbear.play.agenda import Entry
from forbear.play.behaviour import Intent, Message
from forbear.play.deeds import Stage, do
from forbear.play.doors import PAGE, NotNow, Refused
from forbear.play.mailbox import ARRIVED_PAGE, BY_POST, arrived
from forbear.portfolio.script import LoanScript
from forbear.stack.state import write_json

LOG = logging.getLogger(__name__)
TICK_SECONDS = 0.3
SLOW_EVERY = 3
AT_ONCE = 8
TRIES_MAX = 40
_AGAIN_AFTER = timedelta(hours=6)
_OPEN_MATTERS = ("awaiting_approval", "open", "filed", "accepted", "ordered", "enforcing")


class People:
    """All who answer: borrowers, visit agents, the legal officer, the court, the bank's clerks."""

    def __init__(self, stage: Stage, clock: Clock, seed: str) -> None:
        self._stage, self._clock, self._seed = stage, clock, seed
        self._gate = asyncio.Semaphore(AT_ONCE)
        self._ticks = 0

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            self._ticks += 1
            try:
                await self._look()
            except (NotNow, Refused) as failure:
                LOG.warning("looking failed: %s", failure)
            await self._act()
            self._stage.agenda.save()
            self._note()
            try:
                async with asyncio.timeout(TICK_SECONDS):
                    await stop.wait()
            except TimeoutError:
                continue

    async def _look(self) -> None:
        if not self._stage.register.is_complete:
            for ref in await self._stage.register.learn():
                self._begin(ref)
        await self._read_messages()
        if self._stage.has_post_office:
            await self._read_post()
        if self._ticks % SLOW_EVERY == 0:
            await self._read_visits()
            await self._read_matters()

    def _begin(self, ref: str) -> None:
        loan_id = self._stage.register.loan_id(ref)
        script = self._stage.register.script(loan_id)
        for day, intent in behaviour.at_start(script) if script else ():
            at = datetime.combine(day, time(8, 0), tzinfo=self._stage.zone)
            self._stage.agenda.plan([(loan_id, at, loan_id, intent)])

    async def _read_messages(self) -> None:
        while True:
            found = await self._stage.doors.get(
                "contact", "sandbox/messages", after=self._stage.agenda.seen, limit=PAGE
            )
            for raw in found["messages"]:
                self._react(raw)
                self._stage.agenda.saw(raw["seq"])
            if len(found["messages"]) < PAGE:
                return

    async def _read_post(self) -> None:
        while True:
            found = await arrived(self._stage.doors, self._stage.agenda.arrived)
            for seq, attempt in found:
                self._react(attempt, via=BY_POST)
                self._stage.agenda.took_in(seq)
            if len(found) < ARRIVED_PAGE:
                return

    def _react(self, raw: dict[str, Any], **known: str) -> None:
        message = Message(
            attempt_id=raw["attempt_id"],
            loan_id=raw["loan_id"],
            party_id=raw["party_id"],
            channel=raw["channel"],
            template=raw["template"],
            notice=raw["notice"],
            asks_circumstances=raw["asks_circumstances"],
        )
        script = self._stage.register.script(message.loan_id)
        intents = behaviour.at_message(script, message, self._seed)
        known["attempt_id"] = message.attempt_id
        self._plan(message.attempt_id, message.loan_id, intents, **known)

    async def _read_visits(self) -> None:
        async for visit in self._stage.doors.pages("field_visit", "visits", status="under_way"):
            script = self._script(visit)
            intents = behaviour.at_visit(script, visit["visit_id"], self._seed)
            agents = ",".join(visit["agent_ids"])
            known = {"visit_id": visit["visit_id"], "agent_ids": agents}
            once = [replace(i, once=f"visit-{visit['visit_id']}-{i.deed}") for i in intents]
            self._plan(visit["visit_id"], visit["loan_id"], once, **known)

    async def _read_matters(self) -> None:
        for status in _OPEN_MATTERS:
            async for matter in self._stage.doors.pages("legal", "matters", status=status):
                intents = behaviour.at_matter(self._script(matter), status)
                named = f"matter-{matter['matter_id']}-{status}"
                once = [replace(i, once=i.once or f"{named}-{i.deed}") for i in intents]
                self._plan(named, matter["loan_id"], once, matter_id=matter["matter_id"])

    def _script(self, thing: dict[str, Any]) -> LoanScript | None:
        return self._stage.register.script(thing["loan_id"])

    def _plan(self, source: str, loan_id: str, intents: Iterable[Intent], **known: str) -> None:
        now = self._clock.now()
        for intent in intents:
            at = now + timedelta(hours=intent.after_hours)
            whole = replace(intent, details={**known, **intent.details})
            self._stage.agenda.plan([(source, at, loan_id, whole)])

    async def _act(self) -> None:
        now = self._clock.now()
        due = self._stage.agenda.due(now)
        # Deeds of one loan keep their order; loans go side by side.
        by_loan: dict[str, list[Entry]] = {}
        for entry in due:
            by_loan.setdefault(entry.loan_id, []).append(entry)
        async with asyncio.TaskGroup() as deeds:
            for entries in by_loan.values():
                deeds.create_task(self._do_all(entries, now))
        if self._stage.till is not None:
            await self._stage.till.report_days(now)

    async def _do_all(self, entries: list[Entry], now: datetime) -> None:
        async with self._gate:
            for entry in entries:
                await self._do(entry, now)

    async def _do(self, entry: Entry, now: datetime) -> None:
        try:
            await do(self._stage, entry, now)
        except NotNow as failure:
            entry.tries += 1
            if entry.tries < TRIES_MAX:
                entry.at = now + _AGAIN_AFTER
                self._stage.agenda.is_changed = True
                return
            LOG.warning("given up: %s", failure)
        except Refused as refusal:
            LOG.warning("refused: %s", refusal)
        self._stage.agenda.finish(entry)

    def _note(self) -> None:
        """What the demo looks at to know whether people still have something to do now."""
        now = self._clock.now()
        status = {
            "due": len(self._stage.agenda.due(now)),
            "planned": len(self._stage.agenda.entries),
            "seen": self._stage.agenda.seen,
            "sent": self._stage.agenda.sent,
            "at": now.isoformat(),
            "wall": self._clock.wall().isoformat(),
        }
        write_json(self._stage.agenda.file.with_suffix(".status.json"), status)
