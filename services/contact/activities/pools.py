"""Meets pools of wishes when they are ripe: sleeps until the next one, then claims and sends."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta

from chassis.service import Context
from chassis.telemetry import describe
from services.contact.activities.faults import FAULTS
from services.contact.activities.sending import hand_over
from services.contact.activities.ways_out import ways_out
from services.contact.commands import pooling, wishing
from services.contact.commands.desk import Desk, desk
from services.contact.commands.touches import Decision
from services.contact.gateways import Gateway

# Another process may have left a wish, or the clock may have been set to run faster.
_LOOK_AGAIN = timedelta(seconds=5)
AT_ONCE, TRIES_QUIET = 3, 5
_log = logging.getLogger(__name__)


class Bell:
    """Rung when a wish was left in this process, so that nobody has to look for it."""

    def __init__(self) -> None:
        self._rung = asyncio.Event()

    def ring(self) -> None:
        self._rung.set()

    async def wait(self, timeout: timedelta) -> None:
        try:
            async with asyncio.timeout(timeout.total_seconds()):
                await self._rung.wait()
        except TimeoutError:
            return
        self._rung.clear()


async def run(context: Context, bell: Bell, gateway: Gateway | None = None) -> None:
    """Never ends by itself; what fails is tried again."""
    its_desk = desk(context.settings, context.clock)
    way_out = gateway or ways_out(context)
    async with asyncio.TaskGroup() as workers:
        for _ in range(AT_ONCE):
            workers.create_task(_work(context, its_desk, bell, way_out))


async def _work(context: Context, its_desk: Desk, bell: Bell, way_out: Gateway) -> None:
    while True:
        try:
            while await meet_next(context, its_desk, way_out):
                pass
            async with context.database.transaction() as session:
                due = await wishing.next_at(session, its_desk)
        except FAULTS as fault:
            _log.warning("pools are looked at again", extra={"fault": describe(fault)})
            due = None
        wait = _LOOK_AGAIN if due is None else due - context.clock.wall()
        await bell.wait(max(timedelta(milliseconds=50), min(wait, _LOOK_AGAIN)))


async def meet_next(context: Context, desk: Desk, gateway: Gateway) -> bool:
    """Meet the ripest pool that nobody holds; false if there is none."""
    async with context.database.transaction() as session:
        claimed = await wishing.claim_next(session, desk)
    if claimed is None:
        return False
    try:
        await _meet(context, desk, gateway, claimed)
    except FAULTS as fault:
        async with context.database.transaction() as session:
            tries = await wishing.put_back(session, desk, claimed)
        say = _log.error if tries > TRIES_QUIET else _log.warning
        say("a pool is met again", extra={"fault": describe(fault), "tries": tries})
    return True


async def _meet(context: Context, desk: Desk, gateway: Gateway, claimed: wishing.Claim) -> None:
    async def decide(is_known_unsent: bool) -> Decision:
        async with context.database.transaction() as session:
            return await pooling.meet(session, desk, claimed, is_known_unsent=is_known_unsent)

    _, receipt = await hand_over(gateway, decide)
    if receipt is not None:
        async with context.database.transaction() as session:
            await pooling.record(session, desk, receipt, claimed)
