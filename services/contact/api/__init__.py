"""Contact's HTTP door, one module per concern."""

from fastapi import APIRouter

from services.contact.api import (
    agreements,
    attempts,
    calls,
    conversations,
    grievances,
    handovers,
    holds,
    people,
    replies,
    templates,
    traces,
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
    calls,
    conversations,
    traces,
    templates,
    unsubscribe,
    vulnerabilities,
    webhooks,
):
    router.include_router(part.router)
