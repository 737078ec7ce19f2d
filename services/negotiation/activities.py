"""The door for workflows: each command is done once per business key, in one transaction."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from chassis.idempotency import first_result, remember
from chassis.service import Context
from interfaces.facts import Agreement
from interfaces.negotiation import (
    AdoptAgreement,
    JudgeAgreement,
    MakeOffer,
    NegotiationActivities,
)
from services.negotiation.commands import judging, offers
from services.negotiation.settings import tenant_named

AGREEMENT = TypeAdapter(Agreement)


class Activities(NegotiationActivities):
    def __init__(self, context: Context) -> None:
        self._context = context

    async def make_offer(self, command: MakeOffer) -> Agreement:
        tenant = tenant_named(self._context.settings, command.tenant)
        at = self._context.clock.instant(command.at)
        return await self._once(
            f"make_offer/{command.tenant}/{command.key}",
            lambda session: offers.make_offer(session, tenant, command, at),
        )

    async def judge(self, command: JudgeAgreement) -> Agreement:
        tenant = tenant_named(self._context.settings, command.tenant)
        at = self._deadline_instant(command.at)
        return await self._once(
            f"judge/{command.tenant}/{command.key}",
            lambda session: judging.judge(session, tenant, command, at),
        )

    async def adopt(self, command: AdoptAgreement) -> Agreement:
        tenant = tenant_named(self._context.settings, command.tenant)
        at = self._context.clock.instant(command.at)
        return await self._once(
            f"adopt/{command.tenant}/{command.key}",
            lambda session: judging.adopt(session, tenant, command, at),
        )

    def _deadline_instant(self, carried: datetime) -> datetime:
        """A deadline that has come for the case has come, even if this clock lags a little."""
        return max(self._context.clock.instant(carried), carried)

    async def _once(
        self, key: str, effect: Callable[[AsyncSession], Awaitable[Agreement]]
    ) -> Agreement:
        async with self._context.database.transaction() as session:
            first = await first_result(session, key)
            if first is not None:
                return AGREEMENT.validate_json(first)
            result = await effect(session)
            await remember(session, key, AGREEMENT.dump_json(result))
            return result
