"""Contact's HTTP door, one module per concern."""

from fastapi import APIRouter

from services.contact.api import (
    attempts,
    handovers,
    holds,
    replies,
    templates,
    unsubscribe,
    webhooks,
)

router = APIRouter(prefix="/v1/{tenant}", tags=["contact"])
for part in (attempts, replies, holds, handovers, templates, unsubscribe, webhooks):
    router.include_router(part.router)
