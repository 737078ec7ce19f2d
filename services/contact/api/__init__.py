"""Contact's HTTP door, one module per concern."""

from fastapi import APIRouter, Depends

from services.contact.api import (
    agencies,
    agreements,
    attempts,
    calls,
    conversations,
    duties,
    grievances,
    handovers,
    holds,
    inbound,
    overrides,
    people,
    placements,
    replies,
    retention,
    tasks,
    templates,
    traces,
    unsubscribe,
    verdicts,
    vulnerabilities,
    webhooks,
    white_list,
)
from services.contact.api.doors import plain_ids

router = APIRouter(prefix="/v1/{tenant}", tags=["contact"], dependencies=[Depends(plain_ids)])
for part in (
    attempts,
    replies,
    holds,
    agencies,
    agreements,
    calls,
    conversations,
    duties,
    grievances,
    handovers,
    inbound,
    overrides,
    people,
    placements,
    retention,
    tasks,
    templates,
    traces,
    unsubscribe,
    verdicts,
    vulnerabilities,
    webhooks,
    white_list,
):
    router.include_router(part.router)

LARGER_BODIES = {"/webhooks/mail": webhooks.MAIL_BYTES_MAX}
