"""Contact's HTTP door, one module per concern."""

from fastapi import APIRouter

from services.contact.api import attempts, holds, replies, tasks, webhooks

router = APIRouter(prefix="/v1/{tenant}", tags=["contact"])
for part in (attempts, replies, webhooks, tasks, holds):
    router.include_router(part.router)
