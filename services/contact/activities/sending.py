"""Sending lies between two transactions: one that confirms, one that records."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from services.contact.commands.touches import Decision
from services.contact.gateways import Gateway, Receipt

# A confirmation that could not be used soon must be judged anew, by the next try.
SEND_SECONDS_MAX = 10.0
Decide = Callable[[bool], Awaitable[Decision]]


async def hand_over(gateway: Gateway, decide: Decide) -> tuple[Decision, Receipt | None]:
    """Decide, and hand a confirmed message over; `decide` is told whether an earlier try of it is
    known not to have left. Without a receipt there was nothing to send."""
    decision = await decide(False)
    if decision.in_doubt:
        receipt = await gateway.find(decision.in_doubt)
        if receipt is not None:
            return decision, receipt
        decision = await decide(True)
    if decision.message is None:
        return decision, None
    async with asyncio.timeout(SEND_SECONDS_MAX):
        return decision, await gateway.send(decision.message)
