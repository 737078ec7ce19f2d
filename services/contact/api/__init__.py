"""Contact's HTTP door, one module per concern."""

from fastapi import APIRouter

from services.contact.api import (
    agreements,
    attempts,
    grievances,
    holds,
    people,
    replies,
    vulnerabilities,
)

router = APIRouter(prefix="/v1/{tenant}", tags=["contact"])
for part in (attempts, replies, holds, people, agreements, vulnerabilities, grievances):
    router.include_router(part.router)
