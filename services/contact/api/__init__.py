"""Contact's HTTP door, one module per concern."""

from fastapi import APIRouter

from services.contact.api import (
    agreements,
    attempts,
    grievances,
    handovers,
    holds,
    inbound,
    people,
    replies,
    tasks,
    templates,
    unsubscribe,
    vulnerabilities,
    webhooks,
)

router = APIRouter(prefix="/v1/{tenant}", tags=["contact"])
for part in (
    attempts,
    replies,
    holds,
    agreements,
    grievances,
    handovers,
    people,
    templates,
    unsubscribe,
    vulnerabilities,
    webhooks,
    inbound,
    tasks,
):
    router.include_router(part.router)
