"""The door for workflows: each command is done once per business key, in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.idempotency import first_result, remember
from chassis.service import Context
from interfaces.facts import Visit
from interfaces.field_visit import FieldVisitActivities, FindWindow, VisitCommand
from services.field_visit import commands
from services.field_visit.settings import tenant_named

VISIT = TypeAdapter(Visit)

Move = Callable[[AsyncSession, VisitCommand, datetime], Awaitable[Visit]]


class Activities(FieldVisitActivities):
    def __init__(self, context: Context) -> None:
        self._context = context

    async def book(self, command: FindWindow) -> Visit:
        tenant = tenant_named(self._context.settings, command.tenant)
        at = self._context.clock.instant(command.at)
        return await self._once(
            f"book/{command.tenant}/{command.key}",
            lambda session: commands.book(session, tenant, command, at),
        )

    async def begin(self, command: VisitCommand) -> Visit:
        return await self._move("begin", commands.begin, command)

    async def judge(self, command: VisitCommand) -> Visit:
        return await self._move("judge", commands.judge, command)

    async def cancel(self, command: VisitCommand) -> Visit:
        return await self._move("cancel", commands.cancel, command)

    async def _move(self, name: str, move: Move, command: VisitCommand) -> Visit:
        tenant_named(self._context.settings, command.tenant)
        # A deadline that has come for the case has come, even if this clock lags a little.
        at = max(self._context.clock.instant(command.at), command.at)
        return await self._once(
            f"{name}/{command.tenant}/{command.visit_id}/{command.key}",
            lambda session: move(session, command, at),
        )

    async def _once(self, key: str, effect: Callable[[AsyncSession], Awaitable[Visit]]) -> Visit:
        async with self._context.database.transaction() as session:
            first = await first_result(session, key)
            if first is not None:
                return VISIT.validate_json(first)
            result = await effect(session)
            await remember(session, key, VISIT.dump_json(result))
            return result
