"""A person's order to a case, taken in once per Idempotency-Key and answered the same ever after.

The case itself carries it out, by an update whose id is the order's: Temporal does that once per
run. What it answered is kept here, for the repetition that comes when the run is gone.
"""

from __future__ import annotations

import json

from sqlalchemy.ext.asyncio import AsyncSession

from chassis import idempotency
from chassis.idempotency import Outcome, RequestKey
from services.cases.commands.moves import require_open

ACCEPTED = 202


async def accept_order(
    session: AsyncSession, tenant: str, loan_id: str, request: RequestKey
) -> Outcome:
    """Status 202 with `episode` and `order_id`, or a kept refusal (`cases/no_open_episode`)."""

    async def effect() -> tuple[int, object]:
        episode = await require_open(session, tenant, loan_id)
        order_id = f"{loan_id}/{episode.episode}/{request.key}"
        return ACCEPTED, {"episode": episode.episode, "order_id": order_id}

    return await idempotency.once(
        session,
        tenant=tenant,
        route=request.route,
        key=request.key,
        fingerprint=request.fingerprint,
        effect=effect,
    )


async def order_result(session: AsyncSession, order_id: str) -> dict[str, object] | None:
    """What was answered when the order was carried out; nothing if it has not been yet."""
    known = await idempotency.first_result(session, order_id)
    return None if known is None else dict(json.loads(known))


async def keep_order_result(
    session: AsyncSession, order_id: str, result: dict[str, object]
) -> None:
    if await idempotency.first_result(session, order_id) is None:
        await idempotency.remember(session, order_id, json.dumps(result).encode())
