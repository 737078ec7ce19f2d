"""The bank's till during a play: payments in, snapshots out, all on the bank's topic."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from chassis.kafka import close, new_producer
from events.v1.bank_pb2 import BankFact
from forbear.play.agenda import Agenda
from forbear.portfolio.bank import CoreBank, is_own, open_bank
from forbear.portfolio.planned import FACTS_TOPIC
from forbear.portfolio.topic import read_bank_facts

_END_OF_DAY = time(22, 0)


class Till:
    """Facts are written into the agenda before they are sent, so that a crash repeats them under
    the same event ids and never pays twice."""

    def __init__(self, bank: CoreBank, agenda: Agenda, producer: Any, zone: ZoneInfo) -> None:
        """`producer` is an aiokafka producer, not started."""
        self._bank, self._agenda, self._zone = bank, agenda, zone
        self._producer = producer
        self._turn = asyncio.Lock()

    async def open(self) -> None:
        await self._producer.start()
        await self._send()

    async def close(self) -> None:
        await close(self._producer)

    async def report_days(self, now: datetime) -> None:
        """What the bank says at the end of each day that is over by now."""
        while datetime.combine(day := self._next_day(now), _END_OF_DAY, tzinfo=self._zone) <= now:
            async with self._turn:
                self._keep(self._bank.day(day))
                self._agenda.reported_through, self._agenda.is_changed = day, True
                await self._send()

    async def pay_overdue(self, loan_ref: str, now: datetime) -> int:
        """Pay what is overdue at the end of the day; answers the amount, 0 if nothing is."""
        day = self._day_of_payment(now)
        return await self._pay(loan_ref, self._bank.overdue_minor(loan_ref, day), day, False)

    async def pay_balance(self, loan_ref: str, now: datetime) -> int:
        day = self._day_of_payment(now)
        return await self._pay(loan_ref, self._bank.balance_minor(loan_ref, day), day, False)

    async def pay_agreed(self, loan_ref: str, amount: int, now: datetime, settles: bool) -> int:
        return await self._pay(loan_ref, amount, self._day_of_payment(now), settles)

    def overdue_minor(self, loan_ref: str, now: datetime) -> int:
        return self._bank.overdue_minor(loan_ref, self._day_of_payment(now))

    def currency(self, loan_ref: str) -> str:
        return self._bank.currency(loan_ref)

    async def _pay(self, loan_ref: str, amount: int, day: date, settles: bool) -> int:
        if amount <= 0:
            return 0
        async with self._turn:
            self._keep(self._bank.payment(loan_ref, amount, day, settles=settles))
            await self._send()
        return amount

    def _next_day(self, now: datetime) -> date:
        last = self._agenda.reported_through
        return last + timedelta(days=1) if last else now.astimezone(self._zone).date()

    def _day_of_payment(self, now: datetime) -> date:
        """Today, or the next day if the bank has closed today's books."""
        return max(now.astimezone(self._zone).date(), self._next_day(now))

    def _keep(self, facts: Iterable[BankFact]) -> None:
        self._agenda.to_send += facts
        self._agenda.is_changed = True

    async def _send(self) -> None:
        if not self._agenda.to_send:
            return
        self._agenda.save()
        headers = [("content-type", b"application/protobuf")]
        answers = [
            await self._producer.send(
                FACTS_TOPIC,
                fact.SerializeToString(),
                key=fact.loan_ref.encode(),
                headers=[*headers, ("ce_tenant", fact.tenant.encode())],
            )
            for fact in self._agenda.to_send
        ]
        for answer in answers:
            await answer
        self._agenda.sent += len(self._agenda.to_send)
        self._agenda.to_send.clear()
        self._agenda.is_changed = True


async def open_till(directory: Path, agenda: Agenda, bootstrap: str, zone: ZoneInfo) -> Till:
    """The bank of a portfolio directory, told again what it said before a restart."""
    bank = open_bank(directory)
    if agenda.reported_through is not None:
        async for fact in read_bank_facts(bootstrap):
            if is_own(fact):
                bank.observe(fact)
    for fact in agenda.to_send:
        bank.observe(fact)
    till = Till(bank, agenda, new_producer(bootstrap), zone)
    await till.open()
    return till
