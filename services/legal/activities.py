"""The door for workflows: each command is done once per business key, in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.idempotency import first_result, remember
from chassis.service import Context
from interfaces.facts import Matter
from interfaces.legal import AdoptMatter, LegalActivities, MoveMatter, OpenMatter
from services.legal.commands import moving, opening
from services.legal.settings import tenant_named

MATTER = TypeAdapter(Matter)


class Activities(LegalActivities):
    def __init__(self, context: Context) -> None:
        self._context = context

    async def open_matter(self, command: OpenMatter) -> Matter:
        tenant = tenant_named(self._context.settings, command.tenant)
        at = self._context.clock.instant(command.at)
        return await self._once(
            f"open_matter/{command.tenant}/{command.key}",
            lambda session: opening.open_matter(session, tenant, command, at),
        )

    async def move(self, command: MoveMatter) -> Matter:
        tenant = tenant_named(self._context.settings, command.tenant)
        # A deadline that has come for the case has come, even if this clock lags a little.
        at = max(self._context.clock.instant(command.at), command.at)
        return await self._once(
            f"move/{command.tenant}/{command.key}",
            lambda session: moving.move(session, tenant, command, at),
        )

    async def adopt(self, command: AdoptMatter) -> Matter:
        tenant = tenant_named(self._context.settings, command.tenant)
        at = self._context.clock.instant(command.at)
        return await self._once(
            f"adopt/{command.tenant}/{command.key}",
            lambda session: opening.adopt(session, tenant, command, at),
        )

    async def _once(self, key: str, effect: Callable[[AsyncSession], Awaitable[Matter]]) -> Matter:
        async with self._context.database.transaction() as session:
            first = await first_result(session, key)
            if first is not None:
                return MATTER.validate_json(first)
            result = await effect(session)
            await remember(session, key, MATTER.dump_json(result))
            return result
