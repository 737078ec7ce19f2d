"""Contact's HTTP door, one module per concern."""

from fastapi import APIRouter

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

router = APIRouter(prefix="/v1/{tenant}", tags=["contact"])
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
